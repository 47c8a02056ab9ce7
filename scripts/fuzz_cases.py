"""Spoiled recordings by seed and number: each is made again from these two.

A case takes one of `SEEDS` and spoils it one to four times: in the fields of its headers,
or anywhere. Checksums of Ogg pages and FLAC frames are made right again in most cases, so
that a decoder goes on to what is wrong behind them.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
from fuzz_headers import fields, flac_frames, mend_frame, mend_pages, pages
from fuzz_seeds import SEEDS, Seed, seed_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["Case", "make_case", "spoil"]

Chance = np.random.Generator

_LONGEST = 300  # bytes of a run
_ODD = (0, 1, 2, 3, 7, 8, 16, 17, 24, 64, 255, 256, 1000, 4096, 65535, 2**31 - 1, 2**31, 2**32 - 1,
        2**62, 2**63 - 1, 2**64 - 1, 2**64 - 8)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Case:
    """A spoiled recording."""

    seed: int
    number: int
    family: str
    suffix: str
    done: tuple[str, ...]
    data: bytes

    @property
    def name(self) -> str:
        """Name of its file."""
        return f"{self.number:06d}-{self.family.lower()}{self.suffix}"

    def write(self, folder: Path) -> Path:
        """Write it into a folder."""
        path = folder / self.name
        path.write_bytes(self.data)
        return path


def make_case(seed: int, number: int) -> Case:
    """Return case `number` of `seed`."""
    chance = np.random.default_rng([seed, number])
    source: Seed = SEEDS[number % len(SEEDS)]
    data, done = spoil(seed_bytes(source), chance)
    return Case(seed, number, source.family, source.suffix, done, data)


def spoil(data: bytes, chance: Chance) -> tuple[bytes, tuple[str, ...]]:
    """Return the file spoiled, and in which ways."""
    done = []
    mend = chance.random() < 0.8
    for _ in range(1 + chance.geometric(0.6) % 4):
        way = _pick(chance, _IN_HEADERS if chance.random() < 0.5 else _ANYWHERE)
        changed = bytearray(data)
        data = bytes(way(changed, chance, mend) or changed)
        done.append(way.__name__.strip("_"))
    return data, tuple(done)


def _pick(
    chance: Chance, things: Sequence[Callable[..., bytes | None]]
) -> Callable[..., bytes | None]:
    return things[int(chance.integers(len(things)))]


def _span(data: bytearray, chance: Chance, longest: int = _LONGEST) -> tuple[int, int]:
    start = int(chance.integers(max(1, len(data))))
    return start, min(len(data), start + 1 + int(chance.integers(longest)))


def _odd_value(data: bytearray, chance: Chance, old: int, bits: int) -> int:
    values = (
        _ODD[int(chance.integers(len(_ODD)))],
        old + int(chance.integers(-3, 4)),
        old * 2,
        old // 2,
        old ^ (1 << int(chance.integers(bits))),
        len(data) + int(chance.integers(-9, 9)),
        int.from_bytes(chance.bytes(8), "little"),
    )
    return values[int(chance.integers(len(values)))]


def field(data: bytearray, chance: Chance, mend: bool) -> None:
    """Put another value in a field of a header."""
    known = fields(bytes(data))
    if known:
        chosen = known[int(chance.integers(len(known)))]
        chosen.put(data, _odd_value(data, chance, chosen.get(data), 8 * chosen.width))
    _mend(data, mend)


def field_bits(data: bytearray, chance: Chance, mend: bool) -> None:
    """Flip a bit of a field."""
    known = fields(bytes(data))
    if known:
        chosen = known[int(chance.integers(len(known)))]
        chosen.put(data, chosen.get(data) ^ (1 << int(chance.integers(8 * chosen.width))))
    _mend(data, mend)


def early_bits(data: bytearray, chance: Chance, mend: bool) -> None:
    """Flip bits among the first bytes."""
    _flip(data, chance, min(len(data), 200))
    _mend(data, mend)


def tag(data: bytearray, chance: Chance, mend: bool) -> bytes:
    """Put an ID3 tag in front, of which the size may be wrong."""
    del mend
    inside = chance.bytes(int(chance.integers(60)))
    size = len(inside) if chance.random() < 0.4 else int(chance.integers(2**28))
    size = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x04\x00\x00" + size + inside + data


def frame(data: bytearray, chance: Chance, mend: bool) -> None:
    """Change an Ogg page or a FLAC frame inside, and make its checksum right."""
    del mend
    if data.startswith(b"fLaC"):
        known = flac_frames(bytes(data))
        parts = [(start + 6, end) for start, end in known if end > start + 12]
    else:
        parts = [(inside, end) for _, inside, end in pages(data) if end > inside]
    if not parts:
        return _flip(data, chance, len(data))
    start, end = parts[int(chance.integers(len(parts)))]
    for _ in range(1 + int(chance.integers(4))):
        data[int(chance.integers(start, end))] ^= 1 << int(chance.integers(8))
    if data.startswith(b"fLaC"):
        mend_frame(data, start - 6, end)
    else:
        mend_pages(data)
    return None


def _flip(data: bytearray, chance: Chance, end: int) -> None:
    for _ in range(min(end, 1 + int(chance.integers(8)))):
        data[int(chance.integers(end))] ^= 1 << int(chance.integers(8))


def _mend(data: bytearray, mend: bool) -> None:
    if mend and data.startswith(b"OggS"):
        mend_pages(data)


def bits(data: bytearray, chance: Chance, mend: bool) -> None:
    """Flip bits anywhere."""
    _flip(data, chance, len(data))
    _mend(data, mend)


def deletion(data: bytearray, chance: Chance, mend: bool) -> None:
    """Take out a run of bytes."""
    del mend
    start, stop = _span(data, chance)
    del data[start:stop]


def insertion(data: bytearray, chance: Chance, mend: bool) -> None:
    """Put in bytes by chance."""
    del mend
    start, stop = _span(data, chance)
    data[start:start] = chance.bytes(stop - start)


def repeat(data: bytearray, chance: Chance, mend: bool) -> None:
    """Repeat a run of bytes, up to 20 times."""
    del mend
    start, stop = _span(data, chance)
    data[start:start] = data[start:stop] * int(chance.integers(1, 20))


def zeros(data: bytearray, chance: Chance, mend: bool) -> None:
    """Put a run of zeros, or of ones, in place of what was there."""
    start, stop = _span(data, chance, len(data))
    data[start:stop] = (b"\x00" if chance.random() < 0.7 else b"\xff") * (stop - start)
    _mend(data, mend)


def truncation(data: bytearray, chance: Chance, mend: bool) -> None:
    """Cut off the end: anywhere, or within the headers."""
    del mend
    most = len(data) if chance.random() < 0.7 else min(len(data), 200)
    del data[int(chance.integers(1, max(2, most))) :]


def splice(data: bytearray, chance: Chance, mend: bool) -> bytes:
    """Join the beginning of this file and the end of another."""
    other = seed_bytes(SEEDS[int(chance.integers(len(SEEDS)))])
    cut = int(chance.integers(len(data) or 1)) if chance.random() < 0.5 else min(len(data), 100)
    joined = bytearray(data[:cut] + other[int(chance.integers(len(other))) :])
    _mend(joined, mend)
    return bytes(joined)


def twice(data: bytearray, chance: Chance, mend: bool) -> bytes:
    """Put another file after it, or the same."""
    del mend
    other = seed_bytes(SEEDS[int(chance.integers(len(SEEDS)))])
    return bytes(data) + (bytes(data) if chance.random() < 0.5 else other)


_IN_HEADERS = (field, field, field, field, field_bits, early_bits, tag, frame, frame)
_ANYWHERE = (bits, deletion, insertion, repeat, zeros, truncation, splice, twice)
