"""The final learner: a logistic regression that weighs learners, not classes.

The usual final learner of a stack has one coefficient per learner, class and class: five
learners and ten genres make five hundred, learned from a few hundred rows. Measured on
the published GTZAN table, it is worse than no learning at all on artists that were not
heard before. Here a learner has one weight for all classes::

    p(class) is proportional to  product over learners of  p_learner(class) ** weight

which is a conditional logistic regression on log probabilities. The weights are not
negative, are drawn towards equal ones, and their sum sets how sure the stack is.

That sum is a temperature, fitted on grouped out-of-fold probabilities, where log loss
punishes overconfidence: the pool is the calibration, and needs no second one. Measured on
the artist-filtered folds of GTZAN, the expected calibration error is what perfectly
calibrated probabilities would have by chance, and the temperature that fits the held-out
labels best is 1 (`scripts/measure_calibration.py`; figures in `docs/contributing.md`).

Nothing may enter here that sees features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from genre_audio.learning.plain.steps import lift, pooled

if TYPE_CHECKING:
    import numpy.typing as npt

    from genre_audio.tables.splits import Fold

__all__ = ["LogPool", "cross_fitted"]


class LogPool(BaseEstimator):  # type: ignore[misc]
    """A weighted product of the probabilities of several learners.

    Parameters
    ----------
    pull : float
        How strongly the weights are drawn towards equal ones.
    share : float
        See `genre_audio.learning.plain.steps.lift`.

    Attributes
    ----------
    weights_ : ndarray of float64, shape (n_learners,)
        One weight per learner.

    References
    ----------
    Genest, C. and Zidek, J. V. (1986). Combining probability distributions: a critique
    and an annotated bibliography. Statistical Science 1(1), 114-135.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.pool import LogPool
    >>> right, guess = np.array([[0.8, 0.2], [0.2, 0.8]]), np.full((2, 2), 0.5)
    >>> pool = LogPool().fit(np.stack([right, guess]), np.array([0, 1]))
    >>> bool(pool.weights_[0] > pool.weights_[1])
    True
    """

    def __init__(self, *, pull: float = 0.001, share: float = 0.001) -> None:
        self.pull = pull
        self.share = share

    def fit(self, P: npt.NDArray[np.float64], y: npt.NDArray[np.intp]) -> Self:
        """Learn the weights from out-of-fold probabilities.

        Parameters
        ----------
        P : ndarray of shape (n_learners, n_rows, n_classes)
            Probabilities of rows that the learners had not seen.
        y : ndarray of int, shape (n_rows,)
            Classes from 0 to n - 1.

        Returns
        -------
        LogPool
            Itself.
        """
        scores = np.log(lift(P, share=self.share))
        start = np.full(len(P), 1.0 / len(P))
        found = minimize(
            _loss, start, args=(scores, y, self.pull), jac=True, bounds=[(0.0, None)] * len(P)
        )
        self.weights_ = np.asarray(found.x, dtype=np.float64)
        return self

    def predict_proba(self, P: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Pool probabilities of shape (n_learners, n_rows, n_classes) to (n_rows, n_classes)."""
        check_is_fitted(self)
        return pooled(P, weights=self.weights_, share=self.share)


def cross_fitted(
    P: npt.NDArray[np.float64], y: npt.NDArray[np.intp], *, folds: list[Fold]
) -> npt.NDArray[np.float64]:
    """Pool out-of-fold probabilities with weights that were fitted on other folds.

    Parameters
    ----------
    P : ndarray of shape (n_learners, n_rows, n_classes)
        Probabilities of rows that the learners had not seen.
    y : ndarray of int, shape (n_rows,)
        Classes from 0 to n - 1.
    folds : list of Fold
        Over which `P` was made; they hold out every row once.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)
        Neither the learners nor the weights have seen the row, or its group.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.pool import cross_fitted
    >>> P, y = np.array([[[0.8, 0.2], [0.2, 0.8]]]), np.array([0, 1])
    >>> halves = [(np.array([0]), np.array([1])), (np.array([1]), np.array([0]))]
    >>> cross_fitted(P, y, folds=halves).argmax(axis=1).tolist()
    [0, 1]
    """
    pooled = np.empty(P.shape[1:])
    for train, held_out in folds:
        pool = LogPool().fit(P[:, train], y[train])
        pooled[held_out] = pool.predict_proba(P[:, held_out])
    return pooled


def _loss(
    weights: npt.NDArray[np.float64],
    scores: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    pull: float,
) -> tuple[float, npt.NDArray[Any]]:
    """Return the mean log loss plus the pull, and the gradient of both."""
    pooled = log_softmax(np.tensordot(weights, scores, 1), axis=1)
    rows, away = np.arange(len(y)), weights - 1.0 / len(weights)
    surplus = np.exp(pooled)
    surplus[rows, y] -= 1.0
    loss = -pooled[rows, y].mean() + pull * (away @ away)
    return float(loss), np.tensordot(scores, surplus, 2) / len(y) + 2.0 * pull * away
