"""Intervals by bootstrap over groups.

Recordings of one artist, and one recording that is tested twice, are not independent of
each other: a resample draws whole groups, with all their entries. Draws depend on the
number of groups only, so that two learners that were scored on the same entries are
drawn alike, and the difference of their resamples is the paired one.

Only arithmetic on what was scored may enter here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = [
    "LEAST_GROUPS",
    "RESAMPLES",
    "Interval",
    "centred",
    "drawn_groups",
    "interval",
    "summed_by_group",
]

RESAMPLES: Final = 2000
LEAST_GROUPS: Final = 6
"""Of fewer groups all are on one side by luck in more than 5 % of cases: 2 / 2**5 = 6 %."""
# So many at a time that counts for many thousand groups fit into memory: 200 MB of them.
_BLOCK: Final = 250
_LARGEST: Final = 25_000_000
# Draws of more groups than this are not kept: they would take more than 40 MB.
_KEPT: Final = 10_000


class Interval(NamedTuple):
    """A score with its 95 % interval.

    Examples
    --------
    >>> from genre_audio.evaluation import Interval
    >>> Interval(0.5, low=0.4, high=0.6).low
    0.4
    """

    value: float
    low: float
    high: float


def drawn_groups(n_groups: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each group was drawn, in blocks of resamples; always the same ones.

    Parameters
    ----------
    n_groups : int
        Number of groups; each resample draws as many, with replacement.

    Yields
    ------
    ndarray of float64, shape (resamples, n_groups)
        `RESAMPLES` rows over all blocks.

    Examples
    --------
    >>> from genre_audio.evaluation.bootstrap import drawn_groups
    >>> blocks = list(drawn_groups(3))
    >>> sum(len(block) for block in blocks), set(blocks[0].sum(axis=1).tolist())
    (2000, {3.0})
    """
    drawn = _drawn_once if n_groups <= _KEPT else _drawn
    for counts in drawn(n_groups):
        yield counts.astype(np.float64)


def _drawn(n_groups: int) -> Iterator[NDArray[np.unsignedinteger[Any]]]:
    rng = np.random.default_rng(0)
    block = min(_BLOCK, max(1, _LARGEST // n_groups))
    for begin in range(0, RESAMPLES, block):
        size = min(block, RESAMPLES - begin)
        counts = rng.multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=size)
        # As small as they may be: most are 0, 1 or 2.
        yield counts.astype(np.min_scalar_type(n_groups))


@functools.lru_cache(maxsize=2)
def _drawn_once(n_groups: int) -> tuple[NDArray[np.unsignedinteger[Any]], ...]:
    """Keep the draws: many evaluations of the same recordings are drawn alike."""
    return tuple(_drawn(n_groups))


def summed_by_group(values: NDArray[Any], *, codes: NDArray[np.intp]) -> NDArray[np.float64]:
    """Add up rows of one group.

    Parameters
    ----------
    values : ndarray, shape (entries, columns)
        Numbers.
    codes : ndarray of int, shape (entries,)
        Number of each row's group, from 0.

    Returns
    -------
    ndarray of float64, shape (groups, columns)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.bootstrap import summed_by_group
    >>> summed_by_group(np.array([[1.0], [2.0], [4.0]]), codes=np.array([0, 1, 0])).tolist()
    [[5.0], [2.0]]
    """
    sums = np.zeros((int(codes.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(sums, codes, values)
    return sums


def centred(value: float, samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move resamples of an error so that their mean is its value, and none is below 0.

    A distance grows with every chance: each resample is farther off than what it was
    drawn from, by about as much as this is from the truth. Unmoved, the interval often
    lies above the value itself.

    Parameters
    ----------
    value : float
        The error of what was drawn from.
    samples : ndarray of float64, shape (resamples,)
        The errors of resamples.

    Returns
    -------
    ndarray of float64, shape (resamples,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.bootstrap import centred
    >>> centred(0.25, np.array([0.25, 0.5, 0.75])).tolist()
    [0.0, 0.25, 0.5]
    """
    return np.clip(samples - samples.mean() + value, 0.0, None)


def interval(value: float, samples: NDArray[np.float64]) -> Interval:
    """Return a value with the middle 95 % of its resamples.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.bootstrap import interval
    >>> interval(0.5, np.linspace(0.0, 1.0, 201))
    Interval(value=0.5, low=0.025, high=0.975)
    """
    low, high = np.quantile(samples, [0.025, 0.975])
    return Interval(value, float(low), float(high))
