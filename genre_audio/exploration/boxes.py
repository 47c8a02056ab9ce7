"""Quartiles and whiskers of a feature, genre by genre, for pictures."""

from __future__ import annotations

import dataclasses

__all__ = ["Box", "Boxes"]


@dataclasses.dataclass(frozen=True)
class Box:
    """One feature in one genre.

    Attributes
    ----------
    label : str or None
        The genre; None for rows without one.
    count : int
        Rows where the feature is known.
    minimum, low, lower_quartile, median, upper_quartile, high, maximum : float
        `low` and `high` end the whiskers: the outermost values within 1.5 interquartile
        ranges of the box. All NaN where no row is known.
    beyond : int
        Values outside the whiskers.
    """

    label: str | None
    count: int
    minimum: float
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float
    maximum: float
    beyond: int


@dataclasses.dataclass(frozen=True)
class Boxes:
    """One feature in all genres.

    Attributes
    ----------
    column : str
        The feature.
    boxes : tuple of Box
        One for each genre, in the order of `Classes.counts`; one for all rows where there
        are no labels.
    """

    column: str
    boxes: tuple[Box, ...]
