"""Distances from the median, and how far is too far.

Medians of few rows are uncertain, so that among few rows distances come out larger.
Thresholds for them are simulated, once for each number of rows and columns.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import scipy.stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FEWEST", "SHARE", "Judged", "judged"]

SHARE: Final = 0.01
FEWEST: Final = 10
# Of a normal distribution, the standard deviation in median absolute deviations.
_MAD: Final = 1.4826022185056018
# With fewer rows than the last, medians are uncertain, and thresholds are simulated.
_SIZES: Final = (10, 12, 15, 20, 25, 30, 40, 50, 70, 100, 150, 200, 300, 500, 1000)
_SIMULATED_ROWS: Final = 20_000
_HEAVY: Final = 0.05


class Judged(NamedTuple):
    """What is far out in one genre.

    Attributes
    ----------
    distances : ndarray of float64, shape (rows, columns)
        From the median, in robust standard deviations; NaN where there is none.
    medians : ndarray of float64, shape (columns,)
        Of the known values.
    threshold : float
        Beyond it a value is far out; NaN where nothing can be judged.
    far : ndarray of bool, shape (rows, columns)
        Values that are far out, of columns that judge.
    heavy : ndarray of bool, shape (columns,)
        Columns that do not judge, because too many of their values are far out.

    Examples
    --------
    See `judged`.
    """

    distances: NDArray[np.float64]
    medians: NDArray[np.float64]
    threshold: float
    far: NDArray[np.bool_]
    heavy: NDArray[np.bool_]


def judged(Y: NDArray[np.float64]) -> Judged:
    """Find values that are far from the median of their column.

    Parameters
    ----------
    Y : ndarray of float64, shape (rows, columns)
        One genre, with NaN for gaps.

    Returns
    -------
    Judged

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.robust import judged
    >>> found = judged(np.array([[1.0], [2], [3], [4], [5], [6], [7], [8], [9], [10], [999]]))
    >>> round(float(found.distances[-1, 0]), 2), found.far[:, 0].nonzero()[0].tolist()
    (223.26, [10])
    """
    distances, medians = _distances(Y)
    threshold = _threshold(len(Y), int(np.isfinite(distances).any(axis=0).sum()))
    far = np.abs(np.nan_to_num(distances)) > threshold
    heavy = far.sum(axis=0) > max(2, _HEAVY * len(Y))
    return Judged(distances, medians, threshold, far & ~heavy, heavy)


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
        if len(known) >= FEWEST and spread > 1e-12 * np.abs(known).max():
            distances[:, place] = (column - medians[place]) / spread
    return distances, medians


def _threshold(rows: int, columns: int) -> float:
    """Return the distance that the largest of a row's columns has in 1 % of rows."""
    if rows < FEWEST or not columns:
        return float("nan")
    if rows >= 2 * _SIZES[-1]:
        return float(scipy.stats.norm.isf((1 - (1 - SHARE) ** (1 / columns)) / 2))
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
    return float(np.quantile(np.concatenate(largest), 1 - SHARE))
