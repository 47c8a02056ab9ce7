"""How much work goes into a fit.

A `Budget` says how many candidates each learner may try and over how many folds; the
same budget always tries the same candidates, so that a fit can be repeated; and how many
rows each part of it takes, where there are too many. Only counts may enter here: how many
processes do the work changes no number.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from genre_audio.errors import ParameterError
from genre_audio.learning.limits import LIMITS, Limits

__all__ = ["BUDGETS", "Budget", "budget_of"]


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
    decision_tree, support_vectors : int
        Candidates of those learners, which are not part of the stack for genres.
    limits : Limits
        The most rows that each part of the work takes.

    Raises
    ------
    ParameterError
        If a number is too small to mean anything.

    Examples
    --------
    >>> from genre_audio.learning.budget import BUDGETS
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
    trees: int = 150
    decision_tree: int = 1
    support_vectors: int = 1
    limits: Limits = dataclasses.field(default=LIMITS, repr=False)

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self)[1:-1]:
            value, least = getattr(self, field.name), 2 if field.name.endswith("_folds") else 1
            if value < least:
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
    "none": Budget("none"),
    "small": Budget(
        "small",
        logistic_regression=6,
        qda=6,
        knn=6,
        random_forest=2,
        xgboost=4,
        decision_tree=6,
        support_vectors=6,
    ),
    "full": Budget(
        "full",
        logistic_regression=12,
        qda=8,
        knn=10,
        random_forest=3,
        xgboost=6,
        inner_folds=5,
        stack_folds=5,
        outer_folds=5,
        trees=300,
        decision_tree=12,
        support_vectors=12,
    ),
}
"""Budgets by name: ``none`` takes the hand-set defaults, ``small`` is to retrain while one
waits, ``full`` for a shipped model."""


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
    >>> from genre_audio.learning.budget import budget_of
    >>> budget_of("small").name
    'small'
    """
    if isinstance(budget, Budget):
        return budget
    if budget not in BUDGETS:
        raise ParameterError(f"unknown budget {budget!r}; choose from {', '.join(BUDGETS)}")
    return BUDGETS[budget]
