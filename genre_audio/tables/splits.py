"""Which rows may stand on the two sides of a split.

A score is worth what its split is worth. Rows that share a group (a recording, an
artist, an album) stay on one side; exact duplicate rows pull their groups together,
because a copy in the test part is an answer given away. Folds are ready-made index
arrays: whatever takes a ``cv`` argument can be handed them, also what knows nothing of
groups.

Only index arithmetic may enter here: no files, no models, no scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.model_selection import StratifiedGroupKFold

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

__all__ = ["Fold", "exact_duplicates", "grouped_folds", "groups_per_class", "merge_groups"]

Fold = tuple["npt.NDArray[np.intp]", "npt.NDArray[np.intp]"]
"""The row numbers of a training part and of the part held out from it."""


def exact_duplicates(X: npt.ArrayLike) -> list[tuple[int, ...]]:
    """Find the rows that are equal in every value.

    Parameters
    ----------
    X : array_like of shape (n_rows, n_columns)
        Numbers, or a DataFrame of numbers.

    Returns
    -------
    list of tuple of int
        Row numbers of each set of two or more equal rows, in order of appearance.

    Examples
    --------
    >>> from genre_audio.tables.splits import exact_duplicates
    >>> exact_duplicates([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    [(0, 2)]
    """
    # Adding zero makes -0.0 and 0.0, which are equal, equal in their bytes as well.
    rows = np.ascontiguousarray(np.asarray(X, dtype=np.float64) + 0.0)
    seen: dict[bytes, list[int]] = {}
    # Most rows are told from all others by one number: only the rest is looked at whole.
    for number in _perhaps_equal(rows):
        seen.setdefault(rows[number].tobytes(), []).append(number)
    return [tuple(numbers) for numbers in seen.values() if len(numbers) > 1]


def _perhaps_equal(rows: npt.NDArray[np.float64]) -> list[int]:
    """Return the rows whose fingerprint another row has too; equal rows have the same."""
    if not rows.size:
        return list(range(len(rows)))
    # Odd numbers, and sums that overflow: each bit of a row counts.
    odd = 2 * np.random.default_rng(0).integers(2**63, size=(rows.shape[1],), dtype=np.uint64) + 1
    prints = np.zeros(len(rows), dtype=np.uint64)
    for place, column in enumerate(rows.view(np.uint64).T):
        prints += (column ^ (column >> np.uint64(32))) * odd[place]
    order = np.argsort(prints, kind="stable")
    same = prints[order[1:]] == prints[order[:-1]]
    either = np.concatenate([same, [False]]) | np.concatenate([[False], same])
    found: list[int] = np.sort(order[either]).tolist()
    return found


def merge_groups(
    groups: npt.ArrayLike, *, duplicates: Iterable[Sequence[int]]
) -> npt.NDArray[np.intp]:
    """Merge the groups that are linked by duplicate rows.

    Parameters
    ----------
    groups : array_like of shape (n_rows,)
        One label per row, of any sort that can be ordered.
    duplicates : iterable of sequence of int
        Sets of row numbers that must not be parted, as `exact_duplicates` finds them.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        Group numbers from 0 in order of appearance. Links are transitive: if A shares
        a row with B and B one with C, the three become one.

    Examples
    --------
    >>> from genre_audio.tables.splits import merge_groups
    >>> merge_groups(["a", "b", "c", "b"], duplicates=[(0, 3)]).tolist()
    [0, 0, 1, 0]
    """
    codes = np.unique(np.asarray(groups), return_inverse=True)[1].reshape(-1)
    links = [(codes[rows[0]], codes[row]) for rows in duplicates for row in rows[1:]]
    start, stop = np.array(links, dtype=np.intp).reshape(-1, 2).T
    n_groups = int(codes.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(start)), (start, stop)), shape=(n_groups, n_groups))
    return _in_order(connected_components(graph, directed=False)[1][codes])


def _in_order(labels: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Return labels numbered by their first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return np.asarray(rank[inverse.reshape(-1)], dtype=np.intp)


def groups_per_class(y: npt.ArrayLike, *, groups: npt.ArrayLike) -> dict[str, int]:
    """Count the groups in which each class occurs.

    Parameters
    ----------
    y : array_like of shape (n_rows,)
        Class of each row.
    groups : array_like of shape (n_rows,)
        Group of each row.

    Returns
    -------
    dict of str to int
        By class, in sorted order.

    Examples
    --------
    >>> from genre_audio.tables.splits import groups_per_class
    >>> groups_per_class(["a", "a", "b"], groups=[0, 1, 1])
    {'a': 2, 'b': 1}
    """
    labels, owners = np.asarray(y), np.asarray(groups)
    return {str(label): len(np.unique(owners[labels == label])) for label in np.unique(labels)}


def grouped_folds(
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike,
    n_splits: int,
    seed: int,
    least_rows: int = 1,
) -> list[Fold]:
    """Cut rows into folds that never share a group and look alike in their classes.

    Parameters
    ----------
    y : array_like of shape (n_rows,)
        Class of each row.
    groups : array_like of shape (n_rows,)
        Group of each row.
    n_splits : int
        Number of folds, at least 2.
    seed : int
        Seed of the shuffle; the same seed gives the same folds.
    least_rows : int
        Rows that every training part must hold of every class.

    Returns
    -------
    list of (ndarray of int, ndarray of int)
        Training rows and held-out rows of each fold, ascending. Every row is held out
        once.

    Raises
    ------
    TableError
        If a class has fewer groups than folds, or a training part would hold too little
        of a class: a learner would be silent about it, and the score would not say so.

    References
    ----------
    `sklearn.model_selection.StratifiedGroupKFold`

    Examples
    --------
    >>> from genre_audio.tables.splits import grouped_folds
    >>> y, groups = ["a", "a", "a", "b", "b", "b"], [0, 0, 1, 2, 3, 3]
    >>> [held_out.tolist() for _, held_out in grouped_folds(y, groups=groups, n_splits=2, seed=0)]
    [[2, 4, 5], [0, 1, 3]]
    """
    labels, owners = np.asarray(y), np.asarray(groups)
    _refuse_few_groups(labels, groups=owners, n_splits=n_splits)
    splitter = StratifiedGroupKFold(n_splits=n_splits, shuffle=True, random_state=seed)
    folds = list(splitter.split(np.zeros(len(labels)), labels, owners))
    _refuse_incomplete(labels, folds=folds, least_rows=least_rows)
    return folds


def _refuse_few_groups(y: npt.NDArray[Any], *, groups: npt.NDArray[Any], n_splits: int) -> None:
    for label, found in groups_per_class(y, groups=groups).items():
        if found < n_splits:
            raise TableError(
                f"class {label!r} has {found} independent group(s), but {n_splits} folds "
                "need at least one each: add recordings of it (of other artists, if artists "
                "are the groups), leave the class out, or ask for fewer folds"
            )


def _refuse_incomplete(y: npt.NDArray[Any], *, folds: list[Fold], least_rows: int) -> None:
    labels = np.unique(y)
    for train, held_out in folds:
        counts = [int((y[train] == label).sum()) for label in labels]
        if min(counts) >= least_rows and len(held_out):
            continue
        scarce = str(labels[int(np.argmin(counts))])
        raise TableError(
            f"with these groups a training part would hold {min(counts)} row(s) of class "
            f"{scarce!r}, and a fold {len(held_out)} row(s) in all: add recordings, ask for "
            "fewer folds, or use smaller groups"
        )
