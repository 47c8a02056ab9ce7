"""Atomic replacement, locks and fingerprints."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from genre_audio.errors import BusyError, OutputError
from genre_audio.files import (
    Fingerprint,
    fingerprint,
    lock,
    replace_folder,
    replace_text,
    replacing,
    restore_folder,
)
from genre_audio.files.leftovers import sweep
from genre_audio.files.places import check_writable

DENIED = PermissionError(errno.EACCES, "Permission denied")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refuse(*args: object, **kwargs: object) -> None:
    raise DENIED


# --- replace_text -------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "a\nb\r\nc\r", "žluťoučký 鼓 \U0001f941\n"])
def test_text_is_written_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "new" / "folder" / "note.txt"
    replace_text(path, text)
    assert path.read_bytes() == text.encode()
    assert names(path.parent) == ["note.txt"]


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")
    monkeypatch.setattr(step, refuse)
    with pytest.raises(OutputError, match=r"note\.txt cannot be written: Permission denied"):
        replace_text(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["note.txt"]


def test_an_interruption_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    path = tmp_path / "note.txt"
    path.write_text("old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        replace_text(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["note.txt"]


def test_text_that_utf8_cannot_say_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(path, "caf\udce9")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["note.txt"]


def test_a_folder_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        replace_text(tmp_path / "note.txt", "new")


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"note\.txt cannot be written"):
        replace_text(tmp_path / "file" / "note.txt", "new")


def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "real.txt", tmp_path / "link.txt"
    link.symlink_to("between.txt")
    (tmp_path / "between.txt").symlink_to("deep/real.txt")
    for text in ("new", "newer"):  # it may lead to nothing yet
        replace_text(link, text)
        assert link.is_symlink()
        assert not target.is_symlink()
        assert target.read_text() == text
    target.chmod(0o640)
    with replacing(link) as file:
        assert file.parent == target.parent  # of one disk, so that it goes in one step
    replace_text(link, "newest")
    assert target.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in target.parent.iterdir()] == ["real.txt"]


def test_a_link_to_a_folder_stays_and_the_folder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "v1", tmp_path / "model"
    link.symlink_to("deep/v1")
    for text in ("new", "newer"):
        with replace_folder(link, force=True) as folder:
            (folder / "a.txt").write_text(text)
        assert link.is_symlink()
        assert (target / "a.txt").read_text() == text
    with pytest.raises(OutputError, match="--force"), replace_folder(link, force=False):
        pass
    # What a killed run moved away comes back by either name.
    left = target.parent / ".v1.k3x_81ab.genre-audio" / "old"
    left.mkdir(parents=True)
    target.rename(left / "v1")
    assert (restore_folder(link) / "a.txt").read_text() == "newer"
    assert link.is_symlink()


@pytest.mark.parametrize("target", ["knot", "nowhere/file", "knot/file"])
def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path, target: str) -> None:
    knot, link = tmp_path / "knot", tmp_path / "link"
    knot.symlink_to(knot)
    link.symlink_to(target)
    where = pytest.raises(OutputError, match="link that leads nowhere")
    with where:
        replace_text(link, "new")
    with where, replace_folder(link, force=True):
        pass
    with where, lock(link):
        pass
    with where:
        check_writable(link)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["knot", "link"]


def test_a_link_has_the_lock_of_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "real.csv", tmp_path / "link.csv"
    link.symlink_to(target)
    with lock(link), pytest.raises(BusyError), lock(target):
        pass
    with lock(target), pytest.raises(BusyError), lock(link):
        pass


def test_a_link_in_what_seems_left_behind_moves_nothing(tmp_path: Path) -> None:
    # In a folder where anybody may make things, anybody may make one that looks like ours.
    (tmp_path / "home" / "private").mkdir(parents=True)
    left = tmp_path / "shared" / ".a.k3x_81ab.genre-audio"
    left.mkdir(parents=True)
    (left / "old").symlink_to(tmp_path / "home")
    sweep(tmp_path / "shared")
    assert (tmp_path / "home" / "private").is_dir()
    assert not (tmp_path / "shared" / "private").exists()


@pytest.mark.parametrize("sticky", [True, False])
def test_what_others_left_in_a_folder_for_everybody_is_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sticky: bool
) -> None:
    left = tmp_path / ".a.k3x_81ab.genre-audio"
    left.touch()
    tmp_path.chmod(0o1777 if sticky else 0o777)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    sweep(tmp_path)
    assert left.exists() == sticky
    monkeypatch.undo()
    sweep(tmp_path)
    assert not left.exists()


def test_what_is_no_ordinary_file_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for place in (pipe, tmp_path, tmp_path / "link"):
        if place.name == "link":
            place.symlink_to(pipe)
        with pytest.raises(OutputError, match="is no ordinary file"):
            replace_text(place, "new")
    assert pipe.is_fifo()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "pipe"]
    with pytest.raises(OutputError, match="/dev/no-such-device is no ordinary file"):
        replace_text(Path("/dev/no-such-device"), "new")
    assert not Path("/dev/no-such-device").exists()


def test_a_new_file_has_the_mode_that_new_files_have(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("")
    replace_text(tmp_path / "ours", "")
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("old")
    path.chmod(0o640)
    replace_text(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


# --- replace_folder -----------------------------------------------------------------


def fill(path: Path, text: str, *, force: bool = False) -> None:
    with replace_folder(path, force=force) as folder:
        (folder / "a.txt").write_text(text)


def test_a_folder_stands_only_when_it_is_filled(tmp_path: Path) -> None:
    path = tmp_path / "new" / "model"
    with replace_folder(path, force=False) as folder:
        (folder / "a.txt").write_text("a")
        assert not path.exists()
    assert names(path) == ["a.txt"]
    assert names(path.parent) == ["model"]


def test_a_folder_is_replaced_by_force_only(tmp_path: Path) -> None:
    path = tmp_path / "model"
    fill(path, "old")
    with pytest.raises(OutputError, match="is there already; use --force"):
        fill(path, "new")
    assert (path / "a.txt").read_text() == "old"
    (path / "b.txt").write_text("left over")
    fill(path, "new", force=True)
    assert (path / "a.txt").read_text() == "new"
    assert names(path) == ["a.txt"]
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (ValueError("no"), ValueError),
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), OutputError),
        (OSError("no number"), OutputError),
    ],
)
def test_a_failure_inside_leaves_the_old_folder(
    tmp_path: Path, error: BaseException, raised: type[BaseException]
) -> None:
    path = tmp_path / "model"
    fill(path, "old")

    def fail() -> None:
        with replace_folder(path, force=True) as folder:
            (folder / "a.txt").write_text("new")
            raise error

    with pytest.raises(raised, match="No space|no number" if raised is OutputError else None):
        fail()
    assert (path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["model"]


def test_the_old_folder_comes_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    fill(path, "old")
    replace = Path.replace

    def stumble(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise DENIED
        return replace(self, target)

    monkeypatch.setattr("genre_audio.files.folders._exchange", lambda *_: False)
    monkeypatch.setattr(Path, "replace", stumble)
    with pytest.raises(OutputError, match="model cannot be written: Permission denied"):
        fill(path, "new", force=True)
    assert (path / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["model"]


class Swaps:
    """A system that swaps two names, by whatever name it does so."""

    def __init__(self, name: str, result: int) -> None:
        self.asked: list[tuple[object, ...]] = []

        def swap(*arguments: object) -> int:
            self.asked.append(arguments)
            return result

        setattr(self, name, swap)


@pytest.mark.parametrize("system", ["linux", "macos", "refuses", "none"])
def test_a_folder_is_replaced_whatever_the_system_can_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str
) -> None:
    path = tmp_path / "model"
    fill(path, "old")
    fake: dict[str, object] = {
        "macos": Swaps("renamex_np", -1),
        "refuses": Swaps("renameat2", -1),
        "none": object(),
    }
    if system in fake:
        monkeypatch.setattr("ctypes.CDLL", lambda name: fake[system])
    fill(path, "new", force=True)
    assert (path / "a.txt").read_text() == "new"
    assert names(tmp_path) == ["model"]
    swaps = fake.get(system)
    if isinstance(swaps, Swaps):
        (asked,) = swaps.asked
        assert os.fsencode(path) in asked
        assert asked[-1] == 2


@pytest.mark.skipif(sys.platform != "linux", reason="asks how Linux does it")
def test_on_linux_there_is_always_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model"
    fill(path, "old")

    def never(self: Path, target: Path) -> Path:
        raise AssertionError

    monkeypatch.setattr(Path, "replace", never)
    fill(path, "new", force=True)
    assert (path / "a.txt").read_text() == "new"


def test_a_folder_in_a_place_that_cannot_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(OutputError, match="model cannot be written: Permission denied"):
        fill(tmp_path / "model", "new")


# --- lock ---------------------------------------------------------------------------

HOLD = """
import pathlib, sys
from genre_audio.files import lock
with lock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_turned_away_until_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / "new" / "features.csv"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=r"another process is writing .*features\.csv"):
            lock(path).__enter__()
        with lock(path.with_name("other.csv")):
            pass
        other.communicate()
    with lock(path):
        pass


