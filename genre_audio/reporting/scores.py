"""Scores as text: never without their protocol, never without the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.evaluation.words import learned
from genre_audio.reporting.printable import printable
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from genre_audio.evaluation import Evaluation

__all__ = ["confusion_text", "per_genre_text", "scores_text"]


def scores_text(evaluation: Evaluation) -> str:
    """Return protocol, accuracy, scores per genre and confusions as plain text.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting import scores_text
    >>> p, names = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array(["a", "b"])
    >>> text = scores_text(Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "twice"))
    >>> text.splitlines()[0]
    'Held-out scores: twice (2 recordings)'
    """
    accuracy, macro_f1 = evaluation.intervals["accuracy"], evaluation.intervals["macro_f1"]
    # What was not shown to be learned must not be read as a score first.
    said = "" if learned(evaluation) else f"{evaluation.verdict}\n"
    head = (
        f"Held-out scores: {printable(evaluation.protocol)} ({len(evaluation)} recordings)\n{said}"
        f"accuracy {accuracy.value:.3f} (95 % interval {accuracy.low:.3f} to {accuracy.high:.3f}), "
        f"macro F1 {macro_f1.value:.3f} ({macro_f1.low:.3f} to {macro_f1.high:.3f}), "
        f"log loss {evaluation.log_loss:.3f}\n"
        f"without a model (guessing by frequency): accuracy {evaluation.baseline:.3f}\n"
        f"calibration error {evaluation.expected_calibration_error:.3f}{_sets(evaluation)}\n"
    )
    return "\n".join([head, per_genre_text(evaluation), confusion_text(evaluation)])


def _sets(evaluation: Evaluation) -> str:
    if evaluation.coverage is None:
        return ""
    return (
        f"; genres not ruled out held the right one of {evaluation.coverage:.3f}, "
        f"with {evaluation.mean_set_size:.1f} of them on average"
    )


def per_genre_text(evaluation: Evaluation) -> str:
    """Return precision, recall and F1 of each genre as plain text.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.scores import per_genre_text
    >>> p, names = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "twice")
    >>> per_genre_text(it).splitlines()[1]
    'jazz       1.000   1.000  1.000           1'
    """
    support = evaluation.confusion.sum(axis=1)
    columns = zip(
        evaluation.labels,
        evaluation.precision,
        evaluation.recall,
        evaluation.f1,
        support,
        strict=True,
    )
    rows = [[label, f"{p:.3f}", f"{r:.3f}", f"{f:.3f}", str(n)] for label, p, r, f, n in columns]
    # As in macro F1, without genres that neither occur nor are called.
    there = evaluation.confusion.sum(axis=0) + support > 0
    scores = (evaluation.precision, evaluation.recall, evaluation.f1)
    means = [values[there].mean() for values in scores]
    rows.append(["macro", *(f"{mean:.3f}" for mean in means), str(support.sum())])
    header = ["genre", "precision", "recall", "F1", "recordings"]
    return text_table(rows, header=header, right=[1, 2, 3, 4])


def confusion_text(evaluation: Evaluation) -> str:
    r"""Return how often which genre was called what, as plain text.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.scores import confusion_text
    >>> p, names = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "twice")
    >>> confusion_text(it).splitlines()[0].split()
    ['truth', '\\', 'called', 'jazz', 'rock']
    """
    rows = [
        [label, *map(str, counts)]
        for label, counts in zip(evaluation.labels, evaluation.confusion, strict=True)
    ]
    header = ["truth \\ called", *evaluation.labels]
    return text_table(rows, header=header, right=range(1, len(header)))
