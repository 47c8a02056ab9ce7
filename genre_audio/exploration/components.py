"""Principal components of standardised columns."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.decomposition import PCA

from genre_audio.exploration.matrix import standardised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Components", "components_of"]

_SHARES: Final = (85, 90, 95)
_SCORES: Final = 10


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

    Examples
    --------
    See `components_of`.
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


def components_of(X: NDArray[np.float64], *, columns: Sequence[str]) -> Components | None:
    """Find the principal components of standardised columns.

    Gaps are filled with the median of their column; columns that do not vary are left out.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    columns : sequence of str
        Their names.

    Returns
    -------
    Components or None
        None with fewer than two rows or no column that varies.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.components import components_of
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> found = components_of(np.column_stack([x, 2 * x, [1, -1, -1, 1]]), columns=["a", "b", "c"])
    >>> found.explained.round(3), found.needed
    (array([0.667, 0.333, 0.   ]), {85: 2, 90: 2, 95: 2})
    """
    gaps = np.isnan(X)
    varying = [i for i in range(X.shape[1]) if not gaps[:, i].all() and np.ptp(_scaled(X[:, i]))]
    if len(X) < 2 or not varying:
        return None
    X, gaps = X[:, varying], gaps[:, varying]
    scales = np.nanmax(np.abs(X), axis=0)  # the mean of two large numbers stays a number
    Z = standardised(np.where(gaps, np.nanmedian(X / scales, axis=0), X / scales))
    pca = PCA(n_components=min(len(X) - 1, len(varying)), svd_solver="full").fit(Z)
    names = tuple(columns[i] for i in varying)
    signs = _signs(pca.components_.T, names=names)
    weights = pca.components_.T * signs
    cumulative = np.minimum(np.cumsum(pca.explained_variance_ratio_), 1.0)
    return Components(
        columns=names,
        explained=pca.explained_variance_ratio_,
        cumulative=cumulative,
        needed={s: int(np.argmax(cumulative >= s / 100 - 1e-12)) + 1 for s in _SHARES},
        weights=weights,
        loadings=weights * (pca.singular_values_ / np.sqrt(len(X))),
        scores=(Z @ weights)[:, :_SCORES],
        rows=len(X),
        filled=int(gaps.sum()),
        filled_rows=int(gaps.any(axis=1).sum()),
    )


def _scaled(column: NDArray[np.float64]) -> NDArray[np.float64]:
    known = column[~np.isnan(column)]
    return known / (np.abs(known).max() or 1.0)


def _signs(weights: NDArray[np.float64], *, names: Sequence[str]) -> NDArray[np.float64]:
    """Return what makes the largest weight of each component positive.

    Of weights that are equally large, that of the first name counts: otherwise rounding,
    or the order of columns, would turn pictures around.
    """
    by_name = weights[np.argsort(names)]
    size = np.abs(by_name)
    largest = (size >= size.max(axis=0) - 1e-9).argmax(axis=0)
    return np.where(by_name[largest, np.arange(weights.shape[1])] < 0, -1.0, 1.0)