def test_a_lock_is_let_go_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no"), lock(tmp_path / "features.csv"):
        raise ValueError("no")
    with lock(tmp_path / "features.csv"):
        pass


def test_a_lock_in_a_place_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"features\.csv cannot be written"):
        lock(tmp_path / "file" / "features.csv").__enter__()


# --- fingerprints -------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.wav"
    path.write_bytes(b"abc")
    return path


def test_a_fingerprint_survives_a_copy_and_a_touch(file: Path) -> None:
    taken = fingerprint(file)
    assert Fingerprint(**taken.as_dict()) == taken
    assert taken.matches(file)
    copy = file.with_name("b.wav")
    copy.write_bytes(b"abc")
    os.utime(copy, ns=(0, 0))
    assert taken.matches(copy)


@pytest.mark.parametrize("content", [b"abcd", b"abd", b""])
def test_other_content_does_not_match(file: Path, content: bytes) -> None:
    taken = fingerprint(file)
    file.write_bytes(content)
    os.utime(file, ns=(0, taken.mtime_ns + 1_000_000_000))
    assert not taken.matches(file)


def test_a_file_of_the_same_size_and_time_is_not_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = fingerprint(file)
    monkeypatch.setattr(Path, "open", refuse)
    assert taken.matches(file)


def test_a_file_that_is_gone_does_not_match(file: Path) -> None:
    taken = fingerprint(file)
    file.unlink()
    assert not taken.matches(file)
    with pytest.raises(FileNotFoundError):
        fingerprint(file)
