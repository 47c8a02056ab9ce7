"""Choosing among candidates of one learner.

Folds are grouped: a choice made on folds that share artists would prefer whatever
recognises the artist. Candidates are compared by the logarithmic loss that is left when
their probabilities are made as sure as they may be, and none is quite zero. The final
learner does both anyway; without it, tuning would prefer whatever doubts itself. The
hand-set defaults are always among the candidates, and stay unless another names no fewer
rows rightly and is better beyond doubt, by the corrected resampled t-test of Nadeau and
Bengio (2003): a few folds of a few hundred rows say little, and what they seem to say
costs accuracy. Nothing may enter here that sees held-out rows.

References
----------
Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine Learning
52, 239-281.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.stats
from sklearn.model_selection import GridSearchCV, ParameterSampler

from genre_audio.learning.learners import make_learner, search_space
from genre_audio.learning.pool import LogPool
from genre_audio.tables.splits import grouped_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from sklearn.pipeline import Pipeline

    from genre_audio.learning.budget import Budget

__all__ = ["candidates", "tune"]


def candidates(name: str, *, count: int, seed: int) -> list[dict[str, Any]]:
    """Draw candidates of a learner; the first, ``{}``, stands for its defaults.

    Parameters
    ----------
    name : str
        One of `LEARNERS`.
    count : int
        How many; a space that is a smaller grid gives what it has.
    seed : int
        Seed of the draw.

    Returns
    -------
    list of dict
        Parameters of the learner's pipeline that differ from the defaults.

    Examples
    --------
    >>> from genre_audio.learning.tuning import candidates
    >>> drawn = candidates("qda", count=3, seed=0)
    >>> drawn[0], len(drawn)
    ({}, 3)
    """
    if count < 2:
        return [{}]
    space = search_space(name)
    if all(isinstance(values, list) for values in space.values()):
        # A sampler asked for more than a grid holds warns, and gives the grid.
        count = min(count, 1 + int(np.prod([len(values) for values in space.values()])))
    return [{}, *ParameterSampler(space, count - 1, random_state=seed)]


def _score(estimator: Any, X: Any, y: npt.NDArray[Any]) -> float:  # noqa: ANN401
    # By hand: a held-out fold may lack a class, and boosted trees round to single precision.
    columns = np.searchsorted(estimator.classes_, y)
    found = np.asarray(estimator.predict_proba(X), dtype=np.float64)[np.newaxis]
    sure = LogPool(pull=0.0).fit(found, columns).predict_proba(found)
    return float(np.log(sure[np.arange(len(y)), columns]).mean())


def _accuracy(estimator: Any, X: Any, y: npt.NDArray[Any]) -> float:  # noqa: ANN401
    likeliest = np.asarray(estimator.predict_proba(X)).argmax(axis=1)
    return float(np.mean(np.asarray(estimator.classes_)[likeliest] == y))


def tune(
    name: str,
    X: Any,  # noqa: ANN401 - array or DataFrame
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike,
    budget: Budget,
    seed: int = 0,
    columns: Sequence[str] | None = None,
    level_invariant: bool = False,
    offsets: bool = False,
    n_jobs: int | None = None,
) -> tuple[Pipeline, dict[str, Any]]:
    """Choose the parameters of one learner over grouped folds.

    Parameters
    ----------
    name : str
        One of `LEARNERS`.
    X : array_like of shape (n_rows, n_columns)
        Features.
    y : array_like of int, shape (n_rows,)
        Classes from 0 to n - 1.
    groups : array_like of shape (n_rows,)
        What must not be parted.
    budget : Budget
        Candidates and folds.
    seed : int
        Seed of folds, candidates and learners.
    columns, level_invariant, offsets
        The form of the columns: see `RowTransform`.
    n_jobs : int, optional
        Processes; changes no number.

    Returns
    -------
    learner : Pipeline
        The best candidate, not fitted.
    parameters : dict
        What differs from the hand-set defaults.

    Raises
    ------
    TableError
        If the groups are too few for the budget's inner folds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning import Budget
    >>> from genre_audio.learning.tuning import tune
    >>> X, y = np.arange(12.0).reshape(6, 2), [0, 0, 0, 1, 1, 1]
    >>> tune("qda", X, y, groups=range(6), budget=Budget("none"))[1]
    {}
    """
    learner = make_learner(
        name,
        columns=columns,
        level_invariant=level_invariant,
        offsets=offsets,
        seed=seed,
        trees=budget.trees,
    )
    drawn = candidates(name, count=budget.candidates(name), seed=seed)
    if len(drawn) == 1:
        return learner, {}
    # A grid of single points, rather than a random search, so that the defaults take part.
    search = GridSearchCV(
        learner,
        [{key: [value] for key, value in candidate.items()} for candidate in drawn],
        scoring={"score": _score, "accuracy": _accuracy},
        cv=grouped_folds(y, groups=groups, n_splits=budget.inner_folds, seed=seed, least_rows=2),
        refit=False,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(X, y)
    best = drawn[_choice(search.cv_results_)]
    return learner.set_params(**best), dict(best)


def _choice(results: dict[str, Any]) -> int:
    """Return the best candidate, or the defaults (the first) unless it clearly beats them."""
    scores, hits = _by_fold(results, "score"), _by_fold(results, "accuracy").mean(axis=0)
    means = np.where(hits >= hits[0], scores.mean(axis=0), -np.inf)
    best = int(means.argmax())
    return best if _is_shown(scores[:, best] - scores[:, 0]) else 0


def _is_shown(gains: npt.NDArray[np.float64]) -> bool:
    """Tell whether gains over folds are more than chance, at one error in twenty."""
    folds = len(gains)
    # Training parts overlap: folds are not as many independent answers as they are folds.
    doubt = gains.std(ddof=1) * np.sqrt(1.0 / folds + 1.0 / (folds - 1))
    return bool(gains.mean() > scipy.stats.t.ppf(0.95, folds - 1) * doubt)


def _by_fold(results: dict[str, Any], what: str) -> npt.NDArray[np.float64]:
    """Return a measure of each candidate on each fold, shape (folds, candidates)."""
    names = sorted(k for k in results if k.startswith("split") and k.endswith(f"_test_{what}"))
    return np.stack([results[name] for name in names])
