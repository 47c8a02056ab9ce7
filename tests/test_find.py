"""Files and folders become named sources."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio import AUDIO_SUFFIXES, Source, find_recordings
from genre_audio.audio.find import printable
from genre_audio.errors import ParameterError


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def names(*paths: Path) -> list[str]:
    return [source.name for source in find_recordings(paths)]


def test_names_are_posix_paths_below_the_folder_given(tmp_path: Path) -> None:
    touch(tmp_path, "b/song.wav", "b/a/song.mp3", "z.flac")
    assert names(tmp_path) == ["b/a/song.mp3", "b/song.wav", "z.flac"]
    assert names(tmp_path / "b") == ["a/song.mp3", "song.wav"]
    assert find_recordings([tmp_path / "b"])[1] == Source("song.wav", tmp_path / "b/song.wav")


@pytest.mark.parametrize("suffix", [*sorted(AUDIO_SUFFIXES), ".WAV", ".Mp3"])
def test_recordings_are_known_by_their_ending(tmp_path: Path, suffix: str) -> None:
    touch(tmp_path, f"take{suffix}")
    assert names(tmp_path) == [f"take{suffix}"]


def test_other_and_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "notes.txt", "wav", ".wav", "._song.wav", ".trash/song.wav", "a/.b/c/d.wav")
    assert names(tmp_path) == []


def test_a_file_given_by_itself_is_always_listed(tmp_path: Path) -> None:
    touch(tmp_path, ".hidden", "notes.txt")
    assert names(tmp_path / "notes.txt", tmp_path / ".hidden") == [".hidden", "notes.txt"]


def test_a_folder_may_be_called_like_a_recording(tmp_path: Path) -> None:
    touch(tmp_path, "album.wav/one.wav")
    assert names(tmp_path) == ["album.wav/one.wav"]


def test_an_empty_list_and_an_empty_folder_give_nothing(tmp_path: Path) -> None:
    assert find_recordings([]) == find_recordings([tmp_path]) == []


@pytest.mark.parametrize("kind", [str, os.fspath])
def test_paths_may_be_strings(tmp_path: Path, kind: type) -> None:
    touch(tmp_path, "a.wav")
    assert [source.name for source in find_recordings([kind(tmp_path)])] == ["a.wav"]


def test_a_missing_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"there is no file or folder '.*nowhere\.wav'"):
        find_recordings([tmp_path / "nowhere.wav"])


def test_the_order_of_the_paths_given_does_not_matter(tmp_path: Path) -> None:
    touch(tmp_path, "x/b.wav", "y/a.wav", "c.wav")
    paths = [tmp_path / "x", tmp_path / "y", tmp_path / "c.wav"]
    assert find_recordings(paths) == find_recordings(reversed(paths))
    assert names(*paths) == ["a.wav", "b.wav", "c.wav"]


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "x/song.wav", "y/song.wav")
    with pytest.raises(ParameterError, match=r"would both be called 'song\.wav'; give the folder"):
        find_recordings([tmp_path / "x", tmp_path / "y"])
    assert names(tmp_path) == ["x/song.wav", "y/song.wav"]


def test_the_same_file_twice_is_one_source(tmp_path: Path) -> None:
    touch(tmp_path, "x/song.wav")
    (tmp_path / "link").symlink_to(tmp_path / "x")
    assert names(tmp_path / "x", tmp_path / "x/song.wav", tmp_path / "link") == ["song.wav"]


def test_loops_of_symbolic_links_end(tmp_path: Path) -> None:
    touch(tmp_path, "a/song.wav")
    (tmp_path / "a/self").symlink_to(tmp_path / "a")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "knot.wav").symlink_to(tmp_path / "knot.wav")
    assert names(tmp_path) == ["a/song.wav", "knot.wav"]


def test_linked_folders_are_searched(tmp_path: Path) -> None:
    touch(tmp_path, "elsewhere/song.wav", "here/own.wav")
    (tmp_path / "here/linked").symlink_to(tmp_path / "elsewhere")
    assert names(tmp_path / "here") == ["linked/song.wav", "own.wav"]


def test_a_link_that_leads_nowhere_is_listed_to_be_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.wav").symlink_to(tmp_path / "nowhere")
    assert names(tmp_path) == names(tmp_path / "gone.wav") == ["gone.wav"]
    assert names(tmp_path, tmp_path / "gone.wav") == ["gone.wav"]


def test_two_dead_links_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "gone.wav").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ParameterError, match=r"would both be called 'gone\.wav'"):
        find_recordings([tmp_path / "x", tmp_path / "y"])


@pytest.mark.parametrize(
    "name", ["two words.wav", "Ñandú ガムラン.flac", "new\nline.mp3", "%s.ogg"]
)
def test_names_are_left_as_they_are(tmp_path: Path, name: str) -> None:
    touch(tmp_path, name)
    assert names(tmp_path) == [name]


def test_a_carriage_return_is_spelled_out(tmp_path: Path) -> None:
    # Unquoted in a CSV file it would end the row.
    touch(tmp_path, "two\rlines.mp3")
    assert names(tmp_path) == ["two\\x0dlines.mp3"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
@pytest.mark.parametrize("single", [False, True])
def test_names_that_are_not_utf8_can_be_printed_and_opened(tmp_path: Path, single: bool) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.wav")
    path.touch()
    (source,) = find_recordings([path if single else tmp_path])
    assert source.name.encode() == rb"caf\xe9.wav"
    assert source.path.exists()


def test_a_folder_without_permission_does_not_stop_the_search(tmp_path: Path) -> None:
    touch(tmp_path, "closed/song.wav", "open/song.wav")
    (tmp_path / "closed").chmod(0)
    try:
        if os.access(tmp_path / "closed", os.R_OK):
            pytest.skip("this user may read everything")
        assert names(tmp_path) == ["closed/", "open/song.wav"]
    finally:
        (tmp_path / "closed").chmod(0o755)


def test_a_folder_that_cannot_be_listed_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "closed/song.wav", "open/song.wav")
    scandir = os.scandir

    def closed(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    fault = "the folder cannot be listed: Permission denied"
    assert [(each.name, each.fault) for each in find_recordings([tmp_path])] == [
        ("closed/", fault),
        ("open/song.wav", ""),
    ]
    assert [(each.name, each.fault) for each in find_recordings([tmp_path / "closed"])] == [
        ("closed/", fault)
    ]


@pytest.mark.parametrize("code", [errno.EACCES, errno.EIO, errno.ESTALE, errno.ENAMETOOLONG])
def test_a_file_that_cannot_be_looked_at_is_listed_to_be_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(*args: object, **how: object) -> None:
        raise OSError(code, os.strerror(code))

    touch(tmp_path, "a.wav")
    monkeypatch.setattr(type(tmp_path), "stat", fail)
    assert names(tmp_path / "a.wav") == ["a.wav"]


def test_a_subfolder_that_vanishes_while_the_others_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "a/song.wav", "b/song.wav")
    scandir = os.scandir

    def vanish(path: str) -> object:
        if path.endswith("a/"):
            (tmp_path / "b/song.wav").unlink()
            (tmp_path / "b").rmdir()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanish)
    found = find_recordings([tmp_path])
    assert [source.name for source in found] == ["a/song.wav", "b/"]
    assert found[1].fault == "the folder cannot be listed: No such file or directory"


def test_a_link_that_may_not_be_followed_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Entry:
        name = "link.wav"

        def is_dir(self) -> bool:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", lambda _: contextlib.nullcontext([Entry()]))
    assert names(tmp_path) == ["link.wav"]


def test_folders_may_lie_deeper_than_calls_and_paths_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Entry:
        name = "d"

        def is_dir(self) -> bool:
            return True

    def look(path: str, **how: object) -> os.stat_result:
        # As the system does, of a path that is longer than it allows.
        if len(os.fspath(path)) > 4096:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        return os.stat_result((stat.S_IFDIR, len(os.fspath(path)), 1, *[0] * 7))

    monkeypatch.setattr(os, "scandir", lambda _: contextlib.nullcontext([Entry()]))
    monkeypatch.setattr(os, "stat", look)
    monkeypatch.setattr(Path, "stat", look)
    (found,) = find_recordings([tmp_path])
    assert found.name.count("d/") > 1_500
    assert found.fault == "the folder cannot be listed: File name too long"


def told_apart(name: bytes) -> bytes:
    """Undo `printable`, by the rule that it states."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), name)


