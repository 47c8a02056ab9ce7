"""Evaluations side by side, as text: a table for people, CSV, JSON or Markdown.

The sentence stands before the table: where nothing is shown to have been learned, scores
must not be read as a ranking. A protocol is never left out, nor is what a guess gives.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.evaluation import COMPARED, SCORES
from genre_audio.reporting.printable import in_markdown
from genre_audio.reporting.score_table import score_table
from genre_audio.reporting.scores import confusion_text, per_genre_text
from genre_audio.tables.csv_text import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genre_audio.evaluation import Comparison, Evaluation

__all__ = ["EVALUATION_FORMATS", "evaluations_text"]

_TITLES: Final = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss",
    "brier": "Brier score",
    "expected_calibration_error": "calibration error",
}


def evaluations_text(
    evaluations: Sequence[Evaluation],
    *,
    comparisons: Sequence[Comparison] = (),
    form: str = "table",
    width: int = 150,
    colour: bool = False,
) -> str:
    """Return evaluations as text in one of `EVALUATION_FORMATS`.

    Parameters
    ----------
    evaluations : sequence of Evaluation
        One for each protocol and learner, in the order in which they are to stand.
    comparisons : sequence of Comparison
        Of the learners under each protocol, where there are several.
    form : str
        ``table``, ``csv``: one row per evaluation; ``json``: everything; ``markdown``.
    width : int
        Columns of characters that a table may take.
    colour : bool
        Whether a table may be set in bold for terminals.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting import evaluations_text
    >>> p, names = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "twice")
    >>> evaluations_text([it], form="csv").splitlines()[0][:33]
    'protocol,learner,leaks,recordings'
    """
    if form == "table":
        return _table(evaluations, comparisons, width=width, colour=colour)
    writer: Callable[..., str] = EVALUATION_FORMATS[form]
    return writer(evaluations, comparisons)


def _table(
    evaluations: Sequence[Evaluation],
    comparisons: Sequence[Comparison] = (),
    *,
    width: int = 150,
    colour: bool = False,
) -> str:
    parts = [f"{line}\n" for line in _sentences(evaluations, comparisons)]
    header, rows, strong = _cells(evaluations, comparisons, between="\n")
    parts += ["\n", score_table(header, rows, strong=strong, width=width, colour=colour)]
    if len(evaluations) == 1:
        parts += ["\n", per_genre_text(evaluations[0]), "\n", confusion_text(evaluations[0])]
    return "".join(parts)


def _markdown(evaluations: Sequence[Evaluation], comparisons: Sequence[Comparison]) -> str:
    lines = [f"- {in_markdown(line)}" for line in _sentences(evaluations, comparisons)]
    header, rows, strong = _cells(evaluations, comparisons, between=" ")
    lines += ["", _line(header), _line(["---"] * len(header))]
    for number, row in enumerate(rows):
        bold = [f"**{cell}**" if number == strong and cell else cell for cell in row[:1]]
        lines.append(_line([*bold, *row[1:]]))
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(in_markdown, cells))} |"


def _named(evaluation: Evaluation) -> str:
    return f"{evaluation.protocol}{' (leaks)' if evaluation.leaks else ''}"


def _sentences(evaluations: Sequence[Evaluation], comparisons: Sequence[Comparison]) -> list[str]:
    if comparisons:
        return [f"{_named(each.best)}: {each.verdict}" for each in comparisons]
    return [f"{each.learner}, {_named(each)}: {each.verdict}" for each in evaluations]


def _cells(
    evaluations: Sequence[Evaluation], comparisons: Sequence[Comparison], *, between: str
) -> tuple[list[str], list[list[str]], int | None]:
    """Return header and rows, and the row that may be set in bold."""
    sets = any(each.sets is not None for each in evaluations)
    header = ["learner", "protocol", "recordings", "groups", *_TITLES.values()]
    header += ["difference to the best"] if comparisons else []
    header += ["sets hold the truth", "set size"] if sets else []
    header += ["without a model"]
    rows = []
    for each in evaluations:
        row = [each.learner, _named(each), _count(each.names), _count(each.groups)]
        row += [_score(each, name, between=between) for name in _TITLES]
        row += [_behind(each, comparisons, between=between)] if comparisons else []
        row += [_number(each.coverage), _number(each.mean_set_size)] if sets else []
        row += [f"{each.baseline:.3f}{between}log loss{between}{each.baseline_log_loss:.3f}"]
        rows.append(row)
    # One protocol only: across protocols there is no best.
    if len(comparisons) != 1 or not comparisons[0].learned:
        return header, rows, None
    return header, rows, list(evaluations).index(comparisons[0].best)


def _count(values: Any) -> str:  # noqa: ANN401
    return str(len(np.unique(values)))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _score(evaluation: Evaluation, name: str, *, between: str) -> str:
    value, low, high = evaluation.intervals[name]
    text = f"{value:.3f}{between}{low:.3f}–{high:.3f}"  # noqa: RUF001
    spread = evaluation.by_repeat.get(name)
    return text if spread is None else f"{text}{between}{spread.mean:.3f} ± {spread.sd:.3f}"


def _behind(evaluation: Evaluation, comparisons: Sequence[Comparison], *, between: str) -> str:
    for comparison in comparisons:
        if any(each is evaluation for each in comparison.others):
            value, low, high = comparison.differences[evaluation.learner]["accuracy"]
            return f"{value:+.3f}{between}{low:+.3f} to {high:+.3f}"
    return ""


def _csv(evaluations: Sequence[Evaluation], comparisons: Sequence[Comparison]) -> str:
    rows = [_flat(each, comparisons) for each in evaluations]
    header = list(rows[0]) if rows else []
    return csv_lines([header, *([row.get(name, "") for name in header] for row in rows)])


def _flat(evaluation: Evaluation, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    said = evaluation.as_dict()
    first = ("protocol", "learner", "leaks", "recordings", "entries", "groups")
    row = {name: said[name] for name in first}
    for name in SCORES:
        low, high = said[f"{name}_interval"]
        spread = evaluation.by_repeat.get(name)
        row |= {name: said[name], f"{name}_low": low, f"{name}_high": high}
        row |= {f"{name}_sd": "" if spread is None else spread.sd}
    last = ("baseline_accuracy", "baseline_log_loss", "coverage", "mean_set_size", "verdict")
    row |= {name: "" if said[name] is None else said[name] for name in last}
    return row | _differences(evaluation, comparisons)


def _differences(evaluation: Evaluation, comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return how far a learner is from the best one; nothing for that one itself."""
    row: dict[str, Any] = {}
    for comparison in comparisons:
        if any(each is evaluation for each in comparison.evaluations):
            found = comparison.differences.get(evaluation.learner, {})
            for name in COMPARED:
                value, low, high = found.get(name, ("", "", ""))
                key = f"{name}_minus_best"
                row |= {key: value, f"{key}_low": low, f"{key}_high": high}
    return row


def _json(evaluations: Sequence[Evaluation], comparisons: Sequence[Comparison]) -> str:
    value = {
        "evaluations": [each.as_dict() for each in evaluations],
        "comparisons": [each.as_dict() for each in comparisons],
    }
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


EVALUATION_FORMATS: Final[dict[str, Callable[..., str]]] = {
    "table": _table,
    "json": _json,
    "csv": _csv,
    "markdown": _markdown,
}
"""Writers by name."""
