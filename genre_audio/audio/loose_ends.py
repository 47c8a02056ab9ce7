"""Signs that a file goes on, or went on once, where its decoder ends.

libsndfile reads the first of several Ogg streams that follow each other, and of an MP3 no
more than its first header counts: of recordings that were joined end to end it would give
the first alone. And an Ogg stream that was cut off ends like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

    import soundfile

__all__ = ["id3_size", "loose_end", "mpeg_tag"]

_LARGEST_PAGE: Final = 27 + 255 + 255 * 255
_FIRST: Final = 2  # flags of Ogg pages
_LAST: Final = 4
_CUT_OFF: Final = "the Ogg stream has no last page: the file was cut off, or never finished"
_GOES_ON: Final = "the file goes on with another recording, which cannot be read"

_KBPS: Final = {
    3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES: Final = (44100, 48000, 32000)
_FEWEST: Final = 12
"""Frames of MP3 that are worth a word: a quarter to half a second."""


def loose_end(path: Path, decoder: soundfile.SoundFile) -> str:
    """Say why what is decoded is not all that is, or was, in the file; nothing as a rule.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    decoder : soundfile.SoundFile
        The same, opened.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.loose_ends import loose_end
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.ogg")
    ...     soundfile.write(path, np.random.default_rng(0).normal(size=8000), 8000)
    ...     _ = path.write_bytes(path.read_bytes()[:-100])
    ...     with soundfile.SoundFile(path) as decoder:
    ...         loose_end(path, decoder)
    'the Ogg stream has no last page: the file was cut off, or never finished'
    """
    if decoder.format not in {"OGG", "MP3"}:
        return ""
    try:
        with path.open("rb") as file:
            if decoder.format == "OGG":
                return _end_of_ogg(file)
            return _GOES_ON if _mpeg_goes_on(file) else ""
    except OSError:  # it is gone; the decoder, which holds it open, reads on
        return ""


def _end_of_ogg(file: BinaryIO) -> str:
    streams = _streams(file.read(_LARGEST_PAGE))
    whole = file.seek(0, 2)
    file.seek(max(0, whole - 2 * _LARGEST_PAGE))
    tail = file.read()
    place = tail.rfind(b"OggS")
    # These four bytes may stand in the sound, too: of a page, a version and flags follow.
    while place >= 0 and not (len(tail) >= place + 27 and tail[place + 4] == 0):
        place = tail.rfind(b"OggS", 0, place)
    if place < 0:
        return ""
    if tail[place + 14 : place + 18] not in streams:
        return _GOES_ON
    inside = place + 27 + tail[place + 26]
    is_whole = inside + sum(tail[place + 27 : inside]) <= len(tail)
    return "" if is_whole and tail[place + 5] & _LAST else _CUT_OFF


def _streams(data: bytes) -> set[bytes]:
    """Return the numbers of the streams that begin together."""
    found, place = set(), 0
    while (
        data[place : place + 4] == b"OggS" and len(data) >= place + 27 and data[place + 5] & _FIRST
    ):
        found.add(data[place + 14 : place + 18])
        inside = place + 27 + data[place + 26]
        place = inside + sum(data[place + 27 : inside])
    return found


def id3_size(file: BinaryIO) -> int:
    r"""Return how long the ID3 tag is that begins where the file stands; 0 if there is none.

    Examples
    --------
    >>> import io
    >>> from genre_audio.audio.loose_ends import id3_size
    >>> id3_size(io.BytesIO(b"ID3" + bytes(6) + b"\x05" + bytes(5)))
    15
    """
    start = file.tell()
    tag = file.read(10)
    file.seek(start)
    if len(tag) < 10 or not tag.startswith(b"ID3"):
        return 0
    sizes = zip(tag[6:], (21, 14, 7, 0), strict=True)
    return 10 + sum((byte & 0x7F) << shift for byte, shift in sizes)


def mpeg_tag(file: BinaryIO) -> tuple[int, int, int] | None:
    """Return what the first frame of an MP3 says of the others, None if it says nothing.

    Returns
    -------
    start, frames, bytes : int
        Where it stands; 0 for what it does not say.

    Examples
    --------
    >>> import io
    >>> from genre_audio.audio.loose_ends import mpeg_tag
    >>> mpeg_tag(io.BytesIO(b"Xing" + bytes([0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 1, 0])))
    (0, 7, 256)
    """
    start = id3_size(file)
    file.seek(start)
    head = file.read(4096)
    place = max(head.find(b"Xing"), head.find(b"Info"))
    if place < 0 or len(head) < place + 16:
        return None
    flags, values = head[place + 7], []
    place += 8
    for flag in (1, 2):
        values.append(int.from_bytes(head[place : place + 4], "big") if flags & flag else 0)
        place += 4 if flags & flag else 0
    return start, values[0], values[1]


def _mpeg_goes_on(file: BinaryIO) -> bool:
    tag = mpeg_tag(file)
    if tag is None or not tag[1] or not tag[2]:
        return False
    start, frames, size = tag
    place = start + size
    file.seek(place)
    if file.read(3) == b"TAG":  # ID3 of the first version ends a recording
        place += 128
    file.seek(place)
    file.seek(place + id3_size(file))
    rest = file.read(1 << 16)
    if len(rest) < _FEWEST * size / frames:
        return False
    place = rest.find(b"\xff")
    while place >= 0:
        if _frames_from(rest, place) >= _FEWEST:
            return True
        place = rest.find(b"\xff", place + 1)
    return False


def _frames_from(data: bytes, place: int) -> int:
    """Count frames of MP3 that follow each other."""
    count = 0
    while count < _FEWEST:
        length = _length(data[place : place + 4])
        if not length:
            return count
        count += 1
        place += length
    return count


def _length(header: bytes) -> int:
    """Return how many bytes a frame of MP3 has, 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, bitrate, rate = (header[1] >> 3) & 3, header[2] >> 4, (header[2] >> 2) & 3
    if version == 1 or not 0 < bitrate < 15 or rate == 3:
        return 0
    kbps = _KBPS[3 if version == 3 else 2][bitrate - 1]
    divided = {3: 1, 2: 2, 0: 4}[version]
    per_frame = 144_000 if version == 3 else 72_000
    return per_frame * kbps // (_RATES[rate] // divided) + ((header[2] >> 1) & 1)
