"""Pairs of columns of which one says all that the other says."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.exploration.correlations import Correlations

__all__ = ["NearDuplicate", "near_duplicates"]

_BOUND: Final = 0.999
_FEWEST: Final = 10
# Of the standard deviation: what is lost where a table is written with seven digits.
_ROUNDING: Final = 1e-6


@dataclasses.dataclass(frozen=True)
class NearDuplicate:
    """Two features that are (nearly) the same.

    Attributes
    ----------
    first, second : str
        The features.
    kind : str
        ``"equal"`` values, ``"scaled"`` (second = slope x first + intercept, to rounding) or
        ``"correlated"`` (|r| beyond the bound).
    pearson : float
        Correlation over the rows where both are known.
    slope, intercept : float
        Of the line through the rows: second from first.
    rows : int
        Rows where both are known.

    Examples
    --------
    See `near_duplicates`.
    """

    first: str
    second: str
    kind: str
    pearson: float
    slope: float
    intercept: float
    rows: int


def near_duplicates(
    X: NDArray[np.float64], *, correlations: Correlations
) -> tuple[NearDuplicate, ...]:
    """Find pairs of columns with |r| beyond 0.999.

    Over fewer than 10 rows such a correlation may be chance: there, only columns that are
    equal or scaled copies to rounding are listed, over 3 rows at least.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    correlations : Correlations
        Of these features.

    Returns
    -------
    tuple of NearDuplicate
        Equal ones first, then scaled ones, then by correlation.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.correlations import correlations_of
    >>> from genre_audio.exploration.near_copies import near_duplicates
    >>> x = np.array([1.0, 4.0, 2.0, 8.0])
    >>> X = np.column_stack([x, 3 - 2 * x, [5, 1, 7, 6]])
    >>> found = near_duplicates(X, correlations=correlations_of(X, columns=["a", "b", "c"]))
    >>> [(f.first, f.second, f.kind, round(f.slope, 9), round(f.intercept, 9)) for f in found]
    [('a', 'b', 'scaled', -2.0, 3.0)]
    """
    columns, r = correlations.columns, np.nan_to_num(correlations.pearson)
    pairs = np.argwhere(np.triu(np.abs(r) > _BOUND, k=1)).tolist()
    found = [
        _described(X[:, i], X[:, j], first=columns[i], second=columns[j], pearson=float(r[i, j]))
        for i, j in pairs
    ]
    found = [pair for pair in found if pair.rows >= _FEWEST or pair.kind != "correlated"]
    kinds = ("equal", "scaled", "correlated")
    return tuple(sorted(found, key=lambda f: (kinds.index(f.kind), -abs(f.pearson))))


def _described(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    first: str,
    second: str,
    pearson: float,
) -> NearDuplicate:
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    # Scaled, so that squares of large numbers stay numbers.
    wide, high = np.abs(x).max(), np.abs(y).max()
    u, v = x / wide, y / high
    slope = pearson * v.std() / u.std()
    intercept = v.mean() - slope * u.mean()
    residual = np.abs(v - slope * u - intercept).max()
    kind = "scaled" if residual <= _ROUNDING * v.std() else "correlated"
    if (x == y).all():
        kind, slope, intercept, high = "equal", 1.0, 0.0, wide
    with np.errstate(over="ignore"):
        return NearDuplicate(
            first=first,
            second=second,
            kind=kind,
            pearson=pearson,
            slope=float(slope * (high / wide)),
            intercept=float(intercept * high),
            rows=int(both.sum()),
        )
