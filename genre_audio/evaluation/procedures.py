"""What is evaluated: a way to learn, not what was once learned.

A fitted model cannot be scored on the rows that it was fitted on. What is scored is the
procedure that made it, done again from nothing in every fold.

Settings and names may enter here, no rows.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError
from genre_audio.learning import ALL_LEARNERS, LEARNERS, GenreStack
from genre_audio.learning.budget import budget_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.features import Schema
    from genre_audio.learning import Budget

__all__ = ["STACK", "Procedure", "procedure_of"]

STACK: Final = "stack"
"""What the default learners together are called."""


@dataclasses.dataclass(frozen=True)
class Procedure:
    """Everything that decides what is learned from given rows.

    Attributes
    ----------
    name : str
        What it is called in tables.
    learners : tuple of str
        Names from `ALL_LEARNERS`; one by itself is tuned, and its probabilities are made
        as sure as they may be.
    budget : str or Budget
        How much is tuned.
    seed : int
        Seed of everything random.
    level_invariant : bool
        Whether the level of a recording is taken out.
    named_columns : bool
        Whether columns get the form that their names call for (see `RowTransform`). Those
        of a table of another origin only share a name: they are taken as they are.

    Raises
    ------
    ParameterError
        If there is no such learner or budget.

    Examples
    --------
    >>> from genre_audio.evaluation import Procedure
    >>> Procedure("mine", ("qda",), budget="none").make(columns=("x", "y")).learners
    ('qda',)
    """

    name: str
    learners: tuple[str, ...] = LEARNERS
    budget: str | Budget = "small"
    seed: int = 0
    level_invariant: bool = True
    named_columns: bool = True

    def __post_init__(self) -> None:
        budget_of(self.budget)
        if unknown := [name for name in self.learners if name not in ALL_LEARNERS]:
            raise ParameterError(
                f"unknown learner {unknown[0]!r}; choose from {', '.join((STACK, *ALL_LEARNERS))}"
            )

    def make(self, *, columns: Sequence[str], n_jobs: int = 1) -> GenreStack:
        """Return a learner that has seen nothing."""
        return GenreStack(
            learners=self.learners,
            budget=self.budget,
            columns=columns if self.named_columns else None,
            level_invariant=self.level_invariant,
            seed=self.seed,
            n_jobs=n_jobs,
        )

    def on(self, schema: Schema | None) -> Procedure:
        """Return the same for the columns of a schema, or of none.

        Without one, columns are taken as they are, and there is no level to take out.
        """
        if schema is not None:
            return self
        return dataclasses.replace(self, level_invariant=False, named_columns=False)


def procedure_of(
    name: str, *, budget: str | Budget = "small", seed: int = 0, level_invariant: bool = True
) -> Procedure:
    """Return the procedure that one word stands for.

    Parameters
    ----------
    name : str
        ``stack``, or one of `ALL_LEARNERS`.
    budget, seed, level_invariant
        See `Procedure`.

    Raises
    ------
    ParameterError
        If there is no such learner or budget.

    Examples
    --------
    >>> from genre_audio.evaluation import procedure_of
    >>> procedure_of("knn").learners, len(procedure_of("stack").learners)
    (('knn',), 5)
    """
    learners = LEARNERS if name == STACK else (name,)
    return Procedure(name, learners, budget=budget, seed=seed, level_invariant=level_invariant)
