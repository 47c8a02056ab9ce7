"""What an evaluation says, in words and as plain values.

A table of scores invites to read a ranking into it. Where a learner is not shown to be
better than naming the most frequent genre each time, that is what must be said first.

Nothing may enter here that measures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.evaluation.bootstrap import LEAST_GROUPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.evaluation.evaluation import Evaluation

__all__ = ["as_dict", "guess", "learned", "verdict"]


def guess(evaluation: Evaluation) -> NDArray[np.intp]:
    """Return what one would call each entry without a model.

    The most frequent genre of the training part, or the most frequent one of all that was
    scored, whichever is right more often. The first alone would be too easy to beat: a
    genre that a fold holds out is scarcer in the part that is left, so that where groups
    are few it is wrong more often than chance.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.

    Returns
    -------
    ndarray of int, shape (entries,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.words import guess
    >>> p, names, shares = np.eye(2), np.array(["a", "b"]), np.array([[0.4, 0.6], [0.6, 0.4]])
    >>> it = Evaluation(("x", "y"), np.array([0, 1]), p, names, names, "by hand", shares=shares)
    >>> guess(it).tolist()
    [0, 0]
    """
    always = np.full(len(evaluation), np.bincount(evaluation.truth).argmax())
    taught = evaluation.baseline_shares.argmax(axis=1)
    better = (taught == evaluation.truth).sum() > (always == evaluation.truth).sum()
    return np.asarray(taught if better else always)


def learned(evaluation: Evaluation) -> bool:
    """Return whether a learner is shown to be better than `guess`.

    Where there are fewer than `LEAST_GROUPS` groups nothing is shown, however narrow the
    interval: resamples of one group are all the same.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.words import learned
    >>> truth, one = np.repeat([0, 1], 10), np.zeros(20)
    >>> p, names = np.eye(2)[truth], np.arange(20).astype(str)
    >>> [learned(Evaluation(("a", "b"), truth, p, g, names, "by hand")) for g in (names, one)]
    [True, False]
    """
    return evaluation.gain.low > 0 and not _few(evaluation)


def _few(evaluation: Evaluation) -> int:
    """Return the number of groups where they are too few to show anything, or 0."""
    groups = len(np.unique(evaluation.groups))
    return groups if groups < LEAST_GROUPS else 0


def verdict(evaluation: Evaluation) -> str:
    """Say in one sentence whether anything was learned.

    Parameters
    ----------
    evaluation : Evaluation
        What was scored.

    Returns
    -------
    str
        The accuracy beside that of guessing by frequency (see `guess`),
        with the interval of the paired difference.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.words import verdict
    >>> truth, names = np.repeat([0, 1], 10), np.arange(20).astype(str)
    >>> it = Evaluation(("jazz", "rock"), truth, np.eye(2)[truth], names, names, "by hand")
    >>> verdict(it)  # doctest: +NORMALIZE_WHITESPACE
    'better than guessing by frequency (accuracy 1.000 against 0.500,
    difference +0.50, 95 % interval +0.30 to +0.70)'
    """
    gain = evaluation.gain
    how, why = "better" if gain.low > 0 else "worse" if gain.high < 0 else "not better", ""
    if few := _few(evaluation):
        how, why = "not shown to be better", f" of {few} group{'s' * (few > 1)}, too few to tell"
    return (
        f"{how} than guessing by frequency "
        f"(accuracy {evaluation.accuracy:.3f} against {evaluation.baseline:.3f}, "
        f"difference {gain.value:+.2f}, 95 % interval {gain.low:+.2f} to {gain.high:+.2f}{why})"
    )


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Return protocol, scores and confusions, as JSON can say them.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.evaluation.words import as_dict
    >>> p, names = np.array([[0.6, 0.4], [0.8, 0.2]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> as_dict(it)["accuracy"]
    0.5
    """
    said: dict[str, Any] = {
        "protocol": evaluation.protocol,
        "learner": evaluation.learner,
        "leaks": evaluation.leaks,
        "recordings": len(np.unique(evaluation.names)),
        "entries": len(evaluation),
        "groups": len(np.unique(evaluation.groups)),
    }
    for name, found in evaluation.intervals.items():
        said |= {name: found.value, f"{name}_interval": [found.low, found.high]}
    for name, spread in evaluation.by_repeat.items():
        said |= {f"{name}_by_repeat": {"mean": spread.mean, "sd": spread.sd}}
    gain = evaluation.gain
    counts = evaluation.confusion
    occurs = counts.sum(axis=0) + counts.sum(axis=1) > 0
    return said | {
        "baseline_accuracy": evaluation.baseline,
        "baseline_log_loss": evaluation.baseline_log_loss,
        "gain_over_baseline": gain.value,
        "gain_over_baseline_interval": [gain.low, gain.high],
        "verdict": evaluation.verdict,
        "coverage": evaluation.coverage,
        "mean_set_size": evaluation.mean_set_size,
        "macro_precision": float(np.mean(evaluation.precision[occurs])),
        "macro_recall": float(np.mean(evaluation.recall[occurs])),
        "labels": list(evaluation.labels),
        "precision": evaluation.precision.tolist(),
        "recall": evaluation.recall.tolist(),
        "f1": evaluation.f1.tolist(),
        "support": evaluation.confusion.sum(axis=1).tolist(),
        "confusion": evaluation.confusion.tolist(),
    }
