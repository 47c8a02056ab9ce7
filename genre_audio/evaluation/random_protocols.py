"""Protocols that split recordings at random: what most papers report, and why it flatters.

Artists and albums stand on both sides, so that recognising an album passes for knowing a
genre. They are here to be shown beside the protocols that keep groups apart.

Index arithmetic and names may enter here, no learner and no score.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from genre_audio.evaluation.folds import random_split, stratified_folds
from genre_audio.evaluation.protocols import Protocol, independent_groups, times
from genre_audio.tables.splits import merge_groups

if TYPE_CHECKING:
    from genre_audio.tables import Dataset

__all__ = ["random_protocol", "stratified_protocol"]


def random_protocol(
    dataset: Dataset, *, repeats: int = 20, seed: int = 0, duplicates_apart: bool = True
) -> Protocol:
    """Split recordings at random, 80 to 20 in every genre, with one seed after another.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows; groups other than recordings are not looked at.
    repeats : int
        Number of splits.
    seed : int
        Seed of the first one; the next are the numbers after it.
    duplicates_apart : bool
        False lets exact copies stand on both sides, as in the literature.

    Returns
    -------
    Protocol

    Raises
    ------
    TableError
        If there are too few recordings of a genre.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import random_protocol
    >>> from genre_audio.tables import Dataset
    >>> X, y, names = np.arange(20.0)[:, None], np.repeat(["a", "b"], 10), np.arange(20).astype(str)
    >>> protocol = random_protocol(Dataset(X, y, names, names, ("x",)), repeats=3)
    >>> protocol.name, [len(test) for _, test in protocol.folds]
    ('random 80/20, 3 splits, exact duplicates together', [4, 4, 4])
    """
    alone = dataclasses.replace(dataset, groups=dataset.names, grouping="recording")
    groups = merge_groups(alone.groups, duplicates=[])
    if duplicates_apart:
        groups = independent_groups(alone)
    folds = [random_split(dataset.y, units=groups, seed=seed + k) for k in range(repeats)]
    kept = "together" if duplicates_apart else "on both sides"
    name = f"random 80/20, {repeats} split{'s' * (repeats > 1)}, exact duplicates {kept}"
    return Protocol(name, folds, groups, "random", leaks=not duplicates_apart, repeats=repeats)


def stratified_protocol(
    dataset: Dataset, *, n_splits: int, seed: int, repeats: int = 1
) -> Protocol:
    """Fold recordings at random, alike in their genres; copies stay together.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows; groups other than recordings are not looked at.
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
        If a genre has fewer recordings than there are folds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import stratified_protocol
    >>> from genre_audio.tables import Dataset
    >>> X, y, names = np.arange(8.0)[:, None], np.repeat(["a", "b"], 4), np.arange(8).astype(str)
    >>> stratified_protocol(Dataset(X, y, names, names, ("x",)), n_splits=4, seed=0).name
    '4 stratified folds of recordings, exact duplicates together'
    """
    units = independent_groups(dataclasses.replace(dataset, groups=dataset.names))
    folds = [
        fold
        for shift in range(repeats)
        for fold in stratified_folds(dataset.y, units=units, n_splits=n_splits, seed=seed + shift)
    ]
    name = f"{times(repeats)}{n_splits} stratified folds of recordings, exact duplicates together"
    return Protocol(name, folds, units, key="stratified", repeats=repeats)
