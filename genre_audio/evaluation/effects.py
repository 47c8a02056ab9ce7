"""What balancing the training rows changes, genre by genre.

Balancing trades: the rare genre is found more often, and named more often where it is
not. A single score hides that, so that every genre's recall and precision stand here
beside what they are without balancing, with the interval of the paired difference. Each
interval is for one difference by itself: of twenty that mean nothing, one is expected to
exclude zero.

Nothing may enter here that fits or asks a learner.
"""

from __future__ import annotations

import dataclasses
import statistics
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.evaluation import scores
from genre_audio.evaluation.bootstrap import drawn_groups, interval
from genre_audio.evaluation.resampled import confusions_by_group

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.evaluation.bootstrap import Interval
    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["CHANGED", "BalanceEffect", "Change", "effect_of", "resampled_by_genre"]

CHANGED: Final = ("accuracy", "balanced_accuracy", "macro_f1")
"""Names of the scores whose changes are told."""


@dataclasses.dataclass(frozen=True)
class Change:
    """One score without and with balancing.

    Attributes
    ----------
    before : float
        The score where nothing is balanced.
    after : float
        The score with balancing.
    difference : Interval
        After minus before, with the 95 % interval of the paired difference.

    Examples
    --------
    >>> from genre_audio.evaluation import Change, Interval
    >>> Change(0.6, after=0.8, difference=Interval(0.2, low=0.1, high=0.3)).shown
    True
    """

    before: float
    after: float
    difference: Interval

    @property
    def shown(self) -> bool:
        """Whether the interval excludes no change."""
        return self.difference.low > 0 or self.difference.high < 0

    def shown_among(self, count: int) -> bool:
        """Return whether it is shown although it is chosen of so many (Bonferroni, normal)."""
        normal, by = statistics.NormalDist(), self.difference
        wider = normal.inv_cdf(1 - 0.025 / count) / normal.inv_cdf(0.975)
        low, high = by.value - wider * (by.value - by.low), by.value + wider * (by.high - by.value)
        return low > 0 or high < 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        by = self.difference
        return {
            "before": self.before,
            "after": self.after,
            "difference": by.value,
            "interval": [by.low, by.high],
        }


@dataclasses.dataclass(frozen=True)
class BalanceEffect:
    """What one balancing changes for one learner, on one test set.

    Attributes
    ----------
    learner, balance, distribution : str
        See `genre_audio.evaluation.Study`; `balance` is never ``"none"``.
    scores : dict of str to Change
        By the names in `CHANGED`.
    recall, precision : dict of str to Change
        By genre.

    Examples
    --------
    See `effect_of`.
    """

    learner: str
    balance: str
    distribution: str
    scores: dict[str, Change]
    recall: dict[str, Change]
    precision: dict[str, Change]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can say it."""
        parts = ("scores", "recall", "precision")
        said = {"learner": self.learner, "balance": self.balance, "distribution": self.distribution}
        return said | {
            part: {name: change.as_dict() for name, change in getattr(self, part).items()}
            for part in parts
        }


def resampled_by_genre(evaluation: Evaluation) -> dict[str, NDArray[np.float64]]:
    """Return recall and precision of resamples that draw whole groups.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.

    Returns
    -------
    dict of str to ndarray of float64, shape (resamples, genres)
        ``recall`` and ``precision``, 0 where there is nothing to divide by. The groups
        are those that `Evaluation.resamples` draws.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.effects import resampled_by_genre
    >>> p, names = np.array([[0.6, 0.4], [0.8, 0.2]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> resampled_by_genre(it)["recall"].max(axis=0).tolist()
    [1.0, 0.0]
    """
    genres, counts = len(evaluation.labels), confusions_by_group(evaluation)
    recall, precision = [], []
    for drawn in drawn_groups(counts.shape[0]):
        confusions = (drawn @ counts).reshape(len(drawn), genres, genres)
        hits = np.diagonal(confusions, axis1=1, axis2=2)
        recall.append(scores.ratio(hits, confusions.sum(axis=2)))
        precision.append(scores.ratio(hits, confusions.sum(axis=1)))
    return {"recall": np.concatenate(recall), "precision": np.concatenate(precision)}


def effect_of(
    before: Evaluation,
    after: Evaluation,
    *,
    learner: str,
    balance: str,
    distribution: str,
) -> BalanceEffect:
    """Set a learner with balancing beside the same learner without.

    Parameters
    ----------
    before, after : Evaluation
        Of the same entries in the same order.
    learner, balance, distribution : str
        What they are called.

    Returns
    -------
    BalanceEffect

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.effects import effect_of
    >>> truth, names = np.repeat([0, 1], 20), np.arange(40).astype(str)
    >>> def answers(called):
    ...     return Evaluation(("a", "b"), truth, np.eye(2)[called], names, names, "by hand")
    >>> how = {"learner": "tree", "balance": "smote", "distribution": "untouched"}
    >>> effect = effect_of(answers(np.zeros(40, dtype=int)), answers(truth), **how)
    >>> effect.recall["b"].difference.value, effect.recall["a"].difference.value
    (1.0, 0.0)
    """
    samples = [resampled_by_genre(before), resampled_by_genre(after)]
    by_genre = {
        name: {
            label: _change(
                float(getattr(before, name)[genre]),
                float(getattr(after, name)[genre]),
                samples[1][name][:, genre] - samples[0][name][:, genre],
            )
            for genre, label in enumerate(before.labels)
        }
        for name in ("recall", "precision")
    }
    changed = {
        name: _change(
            getattr(before, name),
            getattr(after, name),
            after.resamples[name] - before.resamples[name],
        )
        for name in CHANGED
    }
    return BalanceEffect(learner, balance, distribution, scores=changed, **by_genre)


def _change(before: float, after: float, differences: NDArray[np.float64]) -> Change:
    return Change(before, after, interval(after - before, differences))
