"""Run a protocol: fit on each training part, ask for what was held out.

A learner is made anew for each fold, and what it is given is the training part alone,
with its groups: whatever it tunes, scales, balances or calibrates, it does on that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from typing import Protocol as TypingProtocol

import numpy as np
from sklearn.utils.validation import has_fit_parameter

from genre_audio.errors import TableError
from genre_audio.evaluation.evaluation import Evaluation
from genre_audio.evaluation.protocols import Protocol, grouped_protocol, independent_groups
from genre_audio.evaluation.recordings import pooled, shares_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from genre_audio.tables import Dataset

__all__ = [
    "Classifier",
    "Protocol",
    "evaluate",
    "grouped_protocol",
    "independent_groups",
    "labels_of",
]


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


def evaluate(
    make: Callable[[], Classifier],
    dataset: Dataset,
    *,
    protocol: Protocol,
    learner: str = "stack",
    coverage: float = 0.9,
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
    learner : str
        What it is called.
    coverage : float
        How often conformal sets are to hold the truth. A fitted learner has them if it
        has an attribute ``conformal_`` with a method ``sets(probabilities, coverage=)``.
    on_fold : callable, optional
        Called with the number of folds done and their total.

    Returns
    -------
    Evaluation
        One entry for each recording and repeat: the mean of its rows' probabilities,
        weighted by their lengths. A recording of two genres is an entry for each.

    Raises
    ------
    TableError
        If there is one genre only, or a training part lacks one.

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
    labels = labels_of(dataset, protocol=protocol)
    # Rows that no fold touches may be of further genres; their numbers mean nothing.
    y, parts = np.searchsorted(labels, dataset.y), []
    for fold, (train, test) in enumerate(protocol.folds):
        on_fold(fold, len(protocol.folds))
        model = _fitted(make(), dataset, train, protocol=protocol)
        first, probabilities = pooled(
            model.predict_proba(dataset.X[test]),
            names=dataset.names[test],
            y=y[test],
            lengths=None if dataset.lengths is None else dataset.lengths[test],
        )
        chosen = test[first]
        parts.append(
            {
                "truth": y[chosen],
                "probabilities": probabilities,
                "groups": protocol.groups[chosen],
                "names": dataset.names[chosen],
                "fold": np.full(len(chosen), fold),
                "repeat": np.full(len(chosen), protocol.repeat_of(fold)),
                "shares": np.tile(shares_of(dataset.names[train], y[train]), (len(chosen), 1)),
                "sets": _sets(model, probabilities, coverage=coverage),
            }
        )
    joined = _joined(parts)
    order = np.lexsort((joined["truth"], joined["names"], joined["repeat"]))
    arrays: dict[str, Any] = {n: None if x is None else x[order] for n, x in joined.items()}
    return Evaluation(
        labels=tuple(labels.tolist()),
        protocol=protocol.name,
        leaks=protocol.leaks,
        learner=learner,
        **arrays,
    )


def labels_of(dataset: Dataset, *, protocol: Protocol) -> NDArray[Any]:
    """Return the genres in play; refuse before the work what nothing could be learned of.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows.
    protocol : Protocol
        How they are held out; genres of rows that no fold touches are not in play.

    Returns
    -------
    ndarray of str
        In alphabetic order.

    Raises
    ------
    TableError
        If there is one genre only, or a training part lacks one.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Protocol
    >>> from genre_audio.evaluation.held_out import labels_of
    >>> from genre_audio.tables import Dataset
    >>> y, names = np.array(["a", "b", "b", "c"]), np.array(list("wxyz"))
    >>> dataset = Dataset(np.arange(4.0)[:, None], y, names, names, ("x",))
    >>> protocol = Protocol("by hand", [(np.array([0, 1]), np.array([2]))], names)
    >>> labels_of(dataset, protocol=protocol).tolist()
    ['a', 'b']
    """
    labels = np.unique(
        dataset.y[np.concatenate([rows for fold in protocol.folds for rows in fold])]
    )
    if len(labels) < 2:
        raise TableError(
            f"{protocol.name}: all recordings are of one genre, {str(labels[0])!r}; nothing can "
            "be told apart: give recordings of two genres or more"
        )
    remedy = (
        "ask for fewer or other folds"
        if len(protocol.folds) > 1
        else "add recordings of it to that"
    )
    for train, _ in protocol.folds:
        if lacking := set(labels.tolist()) - set(dataset.y[train].tolist()):
            raise TableError(
                f"{protocol.name}: a training part lacks a genre, {min(lacking)!r}; {remedy}, or "
                "leave the genre out"
            )
    return labels


def _fitted(
    model: Classifier, dataset: Dataset, train: NDArray[np.intp], *, protocol: Protocol
) -> Classifier:
    how = {"groups": protocol.groups[train]}
    if has_fit_parameter(model, "recordings"):
        # Sets are promised for recordings, not for their rows.
        how["recordings"] = dataset.names[train]
    try:
        model.fit(dataset.X[train], dataset.y[train], **how)
    except TableError as error:
        raise TableError(
            f"{protocol.name}: a training part cannot be learned from ({error})"
        ) from error
    return model


def _joined(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: None if value is None else np.concatenate([part[name] for part in parts])
        for name, value in parts[0].items()
    }


def _sets(
    model: Any,  # noqa: ANN401 - what has conformal sets is not known here
    probabilities: NDArray[np.float64],
    *,
    coverage: float,
) -> NDArray[np.bool_] | None:
    conformal = getattr(model, "conformal_", None)
    if conformal is None:
        return None
    return np.asarray(conformal.sets(probabilities, coverage=coverage), dtype=np.bool_)
