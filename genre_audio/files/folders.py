"""A folder takes another's place in two steps, or not at all."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from genre_audio.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["replace_folder"]


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
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:100]}."))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        new = temporary / "new"
        new.mkdir()
        yield new
        _take_place(path, new=new, old=temporary / "old")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _take_place(path: Path, *, new: Path, old: Path) -> None:
    """Move `path` away to `old` and `new` to `path`, or nothing."""
    if not path.exists():
        new.replace(path)
        return
    path.replace(old)
    try:
        new.replace(path)
    except BaseException:
        old.replace(path)
        raise
