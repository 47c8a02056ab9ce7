"""The bytes of a stranger's file: of ordinary files only, and no more than a model has.

A name in a folder may stand for anything: a pipe that never ends, a device, a link to
either, a file that fills the memory. So a file is opened first, without waiting, and what
was opened is looked at, not what the name stood for a moment ago. A link to an ordinary
file is followed: folders of links are how some people keep large files.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import zlib
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["LARGEST", "checked_content", "read_whole", "unpacked"]

LARGEST: Final = 256 * 2**20
"""Most bytes of a file, packed or unpacked; the shipped models have 2 and 6 MB."""


def read_whole(path: Path, *, largest: int = LARGEST) -> bytes:
    """Return what an ordinary file holds.

    Parameters
    ----------
    path : pathlib.Path
        The file, or a link to one.
    largest : int
        More bytes than that are not read.

    Raises
    ------
    OSError
        If it cannot be read, is no ordinary file, or is larger.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.training.reading import read_whole
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "a").write_bytes(b"abc")
    ...     read_whole(pathlib.Path(folder, "a"))
    b'abc'
    """
    # Not every system has both of these; where they are missing, pipes have no such names.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:  # noqa: PTH123
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError("it is no ordinary file")
        # A file may grow while it is read.
        content = file.read(largest + 1) if found.st_size <= largest else b""
    if max(found.st_size, len(content)) > largest:
        raise OSError(
            f"it is larger than any of ours, of which at most {largest >> 20} MB are read"
        )
    return content


def checked_content(path: Path, *, sha256: str) -> bytes:
    """Return what a bundle's file holds, as it was when it was written or not at all.

    Raises
    ------
    ModelError
        If it is missing, was changed, or cannot be read.

    Examples
    --------
    See `genre_audio.training.load_bundle`.
    """
    try:
        content = read_whole(path)
    except FileNotFoundError as error:
        raise ModelError(f"{path} is missing; get the bundle again") from error
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error}; get the bundle again") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise ModelError(
            f"{path} was changed since the bundle was made (sha256 {found[:12]}…, it was "
            f"{sha256[:12]}…); get the bundle again"
        )
    return content


def unpacked(content: bytes, *, path: Path) -> bytes:
    """Return what a file packed by gzip holds, if that is no more than a model has.

    Raises
    ------
    ModelError
        If it is more, or the file is cut short or none of gzip's.

    Examples
    --------
    >>> import gzip, pathlib
    >>> from genre_audio.training.reading import unpacked
    >>> unpacked(gzip.compress(b"rows"), path=pathlib.Path("rows.csv.gz"))
    b'rows'
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            text = file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ModelError(f"{path} cannot be unpacked: {error}; get the bundle again") from error
    if len(text) > LARGEST:
        raise ModelError(
            f"{path} would take more than the {LARGEST >> 20} MB that are read; get the bundle "
            "again"
        )
    return text
