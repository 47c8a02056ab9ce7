"""Recordings that end or hold up the process which reads them."""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import mishaps
from genre_audio import Segmentation, extract, find_recordings
from genre_audio.audio import Source
from genre_audio.cli.extract import say_failure
from genre_audio.config import digest
from genre_audio.errors import AUDIO_KINDS, AudioError
from genre_audio.execution import Bounds, Lost, starting
from genre_audio.extraction import Failure, describe, extract_recording, recording
from genre_audio.extraction.journaled import lost_before
from genre_audio.extraction.lost import bounds_for, failure_of, from_dict, words_of
from genre_audio.features import GTZAN57
from genre_audio.prediction import hearing
from genre_audio.tables import read_manifest, read_table
from genre_audio.tables.forms import is_failure
from genre_audio.tables.manifest import manifest_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from genre_audio.extraction import ExtractSummary

threads_of_this_process = starting._threads
SOON = Bounds(seconds=0.4, factor=0.0)


@pytest.fixture(autouse=True)
def decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "_threads", threads_of_this_process)
    monkeypatch.setattr("genre_audio.extraction.lost.warm_for_copies", lambda: None)
    for name in ("extract", "describe"):
        module = importlib.import_module(f"genre_audio.extraction.{name}")
        monkeypatch.setattr(module, "extract_recording", mishaps.describe)


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    folder = tmp_path / "tapes"
    folder.mkdir()
    for name in ("a", "b", "segfault", "hang"):
        (folder / f"{name}.wav").write_bytes(name.encode())
    return folder


def run(tapes: Path, **how: Any) -> ExtractSummary:
    how = {"segmentation": Segmentation(), "n_jobs": 2, "bounds": SOON} | how
    return extract(find_recordings([tapes]), output=tapes.parent / "f.csv", **how)


def tried(tapes: Path) -> list[str]:
    """Return what was tried since this was asked last, and forget it."""
    tries = tapes.parent / "tries"
    names = [line.split(",")[0] for line in tries.read_text().splitlines()]
    tries.write_text("")
    return sorted(names)


