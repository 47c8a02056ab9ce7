"""The study of textbook learners against each other, and of balancing.

Every learner is fitted with every way of balancing, by the same folds, and what was held
out is scored twice: as it is, and sampled down to equal classes.

Nothing may enter here that fits or asks a learner.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from genre_audio.evaluation.comparison import Comparison
    from genre_audio.evaluation.effects import BalanceEffect
    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["BALANCED", "DISTRIBUTIONS", "UNTOUCHED", "Study"]

UNTOUCHED: Final = "untouched"
"""What was held out, as frequent as it is in the table."""
BALANCED: Final = "balanced"
"""What was held out, sampled down in each fold to as many of every genre."""
DISTRIBUTIONS: Final = (UNTOUCHED, BALANCED)
"""Names of the test sets."""


@dataclasses.dataclass(frozen=True, eq=False)
class Study:
    """Every learner with every balancing, by one protocol, on two test sets.

    Attributes
    ----------
    learners, balances : tuple of str
        What was studied, in the order asked for.
    components : dict of str to (int, float or None)
        By learner, the principal components it was given; None: all columns.
    columns : tuple of str
        Names of the features.
    protocol : str
        How the training parts were kept apart from what is scored, in words.
    key : str
        The same in one word.
    folds : int
        Number of folds, all repeats together.
    seed : int
        Seed of folds, sampling and learners.
    evaluations : dict of (str, str, str) to Evaluation
        By learner, balancing and distribution (one of `DISTRIBUTIONS`).
    """

    learners: tuple[str, ...]
    balances: tuple[str, ...]
    components: dict[str, int | float | None]
    columns: tuple[str, ...]
    protocol: str
    key: str
    folds: int
    seed: int
    evaluations: dict[tuple[str, str, str], Evaluation]

    def evaluation(
        self, learner: str, *, balance: str = "none", distribution: str = UNTOUCHED
    ) -> Evaluation:
        """Return what one learner answered; precision, recall, f1, confusion are its own."""
        raise NotImplementedError

    def comparison(self, *, balance: str, distribution: str = UNTOUCHED) -> Comparison | None:
        """Return all learners with one balancing, side by side; None of one learner."""
        raise NotImplementedError

    def best(self, *, score: str = "accuracy", distribution: str = UNTOUCHED) -> Evaluation:
        """Return the evaluation with the highest score, of all learners and balancings."""
        raise NotImplementedError

    @property
    def effects(self) -> tuple[BalanceEffect, ...]:
        """What each balancing changes against ``none``; empty where ``none`` is not studied."""
        raise NotImplementedError

    @property
    def words(self) -> list[str]:
        """Which model is better, whether more than chance, what balancing changed."""
        raise NotImplementedError

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, as JSON can say it."""
        raise NotImplementedError
