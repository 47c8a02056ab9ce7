"""How columns go together."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ColumnGroup", "Correlations", "Pair"]


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
