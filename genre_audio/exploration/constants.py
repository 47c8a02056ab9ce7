"""Columns that say (nearly) the same of every row."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["ConstantColumn", "constant_columns"]

_SHARE: Final = 0.99


@dataclasses.dataclass(frozen=True)
class ConstantColumn:
    """A feature with one value in (nearly) all rows.

    Attributes
    ----------
    name : str
        The feature.
    value : float
        The most frequent value; NaN if the column has no value at all.
    share : float
        Of the known rows that have it: 1 for a constant column.
    known : int
        Rows where the column is known.

    Examples
    --------
    See `constant_columns`.
    """

    name: str
    value: float
    share: float
    known: int

    @property
    def constant(self) -> bool:
        """Whether all known rows have the one value (or none is known)."""
        return self.share == 1.0


def constant_columns(
    X: NDArray[np.float64], *, columns: Sequence[str]
) -> tuple[ConstantColumn, ...]:
    """Find columns that have one value in at least 99 % of the rows where they are known.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    columns : sequence of str
        Their names.

    Returns
    -------
    tuple of ConstantColumn
        In the order of the columns.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.constants import constant_columns
    >>> X = np.array([[1.0, 5.0], [2.0, 5.0], [3.0, np.nan]])
    >>> constant_columns(X, columns=["a", "b"])
    (ConstantColumn(name='b', value=5.0, share=1.0, known=2),)
    """
    found = []
    for name, column in zip(columns, X.T, strict=True):
        values, counts = np.unique(column[~np.isnan(column)], return_counts=True)
        if not len(values):
            found.append(ConstantColumn(name, float("nan"), 1.0, 0))
            continue
        share = float(counts.max() / counts.sum())
        if share >= _SHARE:
            found.append(
                ConstantColumn(name, float(values[counts.argmax()]), share, int(counts.sum()))
            )
    return tuple(found)
