"""Files and folders become named sources."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from genre_audio.audio import AUDIO_SUFFIXES, Source, find_recordings
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from pathlib import Path


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
        assert names(tmp_path) == ["open/song.wav"]
    finally:
        (tmp_path / "closed").chmod(0o755)
