"""Run a protocol: fit on each training part, ask for what was held out."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from typing import Protocol as TypingProtocol

import numpy as np

from genre_audio.errors import TableError
from genre_audio.evaluation.evaluation import Evaluation
from genre_audio.tables.splits import Fold, exact_duplicates, grouped_folds, merge_groups

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from genre_audio.tables import Dataset

__all__ = ["Classifier", "Protocol", "evaluate", "grouped_protocol", "independent_groups"]


class Classifier(TypingProtocol):
    """What can be evaluated: fits with groups, gives probabilities.

    Examples
    --------
    See `evaluate`.
    """

    classes_: NDArray[Any]

    def fit(self, X: Any, y: Any, *, groups: Any) -> Any:  # noqa: ANN401
        """Learn from rows; `groups` must not be parted inside either."""

    def predict_proba(self, X: Any) -> NDArray[np.float64]:  # noqa: ANN401
        """Return the probability of each class for each row."""


@dataclasses.dataclass(frozen=True, eq=False)
class Protocol:
    """A named way to hold rows out.

    Attributes
    ----------
    name : str
        In words, with what was kept apart: ``"5 folds, artists kept apart"``.
    folds : list of (ndarray of int, ndarray of int)
        Training rows and held-out rows.
    groups : ndarray, shape (rows,)
        What no fold parts.

    Examples
    --------
    See `grouped_protocol`.
    """

    name: str
    folds: list[Fold]
    groups: NDArray[Any]


def independent_groups(dataset: Dataset) -> NDArray[np.intp]:
    """Return the groups of a data set, merged where rows are exact duplicates.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.held_out import independent_groups
    >>> from genre_audio.tables import Dataset
    >>> X, names = np.array([[1.0], [2.0], [1.0]]), np.array(["a", "b", "copy of a"])
    >>> independent_groups(Dataset(X, names, names, names, ("x",))).tolist()
    [0, 1, 0]
    """
    return merge_groups(dataset.groups, duplicates=exact_duplicates(dataset.X))


def grouped_protocol(dataset: Dataset, *, n_splits: int, seed: int) -> Protocol:
    """Fold a data set so that neither its groups nor exact duplicates are parted.

    Parameters
    ----------
    dataset : Dataset
        Rows with groups.
    n_splits : int
        Number of folds.
    seed : int
        Seed of the shuffle.

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
    kept = "every recording by itself"
    if dataset.grouping != "recording":
        kept = f"no {dataset.grouping} on both sides"
    groups = independent_groups(dataset)
    return Protocol(
        name=f"{n_splits} folds, {kept}, exact duplicates together",
        folds=grouped_folds(dataset.y, groups=groups, n_splits=n_splits, seed=seed),
        groups=groups,
    )


def evaluate(
    make: Callable[[], Classifier],
    dataset: Dataset,
    *,
    protocol: Protocol,
    on_fold: Callable[[int, int], None] = lambda _done, _all: None,
) -> Evaluation:
    """Score a learner by a protocol; it is made and fitted afresh for each fold.

    Parameters
    ----------
    make : callable
        Returns an unfitted learner.
    dataset : Dataset
        Labelled rows.
    protocol : Protocol
        How to hold out.
    on_fold : callable, optional
        Called with the number of folds done and their total.

    Returns
    -------
    Evaluation
        One entry for each recording: the mean of its rows' probabilities.

    Raises
    ------
    TableError
        If a training part lacks a genre.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import evaluate, grouped_protocol
    >>> from genre_audio.learning import Budget, GenreStack
    >>> from genre_audio.tables import Dataset
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "metal"], 20)
    >>> X, names = rng.normal(size=(40, 3)), np.arange(40).astype(str)
    >>> dataset = Dataset(X + 9.0 * (y == "metal")[:, None], y, names, names, ("a", "b", "c"))
    >>> protocol = grouped_protocol(dataset, n_splits=2, seed=0)
    >>> budget = Budget("none")
    >>> evaluate(lambda: GenreStack(budget=budget), dataset, protocol=protocol).accuracy
    1.0
    """
    labels, y = np.unique(dataset.y, return_inverse=True)
    rows, probabilities = [], []
    for done, (train, test) in enumerate(protocol.folds):
        on_fold(done, len(protocol.folds))
        model = make().fit(dataset.X[train], dataset.y[train], groups=protocol.groups[train])
        if not np.array_equal(model.classes_, labels):
            raise TableError("a training part lacks a genre; ask for fewer folds")
        rows.append(test)
        probabilities.append(model.predict_proba(dataset.X[test]))
    return _pooled(
        np.concatenate(rows),
        np.concatenate(probabilities),
        dataset=dataset,
        y=y.reshape(-1),
        labels=tuple(labels.tolist()),
        protocol=protocol,
    )


def _pooled(
    rows: NDArray[np.intp],
    probabilities: NDArray[np.float64],
    *,
    dataset: Dataset,
    y: NDArray[np.intp],
    labels: tuple[str, ...],
    protocol: Protocol,
) -> Evaluation:
    """Average over the segments of each recording; a genre in dispute counts apart."""
    keys = np.stack([dataset.names[rows], y[rows].astype(str)], axis=1)
    _, first, places = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    sums = np.zeros((len(first), len(labels)))
    np.add.at(sums, places.reshape(-1), probabilities)
    chosen = rows[first]
    return Evaluation(
        labels=labels,
        truth=y[chosen],
        probabilities=sums / sums.sum(axis=1, keepdims=True),
        groups=protocol.groups[chosen],
        names=dataset.names[chosen],
        protocol=protocol.name,
    )
