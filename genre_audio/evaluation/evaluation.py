"""Truth beside probabilities, and the scores derived from them."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from genre_audio.evaluation import scores
from genre_audio.evaluation.bootstrap import Interval, interval
from genre_audio.evaluation.reliability import expected_calibration_error
from genre_audio.evaluation.resampled import resampled_scores
from genre_audio.evaluation.words import as_dict, guess, verdict

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SCORES", "Evaluation", "Spread"]

SCORES: Final = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "log_loss",
    "brier",
    "expected_calibration_error",
)
"""Names of the scores that have intervals."""
_LEAST: Final = 1e-15


class Spread(NamedTuple):
    """How a score differs from one repeat to another.

    Examples
    --------
    >>> from genre_audio.evaluation import Spread
    >>> Spread(0.77, sd=0.03).mean
    0.77
    """

    mean: float
    sd: float


@dataclasses.dataclass(frozen=True, eq=False)
class Evaluation:
    """Probabilities for recordings that the model had not seen, with the truth.

    An entry is a recording that was held out. Repeated protocols hold a recording out
    several times: then it is an entry each time, always of the same group.

    Attributes
    ----------
    labels : tuple of str
        The genres, in the order of the columns of `probabilities`.
    truth : ndarray of int, shape (entries,)
        Index of the true genre.
    probabilities : ndarray of float, shape (entries, genres)
        Rows add up to 1.
    groups : ndarray, shape (entries,)
        What was kept together; intervals are over groups, because recordings of one
        group are not independent of each other.
    names : ndarray of str, shape (entries,)
        The recordings.
    protocol : str
        How the training parts were kept apart from what is scored, in words.
    fold : ndarray of int, shape (entries,), optional
        Number of the fold that held the entry out.
    repeat : ndarray of int, shape (entries,), optional
        Number of the repeat; in each, a recording is held out once at most.
    shares : ndarray of float64, shape (entries, genres), optional
        How frequent each genre was in the training part: what one says without a
        model. By default as frequent as in the truth.
    sets : ndarray of bool, shape (entries, genres), optional
        Genres that a conformal prediction does not exclude.
    leaks : bool
        Whether the protocol is known to let through what it should keep apart.
    learner : str
        What learned.

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
    fold: NDArray[np.intp] | None = None
    repeat: NDArray[np.intp] | None = None
    shares: NDArray[np.float64] | None = None
    sets: NDArray[np.bool_] | None = None
    leaks: bool = False
    learner: str = "stack"

    def __len__(self) -> int:
        return len(self.truth)

    @functools.cached_property
    def predicted(self) -> NDArray[np.intp]:
        """Index of the most probable genre of each entry."""
        return self.probabilities.argmax(axis=1)

    @functools.cached_property
    def confusion(self) -> NDArray[np.intp]:
        """Counts, shape (genres, genres): truth in rows, prediction in columns."""
        counts = np.zeros((len(self.labels), len(self.labels)), dtype=np.intp)
        np.add.at(counts, (self.truth, self.predicted), 1)
        return counts

    @property
    def accuracy(self) -> float:
        """Share of entries whose most probable genre is the true one."""
        return float(scores.accuracy(self.confusion))

    @property
    def balanced_accuracy(self) -> float:
        """Mean over genres of the share that is recognised."""
        return float(scores.balanced_accuracy(self.confusion))

    @property
    def precision(self) -> NDArray[np.float64]:
        """For each genre, how many of those called so are so (0 where none is called)."""
        return scores.ratio(self.confusion.diagonal(), self.confusion.sum(axis=0))

    @property
    def recall(self) -> NDArray[np.float64]:
        """For each genre, how many of its recordings are recognised."""
        return scores.ratio(self.confusion.diagonal(), self.confusion.sum(axis=1))

    @property
    def f1(self) -> NDArray[np.float64]:
        """For each genre, the harmonic mean of precision and recall."""
        return scores.f1(self.confusion)

    @property
    def macro_f1(self) -> float:
        """Mean of `f1` over the genres that are there or are called."""
        return float(scores.macro_f1(self.confusion))

    @functools.cached_property
    def losses(self) -> NDArray[np.float64]:
        """Negative log probability of the truth, in nats, shape (entries,)."""
        chosen = self.probabilities[np.arange(len(self)), self.truth]
        return -np.log(np.clip(chosen, _LEAST, None))

    @property
    def log_loss(self) -> float:
        """Mean of `losses`."""
        return float(self.losses.mean())

    @functools.cached_property
    def squares(self) -> NDArray[np.float64]:
        """Squared distance of the probabilities from the truth, shape (entries,)."""
        return np.asarray(((self.probabilities - np.eye(len(self.labels))[self.truth]) ** 2).sum(1))

    @property
    def brier(self) -> float:
        """Mean of `squares`: the Brier score, from 0 to 2."""
        return float(self.squares.mean())

    @property
    def expected_calibration_error(self) -> float:
        """See `genre_audio.evaluation.expected_calibration_error`; 15 bins."""
        return expected_calibration_error(self)

    @functools.cached_property
    def baseline_shares(self) -> NDArray[np.float64]:
        """Shares of the genres where nothing is heard, shape (entries, genres)."""
        if self.shares is not None:
            return self.shares
        counts = np.bincount(self.truth, minlength=len(self.labels))
        return np.tile(counts / len(self), (len(self), 1))

    @property
    def baseline(self) -> float:
        """Accuracy of `genre_audio.evaluation.words.guess`."""
        return float((guess(self) == self.truth).mean())

    @property
    def baseline_log_loss(self) -> float:
        """Log loss of saying the shares of the training part each time."""
        chosen = self.baseline_shares[np.arange(len(self)), self.truth]
        return float(-np.log(np.clip(chosen, _LEAST, None)).mean())

    @property
    def coverage(self) -> float | None:
        """Share of entries whose true genre is in their set; None without sets."""
        if self.sets is None:
            return None
        return float(self.sets[np.arange(len(self)), self.truth].mean())

    @property
    def mean_set_size(self) -> float | None:
        """Mean number of genres in a set; None without sets."""
        return None if self.sets is None else float(self.sets.sum(axis=1).mean())

    @functools.cached_property
    def resamples(self) -> dict[str, NDArray[np.float64]]:
        """Every score over resampled groups, and the ``gain`` over the baseline."""
        return resampled_scores(self)

    @functools.cached_property
    def intervals(self) -> dict[str, Interval]:
        """95 % intervals of `SCORES`, by bootstrap over groups."""
        return {name: interval(getattr(self, name), self.resamples[name]) for name in SCORES}

    @property
    def gain(self) -> Interval:
        """Accuracy above the baseline, with the interval of the paired difference."""
        return interval(self.accuracy - self.baseline, self.resamples["gain"])

    @functools.cached_property
    def by_repeat(self) -> dict[str, Spread]:
        """Mean and standard deviation of `SCORES` over repeats; empty without repeats."""
        if self.repeat is None or len(np.unique(self.repeat)) < 2:
            return {}
        parts = [self.only(self.repeat == number) for number in np.unique(self.repeat)]
        found = {name: [float(getattr(part, name)) for part in parts] for name in SCORES}
        return {
            name: Spread(float(np.mean(x)), float(np.std(x, ddof=1))) for name, x in found.items()
        }

    def only(self, chosen: NDArray[Any]) -> Evaluation:
        """Return the entries that a mask or numbers choose."""
        arrays = ("truth", "probabilities", "groups", "names", "fold", "repeat", "shares", "sets")
        found = {name: getattr(self, name) for name in arrays}
        taken: dict[str, Any] = {name: x if x is None else x[chosen] for name, x in found.items()}
        return dataclasses.replace(self, **taken)

    @property
    def verdict(self) -> str:
        """Whether anything was learned, in words."""
        return verdict(self)

    def as_dict(self) -> dict[str, Any]:
        """Return protocol, scores and confusions, as JSON can say them."""
        return as_dict(self)
