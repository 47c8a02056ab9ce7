"""A folder takes another's place: in one step where the system can, else in two.

Linux and macOS swap two names in one step (``renameat2``, ``renamex_np``), on nearly all
local file systems. Where that does not go, the old folder is moved away first and then the
new one in. Killed between the two, a run leaves nothing under the name; the old folder then
comes back as soon as anybody asks for it by `restore_folder`, or writes to that place.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import OutputError
from genre_audio.files.leftovers import OLD, sweep, temporary_folder
from genre_audio.files.places import led_to, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["add_to_folder", "replace_folder", "restore_folder"]

_THIS_FOLDER: Final = -100  # AT_FDCWD
_EXCHANGE: Final = 2  # RENAME_EXCHANGE, and RENAME_SWAP of macOS


@contextlib.contextmanager
def replace_folder(path: Path, *, force: bool) -> Iterator[Path]:
    """Fill a folder under a temporary name; it takes the place of `path` at the end.

    Where `path` is a link, it takes the place of what that leads to, and the link stays.

    Parameters
    ----------
    path : pathlib.Path
        Final name.
    force : bool
        Whether a folder that is there already may be replaced.

    Yields
    ------
    pathlib.Path
        An empty folder to fill. If the block raises, it vanishes and `path` is as before.

    Raises
    ------
    OutputError
        If `path` is there and `force` is not given, if it is a link that leads nowhere, or
        if it cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import replace_folder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     with replace_folder(pathlib.Path(root, "model"), force=False) as folder:
    ...         _ = (folder / "a.txt").write_text("a")
    ...     sorted(p.name for p in pathlib.Path(root, "model").iterdir())
    ['a.txt']
    """
    restore_folder(path)
    _refuse_existing(path, force=force)
    place = target_of(path)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with temporary_folder(place) as temporary:
            new = temporary / "new"
            new.mkdir()
            yield new
            _force_to_disk(new)
            _refuse_existing(path, force=force)
            _take_place(place, new=new, old=temporary / OLD / place.name)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


@contextlib.contextmanager
def add_to_folder(path: Path, *, last: str) -> Iterator[Path]:
    """Fill a folder under a temporary name; at the end its files go to `path`, one by one.

    What lies there already under other names stays.

    Parameters
    ----------
    path : pathlib.Path
        The folder, which need not be there.
    last : str
        The file that leads to the others. An old one is deleted before the first of the others
        is replaced, and the new one comes last, so that it never leads to files of another run.

    Yields
    ------
    pathlib.Path
        An empty folder to fill. If the block raises, it vanishes and `path` is as before.

    Raises
    ------
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import add_to_folder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     with add_to_folder(pathlib.Path(root), last="index.html") as folder:
    ...         _ = (folder / "index.html").write_text("")
    ...         _ = (folder / "page.html").write_text("")
    ...     sorted(path.name for path in pathlib.Path(root).iterdir())
    ['index.html', 'page.html']
    """
    made = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with temporary_folder(path / last) as new:
            yield new
            files = sorted(each.relative_to(new) for each in new.rglob("*") if each.is_file())
            for place in {(path / name).parent for name in files}:
                place.mkdir(parents=True, exist_ok=True)
            (path / last).unlink(missing_ok=True)
            for name in sorted(files, key=lambda name: name.as_posix() == last):
                (new / name).replace(path / name)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if made:  # and nothing came of it
            with contextlib.suppress(OSError):
                path.rmdir()


def restore_folder(path: Path) -> Path:
    """Put a folder back whose replacement a killed run did not finish, and return its path.

    Does nothing where the folder stands, or where there is none to put back.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import restore_folder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     old = pathlib.Path(root, ".model.k3x_81ab.genre-audio", "old", "model")
    ...     old.mkdir(parents=True)
    ...     restore_folder(pathlib.Path(root, "model")).is_dir()
    ...     [path.name for path in pathlib.Path(root).iterdir()]
    True
    ['model']
    """
    if not path.exists():
        sweep(led_to(path).parent)
    return path


def _refuse_existing(path: Path, *, force: bool) -> None:
    if path.exists() and not force:
        raise OutputError(f"{path} is there already; use --force to replace it, or another name")


def _force_to_disk(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _take_place(path: Path, *, new: Path, old: Path) -> None:
    """Put `new` at `path`; what stood there vanishes with the temporary folder, or comes back."""
    if path.exists():
        if _exchange(new, path):
            return
        old.parent.mkdir()
        path.replace(old)
    new.replace(path)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    libc: Any = ctypes.CDLL(None)
    names = os.fsencode(one), os.fsencode(other)
    if hasattr(libc, "renameat2"):
        done = libc.renameat2(_THIS_FOLDER, names[0], _THIS_FOLDER, names[1], _EXCHANGE)
    elif hasattr(libc, "renamex_np"):
        done = libc.renamex_np(*names, _EXCHANGE)
    else:
        return False
    return bool(done == 0)
