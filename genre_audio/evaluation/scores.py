"""Scores of one confusion matrix, or of a stack of them at once.

A matrix has the truth in rows and what was called in columns; its entries may be any
weights. Resampling gives thousands of matrices, so every function takes them in the
last two axes of an array of any shape.

Only arithmetic may enter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["accuracy", "balanced_accuracy", "f1", "macro_f1", "ratio"]


def ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    """Divide; where there is nothing to divide by, the answer is 0.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.scores import ratio
    >>> ratio(np.array([1, 0]), np.array([2, 0])).tolist()
    [0.5, 0.0]
    """
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def accuracy(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the share of what lies on the diagonal.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.scores import accuracy
    >>> float(accuracy(np.array([[3, 1], [0, 4]])))
    0.875
    """
    hits = np.trace(confusion, axis1=-2, axis2=-1)
    return ratio(hits, confusion.sum(axis=(-2, -1)))


def balanced_accuracy(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean share that is recognised, over the genres that the truth holds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.scores import balanced_accuracy
    >>> float(balanced_accuracy(np.array([[3, 1], [0, 2]])))
    0.875
    """
    support = confusion.sum(axis=-1)
    recall = ratio(np.diagonal(confusion, axis1=-2, axis2=-1), support)
    return ratio(recall.sum(axis=-1), (support > 0).sum(axis=-1))


def f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return for each genre the harmonic mean of precision and recall.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.scores import f1
    >>> f1(np.array([[1, 1], [0, 0]])).round(3).tolist()
    [0.667, 0.0]
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return ratio(2.0 * hits, confusion.sum(axis=-1) + confusion.sum(axis=-2))


def macro_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean of `f1` over the genres that occur.

    A resample may have drawn none of a rare genre; that is no failure to recognise it.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.scores import macro_f1
    >>> float(macro_f1(np.diag([3, 0, 1])))
    1.0
    """
    occurs = (confusion.sum(axis=-1) + confusion.sum(axis=-2)) > 0
    return ratio(f1(confusion).sum(axis=-1), occurs.sum(axis=-1))
