"""Textbook learners as what is evaluated.

Settings and names may enter here, no rows.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from genre_audio.learning import ClassicLearner
from genre_audio.learning.balancing import known_balance
from genre_audio.learning.classic import known_learner

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ClassicProcedure"]


@dataclasses.dataclass(frozen=True)
class ClassicProcedure:
    """A textbook learner, what it is given, and how its training rows are balanced.

    Attributes
    ----------
    learner, balance, components, seed
        See `genre_audio.learning.ClassicLearner`.

    Raises
    ------
    ParameterError
        If there is no such learner or balancing.

    Examples
    --------
    >>> from genre_audio.evaluation import ClassicProcedure
    >>> ClassicProcedure("decision_tree", balance="smote").name
    'decision_tree, smote'
    """

    learner: str
    balance: str = "none"
    components: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        known_learner(self.learner)
        known_balance(self.balance)

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.learner if self.balance == "none" else f"{self.learner}, {self.balance}"

    def make(self, *, columns: Sequence[str], n_jobs: int = 1) -> ClassicLearner:  # noqa: ARG002
        """Return a learner that has seen nothing; it needs no names and one process."""
        return ClassicLearner(
            self.learner, components=self.components, balance=self.balance, seed=self.seed
        )
