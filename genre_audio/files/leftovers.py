"""Temporary files and folders: whose process still lives, and which were left by a killed one.

What is being filled has a name that nobody gives a file, ``.features.csv.k3x_81ab.genre-audio``,
and is locked by the process that fills it. The system lets go of a lock when a process
dies, however it dies. So whatever has such a name and is not locked was left behind, and
goes away when something is written to that folder next. Where a file system knows no
locks, nobody can tell, and it stays.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["OLD", "sweep", "temporary_file", "temporary_folder"]

OLD: Final = "old"
"""Where in a temporary folder lies, under its own name, the folder whose place is taken."""

_GONE: Final = "gone"
_SUFFIX: Final = ".genre-audio"
_NAME: Final = re.compile(rf"\..*\.[a-z0-9_]{{8}}{re.escape(_SUFFIX)}", re.DOTALL)
_LONGEST: Final = 100  # bytes of a final name in a temporary one, which may have 255


@contextlib.contextmanager
def temporary_file(path: Path) -> Iterator[Path]:
    """Make an empty file beside `path`; at the end it is deleted, if it is still there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.leftovers import temporary_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with temporary_file(pathlib.Path(folder, "a.csv")) as file:
    ...         file.name.startswith(".a.csv."), file.name.endswith(".genre-audio")
    (True, True)
    """
    _sweep_once(path.parent.absolute())

    def make() -> tuple[int, str]:
        """Make the file and open it."""
        return tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=_SUFFIX)

    descriptor, name = _claimed(make)
    try:
        yield Path(name)
    finally:
        try:
            Path(name).unlink(missing_ok=True)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def temporary_folder(path: Path) -> Iterator[Path]:
    """Make an empty folder beside `path`; at the end it is deleted, with all in it.

    What lies in its subfolder `OLD` goes back to its place if nothing stands there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.leftovers import temporary_folder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     with temporary_folder(pathlib.Path(root, "model")) as folder:
    ...         folder.is_dir()
    ...     folder.exists()
    True
    False
    """
    _sweep_once(path.parent.absolute())

    def make() -> tuple[int, str]:
        """Make the folder and open it, which another process may have swept away meanwhile."""
        while True:
            name = tempfile.mkdtemp(dir=path.parent, prefix=_prefix(path), suffix=_SUFFIX)
            with contextlib.suppress(FileNotFoundError):
                return os.open(name, os.O_RDONLY), name

    descriptor, name = _claimed(make)
    try:
        yield Path(name)
    finally:
        try:
            _dissolve(Path(name))
        finally:
            os.close(descriptor)


def sweep(folder: Path) -> None:
    """Delete what killed runs left in a folder; what they had moved away comes back.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.leftovers import sweep
    >>> with tempfile.TemporaryDirectory() as root:
    ...     left = pathlib.Path(root, ".a.csv.k3x_81ab.genre-audio")
    ...     left.touch()
    ...     sweep(pathlib.Path(root))
    ...     left.exists()
    False
    """
    try:
        left = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:
        return
    for path in left:
        _remove_if_left(path)


# Each process looks once: ten thousand pages in one folder would be listed ten thousand times.
_sweep_once = functools.lru_cache(maxsize=1024)(sweep)


def _prefix(path: Path) -> str:
    name = path.name.encode(errors="surrogateescape")[:_LONGEST].decode(errors="ignore")
    return f".{name}."


def _claimed(make: Callable[[], tuple[int, str]]) -> tuple[int, str]:
    """Make something and lock it, again if another process took it for left behind before."""
    while True:
        descriptor, name = make()
        if _lock(descriptor) is not False and os.path.lexists(name):
            return descriptor, name
        os.close(descriptor)


def _lock(descriptor: int) -> bool | None:
    """Lock an open file or folder; None where there is no telling."""
    try:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):
        return None
    return True


def _remove_if_left(path: Path) -> None:
    try:
        kind = os.O_RDONLY if path.is_dir() else os.O_RDWR
        descriptor = os.open(path, kind | os.O_NOFOLLOW)
    except OSError:  # another user's, or gone
        return
    try:
        if _may_be_ours(descriptor, folder=path.parent) and _lock(descriptor):
            if kind == os.O_RDONLY:
                _dissolve(path)
            else:
                path.unlink(missing_ok=True)
    except OSError:
        return
    finally:
        os.close(descriptor)


def _may_be_ours(descriptor: int, *, folder: Path) -> bool:
    """Tell whether what was left is this user's, in a folder where anybody may leave things."""
    if not (sys.platform != "win32" and folder.stat().st_mode & stat.S_ISVTX):
        return True
    return os.fstat(descriptor).st_uid == os.geteuid()


def _dissolve(temporary: Path) -> None:
    """Delete a temporary folder, but nothing whose place is empty."""
    old = temporary / OLD
    with contextlib.suppress(OSError):
        # A link would be somebody else's, and what it leads to is not ours to move.
        for folder in () if old.is_symlink() else old.iterdir():
            place = temporary.parent / folder.name
            if not place.exists():
                folder.rename(place)
        # From here on nobody takes what is left of it for the folder of that name.
        old.rename(temporary / _GONE)
    if not old.exists():
        shutil.rmtree(temporary, ignore_errors=True)
