"""A space in which a class is round.

Within a genre, columns go together (a brighter recording has a higher rolloff), so
distance and spread are dominated by what all recordings share. Turned and scaled until
the covariance within classes is the identity, each column is news. Shrinking a class's
own covariance towards the identity there is shrinking it towards that of all classes:
Friedman's regularised discriminant analysis, which scikit-learn's quadratic one, by
itself, is not.

This is the one transform that looks at labels; it belongs inside the fold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.base import ClassNamePrefixFeaturesOutMixin as Named
from sklearn.utils.validation import check_is_fitted, validate_data

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["WithinClassWhitening"]

# Of the mean variance: below it a direction holds rounding errors.
_FLATTEST = 1e-9


class WithinClassWhitening(Named, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn and scale rows so that their covariance within classes is the identity.

    Parameters
    ----------
    shrinkage : float
        Share of the mean variance that is mixed into all directions, from 0 to 1: few
        rows say little about the narrow ones.

    Attributes
    ----------
    n_features_in_ : int
        Number of columns.
    mean_ : ndarray of float64, shape (n_columns,)
        Mean of the training rows.
    rotation_ : ndarray of float64, shape (n_columns, n_columns)
        What centred rows are multiplied by.

    References
    ----------
    Friedman, J. H. (1989). Regularized discriminant analysis. Journal of the American
    Statistical Association 84(405), 165-175.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.whitening import WithinClassWhitening
    >>> X = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 4.0], [2.0, 4.0]])
    >>> found = WithinClassWhitening(shrinkage=0.0).fit_transform(X, [0, 0, 0, 0])
    >>> found.var(axis=0).round(6).tolist()
    [1.0, 1.0]
    """

    def __init__(self, *, shrinkage: float = 0.1) -> None:
        self.shrinkage = shrinkage

    def fit(self, X: Any, y: npt.ArrayLike) -> Self:  # noqa: ANN401 - scikit-learn's form
        """Learn the covariance within classes."""
        X, labels = validate_data(self, X, y, dtype=np.float64)
        self.mean_ = X.mean(axis=0)
        spread, axes = np.linalg.eigh(self._within(X, labels))
        narrowest = max(float(spread.mean()) * _FLATTEST, np.finfo(np.float64).tiny)
        self.rotation_ = axes / np.sqrt(np.maximum(spread, narrowest))
        self._n_features_out = X.shape[1]
        return self

    def _within(self, X: npt.NDArray[np.float64], y: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        labels, codes = np.unique(y, return_inverse=True)
        means = np.stack([X[codes == code].mean(axis=0) for code in range(len(labels))])
        away = X - means[codes]
        covariance = away.T @ away / len(X)
        evened = np.trace(covariance) / len(covariance) * np.eye(len(covariance))
        return np.asarray((1.0 - self.shrinkage) * covariance + self.shrinkage * evened)

    def transform(self, X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - array or DataFrame
        """Return the rows in the new space, shape (n_rows, n_columns)."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray((rows - self.mean_) @ self.rotation_)
