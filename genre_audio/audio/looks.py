"""What a file looks like, by its first bytes: names lie, and error messages should not.

Nothing is decoded by this. It tells which reader of ffmpeg may have a file, so that none
is left to guess (some of them open other files, or the network), and what to say of a file
that holds no sound.
"""

from __future__ import annotations

import dataclasses
import string
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Look", "look_at"]

_HEAD: Final = 4096


@dataclasses.dataclass(frozen=True)
class Look:
    """What a file seems to be.

    Attributes
    ----------
    what : str
        In words, with an article.
    demuxer : str
        The reader of ffmpeg for it; empty where there is none, or none that may be asked.

    Examples
    --------
    See `look_at`.
    """

    what: str
    demuxer: str = ""


_SOUNDS: Final = (
    (0, b"RIFF", 8, b"WAVE", Look("a WAV file", "wav")),
    (0, b"RIFX", 8, b"WAVE", Look("a WAV file", "wav")),
    (0, b"RF64", 8, b"WAVE", Look("an RF64 file", "wav")),
    (0, b"RIFF", 8, b"AVI ", Look("an AVI film", "avi")),
    (0, b"riff\x2e\x91\xcf\x11", 0, b"", Look("a Wave64 file", "w64")),
    (0, b"FORM", 8, b"AIF", Look("an AIFF file", "aiff")),
    (0, b".snd", 0, b"", Look("an AU file", "au")),
    (0, b"caff", 0, b"", Look("a CAF file", "caf")),
    (0, b"fLaC", 0, b"", Look("a FLAC file", "flac")),
    (0, b"OggS", 0, b"", Look("an Ogg file", "ogg")),
    (4, b"ftyp", 0, b"", Look("an MP4 or M4A file", "mov")),
    (4, b"moov", 0, b"", Look("an MP4 or QuickTime file", "mov")),
    (4, b"mdat", 0, b"", Look("an MP4 or QuickTime file", "mov")),
    (4, b"wide", 0, b"", Look("a QuickTime file", "mov")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", 0, b"", Look("a WMA or ASF file", "asf")),
    (0, b"\x1a\x45\xdf\xa3", 0, b"", Look("a WebM or Matroska file", "matroska")),
    (0, b"wvpk", 0, b"", Look("a WavPack file", "wv")),
    (0, b"MAC ", 0, b"", Look("a Monkey's Audio file", "ape")),
    (0, b"#!AMR", 0, b"", Look("an AMR file", "amr")),
    (0, b"DSD ", 0, b"", Look("a DSD file", "dsf")),
    (0, b"FRM8", 0, b"", Look("a DSDIFF file", "iff")),
    (0, b"TTA1", 0, b"", Look("a True Audio file", "tta")),
    (0, b"MPCK", 0, b"", Look("a Musepack file", "mpc8")),
    (0, b"MP+", 0, b"", Look("a Musepack file", "mpc")),
    (0, b"\x0b\x77", 0, b"", Look("an AC-3 file", "ac3")),
    (0, b"FLV\x01", 0, b"", Look("a Flash film", "flv")),
    (0, b"\xff\xf1", 0, b"", Look("an AAC file", "aac")),
    (0, b"\xff\xf9", 0, b"", Look("an AAC file", "aac")),
)

_OTHERS: Final = (
    (b"version https://git-lfs", "a pointer that git LFS left in place of the file itself"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "something packed by gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"MThd", "MIDI: notes, and no sound"),
    (b"\x7fELF", "a program"),
    (b"#EXTM3U", "a list of recordings, and none itself"),
    (b"[playlist]", "a list of recordings, and none itself"),
)

_TEXT: Final = frozenset(string.printable.encode()) | frozenset(range(0x80, 0x100))


def look_at(path: Path) -> Look:
    """Tell what a file looks like.

    Raises
    ------
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.looks import look_at
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "song.mp3")
    ...     _ = path.write_text("<!DOCTYPE html><title>404 Not Found</title>")
    ...     look_at(path).what
    'an HTML page, such as a failed download leaves'
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head[:3] == b"ID3" and len(head) > 10:
            sizes = [byte & 0x7F for byte in head[6:10]]
            file.seek(10 + (sizes[0] << 21 | sizes[1] << 14 | sizes[2] << 7 | sizes[3]))
            behind = file.read(_HEAD)
            found = _sound(behind)
            return found or Look("an MP3 file: it has a tag of one")
    return _sound(head) or Look(_other(head))


def _sound(head: bytes) -> Look | None:
    for at, mark, then, second, look in _SOUNDS:
        if head[at : at + len(mark)] == mark and head[then : then + len(second)] == second:
            return look
    return None


def _other(head: bytes) -> str:
    for mark, what in _OTHERS:
        if head.startswith(mark):
            return what
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "an HTML page, such as a failed download leaves"
    if text.startswith((b"<?xml", b"<")):
        return "XML"
    if not head.strip(b"\0"):
        return "nothing but zeros"
    if _TEXT.issuperset(head) and sum(byte >= 0x80 for byte in head) < len(head) / 4:
        return "text"
    return f"nothing that is known: it begins with {head[:8].hex(' ')}"
