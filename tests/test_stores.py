"""Recordings in object stores: the same rows as from the files, and nothing left behind.

The store is real: moto's S3 server, a process on loopback.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from genre_audio.audio import find_recordings
from genre_audio.cli import app
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError, ParameterError
from genre_audio.execution import Lost
from genre_audio.extraction import extract, extract_recording
from genre_audio.extraction.lost import failure_of
from genre_audio.files import stores
from genre_audio.files.fingerprints import outline
from genre_audio.files.places import gone_of, is_gone
from genre_audio.files.remote import Remote
from genre_audio.reporting.runs import read_run
from signals import music

s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")

from object_store import KEYS, ask_for_keys, free_port  # noqa: E402

NAMES = ("a.wav", "village/b.wav")


@pytest.fixture(scope="module")
def address(s3_address):
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (KEYS | {"AWS_ENDPOINT_URL": s3_address}).items():
            patch.setenv(name, value)
        s3fs.S3FileSystem.clear_instance_cache()
        yield s3_address
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def bucket(address, request):
    """An empty bucket of the test's own, to be filled by name."""
    files = s3fs.S3FileSystem(use_listings_cache=False)
    name = f"tapes-{abs(hash(request.node.name))}"
    files.mkdir(name)
    return lambda key, content: files.pipe_file(f"{name}/{key}", content), files, name


@pytest.fixture
def tapes(bucket, write_audio, tmp_path, monkeypatch):
    """The same recordings in a folder and in a store; where the store has them."""
    monkeypatch.chdir(tmp_path)
    put, _, name = bucket
    for seed, each in enumerate(NAMES):
        path = write_audio(music(1.0 + seed / 2, seed=seed), name=f"tapes/{each}")
        put(f"field/tapes/{each}", path.read_bytes())
    for hidden in (".a.wav", ".trash/a.wav", "notes.txt"):
        put(f"field/tapes/{hidden}", b"x")
    return f"s3://{name}/field/tapes"


def run(*arguments, code=0):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


def entries(table):
    return json.loads(Path(f"{table}.json").read_text())["recordings"]


