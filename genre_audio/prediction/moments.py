"""Overlapping segments as stretches one after another."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from genre_audio.prediction.prediction import SegmentPrediction

__all__ = ["Moment", "moments"]

_NEAR: Final = 1e-5
"""Edges nearer than this, in s, are one: places in seconds are rounded samples."""


@dataclasses.dataclass(frozen=True)
class Moment:
    """A stretch that lies in the same segments from beginning to end.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds.
    probabilities : dict of str to float
        By genre: the mean of these segments'.
    segment_seconds : float
        How long these segments are, on average.

    Examples
    --------
    See `moments`.
    """

    start: float
    stop: float
    probabilities: dict[str, float]
    segment_seconds: float


def moments(segments: Sequence[SegmentPrediction]) -> tuple[Moment, ...]:
    """Return what is said of each stretch, in order of time.

    Parameters
    ----------
    segments : sequence of SegmentPrediction
        In any order; they may overlap.

    Returns
    -------
    tuple of Moment
        Without overlaps. They cover what the segments cover; where those leave gaps, so
        do they.

    Examples
    --------
    >>> from genre_audio.prediction import SegmentPrediction, moments
    >>> jazz, rock = {"jazz": 1.0, "rock": 0.0}, {"jazz": 0.0, "rock": 1.0}
    >>> said = moments([SegmentPrediction(0.0, 30.0, jazz), SegmentPrediction(20.0, 50.0, rock)])
    >>> [(moment.start, moment.stop, moment.probabilities["jazz"]) for moment in said]
    [(0.0, 20.0, 1.0), (20.0, 30.0, 0.5), (30.0, 50.0, 0.0)]
    """
    if len(segments) == 1:
        (only,) = segments
        return (Moment(only.start, only.stop, only.probabilities, only.stop - only.start),)
    ordered = sorted(segments, key=lambda segment: (segment.start, segment.stop))
    if not ordered:
        return ()
    edges, begin, end = _edges(
        np.array([segment.start for segment in ordered]),
        np.array([segment.stop for segment in ordered]),
    )
    labels = list(ordered[0].probabilities)
    p = np.array([[segment.probabilities[label] for label in labels] for segment in ordered])
    seconds = np.array([segment.stop - segment.start for segment in ordered])
    over = np.maximum.accumulate(end)  # all up to a segment end here or earlier
    found = []
    for place in range(len(edges) - 1):
        first = int(np.searchsorted(over, place, side="right"))
        last = int(np.searchsorted(begin, place, side="right"))
        holding = first + np.flatnonzero(end[first:last] > place)
        if len(holding):
            mean = dict(zip(labels, p[holding].mean(axis=0).tolist(), strict=True))
            start, stop = float(edges[place]), float(edges[place + 1])
            found.append(Moment(start, stop, mean, float(seconds[holding].mean())))
    return tuple(found)


def _edges(
    starts: NDArray[np.float64], stops: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return where segments begin or end, and the places of each one's two edges there."""
    values, places = np.unique(np.concatenate([starts, stops]), return_inverse=True)
    new = np.concatenate([[True], np.diff(values) > _NEAR])
    begin, end = np.split((np.cumsum(new) - 1)[places], 2)
    return values[new], begin, end
