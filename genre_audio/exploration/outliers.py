"""Rows that lie far from the rest of their genre."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.exploration.matrix import standardised
from genre_audio.exploration.robust import FEWEST, SHARE, judged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from genre_audio.exploration.robust import Judged

__all__ = ["Outlier", "Outliers", "OutliersOfClass", "OutlyingValue", "outliers_of"]

_NAMED: Final = 5
_RULE: Final = (
    "a row with a value so far from the median of its genre, in robust standard deviations "
    "(1.4826 times the median absolute deviation), that 1 % of rows would have one if columns "
    "were normal and independent; positive, skewed columns are judged by their logarithm; a "
    "column does not judge a genre in which more than 5 % of rows lie so far out, or half have "
    "one value; genres of fewer than 10 rows are not judged"
)


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

    Examples
    --------
    See `outliers_of`.
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

    Examples
    --------
    See `outliers_of`.
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
        the genre has too few rows, or no column that can judge.
    heavy : tuple of str
        Features that do not judge this genre, because more than 5 % of its rows (and more
        than two) lie beyond the threshold: heavy tails or several heaps, not odd rows.

    Examples
    --------
    See `outliers_of`.
    """

    label: str | None
    rows: int
    found: int
    threshold: float
    heavy: tuple[str, ...]


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

    Examples
    --------
    See `outliers_of`.
    """

    rule: str
    expected_share: float
    classes: tuple[OutliersOfClass, ...]
    rows: tuple[Outlier, ...]
    logs: tuple[str, ...]


def outliers_of(
    X: NDArray[np.float64],
    *,
    columns: Sequence[str],
    names: NDArray[np.str_],
    rows: Mapping[str | None, NDArray[np.intp]],
) -> Outliers:
    """Find the rows that lie far from the rest of their genre.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    columns : sequence of str
        Their names.
    names : ndarray of str, shape (rows,)
        Names of the rows.
    rows : mapping of str or None to ndarray of int
        The rows of each genre.

    Returns
    -------
    Outliers

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.outliers import outliers_of
    >>> X = np.random.default_rng(0).normal(size=(50, 2))
    >>> X[7, 1] = 30
    >>> names = np.array([f"song {k}" for k in range(50)])
    >>> found = outliers_of(X, columns=["a", "b"], names=names, rows={"jazz": np.arange(50)})
    >>> [(row.name, row.values[0].column) for row in found.rows]
    [('song 7', 'b')]
    """
    logs = [place for place in range(X.shape[1]) if _better_as_log(X[:, place])]
    Y = X.copy()
    Y[:, logs] = np.log(X[:, logs])
    # Scaled, so that differences of large numbers stay numbers.
    scales = np.array([_largest(column) for column in Y.T])
    Y /= scales
    counts, found = [], []
    for label, own in rows.items():
        here = judged(Y[own])
        with np.errstate(over="ignore"):
            medians = here.medians * scales
            medians[logs] = np.exp(medians[logs])
        far = [
            _outlier(own[place], X=X, columns=columns, medians=medians, here=here, place=place)
            for place in np.flatnonzero(here.far.any(axis=1)).tolist()
        ]
        found += [
            Outlier(row, str(names[row]), label, abs(values[0].distance), values[:_NAMED])
            for row, values in far
        ]
        heavy = tuple(columns[i] for i in np.flatnonzero(here.heavy).tolist())
        counts.append(OutliersOfClass(label, len(own), len(far), here.threshold, heavy))
    found.sort(key=lambda outlier: (-outlier.distance, outlier.row))
    return Outliers(_RULE, SHARE, tuple(counts), tuple(found), tuple(columns[i] for i in logs))


def _outlier(
    row: np.intp,
    *,
    X: NDArray[np.float64],
    columns: Sequence[str],
    medians: NDArray[np.float64],
    here: Judged,
    place: int,
) -> tuple[int, tuple[OutlyingValue, ...]]:
    """Return a row and its values that are far out, the farthest first."""
    values = [
        OutlyingValue(
            columns[i], float(X[row, i]), float(medians[i]), float(here.distances[place, i])
        )
        for i in np.flatnonzero(here.far[place]).tolist()
    ]
    values.sort(key=lambda value: (-abs(value.distance), value.column))
    return int(row), tuple(values)


def _largest(column: NDArray[np.float64]) -> float:
    known = column[~np.isnan(column)]
    return float(np.abs(known).max(initial=0.0)) or 1.0


def _better_as_log(column: NDArray[np.float64]) -> bool:
    """Return whether a column is positive, skewed to the right, and less so in logarithms."""
    values = column[~np.isnan(column)]
    if len(values) < FEWEST or values.min() <= 0:
        return False
    z, logs = (standardised(v[:, np.newaxis]) for v in (values, np.log(values)))
    skewness = float((z**3).mean())
    return skewness > 1 and abs(float((logs**3).mean())) < skewness
