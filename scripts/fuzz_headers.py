"""Where the fields of audio files are, for `fuzz` to write other values into them.

Each function lists fields as ``(place, width, byte order)``, or mends what a decoder would
notice first, so that it goes on into what was spoiled: checksums of Ogg pages and FLAC frames.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["Field", "fields", "flac_frames", "mend_frame", "mend_pages", "pages", "with_serial"]


class Field(NamedTuple):
    """A number in a header."""

    place: int
    width: int
    order: Literal["little", "big"]

    def get(self, data: bytes | bytearray) -> int:
        """Return what stands there."""
        return int.from_bytes(data[self.place : self.place + self.width], self.order)

    def put(self, data: bytearray, value: int) -> None:
        """Write another value, cut to the width."""
        value &= (1 << 8 * self.width) - 1
        data[self.place : self.place + self.width] = value.to_bytes(self.width, self.order)


def fields(data: bytes) -> list[Field]:
    """List the fields of a file's headers, by what it begins with."""
    for start, find in _FINDERS.items():
        if data.startswith(start):
            return [field for field in find(data) if field.place + field.width <= len(data)]
    return list(_mpeg(data))


def _run(place: int, widths: str, order: Literal["little", "big"]) -> Iterator[Field]:
    for width in map(int, widths):
        yield Field(place, width, order)
        place += width


def _chunks(
    data: bytes,
    place: int,
    order: Literal["little", "big"],
    *,
    width: int = 4,
    name: int = 4,
    whole: bool = False,
) -> Iterator[tuple[bytes, int, Field]]:
    """Yield names, places of contents and sizes of chunks, up to 40 of them."""
    for _ in range(40):
        size = Field(place + name, width, order)
        inside = place + name + width
        if inside > len(data):
            return
        yield data[place : place + 4], inside, size
        count = size.get(data)
        step = -count % (8 if whole else 2)
        place = place + count + step if whole else inside + count + (step if width == 4 else 0)


_INSIDE = {
    b"fmt ": "22442222444",
    b"fact": "4",
    b"ds64": "8884",
    b"PEAK": "4444",
    b"COMM": "2422822",
    b"SSND": "44",
    b"FVER": "4",
    b"desc": "8444444",
    b"pakt": "8844111111",
    b"kuki": "4444444",
    b"chan": "444",
}


def _riff(data: bytes) -> Iterator[Field]:
    order: Literal["little", "big"] = "big" if data[:4] == b"FORM" else "little"
    yield Field(4, 4, order)
    yield from _with_insides(_chunks(data, 12, order), order)


def _caf(data: bytes) -> Iterator[Field]:
    yield from _run(4, "22", "big")
    yield from _with_insides(_chunks(data, 8, "big", width=8), "big")


def _w64(data: bytes) -> Iterator[Field]:
    yield Field(16, 8, "little")
    yield from _with_insides(_chunks(data, 40, "little", width=8, name=16, whole=True), "little")


def _with_insides(
    chunks: Iterator[tuple[bytes, int, Field]], order: Literal["little", "big"]
) -> Iterator[Field]:
    for name, inside, size in chunks:
        yield size
        yield from _run(inside, _INSIDE.get(name, ""), order)


def _au(data: bytes) -> Iterator[Field]:
    del data
    yield from _run(4, "44444", "big")


def _flac(data: bytes) -> Iterator[Field]:
    place = 4
    for _ in range(20):
        if place + 4 > len(data):
            return
        yield from _run(place, "13", "big")  # last and type; length
        if not data[place] & 0x7F:
            yield from _run(place + 4, "22338", "big")  # blocks, frames; rate to total
        if data[place] & 0x80:
            break
        place += 4 + Field(place + 1, 3, "big").get(data)
    for start, _ in flac_frames(data)[:3]:
        yield from _run(start, "1111", "big")