def test_a_table_has_the_bytes_of_that_of_the_files(tapes, tmp_path, monkeypatch):
    (own := tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    run("extract", "tapes", "-o", "here.csv", "-j", "1", "--labels", "folders")
    run("extract", f"{tapes}/", "-o", "there.csv", "-j", "1", "--labels", "folders")
    assert Path("here.csv").read_bytes() == Path("there.csv").read_bytes()
    here, there = entries("here.csv"), entries("there.csv")
    assert tuple(there) == NAMES
    for name in NAMES:
        content = Path("tapes", name).read_bytes()
        assert there[name]["path"] == f"{tapes}/{name}"
        file = there[name]["file"]
        # S3 says the MD5 of what was put in one piece.
        assert file["identity"] == hashlib.md5(content).hexdigest()
        assert (file["size"], file["sha256"]) == (
            len(content),
            here[name]["file"]["sha256"],
        )
        assert "identity" not in here[name]["file"]
        assert there[name]["digest"] == here[name]["digest"]
    assert not list(own.iterdir())


@pytest.fixture
def copied(monkeypatch):
    """Names of what has been fetched."""
    names, copy = [], stores._copy

    def spy(place, path):
        names.append(place.name)
        return copy(place, path)

    monkeypatch.setattr(stores, "_copy", spy)
    return names


def test_only_what_changed_is_read_again(tapes, bucket, cheap_features, copied):
    again = ("extract", tapes, "-o", "f.csv", "-j", "1")
    run(*again)
    assert sorted(copied) == ["a.wav", "b.wav"]
    before = Path("f.csv").read_bytes(), Path("f.csv.json").read_bytes()
    copied.clear()
    assert "2 known already" in run(*again).stderr
    assert not copied
    assert (Path("f.csv").read_bytes(), Path("f.csv.json").read_bytes()) == before
    put, files, name = bucket
    put("field/tapes/a.wav", Path("tapes/village/b.wav").read_bytes())
    files.rm_file(f"{name}/field/tapes/village/b.wav")
    assert "1 no longer there" in run(*again).stderr
    assert copied == ["a.wav"]
    # Another folder of the same store: what is there and was not asked for stays.
    put("field/more/c.wav", Path("tapes/a.wav").read_bytes())
    said = run("extract", f"s3://{name}/field/more/c.wav", "-o", "f.csv", "-j", "1").stderr
    assert "1 of other runs kept" in said
    assert copied == ["a.wav", "c.wav"]
    put("field/c.wav", Path("tapes/a.wav").read_bytes())
    said = run("extract", f"s3://{name}/field/c.wav", "-o", "f.csv", "-j", "1", code=2).stderr
    assert f"holds another recording called 'c.wav' (s3://{name}/field/more/c.wav)" in said


def test_a_run_that_was_stopped_goes_on(tapes, bucket, cheap_features, copied):
    def stop(result):
        """End the run when something has come."""
        raise KeyboardInterrupt

    def make(name, **how):
        extract(find_recordings([tapes]), output=Path(name), segmentation=Segmentation(), **how)

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            make("parts.csv", on_result=stop)
    assert Path(".parts.csv.journal").exists()
    make("parts.csv")
    assert sorted(copied) == ["a.wav", "b.wav"], "each was fetched once"
    make("whole.csv")
    for end in ("", ".json"):
        assert Path(f"parts.csv{end}").read_bytes() == Path(f"whole.csv{end}").read_bytes()
    # What changed after the journal had it is read again.
    Path("parts.csv").unlink()
    Path("parts.csv.json").unlink()
    with pytest.raises(KeyboardInterrupt):
        make("parts.csv", on_result=stop)
    put, *_ = bucket
    done = copied[-1]
    [at] = [name for name in NAMES if name.endswith(done)]
    put(f"field/tapes/{at}", Path("tapes", NAMES[at == NAMES[0]]).read_bytes())
    make("parts.csv")
    assert copied[-3:].count(done) == 2


def test_predictions_and_pages(tapes, home, shipped):
    for place, name in (("tapes", "here"), (tapes, "there")):
        run("predict", place, "-o", f"{name}.csv", "-j", "1")
    assert Path("here.csv").read_bytes() == Path("there.csv").read_bytes()
    assert "0 recordings read, 2 known already" in run("predict", tapes, "-j", "1").stderr
    assert [str(path) for path in read_run(Path("there.csv")).paths] == [tapes]
    again = run("predict", "--params", "there.csv", "-f", "csv", "-j", "1").stdout
    assert again.encode() == Path("here.csv").read_bytes()
    run("predict", f"{tapes}/a.wav", "-o", "one.json", "--report", "one.html", "-j", "1")
    [told] = json.loads(Path("one.json").read_text())
    assert told["recording"] == "a.wav"
    assert told["file"]["path"] == f"{tapes}/a.wav"
    assert "no longer readable" not in Path("one.html").read_text()
    assert [source.path for source in read_run(Path("one.json")).sources] == [
        Remote(f"{tapes}/a.wav")
    ]


def test_workers_fetch_by_themselves(tapes):
    run("extract", "tapes", "-o", "here.csv", "-j", "1")
    command = [sys.executable, "-m", "genre_audio", "extract", tapes, "-o", "there.csv", "-j", "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert Path("here.csv").read_bytes() == Path("there.csv").read_bytes()


def test_what_is_not_there(tapes, bucket):
    *_, name = bucket
    for url in ("s3://no-such-bucket/tapes", f"s3://{name}/nothing", f"{tapes}/z.wav"):
        said = run("extract", url, "-o", "f.csv", code=2).stderr
        assert said == f"genre-audio: there is no file or folder '{url}'\n"
    # Endings do not matter of what is named by itself; where nothing fits, nothing is found.
    assert [each.name for each in find_recordings([f"{tapes}/notes.txt"])] == ["notes.txt"]
    assert find_recordings([f"{tapes}/.trash"])[0].name == "a.wav"


def test_an_object_that_changes_or_goes(tapes, bucket, monkeypatch):
    put, files, name = bucket
    first, second = find_recordings([tapes])
    put("field/tapes/a.wav", b"another")
    found = extract_recording(first)
    assert (found.kind, found.message[:38]) == ("io", "the object changed since it was listed")
    files.rm_file(f"{name}/field/tapes/village/b.wav")
    assert "not in its store any more" in extract_recording(second).message
    assert is_gone(Remote(second.path.url))
    beside = [Remote(f"{tapes}/{name}") for name in ("a.wav", "village", "z.wav")]
    assert gone_of(beside) == set(beside[1:]), "no folder is left in which nothing is"
    assert not is_gone(second.path), "the listing had it"
    assert not second.path.listed.may_match(Remote(second.path.url))
    assert not second.path.listed.matches(Remote(second.path.url))
    put("field/tapes/empty.wav", b"")
    [empty] = find_recordings([f"{tapes}/empty.wav"])
    assert extract_recording(empty).kind == "empty"
    with pytest.raises(IsADirectoryError):
        outline(Remote(tapes))


def test_who_may_not_read_is_told_so_and_no_secret_is(tapes, address):
    [source, _] = find_recordings([tapes])
    ask_for_keys(address, after=0)
    try:
        said = run("extract", tapes, "-o", "f.csv", code=2).stderr
        failure = extract_recording(source)
        assert not is_gone(Remote(source.path.url)), "nobody may know"
    finally:
        ask_for_keys(address, after=float("inf"))
    assert failure.kind == "io"
    assert said.startswith(f"genre-audio: '{tapes}' cannot be listed: ")
    assert said.count("\n") == 1
    said += failure.message
    assert not [secret for secret in list(KEYS.values())[:2] if secret in said]


def test_a_store_that_does_not_answer(tapes, monkeypatch):
    [source, _] = find_recordings([tapes])
    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    s3fs.S3FileSystem.clear_instance_cache()
    try:
        with pytest.raises(ParameterError, match="cannot be listed: Could not connect"):
            find_recordings([tapes])
        failure = extract_recording(source)
    finally:
        s3fs.S3FileSystem.clear_instance_cache()
    assert failure.kind == "io"
    assert failure.message.startswith("it cannot be fetched: Could not connect")


def test_a_disk_without_room_is_not_filled(tapes, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=7))
    [source, _] = find_recordings([tapes])
    assert "has room for 7: set TMPDIR" in extract_recording(source).message


def test_what_took_workers_is_tried_again_in_the_next_run(tapes):
    [source, _] = find_recordings([tapes])
    failure = failure_of(source, Lost("hung", "after 120 s"))
    assert failure.file is None
    assert "or its store does not answer" in failure.message


@pytest.mark.parametrize("command", ["extract", "predict"])
def test_results_are_not_written_into_stores(tapes, home, shipped, command):
    said = run(command, tapes, "-o", f"{tapes}/f.csv", code=2).stderr
    assert "results are written to files of this machine" in said
    assert not Path("s3:").exists()


def test_tags_are_not_written_into_stores(tapes, home, shipped):
    said = run("predict", tapes, "--write-tags", code=2).stderr
    assert f"needs recordings of this machine: {tapes} lies in a store" in said


def test_what_to_install_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(ParameterError, match=r"genre-audio\[remote\]"):
        find_recordings(["s3://archive/tapes"])
    source = Remote("s3://archive/tapes/a.wav")
    with pytest.raises(AudioError, match="needs fsspec"), stores.fetched(source):
        pass
