"""Logistic regression on likeness to the training rows: smooth borders instead of lines.

With a Gaussian kernel, a recording is described by how near it lies to each of the
landmark rows, and the regression is linear in that. scikit-learn has the two parts; put
one after the other they would keep a square matrix of landmarks by landmarks, eight
megabytes for the published table. Multiplied out, what is left is one weight per
landmark and class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.utils.validation import check_is_fitted, validate_data

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["KernelLogisticRegression"]


class KernelLogisticRegression(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Multinomial logistic regression with a Gaussian kernel.

    Parameters
    ----------
    C : float
        Inverse of the regularisation's strength.
    gamma : float
        The kernel is ``exp(-gamma * squared distance)``.
    n_landmarks : int
        Most rows that likeness is measured to; of longer tables, that many are drawn.
    seed : int
        Seed of the draw.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    landmarks_ : ndarray of float64, shape (n_landmarks, n_columns)
        The rows that likeness is measured to.
    weights_ : ndarray of float64, shape (n_landmarks, n_classes)
        What likeness to each says of each class.
    offsets_ : ndarray of float64, shape (n_classes,)
        What is said of each class before.
    n_features_in_ : int
        Number of columns.

    References
    ----------
    Zhu, J. and Hastie, T. (2005). Kernel logistic regression and the import vector
    machine. Journal of Computational and Graphical Statistics 14(1), 185-205.
    Williams, C. and Seeger, M. (2001). Using the Nyström method to speed up kernel
    machines. Advances in Neural Information Processing Systems 13, 682-688.

    Examples
    --------
    >>> from genre_audio.learning.kernel_logistic import KernelLogisticRegression
    >>> X, y = [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]], [0, 0, 1, 1]
    >>> KernelLogisticRegression(gamma=2.0).fit(X, y).predict(X).tolist()
    [0, 0, 1, 1]
    """

    def __init__(
        self, *, C: float = 40.0, gamma: float = 0.02, n_landmarks: int = 1000, seed: int = 0
    ) -> None:
        self.C = C
        self.gamma = gamma
        self.n_landmarks = n_landmarks
        self.seed = seed

    def fit(self, X: Any, y: npt.ArrayLike) -> Self:  # noqa: ANN401 - array or DataFrame
        """Choose the landmarks and learn their weights."""
        rows, labels = validate_data(self, X, y, dtype=np.float64)
        likeness = Nystroem(
            gamma=self.gamma, n_components=min(self.n_landmarks, len(rows)), random_state=self.seed
        )
        linear = LogisticRegression(C=self.C, max_iter=3000, random_state=self.seed)
        linear.fit(likeness.fit_transform(rows), labels)
        coefficients, offsets = linear.coef_, linear.intercept_
        if len(linear.classes_) == 2:  # scikit-learn then speaks of the second class only
            coefficients = np.vstack([np.zeros_like(coefficients), coefficients])
            offsets = np.append(0.0, offsets)
        self.classes_ = linear.classes_
        self.landmarks_ = likeness.components_
        self.weights_ = likeness.normalization_.T @ coefficients.T
        self.offsets_ = offsets
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401
        """Return the probability of each class: shape (n_rows, n_classes)."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        scores = rbf_kernel(rows, self.landmarks_, gamma=self.gamma) @ self.weights_
        return np.asarray(softmax(scores + self.offsets_, axis=1), dtype=np.float64)

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401
        """Return the likeliest label of each row: shape (n_rows,)."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[likeliest])
