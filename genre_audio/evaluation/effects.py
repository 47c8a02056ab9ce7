"""What balancing the training rows changes, genre by genre.

Balancing trades: the rare genre is found more often, and named more often where it is
not. A single score hides that, so that every genre's recall and precision stand here
beside what they are without balancing, with the interval of the paired difference.

Nothing may enter here that fits or asks a learner.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genre_audio.evaluation.bootstrap import Interval

__all__ = ["BalanceEffect", "Change"]


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


@dataclasses.dataclass(frozen=True)
class BalanceEffect:
    """What one balancing changes for one learner, on one test set.

    Attributes
    ----------
    learner, balance, distribution : str
        See `genre_audio.evaluation.Study`; `balance` is never ``"none"``.
    scores : dict of str to Change
        ``accuracy``, ``balanced_accuracy`` and ``macro_f1``.
    recall, precision : dict of str to Change
        By genre.

    Examples
    --------
    See `genre_audio.evaluation.Study`.
    """

    learner: str
    balance: str
    distribution: str
    scores: dict[str, Change]
    recall: dict[str, Change]
    precision: dict[str, Change]
