"""Which genre a recording resembles, and when."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction.prediction import SegmentPrediction

__all__ = ["Change", "GenreTimeline", "Span", "genre_timeline"]


@dataclasses.dataclass(frozen=True)
class Span:
    """A stretch of a recording with one label.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds.
    label : str
        Genre or content.
    probability : float
        The label's mean probability over the stretch.

    Examples
    --------
    >>> from genre_audio.prediction.timeline import Span
    >>> Span(0.0, 62.5, "blues", 0.71).seconds
    62.5
    """

    start: float
    stop: float
    label: str
    probability: float

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.stop - self.start

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Change:
    """A change of genre.

    Attributes
    ----------
    time : float
        Where the later genre begins, in seconds.
    before, after : str
        The genres.

    Examples
    --------
    >>> from genre_audio.prediction.timeline import Change
    >>> Change(62.5, "blues", "jazz").time
    62.5
    """

    time: float
    before: str
    after: str


@dataclasses.dataclass(frozen=True)
class GenreTimeline:
    """The genres of a recording over time.

    Attributes
    ----------
    spans : tuple of Span
        In order of time, without overlaps; they cover what was heard, and nothing else.
    changes : tuple of Change
        Where a span's genre differs from that of the span before.

    Examples
    --------
    See `genre_timeline`.
    """

    spans: tuple[Span, ...]
    changes: tuple[Change, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


def genre_timeline(segments: Sequence[SegmentPrediction]) -> GenreTimeline:
    """Return the genres over time of a recording's segments, smoothed.

    Parameters
    ----------
    segments : sequence of SegmentPrediction
        What each segment resembles; they may overlap.

    Returns
    -------
    GenreTimeline

    Examples
    --------
    >>> from genre_audio.prediction.timeline import genre_timeline
    >>> genre_timeline([])
    GenreTimeline(spans=(), changes=())
    """
    return GenreTimeline(()) if not segments else GenreTimeline((), ())
