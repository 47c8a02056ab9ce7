"""Which genres are taken for which, and by which recordings that can be listened to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from genre_audio.evaluation import Evaluation

__all__ = ["ConfusedPair", "confused_pairs"]


class ConfusedPair(NamedTuple):
    """A genre that was taken for another.

    Attributes
    ----------
    truth, called : str
        What it is, what it was called.
    times : int
        How often.
    support : int
        How many there are of the true genre.
    reverse : int
        How often the other was taken for this one.
    examples : tuple of (str, float)
        Recordings with the mean probability of the wrong genre, the surest mistakes first.

    Examples
    --------
    >>> from genre_audio.reporting.confusions import ConfusedPair
    >>> ConfusedPair("jazz", "rock", 2, 8, 1, (("a.wav", 0.9),)).share
    0.25
    """

    truth: str
    called: str
    times: int
    support: int
    reverse: int
    examples: tuple[tuple[str, float], ...]

    @property
    def share(self) -> float:
        """Which part of the true genre was taken for the other."""
        return self.times / self.support


def confused_pairs(
    evaluation: Evaluation, *, most: int = 10, examples: int = 3
) -> list[ConfusedPair]:
    """Return the pairs that are confused most often, in order.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.
    most : int
        Number of pairs.
    examples : int
        Number of recordings named for each.

    Returns
    -------
    list of ConfusedPair
        By count; where counts are equal, by share of the true genre, then by name.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.confusions import confused_pairs
    >>> p, names = np.array([[0.1, 0.9], [0.4, 0.6]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> [(pair.truth, pair.called, pair.examples) for pair in confused_pairs(it)]
    [('jazz', 'rock', (('a', 0.9),))]
    """
    counts = evaluation.confusion
    support = counts.sum(axis=1)
    wrong = [(int(i), int(j)) for i, j in np.argwhere(counts > 0) if i != j]
    wrong.sort(key=lambda pair: (-counts[pair], support[pair[0]], pair))
    return [
        ConfusedPair(
            truth=evaluation.labels[i],
            called=evaluation.labels[j],
            times=int(counts[i, j]),
            support=int(support[i]),
            reverse=int(counts[j, i]),
            examples=_surest(evaluation, i, j)[:examples],
        )
        for i, j in wrong[:most]
    ]


def _surest(evaluation: Evaluation, truth: int, called: int) -> tuple[tuple[str, float], ...]:
    """Name the recordings of a confusion; one that was held out several times, once."""
    chosen = (evaluation.truth == truth) & (evaluation.predicted == called)
    found: dict[str, list[float]] = {}
    for name, row in zip(evaluation.names[chosen], evaluation.probabilities[chosen], strict=True):
        found.setdefault(str(name), []).append(float(row[called]))
    means = [(name, float(np.mean(values))) for name, values in found.items()]
    return tuple(sorted(means, key=lambda item: (-item[1], item[0])))
