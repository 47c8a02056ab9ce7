"""The tables of a study as cells of text, for the terminal and for Markdown.

Each function returns a `Table`. Intervals stand in every cell that holds a score, so that
none can be read without. A line feed in a cell becomes what the form asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from genre_audio.evaluation import BALANCED, COMPARED, DISTRIBUTIONS, UNTOUCHED
from genre_audio.reporting.study_words import SCORE_TITLES, TEST_SETS, components_text

if TYPE_CHECKING:
    from genre_audio.evaluation import BalanceEffect, Change, Evaluation, Interval, Study

__all__ = ["Table", "change_table", "difference_table", "genre_changes", "report", "scores"]

_SHORT: Final = {UNTOUCHED: "", BALANCED: ", balanced set"}
_SHOWN: Final = {
    UNTOUCHED: ("accuracy", "balanced_accuracy", "macro_f1", "log_loss"),
    BALANCED: ("accuracy", "macro_f1"),  # all genres weigh alike: balanced accuracy is accuracy
}

_STAR: Final = "*: more than chance, the 95 % interval of this one difference holds no zero"


class Table(NamedTuple):
    """A table of text.

    Attributes
    ----------
    title : str
        What it shows.
    header : list of str
        Titles of the columns.
    rows : list of list of str
        Cells.

    Examples
    --------
    >>> from genre_audio.reporting.study_tables import Table
    >>> Table("Scores", ["learner"], [["knn"]]).rows
    [['knn']]
    """

    title: str
    header: list[str]
    rows: list[list[str]]


def scores(study: Study) -> Table:
    """Return the scores on both test sets, a row for each learner and balancing.

    Examples
    --------
    See `genre_audio.reporting.study_text.study_text`.
    """
    given = [study.components.get(learner) for learner in study.learners]
    several = len(set(given)) > 1
    header = ["learner", "balancing", *["learned from"] * several]
    header += [f"{SCORE_TITLES[n]}{_SHORT[d]}" for d in DISTRIBUTIONS for n in _SHOWN[d]]
    header += ["without a model"]
    rows = []
    for learner in study.learners:
        for balance in study.balances:
            row = [learner, balance]
            row += [components_text(study.components.get(learner))] * several
            for distribution in DISTRIBUTIONS:
                found = study.evaluations[learner, balance, distribution].intervals
                row += [_interval(found[name]) for name in _SHOWN[distribution]]
            base = study.evaluation(learner, balance=balance).baseline
            rows.append([*row, f"{base:.3f}"])
    said = "" if several else f", learned from {components_text(given[0])}"
    return Table(f"Scores, with 95 % intervals{said}", header, rows)


def difference_table(study: Study) -> Table:
    """Return how far each learner is from the best one, by balancing and test set.

    Examples
    --------
    See `genre_audio.reporting.study_text.study_text`.
    """
    rows = []
    for distribution in DISTRIBUTIONS:
        for balance in study.balances:
            comparison = study.comparison(balance=balance, distribution=distribution)
            for learner, found in comparison.differences.items() if comparison else ():
                said = f"{learner} - {comparison.best.learner}" if comparison else learner
                cells = [_interval(found[name], signed=True) for name in COMPARED]
                rows.append([TEST_SETS[distribution], balance, said, *cells])
    header = ["test set", "balancing", "difference", *(SCORE_TITLES[name] for name in COMPARED)]
    title = "Learners compared, with 95 % intervals of each paired difference by itself"
    return Table(title, header, rows)


def change_table(study: Study) -> Table:
    """Return what each balancing does to the scores.

    Examples
    --------
    See `genre_audio.reporting.study_text.study_text`.
    """
    names = ("accuracy", "balanced_accuracy", "macro_f1")
    rows = [
        [each.learner, each.balance, TEST_SETS[each.distribution]]
        + [_change(each.scores[name]) for name in names]
        for each in _ordered(study)
    ]
    header = ["learner", "balancing", "test set", *(SCORE_TITLES[name] for name in names)]
    return Table(f"What balancing changes ({_STAR})", header, rows)


def genre_changes(study: Study) -> Table:
    """Return what each balancing does to the recall and precision of each genre.

    Examples
    --------
    See `genre_audio.reporting.study_text.study_text`.
    """
    rows = [
        [
            *(each.learner, each.balance, TEST_SETS[each.distribution], label),
            *(_change(each.recall[label]), _change(each.precision[label])),
        ]
        for each in _ordered(study)
        for label in each.recall
    ]
    header = ["learner", "balancing", "test set", "genre", "recall", "precision"]
    return Table(f"What balancing changes for each genre ({_STAR})", header, rows)


def report(evaluation: Evaluation, *, title: str) -> Table:
    """Return precision, recall, F1 and support of each genre, and their means.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.study_tables import report
    >>> p, names = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "twice")
    >>> report(it, title="knn").rows[0]
    ['jazz', '1.000', '1.000', '1.000', '1']
    """
    counts = evaluation.confusion
    support = counts.sum(axis=1)
    columns = (evaluation.precision, evaluation.recall, evaluation.f1)
    rows = [
        [label, *(f"{column[place]:.3f}" for column in columns), str(support[place])]
        for place, label in enumerate(evaluation.labels)
    ]
    # As in macro F1, without genres that neither occur nor are called.
    there = counts.sum(axis=0) + support > 0
    total = str(support.sum())
    rows.append(["mean", *(f"{column[there].mean():.3f}" for column in columns), total])
    weighted = (np.average(column, weights=support) for column in columns)
    rows.append(["weighted mean", *(f"{value:.3f}" for value in weighted), total])
    return Table(title, ["genre", "precision", "recall", "F1", "support"], rows)


def _ordered(study: Study) -> list[BalanceEffect]:
    """Return the effects on the untouched test set first."""
    return sorted(study.effects, key=lambda each: DISTRIBUTIONS.index(each.distribution))


def _interval(found: Interval, *, signed: bool = False) -> str:
    form = "{:+.3f}" if signed else "{:.3f}"
    value, low, high = (form.format(number) for number in found)
    return f"{value}\n{low} to {high}" if signed else f"{value}\n{low}–{high}"  # noqa: RUF001


def _change(change: Change) -> str:
    by, low, high = change.difference
    star = "*" * change.shown
    return f"{change.before:.3f} → {change.after:.3f}\n{by:+.3f}{star} ({low:+.3f} to {high:+.3f})"
