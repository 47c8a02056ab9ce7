"""How far stated probabilities can be taken at their word.

Entries are sorted by the probability of their most probable genre and cut into bins of
equal mass; in each, what was said on average stands beside how often it was so. Bins of
equal width would leave most of them nearly empty. Entries of one and the same probability
have no order, so where a border runs through them each side gets its share of their hits:
the order of the rows changes nothing.

Only arithmetic on probabilities and truth may enter here.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["N_BINS", "Reliability", "expected_calibration_error", "reliability", "weighted_errors"]

N_BINS: Final = 15
# So many resamples at a time that their sums stay in the processor's cache.
_FEW: Final = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Reliability:
    """Bins of equal mass, from the least sure to the surest.

    Attributes
    ----------
    confidence : ndarray of float64, shape (bins,)
        Mean probability of the most probable genre.
    accuracy : ndarray of float64, shape (bins,)
        Share of entries whose most probable genre is the true one.
    count : ndarray of int, shape (bins,)
        Number of entries; they differ by one at most.

    Examples
    --------
    See `reliability`.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.intp]

    @property
    def error(self) -> float:
        """Mean over entries of the distance between their bin's two numbers."""
        return float(self.count @ np.abs(self.accuracy - self.confidence) / self.count.sum())


def reliability(evaluation: Evaluation, *, n_bins: int = N_BINS) -> Reliability:
    """Return what was said beside how often it was so, in bins of equal mass.

    Parameters
    ----------
    evaluation : Evaluation
        Held-out probabilities and their truth.
    n_bins : int
        Number of bins; as many as entries where those are fewer.

    Returns
    -------
    Reliability

    References
    ----------
    Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. (2017). On calibration of modern
    neural networks. ICML. Nguyen, K. and O'Connor, B. (2015). Posterior calibration and
    exploratory analysis for natural language processing models. EMNLP (equal mass).

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation, reliability
    >>> p = np.array([[0.6, 0.4], [0.6, 0.4], [0.9, 0.1], [0.1, 0.9]])
    >>> names = np.array(list("abcd"))
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1, 0, 1]), p, names, names, "by hand")
    >>> bins = reliability(it, n_bins=2)
    >>> bins.confidence.round(3).tolist(), bins.accuracy.tolist(), bins.count.tolist()
    ([0.6, 0.9], [0.5, 1.0], [2, 2])
    """
    said, hits = evaluation.probabilities.max(axis=1), evaluation.predicted == evaluation.truth
    order = np.argsort(said, kind="stable")
    mass, confident, right = _grown(said[order], hits[order], np.ones((1, len(order))))
    count, confident, right = _binned(mass[0], confident[0], right[0], n_bins=n_bins)
    return Reliability(confident / count, right / count, count)


def expected_calibration_error(evaluation: Evaluation, *, n_bins: int = N_BINS) -> float:
    """Return the mean distance between what is said and how often it is so.

    Parameters
    ----------
    evaluation : Evaluation
        Held-out probabilities and their truth.
    n_bins : int
        Number of bins of equal mass.

    Returns
    -------
    float
        From 0 to 1. Chance alone puts it above 0, the more so the fewer entries a bin has.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation, expected_calibration_error
    >>> p, names = np.array([[0.6, 0.4], [0.8, 0.2]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> round(expected_calibration_error(it, n_bins=1), 3)
    0.2
    """
    return reliability(evaluation, n_bins=n_bins).error


def weighted_errors(
    said: NDArray[np.float64],
    hits: NDArray[np.bool_],
    *,
    weights: NDArray[Any],
    n_bins: int = N_BINS,
) -> NDArray[np.float64]:
    """Return the calibration error of resamples, in which entries count by their weights.

    Parameters
    ----------
    said : ndarray of float64, shape (entries,)
        Probabilities of the most probable genres, ascending.
    hits : ndarray of bool, shape (entries,)
        Whether they are the true ones.
    weights : ndarray of int or float64, shape (resamples, entries)
        How often each entry was drawn: whole numbers.
    n_bins : int
        Number of bins of equal mass.

    Returns
    -------
    ndarray of float64, shape (resamples,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.reliability import weighted_errors
    >>> said, hits = np.array([0.5, 0.75]), np.array([False, True])
    >>> weighted_errors(said, hits, weights=np.array([[0, 3], [1, 0]])).tolist()
    [0.25, 0.5]
    """
    errors = np.empty(len(weights))
    for start in range(0, len(weights), _FEW):
        grown = _grown(said, hits, weights[start : start + _FEW])
        for place, row in enumerate(zip(*grown, strict=True)):
            count, confident, right = _binned(*row, n_bins=n_bins)
            errors[start + place] = np.abs(right - confident).sum() / count.sum()
    return errors


def _grown(
    said: NDArray[np.float64], hits: NDArray[np.bool_], weights: NDArray[Any]
) -> list[NDArray[np.float64]]:
    """Return the mass up to each entry, what it says, and its hits; from 0, row by row.

    All three grow with the mass in straight lines, the same for entries that are tied.
    """
    first = np.flatnonzero(np.concatenate([[True], said[1:] != said[:-1]]))
    grown = []
    for steps in (weights, weights * said, weights * hits):
        if len(first) < len(said):
            steps = np.add.reduceat(steps, first, axis=1)
        sums = np.zeros((len(steps), len(first) + 1))
        np.cumsum(steps, axis=1, out=sums[:, 1:])
        grown.append(sums)
    return grown


def _binned(
    mass: NDArray[np.float64],
    confident: NDArray[np.float64],
    right: NDArray[np.float64],
    *,
    n_bins: int,
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Return how many entries each bin holds, and the sums of what they say and of hits."""
    total = round(mass[-1])
    whole, more = divmod(total, min(n_bins, total))
    count = np.full(min(n_bins, total), whole, dtype=np.intp)
    count[:more] += 1
    borders = np.concatenate([[0], np.cumsum(count)])
    return (
        count,
        np.diff(np.interp(borders, mass, confident)),
        np.diff(np.interp(borders, mass, right)),
    )
