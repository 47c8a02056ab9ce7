"""Which genre a recording resembles, and when.

Segments may overlap, so a second may lie in several of them. What is said of it is the
mean of what they say: `moments` are the stretches between one segment's edge and the
next, each with one such mean. They add up to what was heard, and the mean over them is
the recording's own.

The genres over time are then the path of a hidden Markov model whose states are genres
(the Viterbi path; Rabiner, L. R. (1989). A tutorial on hidden Markov models. Proc. IEEE
77(2), 257-286). A moment speaks for each genre with the logarithm of its probability, in
proportion to how long it lasts: as long as a segment is one voice, so that overlap does
not make a voice of the same sound louder. Every change of genre costs the logarithm of
`STEADINESS`, wherever it lies and however finely segments are cut. After a stretch that
was refused everything is open again: silence often lies between two songs.

Probabilities are not sharpened by this: a span's is the mean over its moments, not that
of the path. Nothing may enter here that reads recordings or asks models.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import ParameterError
from genre_audio.prediction.moments import moments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from genre_audio.prediction.moments import Moment
    from genre_audio.prediction.prediction import SegmentPrediction

__all__ = ["STEADINESS", "Change", "GenreTimeline", "Span", "genre_timeline"]

STEADINESS: Final = 4.0
"""How many times likelier a recording must be with a change for it to be believed.

On tapes of GTZAN clips by unheard artists 2 to 8 find about as much; 1 finds half as many
changes again as there are, 16 half of them (``scripts/measure_timeline.py``).
"""

_LEAST: Final = 0.001
"""No moment makes a genre less likely than this: one odd segment must not decide alone."""


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
        return {
            "spans": [span.as_dict() for span in self.spans],
            "changes": [dataclasses.asdict(change) for change in self.changes],
        }


def genre_timeline(
    segments: Sequence[SegmentPrediction],
    *,
    steadiness: float = STEADINESS,
    weight: Callable[[float, float], float] | None = None,
) -> GenreTimeline:
    """Return the genres over time of a recording's segments, smoothed.

    Parameters
    ----------
    segments : sequence of SegmentPrediction
        What each segment resembles; they may overlap, and leave gaps.
    steadiness : float
        How many times likelier the recording must be with a change of genre than without
        for the change to be believed; 1 takes the likeliest genre of every moment.
    weight : callable, optional
        Given start and stop of a stretch in s, how much of it counts, 0 to 1: the share
        of music in it. By default all of it.

    Returns
    -------
    GenreTimeline

    Raises
    ------
    ParameterError
        If `steadiness` is below 1.

    Examples
    --------
    >>> from genre_audio.prediction import SegmentPrediction, genre_timeline
    >>> said = [{"jazz": 0.8, "rock": 0.2}, {"jazz": 0.4, "rock": 0.6}] * 2
    >>> timeline = genre_timeline(
    ...     [SegmentPrediction(30.0 * k, 30.0 * k + 30, p) for k, p in enumerate(said)]
    ... )
    >>> [(span.start, span.stop, span.label) for span in timeline.spans], timeline.changes
    ([(0.0, 120.0, 'jazz')], ())
    """
    if not 1.0 <= steadiness < math.inf:
        raise ParameterError(f"a steadiness of {steadiness!r} was asked for; choose 1 or more")
    heard = moments(segments)
    shares = [1.0 if weight is None else weight(moment.start, moment.stop) for moment in heard]
    spans: list[Span] = []
    for stretch, weights in _stretches(heard, shares):
        spans += _spans(stretch, np.array(weights), cost=math.log(steadiness))
    return GenreTimeline(tuple(spans), _changes(spans))


def _stretches(
    heard: Sequence[Moment], shares: Sequence[float]
) -> list[tuple[list[Moment], list[float]]]:
    """Part moments where something was not heard."""
    parts: list[tuple[list[Moment], list[float]]] = []
    for moment, share in zip(heard, shares, strict=True):
        if not parts or parts[-1][0][-1].stop != moment.start:
            parts.append(([], []))
        parts[-1][0].append(moment)
        parts[-1][1].append(share)
    return parts


def _spans(stretch: list[Moment], shares: NDArray[np.float64], *, cost: float) -> list[Span]:
    labels = list(stretch[0].probabilities)
    p = np.array([[moment.probabilities[label] for label in labels] for moment in stretch])
    lasting = np.array([moment.stop - moment.start for moment in stretch])
    voices = shares * lasting / [moment.segment_seconds for moment in stretch]
    path = _path(voices[:, np.newaxis] * np.log(np.maximum(p, _LEAST)), cost=cost)
    spans = []
    for label, run in itertools.groupby(range(len(stretch)), key=path.__getitem__):
        places = list(run)
        counted = (lasting * shares)[places]
        weights = counted if counted.sum() > 0 else lasting[places]
        probability = float((p[places, label] * weights).sum() / weights.sum())
        start, stop = stretch[places[0]].start, stretch[places[-1]].stop
        spans.append(Span(start, stop, labels[label], probability))
    return spans


def _path(scores: NDArray[np.float64], *, cost: float) -> list[int]:
    """Return the states whose scores add up to most, less `cost` for every change."""
    total = scores[0]
    came_from = np.empty(scores.shape, dtype=np.intp)
    for place in range(1, len(scores)):
        best = int(total.argmax())
        stays = total >= total[best] - cost
        came_from[place] = np.where(stays, np.arange(scores.shape[1]), best)
        total = np.where(stays, total, total[best] - cost) + scores[place]
    path = [int(total.argmax())]
    for place in range(len(scores) - 1, 0, -1):
        path.append(int(came_from[place, path[-1]]))
    return path[::-1]


def _changes(spans: Sequence[Span]) -> tuple[Change, ...]:
    return tuple(
        Change(after.start, before.label, after.label)
        for before, after in itertools.pairwise(spans)
        if before.label != after.label
    )
