"""How columns go together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import fcluster, leaves_list, linkage
from scipy.spatial.distance import squareform

from genre_audio.exploration.matrix import standardised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["ColumnGroup", "Correlations", "Pair", "correlations_of"]

_STRONGEST: Final = 15
_CUT: Final = 0.2
_FEWEST: Final = 3
# Where there are gaps, ranks are taken anew for every pair of columns.
_RANKED_ROWS: Final = 10_000


@dataclasses.dataclass(frozen=True)
class Pair:
    """Two features and how they go together.

    Attributes
    ----------
    first, second : str
        The features.
    pearson, spearman : float
        Over the rows where both are known: on a line, and in order.
    rows : int
        Their number.

    Examples
    --------
    See `correlations_of`.
    """

    first: str
    second: str
    pearson: float
    spearman: float
    rows: int


@dataclasses.dataclass(frozen=True)
class ColumnGroup:
    """Features that measure the same.

    Attributes
    ----------
    columns : tuple of str
        Two or more features.
    mean : float
        Mean absolute Spearman correlation of all pairs within.

    Examples
    --------
    See `correlations_of`.
    """

    columns: tuple[str, ...]
    mean: float


@dataclasses.dataclass(frozen=True, eq=False)
class Correlations:
    """All correlations of features.

    Attributes
    ----------
    columns : tuple of str
        The features: rows and columns of the matrices.
    pearson, spearman : ndarray of float64, shape (columns, columns)
        Over rows where both are known; NaN where a column does not vary or there are fewer
        than 3 such rows.
    by_pearson, by_spearman : tuple of Pair
        The strongest, by absolute value (at most 15).
    pearson_positive, pearson_negative, spearman_positive, spearman_negative : tuple of Pair
        The strongest of either sign (at most 15 each).
    groups : tuple of ColumnGroup
        Features that measure the same: average linkage on 1 - |Spearman|, cut at `cut`; the
        largest first. Features by themselves are not listed.
    cut : float
        Where the tree is cut.
    order : tuple of int
        Order of the columns in which like ones stand side by side, for pictures.
    spearman_rows : int
        Rows that ranks were taken from: a sample where the table is large and has gaps.

    Examples
    --------
    See `correlations_of`.
    """

    columns: tuple[str, ...]
    pearson: NDArray[np.float64]
    spearman: NDArray[np.float64]
    by_pearson: tuple[Pair, ...]
    by_spearman: tuple[Pair, ...]
    pearson_positive: tuple[Pair, ...]
    pearson_negative: tuple[Pair, ...]
    spearman_positive: tuple[Pair, ...]
    spearman_negative: tuple[Pair, ...]
    groups: tuple[ColumnGroup, ...]
    cut: float
    order: tuple[int, ...]
    spearman_rows: int


def correlations_of(
    X: NDArray[np.float64], *, columns: Sequence[str], seed: int = 0
) -> Correlations:
    """Correlate all columns, each pair over the rows where both are known.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    columns : sequence of str
        Their names.
    seed : int
        Of the sample of rows that is ranked where a table is large and has gaps.

    Returns
    -------
    Correlations

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.correlations import correlations_of
    >>> x = np.arange(1.0, 6.0)
    >>> X = np.column_stack([x, x**3, [5, 1, 4, 2, 3]])
    >>> found = correlations_of(X, columns=["x", "y", "z"])
    >>> pair = found.by_spearman[0]
    >>> pair.first, pair.second, round(pair.pearson, 3), pair.spearman
    ('x', 'y', 0.943, 1.0)
    >>> found.groups
    (ColumnGroup(columns=('x', 'y'), mean=1.0),)
    """
    known = ~np.isnan(X)
    rows = known.T.astype(np.float64) @ known
    Z = standardised(X)
    sample = _sample(len(X), gaps=not known.all(), seed=seed)
    pearson = _correlated(Z, method="pearson")
    spearman = _correlated(Z[sample], method="spearman")
    pairs = [
        Pair(columns[i], columns[j], float(pearson[i, j]), float(spearman[i, j]), int(rows[i, j]))
        for i, j in np.argwhere(np.triu(np.ones_like(pearson), k=1)).tolist()
    ]
    order, groups = _clustered(np.abs(spearman), columns=columns)
    return Correlations(
        columns=tuple(columns),
        pearson=pearson,
        spearman=spearman,
        by_pearson=_strongest(pairs, "pearson", sign=0),
        by_spearman=_strongest(pairs, "spearman", sign=0),
        pearson_positive=_strongest(pairs, "pearson", sign=1),
        pearson_negative=_strongest(pairs, "pearson", sign=-1),
        spearman_positive=_strongest(pairs, "spearman", sign=1),
        spearman_negative=_strongest(pairs, "spearman", sign=-1),
        groups=groups,
        cut=_CUT,
        order=order,
        spearman_rows=len(sample),
    )


def _sample(rows: int, *, gaps: bool, seed: int) -> NDArray[np.intp]:
    everything = np.arange(rows)
    if not gaps or rows <= _RANKED_ROWS:
        return everything
    return np.sort(np.random.default_rng(seed).choice(everything, _RANKED_ROWS, replace=False))


def _correlated(Z: NDArray[np.float64], *, method: str) -> NDArray[np.float64]:
    r = pd.DataFrame(Z).corr(method=method, min_periods=_FEWEST).to_numpy(copy=True)  # type: ignore[arg-type]
    # On the diagonal pandas may say 1 to rounding.
    np.fill_diagonal(r, np.where(np.isnan(r.diagonal()), np.nan, 1.0))
    return np.clip(r, -1.0, 1.0)


def _strongest(pairs: list[Pair], kind: str, *, sign: int) -> tuple[Pair, ...]:
    """Return the pairs of one sign (0: of both) with the largest absolute correlation."""
    values = [(getattr(pair, kind), pair) for pair in pairs]
    found = [(r, pair) for r, pair in values if (r * sign > 0 if sign else abs(r) > 0)]
    # Rounded, so that the order of equal ones does not hang on the last bit.
    found.sort(key=lambda item: (-round(abs(item[0]), 12), item[1].first, item[1].second))
    return tuple(pair for _, pair in found[:_STRONGEST])


def _clustered(
    strength: NDArray[np.float64], *, columns: Sequence[str]
) -> tuple[tuple[int, ...], tuple[ColumnGroup, ...]]:
    """Return an order of columns and the groups of those that measure the same."""
    if len(columns) < 2:
        return tuple(range(len(columns))), ()
    strength = np.nan_to_num(strength)  # what does not vary goes with nothing
    distance = 1 - strength
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average", optimal_ordering=True)
    of = fcluster(tree, t=_CUT, criterion="distance")
    groups = []
    for number in np.unique(of):
        members = np.flatnonzero(of == number)
        if len(members) > 1:
            within = strength[np.ix_(members, members)][np.triu_indices(len(members), k=1)]
            groups.append(
                ColumnGroup(tuple(columns[i] for i in members.tolist()), float(within.mean()))
            )
    groups.sort(key=lambda group: (-len(group.columns), -round(group.mean, 12), group.columns))
    return tuple(leaves_list(tree).tolist()), tuple(groups)
