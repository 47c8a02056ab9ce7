"""Declared lengths that would end the reading too early, or prevent it, are mended.

A recorder that lost its power leaves a WAV of length 0; a stream that was stored as it came
says "unknown"; a header was written for another file. Decoders believe these. What a header
says too much does no harm: reading ends where the file ends. A length that is short, but
not 0, is that of a chunk, and other things may follow it: it stands.
"""

from __future__ import annotations

import dataclasses
import mmap
import os
import struct
from typing import Final

from genre_audio.audio.flac import counted_samples, declaration, declared_samples
from genre_audio.audio.mpeg import count_frames, is_mpeg
from genre_audio.audio.ogg import stream_starts
from genre_audio.audio.view import View

__all__ = ["Mended", "mend"]

_HEAD: Final = 1 << 16
_ENDLESS: Final = 1 << 40
_MOST: Final = (1 << 32) - 1


@dataclasses.dataclass(frozen=True)
class Mended:
    """What a decoder shall be given.

    Attributes
    ----------
    view : View, optional
        The file with another length in it; None where it may be read as it is.
    rest : tuple of View
        Further streams that follow it in the file.
    change : str
        What could not be mended: why the decoder will end before the file does.

    Examples
    --------
    See `mend`.
    """

    view: View | None = None
    rest: tuple[View, ...] = ()
    change: str = ""


def mend(descriptor: int) -> Mended:
    r"""Look whether the length that a file declares is one to be believed.

    Parameters
    ----------
    descriptor : int
        The open file.

    Returns
    -------
    Mended

    Examples
    --------
    >>> import tempfile
    >>> from genre_audio.audio.lengths import mend
    >>> with tempfile.TemporaryFile() as file:
    ...     _ = file.write(b".snd\0\0\0\x18\0\0\0\0" + bytes(100))
    ...     file.flush()
    ...     mend(file.fileno()).view.read(12)
    b'.snd\x00\x00\x00\x18\xff\xff\xff\xff'
    """
    size = os.fstat(descriptor).st_size
    head = os.pread(descriptor, _HEAD, 0)
    mending = _mend_mpeg if is_mpeg(head) else _MENDING.get(head[:4])
    if mending is not None:
        with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
            return mending(data, descriptor)
    patches = _patches(head, size)
    return Mended(View(descriptor, start=0, stop=size, patches=patches) if patches else None)


def _patches(head: bytes, size: int) -> dict[int, bytes]:
    kind = head[:4]
    if kind == b".snd" and len(head) > 24:
        declared = struct.unpack_from(">I", head, 8)[0]
        return {8: b"\xff" * 4} if not 0 < declared < 1 << 31 else {}
    if kind in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return _patches_of_wave(head, size)
    if kind == b"caff":
        return _patches_of_caf(head, size)
    return {}


def _patches_of_wave(head: bytes, size: int) -> dict[int, bytes]:
    place = _chunk(head, b"data", at=12, order="<I")
    if place is None:
        return {}
    declared, rest = struct.unpack_from("<I", head, place + 4)[0], size - place - 8
    if head[:4] == b"RIFF":
        dead = not declared and _is_sound(head[place + 8 :], rest)
        return {place + 4: b"\xff" * 4} if dead else {}
    if head[12:16] == b"ds64" and declared == _MOST:
        inner = struct.unpack_from("<Q", head, 28)[0]
        if inner > 1 << 62 or (not inner and _is_sound(head[place + 8 :], rest)):
            return {28: struct.pack("<Q", rest)}
    return {}


def _is_sound(behind: bytes, rest: int) -> bool:
    """Say whether something follows an empty chunk of sound that is not the next chunk."""
    if rest < 8 or len(behind) < 8:
        return rest > 0
    name, length = struct.unpack_from("<4sI", behind)
    return not (all(0x20 <= byte < 0x7F for byte in name) and length <= rest - 8)


def _patches_of_caf(head: bytes, size: int) -> dict[int, bytes]:
    place = _chunk(head, b"data", at=8, order=">q")
    if place is None:
        return {}
    declared, rest = struct.unpack_from(">q", head, place + 4)[0], size - place - 12
    if rest > 4 and not 0 < declared <= rest:
        return {place + 4: struct.pack(">q", rest)}
    return {}


def _chunk(head: bytes, name: bytes, *, at: int, order: str) -> int | None:
    """Return where a chunk begins, going from one to the next."""
    width = struct.calcsize(order)
    while at + 4 + width <= len(head):
        if head[at : at + 4] == name:
            return at
        length = struct.unpack_from(order, head, at + 4)[0]
        if length < 0:
            return None
        at += 4 + width + length + (length % 2 if order == "<I" else 0)
    return None


def _mend_mpeg(data: mmap.mmap, descriptor: int) -> Mended:
    frames, size = count_frames(data), len(data)
    if frames is None:
        return Mended()
    change = ""
    if frames.changed:
        change = "the number of channels, the sampling rate or the layer changes in the middle."
    if frames.declared is not None and frames.declared < frames.count:
        patches = {frames.declared_at: struct.pack(">I", frames.count)}
        return Mended(View(descriptor, start=0, stop=size, patches=patches), change=change)
    if frames.declared is None and frames.variable:
        return Mended(View(descriptor, start=0, stop=size, pretended=_ENDLESS), change=change)
    return Mended(change=change)


def _mend_flac(data: mmap.mmap, descriptor: int) -> Mended:
    declared, counted = declared_samples(data), counted_samples(data)
    if not 0 < declared < counted:
        return Mended()
    patches = {21: declaration(data, counted)}
    return Mended(View(descriptor, start=0, stop=len(data), patches=patches))


def _mend_ogg(data: mmap.mmap, descriptor: int) -> Mended:
    starts = stream_starts(data)
    stops = [*starts[1:], len(data)]
    if len(starts) < 2:
        return Mended()
    first, *rest = (
        View(descriptor, start=start, stop=stop) for start, stop in zip(starts, stops, strict=True)
    )
    return Mended(first, tuple(rest))


_MENDING: Final = {b"fLaC": _mend_flac, b"OggS": _mend_ogg}
