"""Ways to make genres count alike, for training rows only.

A learner that is scored on every row gains most by knowing the most frequent genre. To
count alike, genres are brought to one number of rows: by leaving rows out, by repeating
rows, or by SMOTE's new rows between neighbours. Or no row is touched, and every row
counts by the inverse of its genre's frequency. imbalanced-learn does the sampling; it is
loaded only where it is asked for.

`BalancedClassifier` does that inside ``fit``, so that whatever is scaled, reduced or
tuned around it never meets a row that was made up, and held-out rows stay as they are.
Nothing may enter here that scores.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["BALANCES", "BalancedClassifier", "class_weights", "known_balance", "resampled"]

BALANCES: Final = ("none", "undersample", "oversample", "smote", "class_weight")
"""Names of the ways to balance."""

_NEIGHBOURS: Final = 5
"""SMOTE's own number: new rows lie between a row and one of its five nearest."""


def known_balance(name: str) -> str:
    """Return the name of a way to balance, or refuse it.

    Raises
    ------
    ParameterError
        If it is none of `BALANCES`.

    Examples
    --------
    >>> from genre_audio.learning.balancing import known_balance
    >>> known_balance("smote")
    'smote'
    """
    if name not in BALANCES:
        raise ParameterError(f"unknown balancing {name!r}; choose from {', '.join(BALANCES)}")
    return name


def class_weights(y: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Return what a row of each class counts, so that all classes count alike.

    Parameters
    ----------
    y : ndarray of int, shape (n_rows,)
        Classes from 0 to n - 1, each of them there.

    Returns
    -------
    ndarray of float64, shape (n_classes,)
        Rows divided by classes and by rows of the class, as scikit-learn's ``"balanced"``.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.balancing import class_weights
    >>> class_weights(np.array([0, 0, 0, 1])).round(3).tolist()
    [0.667, 2.0]
    """
    counts = np.bincount(y)
    return np.asarray(len(y) / (len(counts) * counts))


def resampled(
    X: npt.NDArray[np.float64], y: npt.NDArray[np.intp], *, balance: str, seed: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Bring all classes to one number of rows.

    Parameters
    ----------
    X : ndarray of float64, shape (n_rows, n_columns)
        Training rows, without missing values; of like spread where rows are made up.
    y : ndarray of int, shape (n_rows,)
        Classes from 0 to n - 1.
    balance : str
        ``"undersample"`` leaves rows out, ``"oversample"`` repeats rows, ``"smote"``
        makes rows up; the others of `BALANCES` leave all as it is.
    seed : int
        Seed of what is drawn.

    Returns
    -------
    tuple of ndarray
        Rows and their classes.

    Raises
    ------
    ParameterError
        If there is no such way, or SMOTE has one row of a class.

    References
    ----------
    Chawla, N. V. et al. (2002). SMOTE: synthetic minority over-sampling technique.
    Journal of Artificial Intelligence Research 16, 321-357.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.balancing import resampled
    >>> X, y = np.arange(6.0)[:, None], np.array([0, 0, 0, 0, 1, 1])
    >>> np.bincount(resampled(X, y, balance="undersample", seed=0)[1]).tolist()
    [2, 2]
    >>> np.bincount(resampled(X, y, balance="smote", seed=0)[1]).tolist()
    [4, 4]
    """
    if known_balance(balance) in {"none", "class_weight"}:
        return X, y
    sampler = _sampler(balance, least=int(np.bincount(y).min()), seed=seed)
    X, y = sampler.fit_resample(X, y)
    return X, y


def _sampler(balance: str, *, least: int, seed: int) -> Any:  # noqa: ANN401 - imbalanced-learn's
    with warnings.catch_warnings():
        # What a library says of its own dependencies while it loads is not for our users.
        warnings.simplefilter("ignore")
        from imblearn.over_sampling import SMOTE, RandomOverSampler
        from imblearn.under_sampling import RandomUnderSampler

    if balance == "undersample":
        return RandomUnderSampler(random_state=seed)
    if balance == "oversample":
        return RandomOverSampler(random_state=seed)
    if least < 2:
        raise ParameterError(
            "balancing by 'smote' makes rows up between two of a genre, but a training part has "
            "one row of one: add recordings of it, or balance by oversample or class_weight"
        )
    return SMOTE(random_state=seed, k_neighbors=min(_NEIGHBOURS, least - 1))


def _has_margins(self: BalancedClassifier) -> bool:
    return hasattr(self.estimator, "decision_function")


class BalancedClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier whose training rows are balanced first.

    Parameters
    ----------
    estimator : classifier
        What learns; it stays as it is, a copy is fitted.
    balance : str
        One of `BALANCES`. With ``"class_weight"`` rows are weighted; where the learner
        knows no weights, its probabilities are instead, each by the weight of its class.
        Of Gaussian classes that is the same as equal priors, and of neighbours the same
        as votes that count by class.
    seed : int
        Seed of what is drawn.

    Attributes
    ----------
    estimator_ : classifier
        The fitted copy.
    classes_ : ndarray of int
        Classes from 0 to n - 1.
    tilt_ : ndarray of float64 or None
        What probabilities are weighted by.

    References
    ----------
    Elkan, C. (2001). The foundations of cost-sensitive learning. IJCAI, 973-978.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from genre_audio.learning.balancing import BalancedClassifier
    >>> X, y = np.zeros((4, 1)), np.array([0, 0, 0, 1])
    >>> tree = BalancedClassifier(DecisionTreeClassifier(), balance="class_weight")
    >>> tree.fit(X, y).predict_proba(X[:1]).tolist()
    [[0.5, 0.5]]
    """

    def __init__(self, estimator: Any, *, balance: str = "none", seed: int = 0) -> None:  # noqa: ANN401
        self.estimator = estimator
        self.balance = balance
        self.seed = seed

    def fit(self, X: npt.NDArray[np.float64], y: npt.NDArray[np.intp]) -> Self:
        """Balance the rows, and learn from them."""
        weighted = known_balance(self.balance) == "class_weight"
        takes_weights = has_fit_parameter(self.estimator, "sample_weight")
        how = {"sample_weight": class_weights(y)[y]} if weighted and takes_weights else {}
        self.tilt_ = class_weights(y) if weighted and not takes_weights else None
        rows, labels = resampled(X, y, balance=self.balance, seed=self.seed)
        self.estimator_ = clone(self.estimator).fit(rows, labels, **how)
        self.classes_ = self.estimator_.classes_
        return self

    def predict_proba(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the probability of each class for each row."""
        check_is_fitted(self)
        said = np.asarray(self.estimator_.predict_proba(X), dtype=np.float64)
        if self.tilt_ is None:
            return said
        tilted = said * self.tilt_
        return np.asarray(tilted / tilted.sum(axis=1, keepdims=True))

    @available_if(_has_margins)  # type: ignore[untyped-decorator]
    def decision_function(self, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return how far on which side of the border rows lie, as the learner says it."""
        check_is_fitted(self)
        return np.asarray(self.estimator_.decision_function(X))
