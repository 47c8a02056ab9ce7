"""Fitting several learners on the same rows, side by side.

How many processes there are is the caller's to say, by `joblib.parallel_config`: what
is returned does not depend on it. Nothing may enter here that chooses or weighs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone

from genre_audio.learning.limits import AT_ONCE

if TYPE_CHECKING:
    from typing import Any

    import numpy.typing as npt
    from sklearn.pipeline import Pipeline

    from genre_audio.tables.splits import Fold

__all__ = ["fit_all", "out_of_fold", "piecewise", "whole_recordings"]


Part = Callable[[int, "npt.NDArray[np.intp]"], "npt.NDArray[np.intp]"]
"""Which of these rows a learner, named by its place, learns from."""


def _all(_: int, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    return rows


def fit_all(
    pipelines: list[Pipeline],
    X: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    *,
    part: Part = _all,
) -> list[Pipeline]:
    """Fit copies of all learners on all rows.

    Parameters
    ----------
    pipelines : list of Pipeline
        Learners; they stay as they are.
    X : ndarray of float64, shape (n_rows, n_columns)
        Features.
    y : ndarray of int, shape (n_rows,)
        Classes from 0 to n - 1.
    part : callable, optional
        Which rows a learner takes, given its place and the rows there are.

    Returns
    -------
    list of Pipeline
        The fitted copies, in order.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.learners import make_learner
    >>> from genre_audio.learning.out_of_fold import fit_all
    >>> [knn] = fit_all([make_learner("knn")], np.eye(4), np.array([0, 0, 1, 1]))
    >>> knn.classes_.tolist()
    [0, 1]
    """
    parts = [part(place, np.arange(len(y))) for place in range(len(pipelines))]
    return list(
        Parallel()(
            # All rows are handed on as they are: a copy would be one for each learner.
            delayed(_fitted)(learner, X, y, rows=None if len(rows) == len(y) else rows)
            for learner, rows in zip(pipelines, parts, strict=True)
        )
    )


def out_of_fold(
    pipelines: list[Pipeline],
    X: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    *,
    folds: list[Fold],
    part: Part = _all,
) -> npt.NDArray[np.float64]:
    """Return each learner's probabilities for rows that it was not fitted on.

    Parameters
    ----------
    pipelines : list of Pipeline
        Learners; they stay as they are.
    X : ndarray of float64, shape (n_rows, n_columns)
        Features.
    y : ndarray of int, shape (n_rows,)
        Classes from 0 to n - 1, each of them in every training part.
    folds : list of Fold
        Folds that hold out every row once.
    part : callable, optional
        Which of a fold's training rows a learner takes, given its place and these rows.

    Returns
    -------
    ndarray of float64, shape (n_learners, n_rows, n_classes)
        Probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.learners import make_learner
    >>> from genre_audio.learning.out_of_fold import out_of_fold
    >>> from genre_audio.tables.splits import grouped_folds
    >>> X, y = np.arange(8.0)[:, None], np.repeat([0, 1], 4)
    >>> folds = grouped_folds(y, groups=range(8), n_splits=2, seed=0)
    >>> out_of_fold([make_learner("knn")], X, y, folds=folds).shape
    (1, 8, 2)
    """
    tasks = [(place, fold) for place in range(len(pipelines)) for fold in folds]
    found = Parallel()(
        delayed(_held_out)(pipelines[place], X, y, train=part(place, train), held_out=held_out)
        for place, (train, held_out) in tasks
    )
    P = np.empty((len(pipelines), len(y), int(y.max()) + 1))
    for (place, (_, held_out)), probabilities in zip(tasks, found, strict=True):
        P[place, held_out] = probabilities
    return P


def piecewise(learner: Any, X: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:  # noqa: ANN401
    """Ask a fitted learner about rows, so few at once that a thousand numbers for each fit.

    Parameters
    ----------
    learner : Pipeline
        A fitted learner.
    X : ndarray of float64, shape (n_rows, n_columns)
        Features.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_classes)
        Probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.learners import make_learner
    >>> from genre_audio.learning.out_of_fold import piecewise
    >>> X, y = np.arange(8.0)[:, None], np.repeat([0, 1], 4)
    >>> piecewise(make_learner("knn").fit(X, y), X).shape
    (8, 2)
    """
    pieces = np.array_split(X, max(1, -(-len(X) // AT_ONCE)))
    found = [learner.predict_proba(piece) for piece in pieces]
    return np.asarray(np.concatenate(found), dtype=np.float64)


def whole_recordings(
    probabilities: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    *,
    names: npt.NDArray[Any],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
    """Average the probabilities of each recording's rows, as a prediction does.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
        Of rows.
    y : ndarray of int, shape (n_rows,)
        Class of each; where a recording has rows of several, each counts as one.
    names : ndarray of shape (n_rows,)
        The recording that each row belongs to.

    Returns
    -------
    ndarray of shape (n_recordings, n_classes)
        Means.
    ndarray of int, shape (n_recordings,)
        Classes.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.out_of_fold import whole_recordings
    >>> P = np.array([[0.8, 0.2], [0.4, 0.6]])
    >>> means, _ = whole_recordings(P, np.array([0, 0]), names=np.array(["a", "a"]))
    >>> means.round(3).tolist()
    [[0.6, 0.4]]
    """
    owners = np.unique(names, return_inverse=True)[1].reshape(-1)
    keys = owners * (int(y.max()) + 1) + y
    _, first, places = np.unique(keys, return_index=True, return_inverse=True)
    sums = np.zeros((len(first), probabilities.shape[1]))
    np.add.at(sums, places.reshape(-1), probabilities)
    return sums / np.bincount(places.reshape(-1))[:, np.newaxis], y[first]


def _fitted(
    learner: Pipeline,
    X: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    *,
    rows: npt.NDArray[np.intp] | None,
) -> Pipeline:
    return clone(learner).fit(X, y) if rows is None else clone(learner).fit(X[rows], y[rows])


def _held_out(
    learner: Pipeline,
    X: npt.NDArray[np.float64],
    y: npt.NDArray[np.intp],
    *,
    train: npt.NDArray[np.intp],
    held_out: npt.NDArray[np.intp],
) -> npt.NDArray[np.float64]:
    return piecewise(_fitted(learner, X, y, rows=train), X[held_out])
