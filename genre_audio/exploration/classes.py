"""How many rows each genre has."""

from __future__ import annotations

import dataclasses

__all__ = ["ClassCount", "Classes"]


@dataclasses.dataclass(frozen=True)
class ClassCount:
    """One genre.

    Attributes
    ----------
    label : str
        Its name.
    count : int
        Its rows.
    share : float
        Of the labelled rows, from 0 to 1.
    """

    label: str
    count: int
    share: float


@dataclasses.dataclass(frozen=True)
class Classes:
    """Counts of all genres.

    Attributes
    ----------
    column : str
        Name of the column of labels.
    counts : tuple of ClassCount
        The largest first; equal ones by name.
    labelled, unlabelled : int
        Rows with and without a label.
    ratio : float
        Rows of the largest genre for each row of the smallest (1 for one genre, NaN for none).
    largest_share : float
        Accuracy of always naming the largest genre (NaN without labels).
    """

    column: str
    counts: tuple[ClassCount, ...]
    labelled: int
    unlabelled: int
    ratio: float
    largest_share: float
