"""Files for a moment, which do not outlive the process that needs them.

A worker may be killed at any time, and cleans nothing up then. Each file is locked by the
process that uses it, and the system opens the lock when that ends, however it ends: a file
that can be locked by another is nobody's any more. Who makes one clears such files away.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import IO

__all__ = ["clear_scratch", "clearing_up", "scratch_file"]

_PREFIX: Final = "genre-audio-fetched-"
Result = TypeVar("Result")

_PLAIN: Final = re.compile(r"\.\w{1,10}", re.ASCII)


@contextlib.contextmanager
def scratch_file(suffix: str = "") -> Iterator[tuple[Path, IO[bytes]]]:
    """Make a file in the folder for temporary files; it vanishes at the end of the block.

    Parameters
    ----------
    suffix : str
        What its name is to end in, if that is an ordinary ending.

    Yields
    ------
    path : pathlib.Path
    file : binary file
        Open to be written to.

    Examples
    --------
    >>> from genre_audio.files.scratch import scratch_file
    >>> with scratch_file(".wav") as (path, file):
    ...     _ = file.write(b"abc"), file.flush()
    ...     path.read_bytes()
    b'abc'
    >>> path.exists()
    False
    """
    clear_scratch()
    suffix = suffix if _PLAIN.fullmatch(suffix) else ""
    while True:
        descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=suffix)
        path = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Somebody who cleared up may have taken it for nobody's just before.
            if not os.fstat(file.fileno()).st_nlink:
                continue
            try:
                yield path, file
            finally:
                path.unlink(missing_ok=True)
            return


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
        clear_scratch()


def clear_scratch() -> None:
    """Remove what processes left behind that are no more.

    Examples
    --------
    >>> from genre_audio.files.scratch import clear_scratch
    >>> clear_scratch()
    """
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        # What is in use, or another user's, stays.
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)
