"""One process at a time writes a file."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from genre_audio.errors import BusyError, OutputError
from genre_audio.files.remote import refuse_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["lock"]


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the right to write `path`; a second process is turned away at once.

    Raises
    ------
    BusyError
        If another process holds it.
    OutputError
        If the folder cannot be written to.
    ParameterError
        If it is a URL.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import lock
    >>> with tempfile.TemporaryDirectory() as folder, lock(pathlib.Path(folder, "t.csv")):
    ...     pass
    """
    import filelock

    refuse_url(path)

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
        held.acquire()
    except filelock.Timeout as error:
        message = f"another process is writing {path}; wait for it, or choose another output"
        raise BusyError(message) from error
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        held.release()
