"""Places that hide, lead in circles or do not answer; files that change while they are read."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from genre_audio.errors import AudioError, OutputError, ParameterError
from genre_audio.files import fingerprint, lock
from genre_audio.files.fingerprints import watching
from genre_audio.files.homes import user_folder
from genre_audio.files.places import check_writable, is_folder, is_gone, real_path, same_file

if TYPE_CHECKING:
    from collections.abc import Callable

HIDDEN = (errno.EACCES, errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ELOOP)


def fail(code: int) -> Callable[..., None]:
    def refuse(*args: object, **how: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


def test_a_circle_of_links_is_neither_folder_nor_gone_nor_followed(tmp_path: Path) -> None:
    knot = tmp_path / "knot"
    knot.symlink_to(knot)
    assert not is_folder(knot)
    assert not is_gone(knot)
    assert real_path(knot) == real_path(tmp_path) / "knot"
    assert same_file(knot, tmp_path / "knot")
    assert not same_file(knot, tmp_path / "other")


def test_what_is_there_is_not_gone_and_what_is_not_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert not is_gone(tmp_path / "file")
    assert is_gone(tmp_path / "nowhere")
    assert is_gone(tmp_path / "file" / "below")


@pytest.mark.parametrize("code", HIDDEN)
def test_what_cannot_be_looked_at_may_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(Path, "stat", fail(code))
    assert not is_gone(tmp_path / "nowhere")


def test_two_links_that_lead_nowhere_are_two_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    (tmp_path / "here").symlink_to(tmp_path)
    assert not same_file(tmp_path / "a", tmp_path / "b")
    assert same_file(tmp_path / "a", tmp_path / "here" / "a")


# --- places to write to ---------------------------------------------------------------


def test_new_folders_may_be_made_where_one_may_write(tmp_path: Path) -> None:
    check_writable(tmp_path)
    check_writable(tmp_path / "new" / "folder" / "page.html")


def test_a_closed_folder_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By the answer of the system, for nothing is closed to root.
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != tmp_path)
    for path in (tmp_path, tmp_path / "page.html", tmp_path / "new" / "page.html"):
        with pytest.raises(OutputError, match=r"cannot be written: you may not write to .*; name"):
            check_writable(path)
    (tmp_path / "open").mkdir()
    check_writable(tmp_path / "open" / "page.html")


def test_a_file_is_no_folder_to_write_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"file is no folder that can be entered"):
        check_writable(tmp_path / "file" / "page.html")


# --- no home --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cache", "data"])
def test_without_a_home_nothing_is_there_and_nothing_can_be_kept(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def unknown(_: str) -> Path:
        raise RuntimeError("could not determine the home directory")

    for answer in (unknown, lambda name: Path("~", ".local", name)):
        monkeypatch.setattr(f"platformdirs.user_{kind}_path", answer)
        folder = user_folder(kind)
        assert is_gone(folder)
        with pytest.raises(OSError, match=r"Not a directory|File exists"):
            folder.mkdir(parents=True, exist_ok=True)


# --- files that change ----------------------------------------------------------------


def long_ago(path: Path) -> None:
    os.utime(path, ns=(0, 0))


def test_a_file_left_alone_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    long_ago(path)
    with watching(path) as found:
        monkeypatch.setattr("genre_audio.files.fingerprints.fingerprint", fail(errno.EIO))
    assert found.sha256 == fingerprint(path).sha256


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"d")


def rewrite(path: Path) -> None:
    path.write_bytes(b"xyz")
    long_ago(path)


def cut(path: Path) -> None:
    os.truncate(path, 1)


def put_another_there(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"xyz")
    long_ago(other)
    other.replace(path)


@pytest.mark.parametrize("change", [grow, rewrite, cut, put_another_there])
@pytest.mark.parametrize("old", [True, False])
def test_a_file_that_changes_while_it_is_read_is_not_believed(
    tmp_path: Path, change: Callable[[Path], None], old: bool
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    if old:
        long_ago(path)
    with (
        pytest.raises(AudioError, match="changed while it was read: try again when it is whole"),
        watching(path),
    ):
        change(path)


def test_a_file_changed_twice_within_a_tick_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    now = path.stat()

    def change() -> None:
        path.write_bytes(b"xbc")
        os.utime(path, ns=(now.st_atime_ns, now.st_mtime_ns))

    with pytest.raises(AudioError, match="changed while it was read"), watching(path):
        change()


def test_a_file_that_is_only_touched_still_holds(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    with watching(path) as found:
        long_ago(path)
    assert found.size == 3


def test_a_file_that_vanishes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    with pytest.raises(FileNotFoundError), watching(path):
        path.unlink()


def test_what_cannot_be_read_may_be_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    found = fingerprint(path)
    assert found.may_match(path)
    grow(path)
    assert not found.may_match(path)
    path.unlink()
    assert not found.may_match(path)
    monkeypatch.setattr(Path, "stat", fail(errno.EIO))
    assert found.may_match(path)


@pytest.mark.parametrize("scheme", ["s3", "az", "hf", "memory", "HTTPS", "git+ssh"])
def test_a_url_is_no_place_to_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.chdir(tmp_path)
    place = Path(f"{scheme}://archive/features.csv")
    with pytest.raises(ParameterError, match="is a URL: name a file"):
        check_writable(place)
    with pytest.raises(ParameterError, match="is a URL: name a file"), lock(place):
        pass
    assert list(tmp_path.iterdir()) == []
    Path(f"{scheme}:").mkdir()  # whoever has a folder of that name means it
    check_writable(place)
