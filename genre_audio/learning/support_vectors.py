"""Support vectors, one class against the rest at a time, with probabilities.

Each class has a border of its own, as wide as the rows allow. scikit-learn's machine for
many classes sets each class against each other one and lets the pairs vote; on clips of
field recordings, told apart as speech, singing and instruments with neighbouring clips
held out together, one against the rest named half a point more rightly, and it is a sum
over rows for each class: the arithmetic of `KernelLogisticRegression`, which is there.

Distances from a border become probabilities by a fixed power; the final learner, which
sees held-out rows, gives them the power that they deserve.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.svm import SVC
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from genre_audio.learning.plain.steps import KERNELS

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["SupportVectors"]

# At the edge of its margin a class is then e² times as likely as at its border.
_SHARPNESS: Final = 2.0


class SupportVectors(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Support vector machines with a Gaussian kernel, one for each class.

    Parameters
    ----------
    C : float
        Inverse of the regularisation's strength.
    gamma : float
        One over the square of the kernel's width.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    landmarks_ : ndarray of float64, shape (n_landmarks, n_columns)
        The rows that support any border.
    weights_ : ndarray of float64, shape (n_landmarks, n_classes)
        What likeness to each says of each class.
    offsets_ : ndarray of float64, shape (n_classes,)
        What is said of each class before.
    n_features_in_ : int
        Number of columns.

    References
    ----------
    Rifkin, R. and Klautau, A. (2004). In defense of one-vs-all classification. Journal of
    Machine Learning Research 5, 101-141.

    Examples
    --------
    >>> from genre_audio.learning.support_vectors import SupportVectors
    >>> X, y = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 1, 1]
    >>> SupportVectors(gamma=2.0).fit(X, y).predict(X).tolist()
    [0, 0, 1, 1]
    """

    def __init__(self, *, C: float = 5.0, gamma: float = 0.02) -> None:
        self.C = C
        self.gamma = gamma

    def fit(self, X: Any, y: npt.ArrayLike) -> Self:  # noqa: ANN401 - array or DataFrame
        """Find the border of each class."""
        rows, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        weights = np.zeros((len(rows), len(self.classes_)))
        offsets = np.zeros(len(self.classes_))
        for place in range(len(self.classes_)):
            machine = SVC(C=self.C, gamma=self.gamma).fit(rows, codes == place)
            weights[machine.support_, place] = _SHARPNESS * machine.dual_coef_[0]
            offsets[place] = _SHARPNESS * machine.intercept_[0]
        support = weights.any(axis=1)
        self.landmarks_ = rows[support]
        self.weights_ = weights[support]
        self.offsets_ = offsets
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
        """Return the probability of each class: shape (n_rows, n_classes)."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        likeness = KERNELS["gaussian"](rows, self.landmarks_, gamma=self.gamma)
        return np.asarray(softmax(likeness @ self.weights_ + self.offsets_, axis=1))

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401
        """Return the likeliest label of each row: shape (n_rows,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])
