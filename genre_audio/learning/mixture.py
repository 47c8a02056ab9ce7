"""The final learner: an average of learners, each made as sure as it may be.

A product of probabilities, as `LogPool` forms, is as doubtful of a class as the most
doubtful learner; an average forgives the one that errs. Every learner is first raised to
a power of its own, then all are averaged, and the average is raised to a last one::

    p(class) is proportional to  (sum over learners of  weight * q_learner(class)) ** whole

An average of probabilities that are right is too unsure (Ranjan and Gneiting 2010), hence
the last power. On the training rows of GTZAN's fault-filtered split, folded by artists,
the average named 0.577 rightly and the product 0.572, at the same log loss.

The powers are temperatures, fitted on grouped out-of-fold probabilities, where log loss
punishes overconfidence: the final learner is the calibration, and needs no second one.

Nothing may enter here that sees features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from genre_audio.learning.plain.pooling import mixed, pooled
from genre_audio.learning.pool import LogPool

if TYPE_CHECKING:
    import numpy.typing as npt

    from genre_audio.learning.sampling import Samples
    from genre_audio.tables.splits import Fold

__all__ = ["MixturePool", "cross_fitted", "weighed"]

_ROUNDS: Final = 1000
_SETTLED: Final = 1e-9


class MixturePool(BaseEstimator):  # type: ignore[misc]
    """A weighted average of the probabilities of several learners, each made as sure as it may be.

    Parameters
    ----------
    share : float
        See `genre_audio.learning.plain.pooling.lift`.

    Attributes
    ----------
    weights_ : ndarray of float64, shape (n_learners,)
        Share of each learner; they sum to 1.
    sureness_ : ndarray of float64, shape (n_learners,)
        Power to which each learner's probabilities are raised; below 1, it was too sure.
    whole_ : float
        Power to which the average is raised.

    References
    ----------
    Ranjan, R. and Gneiting, T. (2010). Combining probability forecasts. Journal of the
    Royal Statistical Society B 72(1), 71-91.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.mixture import MixturePool
    >>> right, guess = np.array([[0.8, 0.2], [0.2, 0.8]]), np.full((2, 2), 0.5)
    >>> pool = MixturePool().fit(np.stack([right, guess]), np.array([0, 1]))
    >>> bool(pool.weights_[0] > pool.weights_[1])
    True
    """

    def __init__(self, *, share: float = 0.001) -> None:
        self.share = share

    def fit(self, P: npt.NDArray[np.float64], y: npt.NDArray[np.intp]) -> Self:
        """Learn weights and powers from out-of-fold probabilities.

        Parameters
        ----------
        P : ndarray of shape (n_learners, n_rows, n_classes)
            Probabilities of rows that the learners had not seen.
        y : ndarray of int, shape (n_rows,)
            Classes from 0 to n - 1.

        Returns
        -------
        MixturePool
            Itself.
        """
        self.sureness_ = np.array([self._sureness(each, y) for each in P])
        said = np.stack(
            [
                pooled(each[np.newaxis], weights=np.array([power]), share=self.share)
                for each, power in zip(P, self.sureness_, strict=True)
            ]
        )
        self.weights_ = _shares(said[:, np.arange(len(y)), y])
        self.whole_ = self._sureness(np.tensordot(self.weights_, said, 1), y)
        return self

    def _sureness(self, p: npt.NDArray[np.float64], y: npt.NDArray[np.intp]) -> float:
        alone = LogPool(pull=0.0, share=self.share).fit(p[np.newaxis], y)
        return float(alone.weights_[0])

    def predict_proba(self, P: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Mix probabilities of shape (n_learners, n_rows, n_classes) to (n_rows, n_classes)."""
        check_is_fitted(self)
        return mixed(
            P,
            weights=self.weights_,
            sureness=self.sureness_,
            whole=self.whole_,
            share=self.share,
        )


def _shares(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the weights under which the average of what was said of the truth is likeliest.

    By expectation maximisation: the likelihood is concave, every round betters it.
    """
    weights = np.full(len(p), 1.0 / len(p))
    for _ in range(_ROUNDS):
        credit = weights[:, np.newaxis] * p
        found = (credit / credit.sum(axis=0)).mean(axis=1)
        settled = np.abs(found - weights).max() < _SETTLED
        weights = found
        if settled:
            break
    return weights


def cross_fitted(
    P: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    *,
    folds: list[Fold],
    among: npt.NDArray[np.bool_] | None = None,
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
    among : ndarray of bool, shape (n_rows,), optional
        From which rows weights are learned; from all by default.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)
        Neither the learners nor the weights have seen the row, or its group.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.mixture import cross_fitted
    >>> P, y = np.array([[[0.8, 0.2], [0.2, 0.8]]]), np.array([0, 1])
    >>> halves = [(np.array([0]), np.array([1])), (np.array([1]), np.array([0]))]
    >>> cross_fitted(P, y, folds=halves).argmax(axis=1).tolist()
    [0, 1]
    """
    joined = np.empty(P.shape[1:])
    for everything, held_out in folds:
        train = everything if among is None else everything[among[everything]]
        pool = MixturePool().fit(P[:, train], y[train])
        joined[held_out] = pool.predict_proba(P[:, held_out])
    return joined


def weighed(
    P: npt.NDArray[np.float64], *, folds: list[Fold], samples: Samples, most: int
) -> tuple[MixturePool, npt.NDArray[np.float64]]:
    """Fit the final learner, to some rows where there are many, and cross-fit it for all.

    Parameters
    ----------
    P : ndarray of shape (n_learners, n_rows, n_classes)
        Probabilities of rows that the learners had not seen.
    folds : list of Fold
        Over which `P` was made; they hold out every row once.
    samples : Samples
        Of the rows, with their classes.
    most : int
        How many rows it may learn from.

    Returns
    -------
    MixturePool
        Fitted.
    ndarray of float64, shape (n_rows, n_classes)
        What `cross_fitted` returns.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.mixture import weighed
    >>> from genre_audio.learning.sampling import Samples
    >>> P, two = np.array([[[0.8, 0.2], [0.2, 0.8]]]), np.arange(2)
    >>> halves = [(np.array([0]), np.array([1])), (np.array([1]), np.array([0]))]
    >>> weighed(P, folds=halves, samples=Samples(two, two, two, seed=0), most=9)[1].shape
    (2, 2)
    """
    rows, y = samples.of(most=most), samples.y
    if len(rows) == len(y):
        return MixturePool().fit(P, y), cross_fitted(P, y, folds=folds)
    among = np.isin(np.arange(len(y)), rows)
    return MixturePool().fit(P[:, rows], y[rows]), cross_fitted(P, y, folds=folds, among=among)
