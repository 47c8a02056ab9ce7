"""URLs and paths apart, what stores say of their objects, files that leave with their process."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from genre_audio.audio import Source, find_recordings
from genre_audio.errors import AudioError, ParameterError
from genre_audio.extraction import Extracted, Row
from genre_audio.extraction.cache import root_of
from genre_audio.extraction.journaled import journal_entry, of_others
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint, stores
from genre_audio.files.asking import asking
from genre_audio.files.fingerprints import outline
from genre_audio.files.places import gone_of, is_folder, real_path, same_file
from genre_audio.files.remote import Remote, kept_place, place_of
from genre_audio.files.scratch import clearing_up, scratch_file
from genre_audio.tables.forms import ENTRY

fsspec = pytest.importorskip("fsspec", reason="fsspec is not installed")
from fsspec.utils import infer_storage_options  # noqa: E402

ANYWHERE = Remote("memory://bucket/a.wav")
SECRET = "hunter2"


@pytest.fixture
def memory():
    """A store that is in this process; what S3 does not do can be done there."""
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()
    files.pseudo_dirs[:] = [""]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ("tapes/a.wav", Path("tapes/a.wav")),
        (Path("tapes"), Path("tapes")),
        ("C:/a.wav", Path("C:/a.wav")),
        ("a::s3://b", Path("a::s3://b")),
        ("S3://bucket/A b/", Remote("s3://bucket/A b")),
        ("sftp://me@host:2222/tapes", Remote("sftp://me@host:2222/tapes")),
        (Remote("s3://bucket"), Remote("s3://bucket")),
        ("file:///tapes/50%25.wav", Path("/tapes/50%.wav")),
        ("file://localhost/tapes/", Path("/tapes")),
    ],
)
def test_urls_are_told_from_paths(given, place):
    assert place_of(given) == place


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (f"s3://key:{SECRET}@bucket/a.wav", "with a password"),
        (f"s3://bucket/a.wav?token={SECRET}", "with a query"),
        (f"https://host/a.wav?token={SECRET}", "download it first"),
        ("s3:///a.wav", "names no bucket or host"),
        ("file://elsewhere/a.wav", "no file of this machine"),
    ],
)
def test_what_may_be_secret_is_refused_and_not_repeated(given, words):
    with pytest.raises(ParameterError, match=words) as caught:
        place_of(given)
    assert SECRET not in str(caught.value)


def test_a_place_that_a_table_kept_is_taken_as_it_is():
    assert kept_place("s3://bucket/why?.wav") == Remote("s3://bucket/why?.wav")


def test_folders_of_urls():
    tape = Remote("sftp://me@host/tapes/village/a.b.wav")
    assert tape.parts == ("sftp://me@host", "tapes", "village", "a.b.wav")
    assert [str(parent) for parent in tape.parents] == [
        "sftp://me@host/tapes/village",
        "sftp://me@host/tapes",
        "sftp://me@host",
    ]
    assert Remote("s3://bucket").parent == Remote("s3://bucket")
    assert root_of(Source("village/a.b.wav", tape)) == Remote("sftp://me@host/tapes")
    assert root_of(Source("other", tape)) == tape.parent
    assert (tape.absolute(), real_path(tape)) == (tape, tape)
    assert same_file(tape, Remote(tape.url, Fingerprint(1, 1, "")))
    assert not same_file(tape, Path("a.wav"))


def test_a_file_url_is_a_path(write_audio, tmp_path):
    path = write_audio([0.1], name="tapes/a b.wav")
    assert find_recordings([(tmp_path / "tapes").as_uri()]) == [Source("a b.wav", path)]


def test_odd_names_stay_apart(memory):
    for name in ("a.wav", "B/A.FLAC", "why?.mp3", "x/.y/a.wav", ".wav", "x/a.txt"):
        memory.pipe(f"/bucket/{name}", b"x")
    found = find_recordings(["memory://bucket"])
    assert [each.name for each in found] == ["B/A.FLAC", "a.wav", "why?.mp3"]
    assert is_folder(Remote("memory://bucket/x"))
    assert not is_folder(Remote("memory://bucket/a.wav"))
    assert not is_folder(Remote("nonsense://bucket"))
    with pytest.raises(ParameterError, match="would both be called"):
        find_recordings(["memory://bucket", "memory://bucket/x/.y/a.wav"])


def test_what_is_gone_is_asked_by_folders(memory, monkeypatch):
    looked, info = [], stores._info

    def spy(place):
        looked.append(place.name)
        return info(place)

    for name in ("a.wav", "b.wav", "alone/c.wav", "/d.wav", "/e.wav"):
        memory.pipe(f"/bucket/{name}", b"x")
    monkeypatch.setattr(stores, "_info", spy)
    names = ("a.wav", "b.wav", "f.wav", "alone/c.wav", "/d.wav", "/e.wav", "no/g.wav", "no/h.wav")
    asked = [Remote(f"memory://bucket/{name}") for name in names]
    gone = gone_of([*asked, Path("nowhere.wav"), Remote("nonsense://i"), Remote("nonsense://j")])
    assert {str(each)[len("memory://bucket/") :] for each in gone - {Path("nowhere.wav")}} == {
        "f.wav",
        "no/g.wav",
        "no/h.wav",
    }
    assert Path("nowhere.wav") in gone
    assert not {"a.wav", "b.wav"} & set(looked)


def test_what_a_journal_holds_of_others_is_asked_by_folders(memory, monkeypatch):
    looked, row = [], Row(0.0, 30.0, 661500, (0.5,) * 57)
    places = [Remote(f"memory://bucket/{n}.wav") for n in range(9)]
    for place in places[1:]:
        memory.pipe(place.url, b"x")
    file = Fingerprint(1, 1, "", identity="x")
    found = [Extracted(place.name, place, file, {}, (row,), ()) for place in places]
    info = stores._info
    monkeypatch.setattr(stores, "_info", lambda place: looked.append(place) or info(place))
    kept = of_others(lambda: map(journal_entry, found), schema=GTZAN57, names=["8.wav"])
    assert [entry["name"] for entry in kept] == [f"{n}.wav" for n in range(1, 8)]
    assert looked == places[:1]


def test_a_store_that_does_not_answer_is_not_asked_about_each_object(memory, monkeypatch):
    asked = []

    def silent(_, path, **__):
        asked.append(path)
        raise TimeoutError("no answer")

    for method in ("info", "ls"):
        monkeypatch.setattr(type(memory), method, silent)
    tapes = [Remote(f"memory://bucket/{place}/{n}.wav") for place in "abc" for n in range(3)]
    assert gone_of(tapes) == set(), "nobody may know"
    assert len(asked) <= 2


def test_a_name_is_a_name_whatever_its_store_takes_for_a_query(memory, monkeypatch):
    strip = staticmethod(lambda url: infer_storage_options(url)["path"])  # as SFTP has it
    monkeypatch.setattr(type(memory), "_strip_protocol", strip)
    memory.pipe("memory://host/tapes/why.wav", b"")
    memory.store["/tapes/why?.wav"] = memory.store["/tapes/why.wav"]
    [_, found] = find_recordings(["memory://host/tapes"])
    assert found.name == "why?.wav"
    with asking(found.path) as (_, path):
        assert path == "/tapes/why?.wav"


@pytest.mark.parametrize(
    ("said", "identity", "mtime_ns"),
    [
        ({"ETag": '"abc-2"', "LastModified": datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC)},
         "abc-2", 86_400_000_000_000),
        ({"generation": "17", "updated": "1970-01-01T00:00:01.500Z"}, "17", 1_500_000_000),
        ({"ETag": "", "mtime": 2.5}, "2500000000", 2_500_000_000),
        ({"etag": "abc", "modified": "Wed, 21 Oct 2015 07:28:00 GMT", "created": 2}, "abc",
         2_000_000_000),
    ],
)  # fmt: skip
def test_what_tells_an_object_from_others_of_its_name(said, identity, mtime_ns):
    info = {"type": "file", "size": 3} | said
    state = stores._state_of(info, Remote("s3://b/a.wav"))
    assert state == Fingerprint(3, mtime_ns, "", identity=identity)
    entry = state.as_dict()
    assert ENTRY["file"](entry)
    assert Fingerprint(**entry) == state
    assert not ENTRY["file"](entry | {"identity": 1})
    assert state.looks_like(Fingerprint(3, 0, "x", identity=identity))
    assert not state.looks_like(Fingerprint(3, mtime_ns, ""))


def test_an_object_of_which_nothing_is_said_is_not_trusted():
    with pytest.raises(OSError, match="neither a tag nor a time"):
        stores._state_of({"type": "file", "size": 3}, Remote("s3://b/a.wav"))
    with pytest.raises(OSError, match="does not say how long"):
        stores._state_of({"type": "file", "size": None, "ETag": "x"}, Remote("s3://b/a.wav"))


def test_a_folder_of_which_nothing_is_said_cannot_be_listed(memory, monkeypatch):
    memory.pipe("/bucket/a.wav", b"abc")
    found = {"/bucket/a.wav": {"name": "/bucket/a.wav", "type": "file", "size": 3}}
    monkeypatch.setattr(type(memory), "find", lambda *_, **__: found)
    with pytest.raises(ParameterError, match="'memory://bucket' cannot be listed: its store says"):
        stores.list_store(Remote("memory://bucket"))


def test_of_a_link_the_store_is_asked_where_it_leads(memory):
    memory.pipe("/bucket/a.wav", b"abc")
    link = stores._listed("memory://bucket/a.wav", {"type": "link", "size": 99})
    assert link.listed is None
    assert outline(link).size == 3


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ValueError("a\n b"), OSError, "a b"),
        (TimeoutError(), OSError, "TimeoutError"),
        (PermissionError("no"), PermissionError, "no"),
        (RuntimeError(f"proxy http://me:{SECRET}@proxy/x?key={SECRET} is closed"), OSError,
         "proxy http://proxy/x is closed"),
    ],
)  # fmt: skip
def test_errors_become_one_line_without_secrets(error, kind, words):
    with pytest.raises(kind) as caught, asking(ANYWHERE):
        raise error
    assert str(caught.value) == words


def test_a_want_of_memory_stays_one():
    with pytest.raises(MemoryError), asking(ANYWHERE):
        raise MemoryError


def test_an_object_that_another_replaces_while_it_is_fetched(memory, monkeypatch):
    memory.pipe("/bucket/a.wav", b"abc")
    copy = stores._copy

    def replaced(place, path):
        found = copy(place, path)
        memory.pipe("/bucket/a.wav", b"xyz")
        return found

    monkeypatch.setattr(stores, "_copy", replaced)
    with pytest.raises(AudioError, match="changed since it was listed"), stores.fetched(ANYWHERE):
        pass


def test_a_store_that_gives_up_in_the_middle(memory, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    memory.pipe("/bucket/a.wav", b"abc")
    [source] = find_recordings(["memory://bucket"])

    def cut(place, path):
        return "", path.write_bytes(b"ab")

    monkeypatch.setattr(stores, "_copy", cut)
    with (
        pytest.raises(AudioError, match="changed since it was listed"),
        stores.fetched(source.path),
    ):
        pass
    assert not list(tmp_path.iterdir())


HOLD = """
import time
from genre_audio.files.scratch import scratch_file
with scratch_file(".wav") as path:
    path.touch()
    print(path, flush=True)
    time.sleep(600)
