"""How sure a support vector machine may be of what it says.

Its margins are no probabilities. Rows that it was not fitted on tell how much a margin is
worth: one number, a temperature, that changes no answer. scikit-learn's own calibration
has offsets, too, which would undo what balancing does, and takes no groups.

Nothing may enter here that knows how margins are made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.validation import check_is_fitted

from genre_audio.errors import TableError
from genre_audio.learning.balancing import class_weights
from genre_audio.tables.splits import grouped_folds

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["TemperedMargins"]

_FOLDS: Final = 3
_WIDEST: Final = 5.0
"""Margins are multiplied by e**-5 to e**5."""


class TemperedMargins(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Probabilities from margins, by one factor found on rows that were held out.

    Parameters
    ----------
    machine : classifier
        Has a ``decision_function``, of one column for each of more than two classes.
    balanced : bool
        Whether all classes are to count alike, as they do for the machine.
    seed : int
        Seed of the folds.

    Attributes
    ----------
    machine_ : classifier
        The copy that is fitted to all rows.
    factor_ : float
        What margins are multiplied by; 1 where groups are too few to be held out.
    classes_ : ndarray of int
        Classes from 0 to n - 1.

    References
    ----------
    Guo, C. et al. (2017). On calibration of modern neural networks. ICML, 1321-1330.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.svm import SVC
    >>> from genre_audio.learning.margins import TemperedMargins
    >>> X, y = np.arange(12.0)[:, None], np.repeat([0, 1], 6)
    >>> said = TemperedMargins(SVC()).fit(X, y, groups=np.arange(12)).predict_proba(X)
    >>> said.argmax(axis=1).tolist() == y.tolist()
    True
    """

    def __init__(self, machine: Any, *, balanced: bool = False, seed: int = 0) -> None:  # noqa: ANN401
        self.machine = machine
        self.balanced = balanced
        self.seed = seed

    def fit(
        self, X: npt.NDArray[np.float64], y: npt.NDArray[np.intp], *, groups: npt.NDArray[Any]
    ) -> Self:
        """Fit the machine, and the factor on folds that part no group."""
        self.factor_ = self._factor(X, y, groups=groups)
        self.machine_ = clone(self.machine).fit(X, y)
        self.classes_ = self.machine_.classes_
        return self

    def predict_proba(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the probability of each class for each row."""
        check_is_fitted(self)
        return np.asarray(softmax(self.factor_ * _margins(self.machine_, X), axis=1))

    def _factor(
        self, X: npt.NDArray[np.float64], y: npt.NDArray[np.intp], *, groups: npt.NDArray[Any]
    ) -> float:
        try:
            # Two rows of each class, or SMOTE has nothing to put rows between.
            folds = grouped_folds(y, groups=groups, n_splits=_FOLDS, seed=self.seed, least_rows=2)
        except TableError:
            return 1.0
        margins = np.empty((len(y), int(y.max()) + 1))
        for train, held_out in folds:
            machine = clone(self.machine).fit(X[train], y[train])
            margins[held_out] = _margins(machine, X[held_out])
        weights = class_weights(y)[y] if self.balanced else np.ones(len(y))

        def loss(power: float) -> float:
            """Return the weighted log loss of margins that are multiplied by exp(power)."""
            said = log_softmax(np.exp(power) * margins, axis=1)
            return -float(weights @ said[np.arange(len(y)), y])

        return float(np.exp(minimize_scalar(loss, bounds=(-_WIDEST, _WIDEST), method="bounded").x))


def _margins(machine: Any, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Return one column for each class; of two classes, the halves of the one margin."""
    found = np.asarray(machine.decision_function(X), dtype=np.float64)
    return np.column_stack([-found / 2, found / 2]) if found.ndim == 1 else found