def _mpeg(data: bytes) -> Iterator[Field]:
    tag = max(data[:400].find(b"Xing"), data[:400].find(b"Info"))
    if tag >= 0:
        yield from _run(tag + 4, "444", "big")  # which; frames; bytes
        yield Field(tag + 120, 1, "big")
        yield Field(tag + 141, 3, "big")  # delay and padding
    start = data.find(b"\xff")
    while start >= 0 and start < 4000:
        if data[start + 1 : start + 2] and data[start + 1] >= 0xE0:
            yield from _run(start + 1, "111", "big")
        start = data.find(b"\xff", start + 1)


def _ogg(data: bytes) -> Iterator[Field]:
    for start, inside, _ in pages(data):
        yield from _run(start + 4, "1184", "little")  # version, flags, granule, serial
        yield from _run(start + 18, "44", "little")  # number, checksum
        yield from _run(start + 26, "1111", "little")  # segments
        if data[inside + 1 : inside + 7] == b"vorbis":
            yield from _run(inside + 7, "4144441", "little")
        if data[inside : inside + 4] == b"Opus":
            yield from _run(inside + 8, "1124211111", "little")


_FINDERS: dict[bytes, Callable[[bytes], Iterator[Field]]] = {
    b"RIFF": _riff,
    b"RF64": _riff,
    b"FORM": _riff,
    b"caff": _caf,
    b"riff": _w64,
    b".snd": _au,
    b"fLaC": _flac,
    b"OggS": _ogg,
}


def pages(data: bytes | bytearray) -> list[tuple[int, int, int]]:
    """Return the Ogg pages that follow each other: begin, begin of the body, end."""
    found, place = [], 0
    while bytes(data[place : place + 4]) == b"OggS" and place + 27 <= len(data):
        inside = place + 27 + data[place + 26]
        end = inside + sum(data[place + 27 : inside])
        if end > len(data):
            break
        found.append((place, inside, end))
        place = end
    return found


def mend_pages(data: bytearray) -> None:
    """Make the checksums of Ogg pages right."""
    for start, _, end in pages(data):
        data[start + 22 : start + 26] = bytes(4)
        data[start + 22 : start + 26] = _crc(data[start:end], 32, 0x04C11DB7).to_bytes(4, "little")


def with_serial(data: bytes, serial: int) -> bytes:
    """Return an Ogg file of one stream with another number."""
    changed = bytearray(data)
    for start, _, _ in pages(data):
        changed[start + 14 : start + 18] = serial.to_bytes(4, "little")
    mend_pages(changed)
    return bytes(changed)


@functools.lru_cache(maxsize=256)
def flac_frames(data: bytes) -> list[tuple[int, int]]:
    """Return begin and end of FLAC frames, found by the checksums of their headers."""
    starts, place = [], data.find(b"\xff\xf8")
    while place >= 0:
        if any(
            _crc(data[place : place + n], 8, 0x07) == data[place + n]
            for n in range(5, min(16, len(data) - place))
        ):
            starts.append(place)
        place = data.find(b"\xff\xf8", place + 1)
    return list(zip(starts, [*starts[1:], len(data)], strict=False))


def mend_frame(data: bytearray, start: int, end: int) -> None:
    """Make the checksum of a FLAC frame right."""
    data[end - 2 : end] = _crc(data[start : end - 2], 16, 0x8005).to_bytes(2, "big")


@functools.cache
def _table(width: int, polynomial: int) -> list[int]:
    top, mask = 1 << (width - 1), (1 << width) - 1
    table = []
    for byte in range(256):
        value = byte << (width - 8)
        for _ in range(8):
            value = (value << 1) ^ (polynomial if value & top else 0)
        table.append(value & mask)
    return table


def _crc(data: bytes | bytearray, width: int, polynomial: int) -> int:
    table, value, mask = _table(width, polynomial), 0, (1 << width) - 1
    for byte in data:
        value = ((value << 8) & mask) ^ table[(value >> (width - 8)) ^ byte]
    return value
