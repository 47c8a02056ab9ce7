"""A file as a decoder shall see it: with some bytes other than they are."""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["View"]

_TAG: Final = 128
"""Bytes at the end in which an MP3 may have a tag: libmpg123 wants to read them."""


class View(io.RawIOBase):
    """Part of an open file, read only, with patches; it never raises.

    Parameters
    ----------
    descriptor : int
        The file, which stays where it is and is not closed.
    start, stop : int
        The part, in bytes.
    patches : mapping of int to bytes
        What stands elsewhere than in the file, by place in the part.
    pretended : int, optional
        The length that is told to who asks for it, if not that of the part. Reading
        ends where the part ends all the same.

    Examples
    --------
    >>> import tempfile
    >>> from genre_audio.audio.view import View
    >>> with tempfile.TemporaryFile() as file:
    ...     _ = file.write(b"length 0.")
    ...     file.flush()
    ...     View(file.fileno(), start=0, stop=9, patches={7: b"9"}).read()
    b'length 9.'
    """

    def __init__(
        self,
        descriptor: int,
        *,
        start: int,
        stop: int,
        patches: Mapping[int, bytes] | None = None,
        pretended: int | None = None,
    ) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._start = start
        self._length = stop - start
        self._patches = patches or {}
        self._told = self._length if pretended is None else pretended
        self._at = 0

    def readable(self) -> bool:
        """Say yes."""
        return True

    def seekable(self) -> bool:
        """Say yes."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go somewhere; before the beginning is at the beginning."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._told}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """Fill `buffer`, as far as there is something."""
        wanted = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._length <= self._at < self._told:
            return self._read_behind(wanted)
        wanted = wanted[: max(0, self._length - self._at)]
        try:
            # An exception would not get through the decoder, which is C.
            count = os.preadv(self._descriptor, [wanted], self._start + self._at)
        except OSError:
            count = 0
        for place, patch in self._patches.items():
            low, high = max(place, self._at), min(place + len(patch), self._at + count)
            if low < high:
                wanted[low - self._at : high - self._at] = patch[low - place : high - place]
        self._at += count
        return count

    def _read_behind(self, wanted: memoryview) -> int:
        """Give zeros where a tag would be, and nothing between the file and there."""
        if self._at < self._told - _TAG:
            return 0
        count = min(len(wanted), self._told - self._at)
        wanted[:count] = bytes(count)
        self._at += count
        return count
