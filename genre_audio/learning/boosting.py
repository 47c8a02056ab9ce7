"""Boosted trees that cut between the values of the training rows, not at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from xgboost import XGBClassifier

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["BetweenValues"]


class BetweenValues(XGBClassifier):  # type: ignore[misc]
    """XGBoost's classifier, with thresholds halfway between neighbouring values.

    Histograms take values of training rows as thresholds. Such a row, described again
    after a change of gain, differs by rounding, and would be sent to the other leaf. So
    each value is moved halfway to the next smaller one of its column before the trees are
    fitted: their order is the same, so the trees are, and their thresholds part the rows
    as they came in the same way, far from all of them.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.boosting import BetweenValues
    >>> X, y = np.arange(8.0)[:, None], np.repeat([0, 1], 4)
    >>> trees = BetweenValues(n_estimators=5, min_child_weight=0.1).fit(X, y)
    >>> trees.predict(X - 0.4).tolist() == trees.predict(X + 0.4).tolist() == y.tolist()
    True
    """

    def fit(self, X: Any, y: Any, **how: Any) -> Self:  # noqa: ANN401 - as XGBClassifier
        """Fit the trees to rows whose values are moved."""
        # Rows are compared in single precision. XGBoost makes bins of a byte each of them, and
        # keeps no more: this copy is the largest thing there is.
        moved = np.array(X, dtype=np.float32)
        for column in moved.T:
            column[:] = _moved(column)
        super().fit(moved, y, **how)
        return self


def _moved(column: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return each value halfway to the next smaller one; the smallest stays."""
    values, places = np.unique(column, return_inverse=True)
    lower, upper = values[:-1].astype(np.float64), values[1:].astype(np.float64)
    middle = ((lower + upper) / 2).astype(np.float32)
    # Neighbours in single precision have nothing between them.
    moved = np.where(values[:-1] < middle, middle, values[1:])
    return np.concatenate([values[:1], moved])[places]
