"""How much a learner is tuned, and how.

A `Budget` says how many candidates each learner may try and over how many folds; it
always tries the same ones, so that a fit can be repeated. Folds are grouped: a choice
made on folds that share artists would prefer whatever recognises the artist.

Candidates are compared by the logarithmic loss of probabilities of which none is quite
zero: a stack takes logarithms of them, and a single vote of nought among neighbours
must not outweigh a hundred good ones. The hand-set defaults are always among the
candidates, and a tie goes to them. Nothing may enter here that sees held-out rows.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sklearn.model_selection import GridSearchCV, ParameterSampler

from genre_audio.errors import ParameterError
from genre_audio.learning.learners import make_learner, search_space
from genre_audio.learning.pool import lift
from genre_audio.tables.splits import grouped_folds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from sklearn.pipeline import Pipeline

__all__ = ["BUDGETS", "Budget", "budget_of", "candidates", "tune"]


@dataclasses.dataclass(frozen=True)
class Budget:
    """How much work goes into a fit.

    Attributes
    ----------
    name : str
        What it is called on a card.
    logistic_regression, qda, knn, random_forest, xgboost : int
        Candidates of each learner, the hand-set defaults among them; 1 tunes nothing.
    inner_folds : int
        Folds over which candidates are compared.
    stack_folds : int
        Folds over which the final learner's rows are made.
    outer_folds : int
        Folds over which the whole procedure is scored by those who score it.
    trees : int
        Trees of a forest.

    Raises
    ------
    ParameterError
        If a number is too small to mean anything.

    Examples
    --------
    >>> from genre_audio.learning.tuning import BUDGETS
    >>> BUDGETS["small"].candidates("qda") < BUDGETS["full"].candidates("qda")
    True
    """

    name: str
    logistic_regression: int = 1
    qda: int = 1
    knn: int = 1
    random_forest: int = 1
    xgboost: int = 1
    inner_folds: int = 3
    stack_folds: int = 5
    outer_folds: int = 3
    trees: int = 100

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, least = getattr(self, field.name), 2 if field.name.endswith("_folds") else 1
            if field.name != "name" and value < least:
                raise ParameterError(
                    f"{field.name} of a budget is {value!r}; it must be at least {least}"
                )

    def candidates(self, learner: str) -> int:
        """Return how many candidates a learner may try."""
        return int(getattr(self, learner))

    def within(self, groups: int) -> Budget:
        """Return this budget with no more inner folds than a class has groups, but two."""
        most = max(2, groups)
        inner, stack = min(self.inner_folds, most), min(self.stack_folds, most)
        return dataclasses.replace(self, inner_folds=inner, stack_folds=stack)


BUDGETS: Final[dict[str, Budget]] = {
    "small": Budget("small", 6, 5, 6, 2, 5, inner_folds=3, stack_folds=5, outer_folds=3),
    "full": Budget(
        "full", 20, 12, 20, 8, 20, inner_folds=5, stack_folds=10, outer_folds=5, trees=300
    ),
}
"""Budgets by name: ``small`` to retrain while one waits, ``full`` for a shipped model."""


def budget_of(budget: str | Budget) -> Budget:
    """Return a budget by its name; a `Budget` is returned as it is.

    Parameters
    ----------
    budget : str or Budget
        A key of `BUDGETS`, or a budget of one's own.

    Returns
    -------
    Budget
        The budget.

    Raises
    ------
    ParameterError
        If there is no budget of this name.

    Examples
    --------
    >>> from genre_audio.learning.tuning import budget_of
    >>> budget_of("small").name
    'small'
    """
    if isinstance(budget, Budget):
        return budget
    if budget not in BUDGETS:
        raise ParameterError(f"unknown budget {budget!r}; choose from {', '.join(BUDGETS)}")
    return BUDGETS[budget]


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
    found = lift(estimator.predict_proba(X))
    columns = np.searchsorted(estimator.classes_, y)
    return float(np.log(found[np.arange(len(y)), columns]).mean())


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
    columns, level_invariant
        See `make_learner`.
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
    >>> from genre_audio.learning.tuning import Budget, tune
    >>> X, y = np.arange(12.0).reshape(6, 2), [0, 0, 0, 1, 1, 1]
    >>> tune("qda", X, y, groups=range(6), budget=Budget("none"))[1]
    {}
    """
    learner = make_learner(
        name,
        columns=columns,
        level_invariant=level_invariant,
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
        scoring=_score,
        cv=grouped_folds(y, groups=groups, n_splits=budget.inner_folds, seed=seed, least_rows=2),
        refit=False,
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(X, y)
    best = dict(search.best_params_)
    return learner.set_params(**best), best
