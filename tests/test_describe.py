"""Rows of recordings are read once, wherever they are known from; nothing of that shows."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from genre_audio.audio import Source, find_recordings
from genre_audio.config import Segmentation
from genre_audio.extraction import Described, Failure, describe, extract, extract_recording
from genre_audio.extraction.cache import is_usable, root_of, store_path
from genre_audio.extraction.journaled import failure_entry, journal_entry
from genre_audio.extraction.tidy import journal_of
from genre_audio.features import GTZAN57
from genre_audio.files import lock, lock_path, note_path
from genre_audio.tables.manifest import manifest_path
from signals import noise, silence

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("blues/a.wav", "blues/b.wav", "jazz/c.wav")
HOW: dict[str, Any] = {"schema": GTZAN57, "segmentation": Segmentation()}


class Killed(BaseException):
    """Nothing in the package may catch this."""


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch, cheap_features: None) -> list[str]:
    """The names of the recordings that were read."""
    names: list[str] = []

    def spy(source: Source, **how: Any) -> object:
        names.append(source.name)
        return extract_recording(source, **how)

    for name in ("extract", "describe"):  # the package offers functions of the same names
        module = importlib.import_module(f"genre_audio.extraction.{name}")
        monkeypatch.setattr(module, "extract_recording", spy)
    return names


@pytest.fixture
def tapes(write_audio: Callable[..., Path], tmp_path: Path) -> Path:
    for seed, name in enumerate(NAMES):
        write_audio(noise(1.2, seed=seed), name=f"tapes/{name}")
    return tmp_path / "tapes"


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def run(tapes: Path, **how: Any) -> Described:
    return describe(find_recordings([tapes]), **HOW | how)


def store_of(tapes: Path, cache: Path) -> Path:
    return store_path(tapes, folder=cache, **HOW)


def test_a_second_run_reads_nothing_and_says_the_same(tapes, cache, calls):
    first = run(tapes, cache=cache)
    assert (calls, first.read, first.known) == (list(NAMES), 3, 0)
    before = {path: path.read_bytes() for path in cache.rglob("*.csv*")}
    calls.clear()
    second = run(tapes, cache=cache)
    assert (calls, second.read, second.known) == ([], 0, 3)
    assert second.recordings == first.recordings == run(tapes).recordings
    assert {path: path.read_bytes() for path in cache.rglob("*.csv*")} == before


def test_paths_are_those_that_were_given(tapes, cache, monkeypatch):
    monkeypatch.chdir(tapes.parent)
    for _ in range(2):
        found = run(Path("tapes"), cache=cache).recordings
        assert [recording.path for recording in found] == [Path("tapes", name) for name in NAMES]


def test_new_changed_touched_and_deleted_files(tapes, cache, calls, write_audio):
    run(tapes, cache=cache)
    write_audio(noise(1.5, seed=7), name="tapes/blues/a.wav")
    write_audio(noise(1.2, seed=8), name="tapes/blues/new.wav")
    (tapes / "blues/b.wav").touch()
    (tapes / "jazz/c.wav").unlink()
    calls.clear()
    found = run(tapes, cache=cache)
    assert calls == ["blues/a.wav", "blues/new.wav"]
    assert found.recordings == run(tapes).recordings
    calls.clear()
    run(tapes, cache=cache)
    assert calls == []


def test_a_run_that_was_killed_goes_on(tapes, cache, calls):
    def stop(_: object) -> None:
        if len(calls) == 2:
            raise Killed

    with pytest.raises(Killed):
        run(tapes, cache=cache, on_result=stop)
    assert not store_of(tapes, cache).exists()
    found = run(tapes, cache=cache)
    assert calls == list(NAMES)
    assert (found.read, found.known) == (1, 2)
    assert found.recordings == run(tapes).recordings


def test_stores_of_other_segmentations_and_folders_lie_side_by_side(tapes, cache, calls, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tapes, other)
    for _ in range(2):
        run(tapes, cache=cache)
        run(tapes, cache=cache, segmentation=Segmentation(1))
        run(other, cache=cache)
    assert len(calls) == 9
    assert len({path.name for path in cache.rglob("*.csv")}) == 2
    assert len(list(cache.rglob("*.csv"))) == 3


def test_one_folder_has_one_store_whether_it_or_its_files_are_given(tapes, cache, calls):
    run(tapes, cache=cache)
    found = describe(find_recordings([tapes]), **HOW, cache=cache)
    assert found.stores == (store_of(tapes, cache),)
    calls.clear()
    alone = describe([Source(NAMES[0], tapes / NAMES[0])], **HOW, cache=cache)
    assert (calls, alone.known) == ([], 1)
    run(tapes, cache=cache)
    assert calls == [], "the others are still there"


def test_failures_are_tried_again_and_stop_nobody(tapes, cache, calls, write_audio):
    bad = write_audio(silence(2.0), name="tapes/bad.wav")
    for _ in range(2):
        found = run(tapes, cache=cache)
        assert [failure.name for failure in found.failures] == ["bad.wav"]
        assert [recording.name for recording in found.recordings] == list(NAMES)
    assert calls.count("bad.wav") == 2
    assert len(calls) == 5
    bad.unlink()
    assert run(tapes, cache=cache).failures == ()


def test_a_table_that_extract_made_is_used_and_left_alone(tapes, cache, calls, tmp_path):
    table = tapes / "features.csv"
    extract(find_recordings([tapes / "blues"]), output=table, segmentation=Segmentation())
    before = table.read_bytes(), manifest_path(table).read_bytes()
    calls.clear()
    found = run(tapes, cache=cache, tables=[tmp_path / "nowhere.csv", table])
    # Its names are relative to another folder: what counts is where the files lie.
    assert calls == ["jazz/c.wav"]
    assert (found.read, found.known, found.borrowed) == (1, 2, (table,))
    assert (table.read_bytes(), manifest_path(table).read_bytes()) == before
    assert found.recordings == run(tapes).recordings


def test_rows_of_a_changed_file_or_another_segmentation_are_not_borrowed(
    tapes, calls, write_audio, tmp_path
):
    table = tmp_path / "features.csv"
    extract(find_recordings([tapes]), output=table, segmentation=Segmentation())
    write_audio(noise(1.5, seed=7), name="tapes/blues/a.wav")
    calls.clear()
    assert run(tapes, tables=[table]).borrowed == (table,)
    assert calls == ["blues/a.wav"]
    assert run(tapes, tables=[table], segmentation=Segmentation(1)).borrowed == ()


def test_a_table_that_lacks_a_measurement_is_not_borrowed(tapes, calls, tmp_path):
    table = tmp_path / "features.csv"
    extract(find_recordings([tapes]), output=table, segmentation=Segmentation())
    beside = manifest_path(table)
    beside.write_text(beside.read_text().replace('"peak_dbfs"', '"highest"'))
    calls.clear()
    assert run(tapes, tables=[table]).borrowed == ()
    assert calls == list(NAMES)


@pytest.mark.parametrize("text", ["", "filename\na\n", "\x00"])
def test_a_spoilt_store_is_made_anew(tapes, cache, calls, text):
    first = run(tapes, cache=cache)
    store_of(tapes, cache).write_text(text)
    assert run(tapes, cache=cache).recordings == first.recordings
    manifest_path(store_of(tapes, cache)).unlink()
    assert run(tapes, cache=cache).recordings == first.recordings


def test_others_in_a_store_are_nobodys_failures(tapes, cache, write_audio):
    [store] = run(tapes, cache=cache).stores
    store.write_text(re.sub(r"(?m)^(blues/b.wav,\d+),[^,]+", r"\1,0.5", store.read_text()))
    write_audio(silence(1.2), name=f"tapes/{NAMES[1]}")
    write_audio(noise(1.2, seed=9), name=f"tapes/{NAMES[0]}")
    found = describe(
        [each for each in find_recordings([tapes]) if each.name == NAMES[0]], cache=cache, **HOW
    )
    assert (found.failures, found.read, len(found.recordings)) == ((), 1, 1)


def test_a_store_in_use_is_waited_for(tapes, cache):
    other = contextlib.ExitStack()
    other.enter_context(lock(store_of(tapes, cache)))
    said = []

    def hear(message):
        said.append(message)
        other.close()

    assert len(run(tapes, cache=cache, on_message=hear).recordings) == len(NAMES)
    assert "another run is reading the same recordings" in said[0]


def test_folders_that_can_and_cannot_be_used(tmp_path):
    (tmp_path / "file").touch()
    assert is_usable(tmp_path / "new" / "folder")
    assert not is_usable(tmp_path / "file" / "folder")


@pytest.mark.parametrize(
    ("name", "path", "root"),
    [
        ("a.wav", "tapes/a.wav", "tapes"),
        ("a.wav", "a.wav", "."),
        ("x/a.wav", "/tapes/x/a.wav", "/tapes"),
        ("caf\\xe9/a.wav", "tapes/caf\udce9/a.wav", "tapes/caf\udce9"),
    ],
)
def test_the_folder_that_a_name_is_relative_to(name, path, root):
    assert root_of(Source(name, Path(path))) == Path(root)


def test_nothing_to_describe(cache):
    assert describe([], **HOW, cache=cache) == Described((), (), 0)


@pytest.mark.parametrize("what", ["of the store", "of more", "of a lost one", "of another version"])
def test_what_a_killed_run_left_of_a_store_goes_when_nothing_else_is_to_do(
    tapes, cache, what, monkeypatch
):
    first = run(tapes, cache=cache)
    store = store_of(tapes, cache)
    journal = journal_of(store, **HOW)
    if what == "of another version":
        journal._header["versions"] = {}
    with journal:
        for each in first.recordings:
            journal.append(journal_entry(each))
        if what == "of more":
            more = dataclasses.replace(first.recordings[0], name="more.wav")
            journal.append(journal_entry(more))
        if what == "of a lost one":
            lost = Failure("lost.wav", Path("lost.wav"), "too_long", "slow", file=each.file)
            journal.append(failure_entry(lost))
    lock_path(store).touch()
    note_path(store).touch()
    with lock(store):
        assert run(tapes, cache=cache).read == 0
    assert journal.path.exists()
    assert run(tapes, cache=cache).read == 0
    assert journal.path.exists() == (what in {"of more", "of a lost one"})
    assert not lock_path(store).exists()
    assert not note_path(store).exists()
