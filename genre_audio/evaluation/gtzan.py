"""The protocols under which GTZAN is reported, side by side.

GTZAN holds several clips of most artists, some clips twice, and wrong labels. A random
split therefore measures above all whether an album is recognised, and is worth twenty
points of accuracy. Published filters take that out; none does it quite, so that our own
folds, strictly without a common artist, stand beside them over the same rows.

Names and index arithmetic may enter here; the index is read by `genre_audio.tables`.

References
----------
Sturm, B. L. (2013). The GTZAN dataset: its contents, its faults, their effects on
evaluation, and its future use. arXiv:1306.1461.
Kereliuk, C., Sturm, B. L. and Larsen, J. (2015). Deep learning and music adversaries.
IEEE Transactions on Multimedia 17(11), 2059-2071.
Foleis, J. H. and Tavares, T. F. (2020). Texture selection for automatic music genre
classification. Applied Soft Computing 89, 106127.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.errors import TableError
from genre_audio.evaluation.lists import fixed_protocol
from genre_audio.evaluation.protocols import Protocol, independent_groups
from genre_audio.evaluation.random_protocols import random_protocol
from genre_audio.tables.dataset import regrouped
from genre_audio.tables.splits import grouped_folds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables import Annotations, Dataset, GtzanIndex

__all__ = ["gtzan_protocols"]


def gtzan_protocols(
    dataset: Dataset, *, index: GtzanIndex, repeats: int = 20, seed: int = 0
) -> list[Protocol]:
    """Return the five protocols of the GTZAN table.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows of clips that the index knows, all or some; its groups are not
        looked at.
    index : GtzanIndex
        Artists and published splits.
    repeats : int
        Number of random splits.
    seed : int
        Seed of the first random split, and of our own folds.

    Returns
    -------
    list of Protocol
        With the keys ``random`` (the literature's form, which leaks), ``random-together``
        (the same without copies on both sides; artists leak), ``artist-filtered``
        (published folds), ``artist-disjoint`` (as many folds over the same rows, no artist
        on both sides) and ``fault-filtered`` (published split, training and validation
        part against the test part). In the last three learners keep artists apart inside,
        too; a clip without a known artist is one by itself.

    Raises
    ------
    TableError
        If the index does not know a clip, or a part would be empty.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import gtzan_protocols
    >>> from genre_audio.tables import Annotations, Dataset, GtzanIndex
    >>> X, y, names = np.arange(40.0)[:, None], np.tile(["a", "b"], 20), np.arange(40).astype(str)
    >>> def column(values, name):
    ...     return Annotations(dict(zip(names.tolist(), values)), column=name)
    >>> index = GtzanIndex(
    ...     genres=column(y, "genre"),
    ...     artists=column(names, "artist"),
    ...     parts=column(["train", "train", "test", "test"] * 10, "split"),
    ...     folds=column(["1", "1", "2", "2"] * 10, "fold"),
    ... )
    >>> dataset = Dataset(X, y, names, names, ("x",))
    >>> [protocol.key for protocol in gtzan_protocols(dataset, index=index)]
    ['random', 'random-together', 'artist-filtered', 'artist-disjoint', 'fault-filtered']
    """
    index.refuse_strangers(dataset.names.tolist())
    artists = regrouped(dataset, groups=index.artists)
    together = random_protocol(dataset, repeats=repeats, seed=seed)
    return [
        random_protocol(dataset, repeats=repeats, seed=seed, duplicates_apart=False),
        dataclasses.replace(
            together,
            name=f"{together.name}, artists on both sides",
            key="random-together",
            leaks=True,
        ),
        _artist_filtered(artists, folds=index.folds),
        _artist_disjoint(artists, folds=index.folds, seed=seed),
        _fault_filtered(artists, parts=index.parts),
    ]


def _said(dataset: Dataset, annotations: Annotations) -> NDArray[np.str_]:
    """Return what is said of each row; nothing where nothing is said."""
    return np.array([value or "" for value in annotations.lookup(dataset.names.tolist())])


def _artist_filtered(dataset: Dataset, *, folds: Annotations) -> Protocol:
    fold = _said(dataset, folds)
    numbers = sorted(set(fold.tolist()) - {""}, key=int)
    if len(numbers) < 2:
        raise TableError(
            f"the index puts the recordings of the table into {len(numbers)} artist-filtered "
            "fold(s); at least two are needed"
        )
    parts = [
        (np.flatnonzero((fold != "") & (fold != number)), np.flatnonzero(fold == number))
        for number in numbers
    ]
    name = f"artist-filtered, {len(numbers)} folds (Foleis & Tavares 2020)"
    return fixed_protocol(dataset, folds=parts, name=name, key="artist-filtered")


def _artist_disjoint(dataset: Dataset, *, folds: Annotations, seed: int) -> Protocol:
    fold = _said(dataset, folds)
    rows, n_splits = np.flatnonzero(fold != ""), len(set(fold.tolist()) - {""})
    groups = independent_groups(dataset)
    found = grouped_folds(dataset.y[rows], groups=groups[rows], n_splits=n_splits, seed=seed)
    return Protocol(
        f"artist-disjoint, {n_splits} folds of our own over the same recordings",
        [(rows[train], rows[test]) for train, test in found],
        groups,
        key="artist-disjoint",
    )


def _fault_filtered(dataset: Dataset, *, parts: Annotations) -> Protocol:
    part = _said(dataset, parts)
    fold = np.flatnonzero(np.isin(part, ["train", "valid"])), np.flatnonzero(part == "test")
    name = f"fault-filtered, {len(fold[0])} to {len(fold[1])} (Kereliuk et al. 2015)"
    return fixed_protocol(dataset, folds=[fold], name=name, key="fault-filtered")