FRAGMENTS = st.sampled_from([b"\\", b"x", b"\xe9", b"e9", b"\r", b"5c", b"0d", "é".encode(), b"a"])


@given(st.lists(FRAGMENTS, max_size=9).map(b"".join))
def test_no_two_names_of_files_are_one_name_in_a_table(name: bytes) -> None:
    said = printable(os.fsdecode(name)).encode()
    assert b"\r" not in said
    assert told_apart(said) == name


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_a_byte_and_its_spelling_lie_side_by_side(tmp_path: Path) -> None:
    for raw in (b"caf\xe9.wav", rb"caf\xe9.wav", rb"AC\DC.wav"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + raw)).touch()
    assert names(tmp_path) == [r"AC\DC.wav", r"caf\x5cxe9.wav", r"caf\xe9.wav"]


def test_names_that_differ_only_in_case_or_in_form_are_different(tmp_path: Path) -> None:
    given = ["Case.wav", "case.wav", "CASE.WAV", "caf\u00e9.wav", "cafe\u0301.wav"]
    touch(tmp_path, *given)
    if len([*tmp_path.iterdir()]) < len(given):
        pytest.skip("this file system does not tell such names apart")
    assert names(tmp_path) == sorted(given)


def test_a_listing_costs_the_same_for_each_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many files each is named once and none is looked at by itself."""

    class Entry:
        def __init__(self, number: int) -> None:
            self.name = f"{number:06d}.wav"

        def is_dir(self) -> bool:
            return False

    def listing(_: str) -> contextlib.nullcontext[list[Entry]]:
        return contextlib.nullcontext([Entry(number) for number in range(5_000)])

    looked: list[object] = []
    look = os.stat

    def count(path: str, **how: object) -> os.stat_result:
        looked.append(path)
        return look(path)

    monkeypatch.setattr(os, "scandir", listing)
    monkeypatch.setattr(os, "stat", count)
    found = find_recordings([tmp_path])
    assert len({source.name for source in found}) == 5_000
    assert len(looked) <= 2
