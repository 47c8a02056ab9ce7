"""Folds of units: what stands on one side as a whole, a recording with all its copies.

`genre_audio.tables.splits` has the folds that keep groups apart; here are the others that
protocols need. scikit-learn's own splitters cut the units, so that where every row is a
unit the folds are the ones that the literature reports.

Only index arithmetic may enter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.model_selection import StratifiedKFold, train_test_split

from genre_audio.errors import TableError
from genre_audio.tables.splits import groups_per_class

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables.splits import Fold

__all__ = ["left_out_groups", "random_split", "stratified_folds", "without_copies"]


def random_split(
    y: NDArray[Any], *, units: NDArray[np.intp], seed: int, test_share: float = 0.2
) -> Fold:
    """Hold out a share of the units of every class, at random.

    Parameters
    ----------
    y : ndarray, shape (rows,)
        Class of each row; a unit has that of its first row.
    units : ndarray of int, shape (rows,)
        Number of each row's unit, from 0 in order of appearance.
    seed : int
        ``random_state`` of `sklearn.model_selection.train_test_split`.
    test_share : float
        Share of the units that is held out.

    Returns
    -------
    tuple of ndarray of int
        Training rows and held-out rows, in the order that scikit-learn gives.

    Raises
    ------
    TableError
        If a class has one unit only, or a part has fewer units than there are classes.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.folds import random_split
    >>> y = np.repeat(["jazz", "rock"], 5)
    >>> train, test = random_split(y, units=np.arange(10), seed=0)
    >>> len(train), y[test].tolist()
    (8, ['jazz', 'rock'])
    """
    rows, labels = _rows_of(units), y[_first(units)]
    classes, counts = np.unique(labels, return_counts=True)
    held_out = int(np.ceil(test_share * len(rows)))
    if counts.min() < 2 or min(held_out, len(rows) - held_out) < len(classes):
        raise TableError(
            f"{len(rows)} recordings of {len(classes)} genres, {counts.min()} of "
            f"{str(classes[counts.argmin()])!r}, cannot be split at random into parts that "
            "hold every genre: add recordings, or leave genres out"
        )
    parts = train_test_split(
        np.arange(len(rows)), test_size=test_share, stratify=labels, random_state=seed
    )
    train, test = (np.concatenate([rows[unit] for unit in part]) for part in parts)
    return train, test


def stratified_folds(
    y: NDArray[Any], *, units: NDArray[np.intp], n_splits: int, seed: int
) -> list[Fold]:
    """Cut units into folds that look alike in their classes.

    Parameters
    ----------
    y : ndarray, shape (rows,)
        Class of each row; a unit has that of its first row.
    units : ndarray of int, shape (rows,)
        Number of each row's unit, from 0 in order of appearance.
    n_splits : int
        Number of folds.
    seed : int
        Seed of the shuffle.

    Returns
    -------
    list of Fold

    Raises
    ------
    TableError
        If a class has fewer units than folds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.folds import stratified_folds
    >>> folds = stratified_folds(np.array(list("aabb")), units=np.arange(4), n_splits=2, seed=0)
    >>> [len(test) for _, test in folds]
    [2, 2]
    """
    labels = y[_first(units)]
    scarce, found = min(
        groups_per_class(labels, groups=np.arange(len(labels))).items(), key=lambda item: item[1]
    )
    if found < n_splits:
        raise TableError(
            f"class {scarce!r} has {found} recording(s), copies counted once, but {n_splits} folds "
            "need at least one each: add recordings of it, leave the class out, or ask for fewer "
            "folds"
        )
    splitter = StratifiedKFold(n_splits=n_splits, shuffle=True, random_state=seed)
    folds = splitter.split(np.zeros(len(labels)), labels)
    return [(_with(units, train), _with(units, test)) for train, test in folds]


def left_out_groups(groups: NDArray[np.intp]) -> list[Fold]:
    """Hold each group out once.

    Parameters
    ----------
    groups : ndarray of int, shape (rows,)
        Number of each row's group.

    Returns
    -------
    list of Fold

    Raises
    ------
    TableError
        If there is one group only.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.folds import left_out_groups
    >>> [test.tolist() for _, test in left_out_groups(np.array([0, 1, 0]))]
    [[0, 2], [1]]
    """
    numbers = np.unique(groups)
    if len(numbers) < 2:
        raise TableError("there is only one independent group: nothing would be left to learn from")
    return [(np.flatnonzero(groups != n), np.flatnonzero(groups == n)) for n in numbers]


def without_copies(fold: Fold, *, units: NDArray[np.intp]) -> Fold:
    """Take recordings with copies of held-out rows out of the training part, whole.

    Parameters
    ----------
    fold : Fold
        Training rows and held-out rows.
    units : ndarray of int, shape (rows,)
        Number of each row's recording, the same for recordings that share a row.

    Returns
    -------
    Fold
        The held-out rows are as before.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.folds import without_copies
    >>> fold = np.array([0, 1]), np.array([2])
    >>> without_copies(fold, units=np.array([0, 1, 0]))[0].tolist()
    [1]
    """
    train, test = fold
    return train[~np.isin(units[train], units[test])], test


def _first(units: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.unique(units, return_index=True)[1]


def _rows_of(units: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    order = np.argsort(units, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(units[order])) + 1)


def _with(units: NDArray[np.intp], chosen: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.flatnonzero(np.isin(units, chosen))
