"""Two features against each other, row by row, for pictures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Scatter"]


@dataclasses.dataclass(frozen=True, eq=False)
class Scatter:
    """Two features of the rows where both are known.

    Attributes
    ----------
    first, second : str
        The features: across and up.
    why : str
        ``"chosen"``, ``"strongest correlation"`` or ``"best separation"``.
    pearson, spearman : float
        As in `Correlations`.
    x, y : ndarray of float64, shape (shown,)
        Values of the rows that are shown. Not in `as_dict`.
    rows : ndarray of int, shape (shown,)
        Their positions in the table; labels are in `Exploration.labels`. Not in `as_dict`.
    of_rows : int
        Rows where both are known: more than are shown where a sample was taken.
    """

    first: str
    second: str
    why: str
    pearson: float
    spearman: float
    x: NDArray[np.float64] = dataclasses.field(metadata={"json": False})
    y: NDArray[np.float64] = dataclasses.field(metadata={"json": False})
    rows: NDArray[np.intp] = dataclasses.field(metadata={"json": False})
    of_rows: int
