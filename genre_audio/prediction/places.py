"""Stretches of a recording: what several of them cover together."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["seconds_covered"]


def seconds_covered(places: Iterable[tuple[float, float]]) -> float:
    """Return how long stretches last together, where what several hold counts once.

    Parameters
    ----------
    places : iterable of (float, float)
        Start and stop of each, in s.

    Examples
    --------
    >>> from genre_audio.prediction.places import seconds_covered
    >>> seconds_covered([(0.0, 2.0), (1.0, 3.0), (5.0, 6.0)])
    4.0
    """
    total, reached = 0.0, float("-inf")
    for start, stop in sorted(places):
        if stop > reached:
            total += stop - max(start, reached)
            reached = stop
    return total
