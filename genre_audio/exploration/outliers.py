"""Rows that lie far from the rest of their genre."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Final

import numpy as np
import scipy.stats

from genre_audio.exploration.matrix import standardised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

__all__ = ["Outlier", "Outliers", "OutliersOfClass", "OutlyingValue", "outliers_of"]

_SHARE: Final = 0.01
_FEWEST: Final = 10
_NAMED: Final = 5
# Of a normal distribution, the standard deviation in median absolute deviations.
_MAD: Final = 1.4826022185056018
# With fewer rows than the last, medians are uncertain, and thresholds are simulated.
_SIZES: Final = (10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 500, 1000)
_SIMULATED_ROWS: Final = 20_000
_RULE: Final = (
    "a row with a value so far from the median of its genre, in robust standard deviations "
    "(1.4826 times the median absolute deviation), that 1 % of rows would have one if columns "
    "were normal and independent; positive, skewed columns are judged by their logarithm; not "
    "judged are genres of fewer than 10 rows, and columns that have one value in half of a "
    "genre"
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
        distances, medians = _distances(Y[own])
        threshold = _threshold(len(own), int(np.isfinite(distances).any(axis=0).sum()))
        medians *= scales
        medians[logs] = np.exp(medians[logs])
        far = np.abs(np.nan_to_num(distances)) > threshold
        for place in np.flatnonzero(far.any(axis=1)).tolist():
            beyond = np.flatnonzero(far[place])
            ranked = beyond[np.argsort(-np.abs(distances[place, beyond]), kind="stable")]
            values = tuple(
                OutlyingValue(
                    columns[i],
                    float(X[own[place], i]),
                    float(medians[i]),
                    float(distances[place, i]),
                )
                for i in ranked[:_NAMED]
            )
            row = int(own[place])
            found.append(Outlier(row, str(names[row]), label, abs(values[0].distance), values))
        counts.append(OutliersOfClass(label, len(own), int(far.any(axis=1).sum()), threshold))
    found.sort(key=lambda outlier: (-outlier.distance, outlier.row))
    return Outliers(_RULE, _SHARE, tuple(counts), tuple(found), tuple(columns[i] for i in logs))


def _largest(column: NDArray[np.float64]) -> float:
    known = column[~np.isnan(column)]
    return float(np.abs(known).max(initial=0.0)) or 1.0


def _better_as_log(column: NDArray[np.float64]) -> bool:
    """Return whether a column is positive, skewed to the right, and less so in logarithms."""
    values = column[~np.isnan(column)]
    if len(values) < _FEWEST or values.min() <= 0:
        return False
    z, logs = (standardised(v[:, np.newaxis]) for v in (values, np.log(values)))
    skewness = float((z**3).mean())
    return skewness > 1 and abs(float((logs**3).mean())) < skewness


def _distances(
    Y: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return distances in robust standard deviations, NaN where there is none; and medians."""
    distances, medians = np.full(Y.shape, np.nan), np.full(Y.shape[1], np.nan)
    for place, column in enumerate(Y.T):
        known = column[~np.isnan(column)]
        if not len(known):
            continue
        medians[place] = np.median(known)
        spread = _MAD * np.median(np.abs(known - medians[place]))
        if len(known) >= _FEWEST and spread > 1e-12 * np.abs(known).max():
            distances[:, place] = (column - medians[place]) / spread
    return distances, medians


def _threshold(rows: int, columns: int) -> float:
    """Return the distance that the largest of a row's columns has in 1 % of rows."""
    if rows < _FEWEST or not columns:
        return float("nan")
    if rows >= 2 * _SIZES[-1]:
        return float(scipy.stats.norm.isf((1 - (1 - _SHARE) ** (1 / columns)) / 2))
    return _simulated(max(size for size in _SIZES if size <= rows), columns)


@functools.cache
def _simulated(rows: int, columns: int) -> float:
    rng = np.random.default_rng([rows, columns])
    largest = []
    for _ in range(-(-_SIMULATED_ROWS // rows)):
        distances = rng.normal(size=(rows, columns))
        distances -= np.median(distances, axis=0)
        distances /= _MAD * np.median(np.abs(distances), axis=0)
        largest.append(np.abs(distances).max(axis=1))
    return float(np.quantile(np.concatenate(largest), 1 - _SHARE))
