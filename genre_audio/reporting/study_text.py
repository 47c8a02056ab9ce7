"""A study of learners and balancing as text: tables for people, CSV, JSON or Markdown.

The verdict stands first, in words: which learner is better, whether that is more than
chance, and what balancing changed. No score stands without its interval and its test set.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.evaluation import COMPARED, DISTRIBUTIONS, SCORES
from genre_audio.reporting.printable import in_markdown
from genre_audio.reporting.score_table import score_table
from genre_audio.reporting.scores import confusion_text
from genre_audio.reporting.study_tables import (
    Table,
    change_table,
    difference_table,
    genre_changes,
    report,
    scores,
)
from genre_audio.reporting.study_words import TEST_SETS, combination
from genre_audio.reporting.text_table import text_table
from genre_audio.tables.csv_text import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from genre_audio.evaluation import Evaluation, Study

__all__ = ["STUDY_FORMATS", "study_text"]


def study_text(study: Study, *, form: str = "table", width: int = 150, colour: bool = False) -> str:
    """Return a study as text in one of `STUDY_FORMATS`.

    Parameters
    ----------
    study : Study
        What was studied.
    form : str
        ``table``; ``csv``: one row per learner, balancing and test set; ``json``:
        everything; ``markdown``.
    width : int
        Columns of characters that a table may take.
    colour : bool
        Whether titles may be set in bold for terminals.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import run_study
    >>> from genre_audio.reporting import study_text
    >>> from genre_audio.tables import Dataset
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "metal"], 20)
    >>> X, names = rng.normal(size=(40, 2)), np.arange(40).astype(str)
    >>> dataset = Dataset(X + 9.0 * (y == "metal")[:, None], y, names, names, ("a", "b"))
    >>> study = run_study(dataset, learners=["decision_tree"])
    >>> study_text(study, form="csv").splitlines()[0][:39]
    'learner,balance,components,distribution'
    """
    if form == "table":
        return _terminal(study, width=width, colour=colour)
    writer: Callable[..., str] = STUDY_FORMATS[form]
    return writer(study)


def _terminal(study: Study, *, width: int = 150, colour: bool = False) -> str:
    parts = ["".join(f"{line}\n" for line in study.words)]
    for table in _tables(study):
        strong = _bold(table.title, colour=colour)
        shown = score_table(table.header, table.rows, width=width, colour=colour)
        parts.append(f"{strong}\n{shown}")
    for name, found in _combinations(study):
        for distribution, evaluation in found.items():
            title = _bold(f"{name}: {TEST_SETS[distribution]}", colour=colour)
            _, header, rows = report(evaluation, title=name)
            lines = text_table(rows, header=header, right=range(1, len(header)))
            parts.append(f"{title}\n\n{lines}\n{confusion_text(evaluation)}")
    return "\n".join(parts)


def _tables(study: Study) -> list[Table]:
    made = [scores(study), difference_table(study), change_table(study), genre_changes(study)]
    return [table for table in made if table.rows]


def _combinations(study: Study) -> Iterator[tuple[str, dict[str, Evaluation]]]:
    for learner in study.learners:
        for balance in study.balances:
            name = combination(study, learner=learner, balance=balance)
            yield name, {each: study.evaluations[learner, balance, each] for each in DISTRIBUTIONS}


def _bold(title: str, *, colour: bool) -> str:
    return f"\x1b[1m{title}\x1b[0m" if colour else title


def _markdown(study: Study) -> str:
    lines = [f"- {in_markdown(line)}" for line in study.words]
    for table in _tables(study):
        lines += ["", f"## {table.title}", "", *_markdown_table(table.header, table.rows)]
    for name, found in _combinations(study):
        for distribution, evaluation in found.items():
            title, header, rows = report(evaluation, title=f"{name}: {TEST_SETS[distribution]}")
            counts = [
                [label, *map(str, row)]
                for label, row in zip(evaluation.labels, evaluation.confusion, strict=True)
            ]
            lines += ["", f"## {_cell(title)}", "", *_markdown_table(header, rows), ""]
            lines += _markdown_table(["truth \\ called", *evaluation.labels], counts)
    return "\n".join(lines) + "\n"


def _markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    first = [_line(header), _line(["---"] * len(header))]
    return first + [_line(row) for row in rows]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return in_markdown(" ".join(text.split()))


def _csv(study: Study) -> str:
    rows = [_flat(study, *key) for key in study.evaluations]
    header = list(dict.fromkeys(name for row in rows for name in row))
    return csv_lines([header, *([row.get(name, "") for name in header] for row in rows)])


def _flat(study: Study, learner: str, balance: str, distribution: str) -> dict[str, Any]:
    """Return one row: scores with their ends, every genre, and both sorts of differences."""
    evaluation = study.evaluations[learner, balance, distribution]
    components = study.components.get(learner)
    said = evaluation.as_dict()
    row = {"learner": learner, "balance": balance, "components": components or ""}
    row |= {"distribution": distribution}
    row |= {name: said[name] for name in ("protocol", "recordings", "entries", "groups")}
    for name in SCORES:
        row |= _spread(name, evaluation.intervals[name])
    row |= {name: said[name] for name in ("baseline_accuracy", "verdict")}
    comparison = study.comparison(balance=balance, distribution=distribution)
    found = {} if comparison is None else comparison.differences.get(learner, {})
    for name in COMPARED if comparison else ():
        row |= _spread(f"{name}_minus_best", found.get(name, ("", "", "")))
    key = (learner, balance, distribution)
    for effect in study.effects:
        if (effect.learner, effect.balance, effect.distribution) == key:
            for name, change in effect.scores.items():
                row |= _spread(f"{name}_minus_none", change.difference)
    return row | _by_genre(evaluation)


def _spread(name: str, found: Sequence[Any]) -> dict[str, Any]:
    value, low, high = found
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _by_genre(evaluation: Evaluation) -> dict[str, Any]:
    columns = {
        "precision": evaluation.precision,
        "recall": evaluation.recall,
        "f1": evaluation.f1,
        "support": evaluation.confusion.sum(axis=1),
    }
    return {
        f"{name}: {label}": column[place].item()
        for place, label in enumerate(evaluation.labels)
        for name, column in columns.items()
    }


def _json(study: Study) -> str:
    return json.dumps(study.as_dict(), indent=1, ensure_ascii=False) + "\n"


STUDY_FORMATS: Final[dict[str, Callable[..., str]]] = {
    "table": _terminal,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Writers by name."""
