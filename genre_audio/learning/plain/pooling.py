"""The arithmetic of final learners: many probabilities of a class to one.

Only numpy may enter here: what is needed to answer must be there at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

__all__ = ["check_pool", "lift", "mixed", "pooled", "softmax"]


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return ``exp(scores)`` divided by its sum over the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.pooling import softmax
    >>> softmax(np.array([[1000.0, 1000.0]])).tolist()
    [[0.5, 0.5]]
    """
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: NDArray[Any] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


def lift(probabilities: Any, *, share: float = 0.001) -> Rows:  # noqa: ANN401 - array_like
    """Mix probabilities with equal ones, so that none is zero.

    Parameters
    ----------
    probabilities : array_like of shape (..., n_classes)
        Rows that sum to 1.
    share : float
        Share of the equal probabilities.

    Returns
    -------
    ndarray of float64, shape (..., n_classes)
        Rows that sum to 1, none below ``share / n_classes``.

    Examples
    --------
    >>> from genre_audio.learning.plain.pooling import lift
    >>> lift([1.0, 0.0], share=0.5).tolist()
    [0.75, 0.25]
    """
    given: Rows = np.asarray(probabilities, dtype=np.float64)
    return (1.0 - share) * given + share / given.shape[-1]


def pooled(P: Rows, *, weights: Rows, share: float) -> Rows:
    """Multiply probabilities as `LogPool` does.

    Parameters
    ----------
    P : ndarray of shape (n_learners, n_rows, n_classes)
        What each learner says.
    weights : ndarray of shape (n_learners,)
        How much each counts.
    share : float
        See `lift`.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.pooling import pooled
    >>> one = np.array([[[0.8, 0.2]]])
    >>> pooled(one, weights=np.array([1.0]), share=0.0).round(3).tolist()
    [[0.8, 0.2]]
    """
    return softmax(np.tensordot(weights, np.log(lift(P, share=share)), 1))


def mixed(P: Rows, *, weights: Rows, sureness: Rows, whole: float, share: float) -> Rows:
    """Average probabilities as `MixturePool` does.

    Parameters
    ----------
    P : ndarray of shape (n_learners, n_rows, n_classes)
        What each learner says.
    weights : ndarray of shape (n_learners,)
        Share of each in the mixture.
    sureness : ndarray of shape (n_learners,)
        Power to which each one's probabilities are raised.
    whole : float
        Power to which the mixture is raised.
    share : float
        See `lift`.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.pooling import mixed
    >>> two, ones = np.array([[[0.8, 0.2]], [[0.4, 0.6]]]), np.ones(2)
    >>> mixed(two, weights=ones / 2, sureness=ones, whole=1.0, share=0.0).round(3).tolist()
    [[0.6, 0.4]]
    """
    each = softmax(sureness[:, np.newaxis, np.newaxis] * np.log(lift(P, share=share)))
    return softmax(whole * np.log(lift(np.tensordot(weights, each, 1), share=share)))


def check_pool(pool: Mapping[str, NDArray[Any]], *, n_learners: int) -> None:
    """Refuse what cannot join so many learners, as a stranger's file may hold it.

    Parameters
    ----------
    pool : mapping of str to ndarray
        What `pooled` takes by name, or `mixed`.
    n_learners : int
        How many are to be joined.

    Raises
    ------
    KeyError, ValueError
        If something is missing, of another shape or type than ours, or no share or power.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.pooling import check_pool
    >>> check_pool({"weights": np.array([0.5, 0.5]), "share": np.array(0.001)}, n_learners=2)
    """
    shapes: dict[str, tuple[int, ...]] = {"weights": (n_learners,), "share": ()}
    if "sureness" in pool or "whole" in pool:
        shapes |= {"sureness": (n_learners,), "whole": ()}
    for name, shape in shapes.items():
        value = pool[name]
        if value.shape != shape or value.dtype != np.float64:
            raise ValueError(f"its {name} is no array of {shape} numbers")
        if not (np.isfinite(value) & (value >= 0.0)).all():
            raise ValueError(f"its {name} holds what is no share and no power")
    if pool["share"] >= 1.0:
        raise ValueError("its share leaves nothing of what learners say")