def test_other_recordings_get_their_rows_and_lost_ones_are_not_tried_in_every_run(
    tapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    first = run(tapes, on_result=lambda result: seen.append(result.name))
    assert {failure.name: failure.kind for failure in first.failures} == {
        "hang.wav": "too_long",
        "segfault.wav": "decoder_crashed",
    }
    assert "SIGSEGV" in first.failures[1].message
    assert all("ffmpeg" in failure.message for failure in first.failures)
    assert not any(failure.earlier for failure in first.failures)
    assert sorted(seen) == ["a.wav", "b.wav", "hang.wav", "segfault.wav"]
    assert tried(tapes) == ["a", "b", "hang", "hang", "segfault", "segfault"]
    table = first.output
    assert list(read_table(table).recordings) == ["a.wav", "b.wav"]
    written = table.read_bytes(), manifest_path(table).read_bytes()
    # Again: nothing is tried, the same is said and written.
    again = run(tapes)
    assert tried(tapes) == []
    assert all(failure.earlier for failure in again.failures)
    assert [each.message for each in again.failures] == [each.message for each in first.failures]
    assert (table.read_bytes(), manifest_path(table).read_bytes()) == written
    # A file that was mended, and whatever is forced.
    (tapes / "hang.wav").write_bytes(b"mended")
    os.utime(tapes / "hang.wav", ns=(1, 1))
    run(tapes)
    assert tried(tapes) == ["hang", "hang"]
    (tapes / "hang.wav").unlink()
    run(tapes, force=True)
    assert tried(tapes) == ["a", "b", "segfault", "segfault"]
    # Other libraries may read what these could not.
    manifest = json.loads(manifest_path(table).read_text())
    manifest["versions"]["soundfile"] = "0.1"
    manifest_path(table).write_text(json.dumps(manifest))
    run(tapes)
    assert tried(tapes) == ["segfault", "segfault"]


def test_a_run_that_goes_on_does_not_try_again_what_it_had_lost(tapes: Path) -> None:
    class KilledError(BaseException):
        """Nothing in the package may catch this."""

    def stop(result: object) -> None:
        if isinstance(result, Failure):
            raise KilledError

    (tapes / "hang.wav").unlink()
    with pytest.raises(KilledError):
        run(tapes, on_result=stop)
    tried(tapes)
    found = run(tapes)
    assert "segfault" not in tried(tapes)
    assert [(each.name, each.earlier) for each in found.failures] == [("segfault.wav", True)]
    assert found.rows == 2


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_what_was_lost_is_not_forgotten_by_a_run_that_is_asked_for_others(
    tapes: Path, ending: str
) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    (tapes / "hang.wav").unlink()
    output = tapes.parent / f"f.{ending}"
    how: dict[str, Any] = {"segmentation": Segmentation(), "n_jobs": 2, "output": output}
    extract(find_recordings([tapes]), **how)
    tried(tapes)
    for force in (False, True):
        found = extract(find_recordings([tapes / "a.wav"]), force=force, **how)
        assert found.failures == ()  # of what was asked for
        manifest = read_manifest(output)
        assert manifest is not None
        assert manifest.failures["segfault.wav"]["path"] == "tapes/segfault.wav"
    tried(tapes)
    again = extract(find_recordings([tapes]), **how)
    assert [(each.name, each.earlier) for each in again.failures] == [("segfault.wav", True)]
    assert tried(tapes) == []
    # What changed may be read now, and what is gone is no failure.
    for change in ((tapes / "segfault.wav").touch, (tapes / "segfault.wav").unlink):
        extract(find_recordings([tapes]), **how)
        change()
        extract(find_recordings([tapes / "a.wav"]), **how)
        manifest = read_manifest(output)
        assert manifest is not None
        assert manifest.failures == {}
    tried(tapes)


def test_failures_of_an_earlier_version_hold_and_are_not_kept_for_others(tapes: Path) -> None:
    (tapes / "hang.wav").unlink()
    table = run(tapes).output
    tried(tapes)
    manifest = json.loads(manifest_path(table).read_text())
    del manifest["failures"]["segfault.wav"]["path"]
    manifest_path(table).write_text(json.dumps(manifest))
    assert [each.earlier for each in run(tapes).failures] == [True]
    manifest_path(table).write_text(json.dumps(manifest))
    extract(find_recordings([tapes / "a.wav"]), output=table, segmentation=Segmentation())
    assert json.loads(manifest_path(table).read_text())["failures"] == {}
    assert tried(tapes) == []


@pytest.mark.parametrize("path", ["", "a\0", 5])
def test_a_failure_that_lies_nowhere_is_none(path: object) -> None:
    file = {"size": 1, "mtime_ns": 1, "sha256": ""}
    assert not is_failure({"kind": "too_long", "message": "slow", "file": file, "path": path})


def test_what_was_not_read_does_not_count_as_read(tapes: Path, tmp_path: Path) -> None:
    (tapes / "hang.wav").unlink()
    how = {"schema": GTZAN57, "segmentation": Segmentation(), "n_jobs": 2}
    for read in (3, 0):
        found = describe(find_recordings([tapes]), cache=tmp_path / "cache", **how)
        assert (found.read, found.known, len(found.failures)) == (read, 3 - read, 1)


def test_nothing_kept_reads_all_the_same(tapes: Path) -> None:
    (tapes / "hang.wav").unlink()
    how = {"schema": GTZAN57, "segmentation": Segmentation(), "n_jobs": 2}
    found = describe(find_recordings([tapes]), **how)
    assert [each.name for each in found.recordings] == ["a.wav", "b.wav"]
    assert [each.kind for each in found.failures] == ["decoder_crashed"]


@pytest.mark.parametrize(
    ("lost", "kind", "said"),
    [
        (Lost("died", "by the signal SIGSEGV"), "decoder_crashed", "crashed twice .*SIGSEGV"),
        (Lost("died", "by the signal SIGKILL"), "decoder_crashed", "little memory.*-j 1"),
        (Lost("hung", "after 126 s, ..."), "too_long", "stopped twice after 126 s"),
        (Lost("memory", ""), "out_of_memory", "shorter segments"),
    ],
)
def test_every_loss_has_a_stable_kind_and_says_what_to_do(
    lost: Lost, kind: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(AudioError, match=said) as caught:
        raise AudioError(words_of(lost)[1], kind=words_of(lost)[0])
    assert caught.value.kind == kind
    assert kind in AUDIO_KINDS
    gone = failure_of(Source("a.wav", tmp_path / "a.wav"), lost)
    assert (gone.kind, gone.file) == (kind, None)
    task = hearing._Task(Source("a.wav", tmp_path / "a.wav"), "")
    told, error = hearing._lost(task, lost)
    assert (told, error.kind) == (task, kind)


def test_only_what_is_dear_to_find_again_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a.wav").touch()
    source = Source("a.wav", tmp_path / "a.wav")
    lasting = failure_of(source, Lost("hung", "")).as_dict()
    assert from_dict("a.wav", lasting).earlier
    assert from_dict("a.wav", failure_of(source, Lost("memory", "")).as_dict()) is None
    killed = failure_of(source, Lost("died", "by the signal SIGKILL")).as_dict()
    assert from_dict("a.wav", killed) is None, "it says: try again with fewer workers"
    assert from_dict("a.wav", {"kind": "too_long", "message": "no file"}) is None


def test_want_of_memory_is_a_failure_of_one_recording(
    monkeypatch: pytest.MonkeyPatch, write_audio: Callable[..., Path]
) -> None:
    path = write_audio([0.0, 0.1])
    monkeypatch.setattr(recording, "open_recording", lack)
    assert extract_recording(Source("a.wav", path)).kind == "out_of_memory"


def lack(*_: object, **__: object) -> None:
    raise MemoryError


def test_longer_segments_may_take_more_memory() -> None:
    # A segment takes 3 MB a second, and may be half as long again as was asked for.
    for seconds in (30, 600, 3600):
        assert bounds_for(Segmentation(seconds)).megabytes > 4.5 * seconds + 1000


def test_what_an_earlier_run_found_is_said_to_be_so(capsys: pytest.CaptureFixture[str]) -> None:
    failure = Failure("a.wav", Path("a.wav"), "too_long", "reading was stopped", earlier=True)
    say_failure(failure)
    said = capsys.readouterr().err
    assert "as in an earlier run ('extract --force'" in said
    assert said.endswith("[too_long]\n")


def test_the_manifest_names_the_file_of_a_lost_recording(tapes: Path) -> None:
    for name in ("hang", "b"):
        (tapes / f"{name}.wav").unlink()
    manifest = read_manifest(run(tapes).output)
    assert manifest is not None
    file = manifest.failures["segfault.wav"]["file"]
    assert file["size"] == len("segfault")


@pytest.mark.parametrize("name", ["a.wav", 5])
@pytest.mark.parametrize("failure", [{"kind": "too_long"}, {"file": {"size": "3"}}, [], None])
def test_a_journal_of_another_make_is_not_believed(name: object, failure: object) -> None:
    value = {"name": name, "failure": failure}
    assert lost_before([value | {"digest": digest(value)}]) == {}
