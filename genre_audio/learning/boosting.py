"""Boosted trees that cut between the values of the training rows, not at them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from xgboost import XGBClassifier

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["BetweenValues"]


class BetweenValues(XGBClassifier):  # type: ignore[misc]
    """XGBoost's classifier, with thresholds halfway between neighbouring values.

    Histograms take values of training rows as thresholds. Such a row, described again
    after a change of gain, differs by rounding, and would be sent to the other leaf. Moved
    halfway to the next smaller value of the column, a threshold parts the training rows
    as before.

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
        """Fit the trees, and move their thresholds."""
        super().fit(X, y, **how)
        booster = self.get_booster()
        model = json.loads(booster.save_raw("json"))
        # Rows are compared in single precision.
        columns = [np.unique(column) for column in np.asarray(X, dtype=np.float32).T]
        for tree in model["learner"]["gradient_booster"]["model"]["trees"]:
            for node, left in enumerate(tree["left_children"]):
                if left >= 0:
                    values = columns[tree["split_indices"][node]]
                    tree["split_conditions"][node] = _between(
                        values, np.float32(tree["split_conditions"][node])
                    )
        booster.load_model(bytearray(json.dumps(model), "utf-8"))
        return self


def _between(values: npt.NDArray[np.float32], threshold: np.float32) -> float:
    """Return a threshold that parts the values as this one does, far from all of them."""
    above = int(np.searchsorted(values, threshold))
    if not 0 < above < len(values):
        return float(threshold)
    lower, upper = values[above - 1], values[above]
    middle = np.float32((float(lower) + float(upper)) / 2)
    # Neighbours in single precision have nothing between them.
    return float(middle) if lower < middle else float(upper)
