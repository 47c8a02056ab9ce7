"""Some rows for many: of every label, of every group, of as many recordings as there is room.

Rows of one recording resemble each other, and so do recordings of one artist: one row
each of many recordings tells a learner more than all rows of few. So a sample takes of
every label in proportion; of that first two rows of each group, without which folds could
not keep groups apart; then one row of each recording, then a second one, and so on.

Only index arithmetic may enter here.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["Samples", "sampled_rows", "taken"]

_FLOOR: Final = 10
"""A label has this part of an equal share at least, however rare it is."""


def sampled_rows(
    y: npt.NDArray[Any],
    *,
    groups: npt.NDArray[Any],
    recordings: npt.NDArray[Any],
    most: int | None,
    seed: int,
) -> npt.NDArray[np.intp]:
    """Choose rows that stand for all.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
        Labels.
    groups, recordings : ndarray, shape (n_rows,)
        Group and recording of each row.
    most : int or None
        How many, one of each label at least; None for all.
    seed : int
        Seed of what is drawn.

    Returns
    -------
    ndarray of int, shape (n_chosen,)
        Row numbers, ascending; all of them where there are no more than `most`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.sampling import sampled_rows
    >>> tapes = np.repeat([0, 1, 2, 3], 25)
    >>> some = sampled_rows(tapes // 2, groups=tapes, recordings=tapes, most=8, seed=0)
    >>> (some // 25).tolist()
    [0, 0, 1, 1, 2, 2, 3, 3]
    """
    if most is None or len(y) <= most:
        return np.arange(len(y))
    codes = np.unique(y, return_inverse=True)[1].reshape(-1)
    shuffled = np.random.default_rng(seed).permutation(len(y))
    codes, groups, recordings = codes[shuffled], groups[shuffled], recordings[shuffled]
    # Two of each group, then evenly over recordings; of equals, the order is the shuffle's.
    turns = np.minimum(_rank_within(groups, codes), 2)
    order = np.lexsort((_rank_within(recordings, codes), turns, codes))
    counts = np.bincount(codes)
    rank = np.arange(len(order)) - (counts.cumsum() - counts)[codes[order]]
    chosen = rank < _quotas(counts, most=most)[codes[order]]
    return np.sort(shuffled[order[chosen]])


def taken(values: npt.NDArray[Any], rows: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    """Return the values of some rows; the array itself, not a copy, where these are all.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.sampling import taken
    >>> values = np.array([5, 6, 7])
    >>> taken(values, np.array([0, 2])).tolist(), taken(values, np.arange(3)) is values
    ([5, 7], True)
    """
    return values if len(rows) == len(values) else values[rows]


@dataclasses.dataclass(frozen=True, eq=False)
class Samples:
    """What is asked again and again of one table: some of its rows.

    Attributes
    ----------
    y, groups, recordings : ndarray, shape (n_rows,)
        Label, group and recording of each row.
    seed : int
        Seed of what is drawn.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.sampling import Samples
    >>> samples = Samples(np.array([0, 0, 1, 1]), np.arange(4), np.arange(4), seed=0)
    >>> samples.of(np.array([1, 2, 3]), most=9).tolist()
    [1, 2, 3]
    """

    y: npt.NDArray[Any]
    groups: npt.NDArray[Any]
    recordings: npt.NDArray[Any]
    seed: int

    def of(
        self, rows: npt.NDArray[np.intp] | None = None, *, most: int | None
    ) -> npt.NDArray[np.intp]:
        """Return some of these rows, or of all, by `sampled_rows`."""
        rows = np.arange(len(self.y)) if rows is None else rows
        if most is None or len(rows) <= most:
            return rows
        chosen = sampled_rows(
            self.y[rows],
            groups=self.groups[rows],
            recordings=self.recordings[rows],
            most=most,
            seed=self.seed,
        )
        return rows[chosen]


def _rank_within(owners: npt.NDArray[Any], codes: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return how many rows of the same owner and label stand before each row."""
    _, places = np.unique(owners, return_inverse=True)
    keys = places.reshape(-1) * (int(codes.max()) + 1) + codes
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    first = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    begins = np.maximum.accumulate(np.where(first, np.arange(len(order)), 0))
    ranks = np.empty(len(order), dtype=np.intp)
    ranks[order] = np.arange(len(order)) - begins
    return ranks


def _quotas(counts: npt.NDArray[np.intp], *, most: int) -> npt.NDArray[np.intp]:
    """Return how many rows of each label are taken; they sum to `most`, or nearly."""
    floors = np.minimum(counts, max(1, most // (_FLOOR * len(counts))))
    left = max(0, most - int(floors.sum()))
    more = (counts - floors) * left // max(1, int((counts - floors).sum()))
    return np.asarray(floors + more, dtype=np.intp)
