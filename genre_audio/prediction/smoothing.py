"""From what is said of each moment to stretches: a small hidden Markov model.

What a recording holds does not change every second. A hidden Markov model weighs what is
heard now against that: contents last, on average, as long as is expected of them, and
any may follow any other. The likeliest sequence (Viterbi) says which stretch is what;
the probabilities of all sequences together (forward and backward) say how sure that is.
Stretches shorter than anyone wants to hear of then go to the neighbour that suits them
better.

Nothing may enter here but numbers.

References
----------
Rabiner, L. R. (1989). A tutorial on hidden Markov models and selected applications in
speech recognition. Proceedings of the IEEE 77(2), 257-286.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["likeliest_path", "posteriors", "runs", "without_short_runs"]


def _transitions(n_states: int, *, stay: float) -> NDArray[np.float64]:
    leave = (1.0 - stay) / max(1, n_states - 1)
    return np.full((n_states, n_states), leave) + (stay - leave) * np.eye(n_states)


def likeliest_path(evidence: NDArray[np.float64], *, stay: float) -> NDArray[np.intp]:
    """Return the likeliest sequence of states (Viterbi).

    Parameters
    ----------
    evidence : ndarray of float64, shape (steps, states)
        Logarithm of how likely each step is in each state; -inf rules a state out. All
        states are equally likely at the beginning.
    stay : float
        Probability of being in the same state at the next step; the others share the rest.

    Returns
    -------
    ndarray of int, shape (steps,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction.smoothing import likeliest_path
    >>> heard = np.log([[0.9, 0.1], [0.4, 0.6], [0.9, 0.1]])
    >>> likeliest_path(heard, stay=0.9).tolist()
    [0, 0, 0]
    """
    n_steps, n_states = evidence.shape
    with np.errstate(divide="ignore"):  # a state that is never left, or never kept
        moves = np.log(_transitions(n_states, stay=stay))
    came_from = np.zeros((n_steps, n_states), dtype=np.intp)
    best = evidence[0]
    for step in range(1, n_steps):
        ways = best[:, np.newaxis] + moves
        came_from[step] = ways.argmax(axis=0)
        best = ways.max(axis=0) + evidence[step]
    path = np.empty(n_steps, dtype=np.intp)
    path[-1] = best.argmax()
    for step in range(n_steps - 1, 0, -1):
        path[step - 1] = came_from[step, path[step]]
    return path


def posteriors(evidence: NDArray[np.float64], *, stay: float) -> NDArray[np.float64]:
    """Return the probability of each state at each step, given all steps.

    Parameters
    ----------
    evidence, stay
        As in `likeliest_path`.

    Returns
    -------
    ndarray of float64, shape (steps, states)
        Rows add up to 1.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction.smoothing import posteriors
    >>> posteriors(np.log([[0.9, 0.1], [0.5, 0.5]]), stay=0.9).round(2).tolist()
    [[0.9, 0.1], [0.82, 0.18]]
    """
    moves = _transitions(evidence.shape[1], stay=stay)
    likely = np.exp(evidence - evidence.max(axis=1, keepdims=True))
    forward = np.empty_like(likely)
    before = np.full(likely.shape[1], 1.0 / likely.shape[1])
    for step, now in enumerate(likely):
        found = before * now
        forward[step] = found / found.sum()
        before = forward[step] @ moves
    backward = np.ones_like(likely)
    for step in range(len(likely) - 2, -1, -1):
        after = moves @ (likely[step + 1] * backward[step + 1])
        backward[step] = after / after.sum()
    both = forward * backward
    return np.asarray(both / both.sum(axis=1, keepdims=True))


def runs(path: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return where runs of equal states begin and end, the end not included.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction.smoothing import runs
    >>> runs(np.array([1, 1, 0]))
    [(0, 2), (2, 3)]
    """
    edges = np.flatnonzero(np.diff(path)) + 1
    bounds = [0, *edges.tolist(), len(path)] if len(path) else [0]
    return list(itertools.pairwise(bounds))


def without_short_runs(
    path: NDArray[np.intp],
    probabilities: NDArray[np.float64],
    *,
    least: int,
    fixed: int | None = None,
) -> NDArray[np.intp]:
    """Give short runs to the neighbour that suits their steps better, the shortest first.

    Parameters
    ----------
    path : ndarray of int, shape (steps,)
        States.
    probabilities : ndarray of float64, shape (steps, states)
        From `posteriors`.
    least : int
        Steps that a run must have to stay.
    fixed : int, optional
        A state whose runs stay, however short, and take in others only where there is no
        other neighbour.

    Returns
    -------
    ndarray of int, shape (steps,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction.smoothing import without_short_runs
    >>> even = np.full((5, 3), 1 / 3)
    >>> without_short_runs(np.array([0, 0, 1, 2, 2]), even, least=2).tolist()
    [0, 0, 0, 2, 2]
    """
    path = path.copy()
    while True:
        found = runs(path)
        short = [
            (stop - start, start, stop)
            for start, stop in found
            if stop - start < least and path[start] != fixed
        ]
        if not short or len(found) == 1:
            return path
        _, start, stop = min(short)
        sides = [path[start - 1]] if start else []
        sides += [path[stop]] if stop < len(path) else []
        sides = [side for side in sides if side != fixed] or sides
        said = probabilities[start:stop].sum(axis=0)
        path[start:stop] = max(sides, key=lambda side: said[side])
