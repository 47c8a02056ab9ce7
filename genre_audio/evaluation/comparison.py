"""Which learner is better, and whether that has been shown.

Learners are compared on the same recordings, held out by the same folds. What one gets
right another often gets right as well, so that the interval of a difference is much
narrower than those of the two scores suggest: it is drawn from the same groups for both.

Nothing may enter here that fits or asks a learner.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import ParameterError
from genre_audio.evaluation.bootstrap import interval
from genre_audio.evaluation.words import learned

if TYPE_CHECKING:
    from genre_audio.evaluation.bootstrap import Interval
    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["COMPARED", "Comparison"]

COMPARED: Final = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss")
"""Names of the scores whose differences have intervals."""


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Several learners under one protocol.

    Attributes
    ----------
    evaluations : tuple of Evaluation
        One for each learner, of the same entries in the same order.

    Raises
    ------
    ParameterError
        If there are fewer than two, or they are not about the same entries.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Comparison, Evaluation
    >>> truth, names = np.repeat([0, 1], 20), np.arange(40).astype(str)
    >>> def answers(called, learner):
    ...     p, labels = np.eye(2)[called], ("jazz", "rock")
    ...     return Evaluation(labels, truth, p, names, names, "by hand", learner=learner)
    >>> comparison = Comparison((answers(1 - truth, "fool"), answers(truth, "expert")))
    >>> comparison.best.learner, comparison.differences["fool"]["accuracy"].value
    ('expert', -1.0)
    >>> comparison.verdict  # doctest: +NORMALIZE_WHITESPACE
    'expert has the highest accuracy (1.000): better than fool (by 1.000, 1.000 to 1.000);
    not shown to be better than a guess: fool'
    """

    evaluations: tuple[Evaluation, ...]

    def __post_init__(self) -> None:
        if len(self.evaluations) < 2:
            raise ParameterError(
                f"{len(self.evaluations)} evaluation(s) cannot be compared; give two or more"
            )
        first = self.evaluations[0]
        for other in self.evaluations[1:]:
            if not _alike(first, other):
                raise ParameterError(
                    f"{first.learner} and {other.learner} were not scored on the same recordings "
                    "by the same protocol, so that their difference means nothing"
                )
        names = [evaluation.learner for evaluation in self.evaluations]
        if len(set(names)) < len(names):
            raise ParameterError(f"learners of one name cannot be told apart: {', '.join(names)}")

    @property
    def protocol(self) -> str:
        """How the training parts were kept apart from what is scored, in words."""
        return self.evaluations[0].protocol

    @property
    def best(self) -> Evaluation:
        """The highest accuracy; of equal ones the lowest log loss."""
        return max(self.evaluations, key=lambda e: (e.accuracy, -e.log_loss))

    @property
    def others(self) -> tuple[Evaluation, ...]:
        """All but the best, in order."""
        return tuple(e for e in self.evaluations if e is not self.best)

    @property
    def learned(self) -> bool:
        """Whether at least one learner is better than guessing by frequency."""
        return any(learned(evaluation) for evaluation in self.evaluations)

    @functools.cached_property
    def differences(self) -> dict[str, dict[str, Interval]]:
        """By learner, each of `COMPARED` minus that of the best, by bootstrap over groups."""
        return {
            other.learner: {name: _difference(other, self.best, name) for name in COMPARED}
            for other in self.others
        }

    @property
    def verdict(self) -> str:
        """Which learner is better, in words; each interval is for one pair by itself."""
        if not self.learned:
            return (
                "no learner is shown to be better than guessing by frequency "
                f"{_numbers(self.best)}; their order means nothing"
            )
        worse = {name: found["accuracy"] for name, found in self.differences.items()}
        beaten = [
            f"{name} (by {-by.value:.3f}, {-by.high:.3f} to {-by.low:.3f})"
            for name, by in worse.items()
            if by.high < 0
        ]
        equal = [name for name, by in worse.items() if by.high >= 0]
        said = f"{self.best.learner} has the highest accuracy ({self.best.accuracy:.3f})"
        parts = [f"better than {', '.join(beaten)}"] if beaten else []
        parts += [f"no difference shown to {', '.join(equal)}"] if equal else []
        idle = [each.learner for each in self.evaluations if not learned(each)]
        parts += [f"not shown to be better than a guess: {', '.join(idle)}"] if idle else []
        return f"{said}: {'; '.join(parts)}"

    def as_dict(self) -> dict[str, Any]:
        """Return the differences, as JSON can say them."""
        return {
            "protocol": self.protocol,
            "best": self.best.learner,
            "verdict": self.verdict,
            "differences": {
                learner: {
                    name: {"value": by.value, "interval": [by.low, by.high]}
                    for name, by in found.items()
                }
                for learner, found in self.differences.items()
            },
        }


def _numbers(evaluation: Evaluation) -> str:
    """Return what a verdict has in brackets, with the learner's name."""
    return f"({evaluation.learner}: {evaluation.verdict.partition('(')[2]}"


def _alike(one: Evaluation, other: Evaluation) -> bool:
    return (
        one.protocol == other.protocol
        and one.labels == other.labels
        and np.array_equal(one.truth, other.truth)
        and np.array_equal(one.names, other.names)
        and np.array_equal(one.groups, other.groups)
    )


def _difference(one: Evaluation, other: Evaluation, name: str) -> Interval:
    samples = one.resamples[name] - other.resamples[name]
    return interval(getattr(one, name) - getattr(other, name), samples)
