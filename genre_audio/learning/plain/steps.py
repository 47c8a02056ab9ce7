"""The arithmetic of the stack's pipelines, one function for each kind of step.

Each function takes rows and what was learned, as arrays by name, and returns new rows or,
at the end of a learner, probabilities. They do what the estimators of the same purpose in
scikit-learn do, in the same order: results differ in the last digits at most.
"""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.forms import reformed
from genre_audio.learning.plain.trees import boosted, forest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Rows = NDArray[np.float64]

__all__ = [
    "STEPS",
    "blocks",
    "lift",
    "pooled",
    "softmax",
    "squared_distances",
]

# Rows at a time: distances to a thousand training rows take 8 kB for each.
_BLOCK: Final = 2048

# Ranks nearer to 0 or 1 than this have the score of this one: scikit-learn's bound.
_OUTERMOST: Final = 1e-7 - float(np.spacing(1))
# Votes of copies of a row must not depend on rounding: see `CappedNeighbors`.
_NEAREST: Final = 0.1


def blocks(X: Rows) -> list[Rows]:
    """Return rows in pieces that are small enough to measure distances from.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.steps import blocks
    >>> [len(block) for block in blocks(np.zeros((3000, 2)))]
    [2048, 952]
    """
    return np.split(X, range(_BLOCK, len(X), _BLOCK))


def softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Return ``exp(scores)`` divided by its sum over the last axis.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.steps import softmax
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
    >>> from genre_audio.learning.plain.steps import lift
    >>> lift([1.0, 0.0], share=0.5).tolist()
    [0.75, 0.25]
    """
    given: Rows = np.asarray(probabilities, dtype=np.float64)
    return (1.0 - share) * given + share / given.shape[-1]


def pooled(P: Rows, *, weights: Rows, share: float) -> Rows:
    """Pool probabilities as `LogPool` does.

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
    >>> from genre_audio.learning.plain.steps import pooled
    >>> one = np.array([[[0.8, 0.2]]])
    >>> pooled(one, weights=np.array([1.0]), share=0.0).round(3).tolist()
    [[0.8, 0.2]]
    """
    return softmax(np.tensordot(weights, np.log(lift(P, share=share)), 1))


def squared_distances(X: Rows, Y: Rows) -> Rows:
    """Return the squared Euclidean distance of each row of `X` to each of `Y`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.steps import squared_distances
    >>> squared_distances(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])).tolist()
    [[25.0]]
    """
    found: Rows = -2.0 * (X @ Y.T)
    found += np.einsum("ij,ij->i", X, X)[:, np.newaxis]
    found += np.einsum("ij,ij->i", Y, Y)
    return np.maximum(found, 0.0, out=found)


def _form(
    X: Rows, *, columns: Array, kept: Array, level_invariant: Array, offsets: Array, floor: Array
) -> Rows:
    names = columns.tolist()
    if X.shape[1] != len(names):
        raise ValueError(f"rows of {X.shape[1]} numbers for a model of {len(names)} columns")
    return reformed(
        X.copy(),
        columns=names,
        kept=kept,
        level_invariant=bool(level_invariant),
        offsets=bool(offsets),
        floor=float(floor),
    )


def _scale(X: Rows, *, mean: Rows, scale: Rows) -> Rows:
    return (X - mean) / scale


def _whiten(X: Rows, *, mean: Rows, rotation: Rows) -> Rows:
    return np.asarray((X - mean) @ rotation)


def _scores(X: Rows, *, quantiles: Rows, references: Rows) -> Rows:
    """Replace values by normal scores: see `NormalScores`."""
    ranks = np.empty_like(X)
    for place, (values, known) in enumerate(zip(X.T, quantiles.T, strict=True)):
        # From both ends, because quantiles may be equal.
        up = np.interp(values, known, references)
        down = np.interp(-values, -known[::-1], -references[::-1])
        ranks[:, place] = 0.5 * (up - down)
        ranks[values + 1e-7 > known[-1], place] = 1.0
        ranks[values - 1e-7 < known[0], place] = 0.0
    score = statistics.NormalDist().inv_cdf
    inside = np.clip(ranks, _OUTERMOST, 1.0 - _OUTERMOST)
    return np.array([score(rank) for rank in inside.ravel().tolist()]).reshape(X.shape)


def _widen(X: Rows, *, directions: Rows) -> Rows:
    return np.hstack([X, X @ directions])


def _metric(X: Rows, *, mean: Rows, rotation: Rows, directions: Rows) -> Rows:
    return np.hstack([_whiten(X, mean=mean, rotation=rotation), X @ directions])


def _kernel_logistic(
    X: Rows, *, landmarks: Rows, weights: Rows, offsets: Rows, gamma: Rows
) -> Rows:
    likeness = np.exp(squared_distances(X, landmarks) * -float(gamma))
    return softmax(likeness @ weights + offsets)


def _ellipsoids(X: Rows, *, means: Rows, rotations: Rows, scalings: Rows, priors: Rows) -> Rows:
    spreads = rotations * (scalings**-0.5)[:, np.newaxis, :]
    turned = [(X - mean) @ spread for mean, spread in zip(means, spreads, strict=True)]
    away = [(rows**2).sum(axis=1) for rows in turned]
    sizes = np.log(scalings).sum(axis=1)
    return softmax(-0.5 * (np.stack(away, axis=1) + sizes) + np.log(priors))


def _neighbours(
    X: Rows, *, rows: Rows, codes: Array, n_neighbours: Array, n_classes: Array
) -> Rows:
    distances = np.sqrt(squared_distances(X, rows))
    count, line = min(int(n_neighbours), len(rows)), np.arange(len(X))
    nearest = np.argpartition(distances, count - 1, axis=1)[:, :count]
    votes = 1.0 / np.maximum(np.take_along_axis(distances, nearest, axis=1), _NEAREST)
    total = np.zeros((len(X), int(n_classes)))
    for place in range(count):  # each row has one vote here, so that none is lost
        total[line, codes[nearest[:, place]]] += votes[:, place]
    return np.asarray(total / total.sum(axis=1, keepdims=True))


STEPS: Final[dict[str, Callable[..., Any]]] = {
    "form": _form,
    "scale": _scale,
    "whiten": _whiten,
    "scores": _scores,
    "widen": _widen,
    "metric": _metric,
    "kernel_logistic": _kernel_logistic,
    "ellipsoids": _ellipsoids,
    "neighbours": _neighbours,
    "forest": forest,
    "boosted": boosted,
}
"""The arithmetic of each kind of step: rows and arrays by name to rows."""
