"""Protocols whose parts somebody else has fixed, recording by recording.

Published lists are taken as they are: who stands on which side is their affair, except
that recordings with copies of held-out rows are taken out of the training part.

Index arithmetic and names may enter here, no learner and no score.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.errors import TableError
from genre_audio.evaluation.folds import without_copies
from genre_audio.evaluation.protocols import Protocol, independent_groups
from genre_audio.tables import Annotations

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from genre_audio.tables import Dataset

__all__ = ["fixed_protocol", "list_protocol"]


def list_protocol(dataset: Dataset, *, train: Collection[str], test: Collection[str]) -> Protocol:
    """Learn from the recordings of one list, score those of another.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows.
    train, test : collection of str
        Names of recordings, exact or without folder and ending.

    Returns
    -------
    Protocol
        Copies of held-out rows are taken out of the training part.

    Raises
    ------
    TableError
        If a name is in both lists, or means no recording of the table, or several.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import list_protocol
    >>> from genre_audio.tables import Dataset
    >>> X, y, names = np.arange(4.0)[:, None], np.array(list("abab")), np.array(list("wxyz"))
    >>> list_protocol(Dataset(X, y, names, names, ("x",)), train="wxy", test="z").name
    'fixed lists, 3 recordings to learn from, 1 to score'
    """
    if both := set(train) & set(test):
        raise TableError(f"{min(both)!r} is in both lists; a recording is on one side only")
    lists = Annotations(dict.fromkeys(train, "train") | dict.fromkeys(test, "test"), column="list")
    known = Annotations(dict.fromkeys(dataset.names.tolist(), "here"), column="recordings")
    found = known.lookup(lists.values)
    if strangers := [name for name, there in zip(lists.values, found, strict=True) if not there]:
        raise TableError(
            f"{len(strangers)} of {len(lists.values)} names in the lists mean no labelled "
            f"recording of the table, such as {strangers[0]!r}; the table has names like "
            f"{str(dataset.names[0])!r}"
        )
    part = np.array([value or "" for value in lists.lookup(dataset.names.tolist())])
    fold = np.flatnonzero(part == "train"), np.flatnonzero(part == "test")
    counts = [len(np.unique(dataset.names[rows])) for rows in fold]
    name = f"fixed lists, {counts[0]} recordings to learn from, {counts[1]} to score"
    return fixed_protocol(dataset, folds=[fold], name=name, key="lists")


def fixed_protocol(
    dataset: Dataset, *, folds: list[tuple[NDArray[Any], NDArray[Any]]], name: str, key: str
) -> Protocol:
    """Make a protocol of given folds; copies of held-out rows are not learned from.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows.
    folds : list of (ndarray of int, ndarray of int)
        Training rows and held-out rows.
    name : str
        In words. What had to be left out, and groups on both sides, are added to it.
    key : str
        In one word.

    Returns
    -------
    Protocol

    Raises
    ------
    TableError
        If a part is empty, or holds nothing but copies of what is scored.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.lists import fixed_protocol
    >>> from genre_audio.tables import Dataset
    >>> X, y, names = np.array([[1.0], [2.0], [1.0]]), np.array(list("aba")), np.array(list("xyz"))
    >>> fold = np.array([0, 1]), np.array([2])
    >>> fixed_protocol(Dataset(X, y, names, names, ("x",)), folds=[fold], name="mine", key="k").name
    'mine, 1 copy left out'
    """
    _refuse_empty(folds, name=name)
    units = independent_groups(dataclasses.replace(dataset, groups=dataset.names))
    apart = [without_copies(fold, units=units) for fold in folds]
    _refuse_empty(apart, name=f"{name}, without copies of what is scored")
    left_out = sum(
        len(np.setdiff1d(dataset.names[old], dataset.names[new]))
        for (old, _), (new, _) in zip(folds, apart, strict=True)
    )
    said = f", {left_out} {'copy' if left_out == 1 else 'copies'} left out" if left_out else ""
    protocol = Protocol(f"{name}{said}", apart, independent_groups(dataset), key=key)
    if dataset.grouping == "recording" or not protocol.crossing:
        return protocol
    crossing = f", {protocol.crossing} {dataset.grouping}s on both sides"
    return Protocol(f"{protocol.name}{crossing}", apart, protocol.groups, key=key)


def _refuse_empty(folds: list[tuple[NDArray[Any], NDArray[Any]]], *, name: str) -> None:
    if any(len(rows) == 0 for fold in folds for rows in fold):
        raise TableError(f"{name}: a part holds no recording of the table")
