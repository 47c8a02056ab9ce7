"""Rows that lie far from the rest of their genre."""

from __future__ import annotations

import dataclasses

__all__ = ["Outlier", "Outliers", "OutliersOfClass", "OutlyingValue"]


@dataclasses.dataclass(frozen=True)
class OutlyingValue:
    """A value that makes a row outlying.

    Attributes
    ----------
    column : str
        The feature.
    value, median : float
        Of the row, and of its genre.
    distance : float
        From the median, in robust standard deviations of the genre; negative below it.
    """

    column: str
    value: float
    median: float
    distance: float


@dataclasses.dataclass(frozen=True)
class Outlier:
    """A row that lies far from the rest of its genre.

    Attributes
    ----------
    row : int
        Position in the table, from 0.
    name : str
        Name of the row.
    label : str or None
        Its genre; None where rows have none.
    distance : float
        The largest absolute one of its values.
    values : tuple of OutlyingValue
        Those beyond the threshold, the farthest first (at most 5).
    """

    row: int
    name: str
    label: str | None
    distance: float
    values: tuple[OutlyingValue, ...]


@dataclasses.dataclass(frozen=True)
class OutliersOfClass:
    """How many rows of a genre lie out.

    Attributes
    ----------
    label : str or None
        The genre; None for all rows without one.
    rows, found : int
        Rows of the genre, and those that lie out.
    threshold : float
        Robust standard deviations beyond which a value makes its row an outlier; NaN where
        the genre has too few rows to judge.
    """

    label: str | None
    rows: int
    found: int
    threshold: float


@dataclasses.dataclass(frozen=True)
class Outliers:
    """Outliers of all genres.

    Attributes
    ----------
    rule : str
        What makes a row an outlier, in words.
    expected_share : float
        Of rows that the rule would find if columns were normal and independent.
    classes : tuple of OutliersOfClass
        Counts for each genre, in the order of `Classes.counts`.
    rows : tuple of Outlier
        All outliers, the farthest first.
    logs : tuple of str
        Features that are judged by their logarithm, because they are positive and skewed.
    """

    rule: str
    expected_share: float
    classes: tuple[OutliersOfClass, ...]
    rows: tuple[Outlier, ...]
    logs: tuple[str, ...]
