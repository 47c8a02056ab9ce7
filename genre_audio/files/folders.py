"""A folder takes another's place in one step where the system can do that, else in two.

Two names swap what they name in one step on Linux and macOS, but not on all file systems, such
as those of networks. A process that is killed there between two steps leaves the place empty,
with the old folder beside it: `tidy_place` puts it back.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["replace_folder", "tidy_place"]

_RANDOM: Final = 8
"""So many letters `tempfile` puts behind a prefix."""
_NEW: Final = "new"
_OLD: Final = "old"
_HERE: Final = -100
"""What renameat2 knows the current folder as."""
_SWAP: Final = 2
"""What it, and renamex_np of macOS, call a swap."""


@contextlib.contextmanager
def replace_folder(path: Path, *, force: bool) -> Iterator[Path]:
    """Fill a folder under a temporary name; it takes the place of `path` at the end.

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
        If `path` is there and `force` is not given, or if it cannot be written.

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
    if path.exists() and not force:
        raise OutputError(f"{path} is there already; use --force to replace it, or another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=_prefix(path)))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        new = temporary / _NEW
        new.mkdir()
        yield new
        _take_place(path, new=new, old=temporary / _OLD)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def tidy_place(path: Path) -> None:
    """Put right what a killed process left beside a place that it was to fill.

    Nobody else may be writing it: hold its lock.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.folders import tidy_place
    >>> with tempfile.TemporaryDirectory() as root:
    ...     (pathlib.Path(root) / ".model.abcdefgh" / "old").mkdir(parents=True)
    ...     tidy_place(pathlib.Path(root, "model"))
    ...     [path.name for path in pathlib.Path(root).iterdir()]
    ['model']
    """
    prefix = _prefix(path)
    with contextlib.suppress(OSError):
        for left in sorted(path.parent.iterdir()):
            ours = left.name.startswith(prefix) and len(left.name) == len(prefix) + _RANDOM
            if not (ours and left.is_dir() and {p.name for p in left.iterdir()} <= {_NEW, _OLD}):
                continue
            if not path.exists() and (left / _OLD).exists():
                (left / _OLD).replace(path)
            shutil.rmtree(left, ignore_errors=True)


def _prefix(path: Path) -> str:
    return f".{path.name[:100]}."


def _take_place(path: Path, *, new: Path, old: Path) -> None:
    """Move `path` away and `new` to `path`, or nothing."""
    if not path.exists():
        new.replace(path)
        return
    if _swapped(new, path):
        return
    path.replace(old)
    try:
        new.replace(path)
    except BaseException:
        old.replace(path)
        raise


def _swapped(one: Path, other: Path) -> bool:
    """Have two names swap what they name; tell whether they did."""
    libc: Any = ctypes.CDLL(None)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if hasattr(libc, "renameat2"):
            return int(libc.renameat2(_HERE, first, _HERE, second, _SWAP)) == 0
        return int(libc.renamex_np(first, second, _SWAP)) == 0
    except AttributeError:
        return False
