"""Principal components of standardised columns."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Components"]


@dataclasses.dataclass(frozen=True, eq=False)
class Components:
    """Directions in which the rows differ most.

    Attributes
    ----------
    columns : tuple of str
        Features that were used: those that vary.
    explained, cumulative : ndarray of float64, shape (components,)
        Share of the total variance, of each component and of all up to it.
    needed : dict of int to int
        Number of components for 85, 90 and 95 % of the variance.
    weights : ndarray of float64, shape (columns, components)
        Unit vectors. Of each, the weight that is largest in absolute value is positive.
    loadings : ndarray of float64, shape (columns, components)
        Correlation of each (filled) column with each component.
    scores : ndarray of float64, shape (rows, up to 10)
        Where each row of the table lies on the first components. Not in `as_dict`.
    rows : int
        All rows of the table take part.
    filled : int
        Missing values that were replaced by the median of their column.
    filled_rows : int
        Rows with such values.
    """

    columns: tuple[str, ...]
    explained: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    needed: dict[int, int]
    weights: NDArray[np.float64]
    loadings: NDArray[np.float64]
    scores: NDArray[np.float64] = dataclasses.field(metadata={"json": False})
    rows: int
    filled: int
    filled_rows: int
