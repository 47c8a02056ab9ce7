"""Named ways to hold rows out.

The rows of one recording and exact copies stand on one side in all of them, except where
the literature's random splits are asked for by name. What else is kept apart is what a
protocol is named for. Learners are told its groups, so that their own folds keep the
same apart.

Index arithmetic and names may enter here, no learner and no score.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.errors import TableError
from genre_audio.evaluation.folds import left_out_groups
from genre_audio.tables.splits import exact_duplicates, grouped_folds, merge_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables import Dataset
    from genre_audio.tables.splits import Fold

__all__ = [
    "Protocol",
    "grouped_protocol",
    "independent_groups",
    "leave_one_group_out",
    "times",
]


@dataclasses.dataclass(frozen=True, eq=False)
class Protocol:
    """A named way to hold rows out.

    Attributes
    ----------
    name : str
        In words, with what was kept apart: ``"5 folds, artists kept apart"``.
    folds : list of (ndarray of int, ndarray of int)
        Training rows and held-out rows; those of one repeat follow each other.
    groups : ndarray, shape (rows,)
        What learners must not part inside a training part, and what is drawn together
        for intervals.
    key : str
        The same in one word, for programs.
    leaks : bool
        Whether it is known to let through what a score should be free of.
    repeats : int
        How often the whole is done again with another seed.

    Examples
    --------
    See `grouped_protocol`.
    """

    name: str
    folds: list[Fold]
    groups: NDArray[Any]
    key: str = "custom"
    leaks: bool = False
    repeats: int = 1

    def repeat_of(self, fold: int) -> int:
        """Return the number of the repeat that a fold belongs to."""
        return fold * self.repeats // len(self.folds)

    @property
    def crossing(self) -> int:
        """Number of groups that stand on both sides of a fold, at least once."""
        both = [np.intersect1d(self.groups[a], self.groups[b]) for a, b in self.folds]
        return len(np.unique(np.concatenate(both)))


def independent_groups(dataset: Dataset) -> NDArray[np.intp]:
    """Return the groups of a data set, merged where rows are exact duplicates.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.protocols import independent_groups
    >>> from genre_audio.tables import Dataset
    >>> X, names = np.array([[1.0], [2.0], [1.0]]), np.array(["a", "b", "copy of a"])
    >>> independent_groups(Dataset(X, names, names, names, ("x",))).tolist()
    [0, 1, 0]
    """
    # Groups may be said row by row: a recording that is in two of them links the two.
    recordings: dict[str, list[int]] = {}
    for row, name in enumerate(dataset.names.tolist()):
        recordings.setdefault(name, []).append(row)
    linked = [*recordings.values(), *exact_duplicates(dataset.X)]
    return merge_groups(dataset.groups, duplicates=linked)


def _kept(dataset: Dataset) -> str:
    if dataset.grouping == "recording":
        return "every recording by itself"
    return f"no {dataset.grouping} on both sides"


def times(repeats: int) -> str:
    """Say how often something is repeated, before what it is.

    Examples
    --------
    >>> from genre_audio.evaluation.protocols import times
    >>> times(1), times(3)
    ('', '3 times ')
    """
    return "" if repeats == 1 else f"{repeats} times "


def grouped_protocol(dataset: Dataset, *, n_splits: int, seed: int, repeats: int = 1) -> Protocol:
    """Fold a data set so that neither its groups nor exact duplicates are parted.

    Parameters
    ----------
    dataset : Dataset
        Rows with groups.
    n_splits : int
        Number of folds.
    seed : int
        Seed of the shuffle; of further repeats the following ones.
    repeats : int
        How often all is folded.

    Returns
    -------
    Protocol

    Raises
    ------
    TableError
        If a genre has too few groups for so many folds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import grouped_protocol
    >>> from genre_audio.tables import Dataset
    >>> X, y = np.arange(8.0)[:, None], np.array(list("aabbaabb"))
    >>> names = np.array(list("stuvwxyz"))
    >>> grouped_protocol(Dataset(X, y, names, names, ("x",)), n_splits=2, seed=0).name
    '2 folds, every recording by itself, exact duplicates together'
    """
    groups = independent_groups(dataset)
    folds = [
        fold
        for shift in range(repeats)
        for fold in grouped_folds(dataset.y, groups=groups, n_splits=n_splits, seed=seed + shift)
    ]
    name = f"{times(repeats)}{n_splits} folds, {_kept(dataset)}, exact duplicates together"
    return Protocol(name, folds, groups, key="grouped", repeats=repeats)


def leave_one_group_out(dataset: Dataset) -> Protocol:
    """Hold every group out once, and learn from all others.

    Parameters
    ----------
    dataset : Dataset
        Rows with groups.

    Returns
    -------
    Protocol

    Raises
    ------
    TableError
        If there is one group only, or a genre is in no other.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import leave_one_group_out
    >>> from genre_audio.tables import Dataset
    >>> X, y, names = np.arange(6.0)[:, None], np.array(list("ababab")), np.arange(6).astype(str)
    >>> regions = np.repeat(["north", "south", "west"], 2)
    >>> leave_one_group_out(Dataset(X, y, regions, names, ("x",), grouping="region")).name
    'one region left out each time (3), exact duplicates together'
    """
    groups = independent_groups(dataset)
    folds = left_out_groups(groups)
    for train, test in folds:
        if missing := set(dataset.y[test].tolist()) - set(dataset.y[train].tolist()):
            raise TableError(
                f"the genre {min(missing)!r} is in no other {dataset.grouping} than that of "
                f"{str(dataset.names[test[0]])!r}: without it nothing can be learned of it; leave "
                f"the genre out, or add recordings of it from another {dataset.grouping}"
            )
    name = f"one {dataset.grouping} left out each time ({len(folds)}), exact duplicates together"
    return Protocol(name, folds, groups, key="leave-one-group-out")
