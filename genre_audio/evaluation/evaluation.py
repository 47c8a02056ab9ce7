"""Truth beside probabilities, and the scores derived from them."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Evaluation", "Interval"]

_RESAMPLES: Final = 2000


class Interval(NamedTuple):
    """A score with its 95 % interval.

    Examples
    --------
    >>> from genre_audio.evaluation import Interval
    >>> Interval(0.5, low=0.4, high=0.6).low
    0.4
    """

    value: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """Probabilities for recordings that the model had not seen, with the truth.

    Attributes
    ----------
    labels : tuple of str
        The genres, in the order of the columns of `probabilities`.
    truth : ndarray of int, shape (recordings,)
        Index of the true genre.
    probabilities : ndarray of float, shape (recordings, genres)
        Rows add up to 1.
    groups : ndarray, shape (recordings,)
        What was kept together; intervals are over groups, because recordings of one
        group are not independent of each other.
    names : ndarray of str, shape (recordings,)
        The recordings.
    protocol : str
        How the training parts were kept apart from what is scored, in words.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> p = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]])
    >>> names = np.array(["a", "b", "c"])
    >>> scores = Evaluation(("jazz", "rock"), np.array([0, 1, 1]), p, names, names, "by hand")
    >>> round(scores.accuracy, 3), round(scores.macro_f1, 3), round(scores.baseline, 3)
    (0.667, 0.667, 0.667)
    """

    labels: tuple[str, ...]
    truth: NDArray[np.intp]
    probabilities: NDArray[np.float64]
    groups: NDArray[Any]
    names: NDArray[Any]
    protocol: str

    def __len__(self) -> int:
        return len(self.truth)

    @functools.cached_property
    def predicted(self) -> NDArray[np.intp]:
        """Index of the most probable genre of each recording."""
        return self.probabilities.argmax(axis=1)

    @functools.cached_property
    def confusion(self) -> NDArray[np.intp]:
        """Counts, shape (genres, genres): truth in rows, prediction in columns."""
        return self._confusions(np.zeros(len(self), dtype=np.intp))[0].astype(np.intp)

    @property
    def accuracy(self) -> float:
        """Share of recordings whose most probable genre is the true one."""
        return float(_accuracy(self.confusion))

    @property
    def balanced_accuracy(self) -> float:
        """Mean over genres of the share that is recognised."""
        return float(np.mean(self.recall[self.confusion.sum(axis=1) > 0]))

    @property
    def precision(self) -> NDArray[np.float64]:
        """For each genre, how many of those called so are so (0 where none is called)."""
        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> NDArray[np.float64]:
        """For each genre, how many of its recordings are recognised."""
        return _ratio(self.confusion.diagonal(), self.confusion.sum(axis=1))

    @property
    def f1(self) -> NDArray[np.float64]:
        """For each genre, the harmonic mean of precision and recall."""
        return _f1(self.confusion)

    @property
    def macro_f1(self) -> float:
        """Mean of `f1` over genres."""
        return float(self.f1.mean())

    @property
    def log_loss(self) -> float:
        """Mean of the negative log probability of the truth, in nats."""
        chosen = self.probabilities[np.arange(len(self)), self.truth]
        return float(-np.log(np.clip(chosen, 1e-15, None)).mean())

    @property
    def baseline(self) -> float:
        """Accuracy of calling everything by the most frequent genre."""
        return float(np.bincount(self.truth).max() / len(self))

    @functools.cached_property
    def intervals(self) -> dict[str, Interval]:
        """95 % intervals of accuracy and macro F1, by bootstrap over groups."""
        codes = np.unique(self.groups, return_inverse=True)[1].reshape(-1)
        confusions = self._confusions(codes)
        rng = np.random.default_rng(0)
        draws = rng.multinomial(
            len(confusions), np.full(len(confusions), 1 / len(confusions)), size=_RESAMPLES
        )
        resampled = np.tensordot(draws.astype(np.float64), confusions, axes=1)
        return {
            "accuracy": _interval(self.accuracy, _accuracy(resampled)),
            "macro_f1": _interval(self.macro_f1, _macro_f1(resampled)),
        }

    def _confusions(self, codes: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return one confusion matrix for each code, shape (codes, genres, genres)."""
        counts = np.zeros((codes.max(initial=0) + 1, len(self.labels), len(self.labels)))
        np.add.at(counts, (codes, self.truth, self.predicted), 1)
        return counts

    def as_dict(self) -> dict[str, Any]:
        """Return protocol, scores and confusions, as JSON can say them."""
        accuracy, macro_f1 = self.intervals["accuracy"], self.intervals["macro_f1"]
        return {
            "protocol": self.protocol,
            "recordings": len(self),
            "groups": len(np.unique(self.groups)),
            "accuracy": self.accuracy,
            "accuracy_interval": [accuracy.low, accuracy.high],
            "balanced_accuracy": self.balanced_accuracy,
            "macro_precision": float(self.precision.mean()),
            "macro_recall": float(self.recall.mean()),
            "macro_f1": self.macro_f1,
            "macro_f1_interval": [macro_f1.low, macro_f1.high],
            "log_loss": self.log_loss,
            "baseline_accuracy": self.baseline,
            "labels": list(self.labels),
            "precision": self.precision.tolist(),
            "recall": self.recall.tolist(),
            "f1": self.f1.tolist(),
            "support": self.confusion.sum(axis=1).tolist(),
            "confusion": self.confusion.tolist(),
        }


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(np.shape(whole)), where=np.asarray(whole) > 0)


def _accuracy(confusion: NDArray[Any]) -> NDArray[np.float64]:
    hits = np.trace(confusion, axis1=-2, axis2=-1)
    return _ratio(hits, confusion.sum(axis=(-2, -1)))


def _f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return _ratio(2.0 * hits, confusion.sum(axis=-1) + confusion.sum(axis=-2))


def _macro_f1(confusion: NDArray[Any]) -> NDArray[np.float64]:
    """Mean over the genres that occur: a resample may have drawn none of a rare one."""
    occurs = (confusion.sum(axis=-1) + confusion.sum(axis=-2)) > 0
    return _ratio(_f1(confusion).sum(axis=-1), occurs.sum(axis=-1))


def _interval(value: float, samples: NDArray[np.float64]) -> Interval:
    low, high = np.quantile(samples, [0.025, 0.975])
    return Interval(value, float(low), float(high))
