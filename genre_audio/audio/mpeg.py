"""What an MP3 file says of its length, beside what it holds.

libsndfile stops where the header says that a stream ends, or where it would end if all
frames were as long as the first: a stream of variable rate without such a header, two
streams one after the other, or a header written for another file lose what follows, and
nobody is told. So the frames are counted before they are decoded, which takes a
hundredth of the time of decoding.
"""

from __future__ import annotations

import dataclasses
import functools
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mmap import mmap

__all__ = ["Frames", "count_frames", "is_mpeg"]

_KBITS: Final = {
    (3, 3): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""By version (3 is MPEG 1, 2 and 0 are MPEG 2 and 2.5) and layer, as headers number them."""

_RATES: Final = (44100, 48000, 32000)
_HALVED: Final = {3: 0, 2: 1, 0: 2}
_JUNK: Final = 1024
"""Bytes between frames that libmpg123 skips before it gives up."""

_ALL_JUNK: Final = 1 << 16
_MONO: Final = 3
_ID3: Final = 10


@dataclasses.dataclass(frozen=True)
class Frames:
    """The frames of an MPEG stream.

    Attributes
    ----------
    count : int
        How many there are, up to `changed`; a header of the stream is none.
    declared : int, optional
        How many the stream's header says there are, if it says so.
    declared_at : int
        Where it says so, in bytes.
    variable : bool
        Whether some frames have another bit rate than the first.
    changed : bool
        Whether frames of another sampling rate, layer or number of channels follow.

    Examples
    --------
    See `count_frames`.
    """

    count: int
    declared: int | None
    declared_at: int
    variable: bool
    changed: bool


@dataclasses.dataclass(frozen=True)
class _Header:
    form: tuple[int, int, int]  # version, layer, sampling rate
    kbits: int
    length: int


def is_mpeg(head: bytes) -> bool:
    r"""Say whether a file begins as an MPEG stream does: with a tag or with a frame.

    Examples
    --------
    >>> from genre_audio.audio.mpeg import is_mpeg
    >>> is_mpeg(b"ID3\x04"), is_mpeg(b"\xff\xfb\x90\x00"), is_mpeg(b"RIFF")
    (True, True, False)
    """
    return head[:3] == b"ID3" or (
        len(head) >= 4 and _header(int.from_bytes(head[:4]) >> 9) is not None
    )


def count_frames(data: mmap | bytes) -> Frames | None:
    r"""Count the frames of an MPEG stream by their headers.

    Returns
    -------
    Frames or None
        None where there is no frame, or one that does not say how long it is.

    Examples
    --------
    >>> from genre_audio.audio.mpeg import count_frames
    >>> frame = b"\xff\xfb\x90\x00" + bytes(413)  # 417 bytes, 26 ms
    >>> count_frames(frame * 3).count
    3
    """
    at = _start(data)
    if at is None:
        return None
    first = _at(data, at)
    if first is None:
        return None
    mono = data[at + 3] >> 6 == _MONO
    declared_at = _declared_at(data, at, first, mono=mono)
    count, variable, changed, junk = 0, False, False, 0
    while at is not None and (header := _at(data, at)) is not None:
        if header.form != first.form or (data[at + 3] >> 6 == _MONO) != mono:
            changed = _chain(data, at)
            break
        count += 1
        variable |= header.kbits != first.kbits
        at += header.length
        if _at(data, at) is None:
            following = _after_junk(data, at)
            junk += 0 if following is None else following - at
            at = following if junk <= _ALL_JUNK else None
    declared = struct.unpack_from(">I", data, declared_at)[0] if declared_at else None
    return Frames(count - (declared is not None), declared, declared_at, variable, changed)


@functools.lru_cache(maxsize=4096)
def _header(bits: int) -> _Header | None:
    """Read the first 23 bits of a header."""
    version, layer = (bits >> 10) & 3, (bits >> 8) & 3
    kbits, rate, padding = (bits >> 3) & 15, (bits >> 1) & 3, bits & 1
    if bits >> 12 != 0x7FF or version == 1 or layer == 0 or kbits in {0, 15} or rate == 3:
        return None
    known = _KBITS[3 if version == 3 else 2, layer if version == 3 or layer == 3 else 2]
    bit_rate, sr = known[kbits - 1] * 1000, _RATES[rate] >> _HALVED[version]
    if layer == 3:
        length = (12 * bit_rate // sr + padding) * 4
    else:
        length = (72 if layer == 1 and version != 3 else 144) * bit_rate // sr + padding
    return _Header((version, layer, sr), known[kbits - 1], length)


def _at(data: mmap | bytes, at: int) -> _Header | None:
    """Return the header at a place, if there is one and its frame is whole."""
    if at + 4 > len(data):
        return None
    return _header(struct.unpack_from(">I", data, at)[0] >> 9)


def _chain(data: mmap | bytes, at: int) -> bool:
    """Say whether a header is followed by another one of its form."""
    header = _at(data, at)
    if header is None:
        return False
    following = _at(data, at + header.length)
    return following is not None and following.form == header.form


def _start(data: mmap | bytes) -> int | None:
    at: int | None = 0
    if _at(data, 0) is None or not _chain(data, 0):
        at = _after_junk(data, 0)
    return at


def _after_junk(data: mmap | bytes, at: int) -> int | None:
    """Return where frames go on behind tags and a little rubbish."""
    while (length := _tag(data, at)) > 0:
        at += length
    for place in range(at, min(at + _JUNK, len(data) - 4)):
        if data[place] == 0xFF and _chain(data, place):
            return place
    return None


def _tag(data: mmap | bytes, at: int) -> int:
    """Return the length of the ID3v2 or APE tag that begins at a place, else 0."""
    head = data[at : at + 16]
    if head[:3] == b"ID3" and len(head) >= _ID3:
        size = functools.reduce(lambda size, byte: size << 7 | byte & 0x7F, head[6:10], 0)
        return _ID3 + size + (_ID3 if head[5] & 0x10 else 0)
    if head[:8] == b"APETAGEX" and len(head) == 16:
        return 32 + int.from_bytes(head[12:16], "little")
    return 0


def _declared_at(data: mmap | bytes, at: int, first: _Header, *, mono: bool) -> int:
    """Return where a Xing or Info header says how many frames there are, else 0."""
    if first.form[1] != 1:
        return 0
    side = (17 if mono else 32) if first.form[0] == 3 else (9 if mono else 17)
    place = at + 4 + side
    known = data[place : place + 4] in {b"Xing", b"Info"} and place + 12 <= len(data)
    return place + 8 if known and data[place + 7] & 1 else 0
