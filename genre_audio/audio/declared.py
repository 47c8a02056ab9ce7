"""How long a file says it is, where that can be believed: what is missing can then be told.

A decoder ends quietly where a file breaks off, as a copy does that was interrupted: one
second of two minutes would be described as if it were the recording. Nothing is sized by
what is read here; it is only compared with what was decoded.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

    import soundfile

__all__ = ["declared_frames", "words_for_missing"]

_MISSED: Final = 0.25
"""Seconds that are worth a word. What encoders of MP3 add before and after is less."""

_UNKNOWN: Final = 1 << 62  # libsndfile says 2**63 - 1
_STREAMED: Final = 0x7FFF0000
"""Programs that do not know yet how much they will write put a size near 2 or 4 GiB."""
_CHUNKS: Final = 200
_COUNTED: Final = frozenset({"FLAC", "OGG"})
_SIXTEEN: Final = {b"RIFF": "<", b"RIFX": ">", b"RF64": "<", b"FORM": ">"}


def declared_frames(path: Path, decoder: soundfile.SoundFile) -> int | None:
    """Return how many frames a recording should have.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    decoder : soundfile.SoundFile
        The same, opened.

    Returns
    -------
    int or None
        None where the file does not say: of MP3 only a Xing or Info header counts (else
        libsndfile guesses from the size of the file); an Ogg stream does not say how long
        it was before it broke off (see `genre_audio.audio.loose_ends`).

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.declared import declared_frames
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.wav")
    ...     soundfile.write(path, np.zeros(8000), 8000)
    ...     _ = path.write_bytes(path.read_bytes()[: 44 + 4000])
    ...     with soundfile.SoundFile(path) as decoder:
    ...         decoder.frames, declared_frames(path, decoder)
    (2000, 8000)
    """
    frames = int(decoder.frames)
    if not 0 < frames < _UNKNOWN:
        return None
    try:
        return _believable(path, decoder.format, frames)
    except OSError:  # it is gone; the decoder, which holds it open, reads on
        return None


def _believable(path: Path, form: str, frames: int) -> int | None:
    with path.open("rb") as file:
        if form in _COUNTED:
            return frames
        if form == "MP3":
            return frames if _counts_frames(file) else None
        sizes = _sizes(file)
    if sizes is None:
        return None
    declared, there = sizes
    return frames * declared // there if 0 < there < declared else frames


def words_for_missing(declared: int | None, decoded: int, *, sr: int) -> str:
    """Say that less was decoded than a file declares; nothing where that is a quarter second.

    Parameters
    ----------
    declared : int or None
        Frames, as `declared_frames` tells.
    decoded : int
        Frames that came.
    sr : int
        Sampling rate in Hz.

    Examples
    --------
    >>> from genre_audio.audio.declared import words_for_missing
    >>> words_for_missing(960_000, 8_000, sr=8_000)
    'the file says that it lasts 120.0 s, and only 1.0 s of it can be decoded'
    """
    if declared is None or declared - decoded <= _MISSED * sr:
        return ""
    return (
        f"the file says that it lasts {declared / sr:,.1f} s, and only {decoded / sr:,.1f} s "
        "of it can be decoded"
    )


def _counts_frames(file: BinaryIO) -> bool:
    """Tell whether the first frame of an MP3 says how many there are."""
    tag = file.read(10)
    sizes = zip(tag[6:], (21, 14, 7, 0), strict=False)
    file.seek(10 + sum((byte & 0x7F) << shift for byte, shift in sizes) if tag[:3] == b"ID3" else 0)
    head = file.read(4096)
    place = max(head.find(b"Xing"), head.find(b"Info"))
    return 0 <= place < len(head) - 16 and bool(head[place + 7] & 1) and any(head[place + 8 :][:4])


def _sizes(file: BinaryIO) -> tuple[int, int] | None:
    """Return how many bytes of samples a header declares, and how many are there."""
    whole = file.seek(0, 2)
    file.seek(0)
    head = file.read(40)
    found = None
    if head[:4] in _SIXTEEN:
        found = _riff(file, _SIXTEEN[head[:4]])
    elif head[:4] == b"riff":
        found = _w64(file, whole)
    elif head[:4] == b".snd" and len(head) >= 12:
        found = struct.unpack(">II", head[4:12])
    if found is None:
        return None
    place, size = found
    streamed = head[:4] not in {b"RF64", b"riff"} and size >= _STREAMED
    return None if streamed else (size, whole - place)


def _riff(file: BinaryIO, order: str) -> tuple[int, int] | None:
    """Return place and size of the samples' chunk."""
    place, large = 12, 0
    for _ in range(_CHUNKS):
        file.seek(place)
        head = file.read(8)
        if len(head) < 8:
            return None
        size = struct.unpack(f"{order}I", head[4:])[0]
        if head[:4] in {b"data", b"SSND"}:
            return place + 8, large or size
        if head[:4] == b"ds64" and size >= 16:
            large = int.from_bytes(file.read(16)[8:], "little")
        place += 8 + size + size % 2
    return None


def _w64(file: BinaryIO, whole: int) -> tuple[int, int] | None:
    place = 40
    for _ in range(_CHUNKS):
        file.seek(min(place, whole))  # sizes have 64 bits, and places of files 63
        head = file.read(24)
        size = int.from_bytes(head[16:], "little")
        if len(head) < 24 or size < 24:
            return None
        if head[:4] == b"data":
            return place + 24, size - 24
        place += size + -size % 8
    return None
