"""The arithmetic of the stack's pipelines, one function for each kind of step.

Each function takes rows and what was learned, as arrays by name, and returns new rows or,
at the end of a learner, probabilities. They do what the estimators of the same purpose in
scikit-learn do, in the same order: results differ in the last digits at most.
"""

from __future__ import annotations

import functools
import statistics
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.forms import reformed
from genre_audio.learning.plain.pooling import softmax
from genre_audio.learning.plain.trees import boosted, forest

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[Any]
    Rows = NDArray[np.float64]

__all__ = [
    "KERNELS",
    "STEPS",
    "blocks",
    "squared_distances",
]

# Rows at a time: distances to a thousand training rows take 8 kB for each.
_BLOCK: Final = 2048
_AT_ONCE: Final = 2**24

# Ranks nearer to 0 or 1 than this have the score of this one: scikit-learn's bound.
_OUTERMOST: Final = 1e-7 - float(np.spacing(1))
# Votes of copies of a row must not depend on rounding: see `CappedNeighbors`.
_NEAREST: Final = 0.1


def blocks(X: Rows, *, widest: int = 1) -> list[Rows]:
    """Return rows in pieces that are small enough to measure distances from.

    Parameters
    ----------
    X : ndarray of shape (n_rows, n_columns)
        Rows.
    widest : int
        How many numbers are made of each of them at once.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.steps import blocks
    >>> [len(block) for block in blocks(np.zeros((3000, 2)))]
    [2048, 952]
    >>> [len(block) for block in blocks(np.zeros((20, 2)), widest=2_000_000)]
    [8, 8, 4]
    """
    size = max(1, min(_BLOCK, _AT_ONCE // widest))
    return np.split(X, range(size, len(X), size))


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


def _gaussian(X: Rows, Y: Rows, *, gamma: float) -> Rows:
    return np.exp(squared_distances(X, Y) * -gamma)


def _cauchy(X: Rows, Y: Rows, *, gamma: float) -> Rows:
    return 1.0 / (1.0 + gamma * squared_distances(X, Y))


KERNELS: Final[dict[str, Callable[..., Rows]]] = {"cauchy": _cauchy, "gaussian": _gaussian}
"""How alike rows are, from 0 to 1, by the name of the kernel."""


def _logistic(
    X: Rows, *, landmarks: Rows, weights: Rows, offsets: Rows, gamma: Rows, kernel: str
) -> Rows:
    likeness = KERNELS[kernel](X, landmarks, gamma=float(gamma))
    return softmax(likeness @ weights + offsets)


def _ellipsoids(X: Rows, *, means: Rows, rotations: Rows, scalings: Rows, priors: Rows) -> Rows:
    spreads = rotations * (scalings**-0.5)[:, np.newaxis, :]
    pairs = zip(means, spreads, strict=True)
    # One after the other: of a hundred classes, all of them would take a gigabyte.
    away = [(((X - mean) @ spread) ** 2).sum(axis=1) for mean, spread in pairs]
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
    "kernel_logistic": functools.partial(_logistic, kernel="gaussian"),
    "cauchy_logistic": functools.partial(_logistic, kernel="cauchy"),
    "ellipsoids": _ellipsoids,
    "neighbours": _neighbours,
    "forest": forest,
    "boosted": boosted,
}
"""The arithmetic of each kind of step: rows and arrays by name to rows."""
