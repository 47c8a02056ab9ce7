"""Files for a moment, in the folder for temporary files, while a recording of a store is read.

A worker may be killed at any time, and cleans nothing up then. What it leaves is known by
its name and its lock (`genre_audio.files.leftovers`): the next process that makes such a
file removes it, and so does the run itself when its last result has come.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from genre_audio.files.leftovers import sweep, temporary_folder

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = ["clearing_up", "scratch_file"]

Result = TypeVar("Result")

_PLAIN: Final = re.compile(r"\.\w{1,10}", re.ASCII)


@contextlib.contextmanager
def scratch_file(suffix: str = "", *, size: int = 0) -> Iterator[Path]:
    """Have a place for a file, which vanishes at the end of the block.

    Parameters
    ----------
    suffix : str
        What its name is to end in, if that is an ordinary ending.
    size : int
        Bytes that there must be room for.

    Yields
    ------
    pathlib.Path
        Where nothing is yet.

    Raises
    ------
    OSError
        If there is no folder for temporary files, or no room in it.

    Examples
    --------
    >>> from genre_audio.files.scratch import scratch_file
    >>> with scratch_file(".wav", size=3) as path:
    ...     path.write_bytes(b"abc")
    3
    >>> path.exists()
    False
    """
    root = _root()
    free = shutil.disk_usage(root).free
    if free < size:
        raise OSError(
            f"it has {size} bytes, and {root} has room for {free}: set TMPDIR to a folder with more"
        )
    name = "recording" + (suffix if _PLAIN.fullmatch(suffix) else "")
    with temporary_folder(root / "fetched") as folder:
        yield folder / name


def clearing_up(results: Generator[Result, None, None]) -> Generator[Result, None, None]:
    """Yield what workers give, and remove at the end what those left behind that were killed.

    Examples
    --------
    >>> from genre_audio.files.scratch import clearing_up
    >>> list(clearing_up(name for name in "ab"))
    ['a', 'b']
    """
    try:
        with contextlib.closing(results):
            yield from results
    finally:
        with contextlib.suppress(OSError):
            sweep(_root())


def _root() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        raise OSError(
            "no folder for temporary files can be written to: set TMPDIR to one"
        ) from error