"""


def test_what_a_killed_process_leaves_is_removed_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as holder:
        left = Path(holder.stdout.readline().strip())
        assert list(clearing_up(name for name in "ab")) == ["a", "b"]
        assert left.exists(), "it is in use"
        holder.send_signal(signal.SIGKILL)
    assert left.exists()
    with scratch_file("/../x.wav") as path:
        assert path.suffix == "", "no ordinary ending"
        path.touch()
        assert not left.exists()
        assert list(clearing_up(name for name in "ab")) == ["a", "b"]
        assert path.exists(), "our own is in use, too"
    assert not list(tmp_path.iterdir())


def test_a_run_that_is_broken_off_clears_up_as_well(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / ".fetched.k3x_81ab.genre-audio"
    left.mkdir()
    begun = clearing_up(name for name in "ab")
    next(begun)
    assert left.exists()
    begun.close()
    assert not left.exists()


def test_without_a_folder_for_temporary_files(memory, monkeypatch):
    def nowhere():
        raise FileNotFoundError(2, "No usable temporary directory found")

    memory.pipe("/bucket/a.wav", b"abc")
    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    with pytest.raises(AudioError, match="set TMPDIR to one"), stores.fetched(ANYWHERE):
        pass
    assert list(clearing_up(name for name in "ab")) == ["a", "b"], "who fetches nothing goes on"
