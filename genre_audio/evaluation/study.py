"""The study of textbook learners against each other, and of balancing.

Every learner is fitted with every way of balancing, by the same folds, and what was held
out is scored twice: as it is, and sampled down to equal genres (`equal_genres`).

Nothing may enter here that fits or asks a learner.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import ParameterError
from genre_audio.evaluation.comparison import Comparison
from genre_audio.evaluation.effects import BalanceEffect, effect_of
from genre_audio.evaluation.study_words import words

if TYPE_CHECKING:
    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["BALANCED", "DISTRIBUTIONS", "UNTOUCHED", "Study"]

UNTOUCHED: Final = "untouched"
"""What was held out, genres as frequent as they are in the table."""
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
        Seed of sampling and learners.
    evaluations : dict of (str, str, str) to Evaluation
        By learner, balancing and distribution (one of `DISTRIBUTIONS`). Each is called by
        its learner's name alone.

    Examples
    --------
    See `genre_audio.evaluation.run_study`.
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
        """Return what one learner answered; precision, recall, f1, confusion are its own.

        Raises
        ------
        ParameterError
            If that was not studied.
        """
        found = self.evaluations.get((learner, balance, distribution))
        if found is None:
            raise ParameterError(
                f"{learner!r} with {balance!r} on {distribution!r} was not studied; there are "
                f"{', '.join(self.learners)} with {', '.join(self.balances)} on "
                f"{', '.join(DISTRIBUTIONS)}"
            )
        return found

    def comparison(
        self, *, balance: str = "none", distribution: str = UNTOUCHED
    ) -> Comparison | None:
        """Return all learners with one balancing side by side; None where there is one only."""
        if len(self.learners) < 2:
            return None
        return self._comparisons[balance, distribution]

    def best(self, *, score: str = "accuracy", distribution: str = UNTOUCHED) -> tuple[str, str]:
        """Return the learner and the balancing with the highest score; the first of equals."""
        keys = [key for key in self.evaluations if key[2] == distribution]
        learner, balance, _ = max(keys, key=lambda key: getattr(self.evaluations[key], score))
        return learner, balance

    @functools.cached_property
    def effects(self) -> tuple[BalanceEffect, ...]:
        """What each balancing changes against ``none``; empty where ``none`` is not studied."""
        if "none" not in self.balances:
            return ()
        return tuple(
            effect_of(
                self.evaluation(learner, distribution=distribution),
                self.evaluation(learner, balance=balance, distribution=distribution),
                learner=learner,
                balance=balance,
                distribution=distribution,
            )
            for distribution in DISTRIBUTIONS
            for learner in self.learners
            for balance in self.balances
            if balance != "none"
        )

    @property
    def words(self) -> list[str]:
        """Which model is better, whether more than chance, what balancing changed."""
        return words(self)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, as JSON can say it."""
        compared = {} if len(self.learners) < 2 else self._comparisons
        return {
            "protocol": self.protocol,
            "folds": self.folds,
            "seed": self.seed,
            "learners": list(self.learners),
            "balances": list(self.balances),
            "components": self.components,
            "columns": list(self.columns),
            "results": [
                {"learner": key[0], "balance": key[1], "distribution": key[2]} | found.as_dict()
                for key, found in self.evaluations.items()
            ],
            "comparisons": [
                {"balance": key[0], "distribution": key[1]} | found.as_dict()
                for key, found in compared.items()
            ],
            "effects": [effect.as_dict() for effect in self.effects],
            "words": self.words,
        }

    @functools.cached_property
    def _comparisons(self) -> dict[tuple[str, str], Comparison]:
        return {
            (balance, distribution): Comparison(
                tuple(self.evaluations[learner, balance, distribution] for learner in self.learners)
            )
            for distribution in DISTRIBUTIONS
            for balance in self.balances
        }
