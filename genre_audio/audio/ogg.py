"""Where the streams of an Ogg file begin: several may follow each other.

libsndfile reads the first and says that all is well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mmap import mmap

__all__ = ["stream_starts"]

_HEADER: Final = 27
_FIRST: Final = 2  # the flag of a page that begins a stream


def stream_starts(data: mmap | bytes) -> list[int]:
    """Return the place of each stream in bytes; those that run side by side count as one.

    Examples
    --------
    >>> import io, numpy as np, soundfile
    >>> from genre_audio.audio.ogg import stream_starts
    >>> file = io.BytesIO()
    >>> soundfile.write(file, np.zeros(10000), 8000, format="OGG")
    >>> one = file.getvalue()
    >>> stream_starts(one * 3) == [0, len(one), 2 * len(one)]
    True
    """
    starts: list[int] = []
    beginning, at = False, data.find(b"OggS")
    while at >= 0 and at + _HEADER <= len(data):
        first = bool(data[at + 5] & _FIRST)
        if first and not beginning:
            starts.append(at)
        beginning = first
        segments = data[at + 26]
        at += _HEADER + segments + sum(data[at + _HEADER : at + _HEADER + segments])
        at = data.find(b"OggS", at)
    return starts
