"""How many samples a FLAC file holds, by its last frame and not by its header."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mmap import mmap

__all__ = ["counted_samples", "declaration", "declared_samples"]

_TAIL: Final = 1 << 17
"""Bytes at the end in which a frame begins, unless it is an unusually large one."""

_LARGEST: Final = 18
"""Bytes of the largest header of a frame."""

_TOTAL: Final = (1 << 36) - 1
_AT: Final = 21  # where the header says it, after four bits of something else
_STREAM_INFO: Final = 42


def declared_samples(data: mmap | bytes) -> int:
    """Return how many samples of each channel the header says there are; 0 is unknown.

    Examples
    --------
    >>> from genre_audio.audio.flac import declaration, declared_samples
    >>> declared_samples(bytes(21) + declaration(bytes(42), 44100) + bytes(16))
    44100
    """
    return int.from_bytes(data[_AT : _AT + 5], "big") & _TOTAL


def declaration(data: mmap | bytes, samples: int) -> bytes:
    """Return what would have to stand at byte 21 if there were so many samples.

    Examples
    --------
    See `declared_samples`.
    """
    kept = int.from_bytes(data[_AT : _AT + 5], "big") & ~_TOTAL
    return (kept | samples).to_bytes(5, "big")


def counted_samples(data: mmap | bytes) -> int:
    """Return how many samples there are up to the end of the last frame, 0 if none is found.

    Frames are numbered, and their headers have a checksum.

    Examples
    --------
    >>> import io, numpy as np, soundfile
    >>> from genre_audio.audio.flac import counted_samples
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros(10000), 8000, format="FLAC")
    >>> counted_samples(file.getvalue())
    10000
    """
    if len(data) < _STREAM_INFO:
        return 0
    size = struct.unpack_from(">H", data, 10)[0]  # of all blocks but the last, if it is fixed
    tail = data[max(_STREAM_INFO, len(data) - _TAIL) :]
    places = [match.start() for match in re.finditer(b"\xff[\xf8\xf9]", tail)]
    for at in reversed(places):
        found = _end_of_frame(tail[at : at + _LARGEST], size)
        if found:
            return found
    return 0


def _end_of_frame(head: bytes, size: int) -> int:
    """Read the header of a frame; 0 if it is none."""
    if len(head) < 6 or head[3] & 1:
        return 0
    ones = 8 - (head[4] ^ 0xFF).bit_length()  # of a number written as UTF-8 would be
    length = max(1, ones)
    if ones == 1 or ones > 7 or len(head) < 4 + length + 5:
        return 0
    number = head[4] & (0x7F >> ones)
    for byte in head[5 : 4 + length]:
        if byte >> 6 != 2:
            return 0
        number = number << 6 | byte & 0x3F
    at, code, rate = 4 + length, head[2] >> 4, head[2] & 15
    if code in {6, 7}:
        count = int.from_bytes(head[at : at + code - 5], "big") + 1
        at += code - 5
    else:
        count = _block_size(code)
    at += {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if not count or rate == 15 or at >= len(head) or _checksum(head[:at]) != head[at]:
        return 0
    return (number if head[1] & 1 else number * size) + count


def _block_size(code: int) -> int:
    if code == 1:
        return 192
    return 576 << (code - 2) if 2 <= code <= 5 else 256 << (code - 8) if code >= 8 else 0


def _checksum(head: bytes) -> int:
    found = 0
    for byte in head:
        found ^= byte
        for _ in range(8):
            found = (found << 1 ^ (0x07 if found & 0x80 else 0)) & 0xFF
    return found
