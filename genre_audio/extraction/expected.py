"""How long recordings will take, so that workers begin with the longest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.files.fingerprints import outline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.audio import Source
    from genre_audio.files.remote import Place

__all__ = ["expected_seconds"]

_BYTES_PER_SECOND: Final = 25_000_000
_BYTES_PER_SECOND_OF: Final = {".flac": 15_000_000} | dict.fromkeys(
    (".mp2", ".mp3", ".oga", ".ogg", ".opus"), 4_000_000
)
"""What one core of the year 2023 describes, of mono at 22 kHz: files of more channels and
higher rates are faster, those of 8 kHz slower."""


def expected_seconds(sources: Sequence[Source]) -> list[float]:
    """Guess how long each recording takes, from the size of its file.

    Headers, which would have to be read, lie more often than sizes do.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction.expected import expected_seconds
    >>> expected_seconds([Source("a.wav", Path("nowhere/a.wav"))])
    [0.0]
    """
    return [_expected_seconds(source.path) for source in sources]


def _expected_seconds(path: Place) -> float:
    try:
        size = outline(path).size
    except OSError:
        return 0.0
    return size / _BYTES_PER_SECOND_OF.get(path.suffix.lower(), _BYTES_PER_SECOND)
