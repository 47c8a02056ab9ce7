"""``genre-audio evaluate``."""

from __future__ import annotations

import enum
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genre_audio.cli.any_table import ChosenColumns, Gaps, IdColumn, LabelColumn, Metrics, Missing
from genre_audio.cli.options import Budget, Groups, Jobs, Seconds
from genre_audio.cli.output import annotation_file, check_places, emit, progress, say
from genre_audio.cli.procedures import chosen_procedures
from genre_audio.cli.protocols import Asked, Kind, protocols_of, table_path
from genre_audio.cli.provenance import provenance
from genre_audio.cli.rows import labelled_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.evaluation import Comparison, Evaluation, Procedure, Protocol
    from genre_audio.tables import Dataset

__all__ = ["command"]


class Format(enum.StrEnum):
    """Forms of a result."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


Source = Annotated[
    Path | None,
    typer.Argument(
        metavar="TABLE",
        help="A table with labels, CSV or JSON, packed by gzip or not, or a folder with "
        "features.csv in it; by default features.csv, for the protocol 'gtzan' the published "
        "table in the folder GENRE_AUDIO_DATA.",
    ),
]
Chosen = Annotated[
    Kind,
    typer.Option(
        help="How recordings are held out: 'random' 80/20 splits; 'stratified' folds; 'grouped' "
        "folds that keep groups apart; 'leave-one-group-out'; 'lists' of names; 'gtzan': the "
        "five forms that GTZAN is reported in, side by side.",
    ),
]
Folds = Annotated[int | None, typer.Option(min=2, help="Number of folds; 5 by default.")]
Repeats = Annotated[
    int | None,
    typer.Option(min=1, help="How often to do it again with the next seed; random splits: 20."),
]
Seed = Annotated[
    int | None, typer.Option(min=0, max=2**31 - 1, help="Seed of folds and learners; 0 by default.")
]
List = Annotated[Path | None, typer.Option(metavar="FILE", help="One name of a recording a line.")]
Index = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The index of GTZAN, if not in the folder GENRE_AUDIO_DATA."),
]
Learners = Annotated[
    str | None,
    typer.Option(
        help="What to evaluate, several with commas to compare them: stack (the default), "
        "logistic_regression, decision_tree, qda, knn, random_forest, xgboost, support_vectors.",
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="Evaluate how this model was made: its settings, learned anew in each fold. The "
        "fitted model itself may know the rows, and is not asked.",
    ),
]
Tuning = Annotated[
    Budget | None,
    typer.Option(help="How much to tune in each fold; 'small', or a model's own, by default."),
]
Level = Annotated[
    bool, typer.Option("--absolute-level", help="Learn from the level of recordings, too.")
]
Coverage = Annotated[
    float, typer.Option(min=0.5, max=0.99, help="How often sets of genres are to hold the truth.")
]
Report = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Write a page with figures as well.")
]


def command(
    source: Source = None,
    *,
    metrics: Metrics = None,
    on: IdColumn = None,
    label: LabelColumn = None,
    columns: ChosenColumns = None,
    missing: Missing = Gaps.refuse,
    protocol: Chosen = Kind.grouped,
    folds: Folds = None,
    repeats: Repeats = None,
    seed: Seed = None,
    groups: Groups = None,
    train_list: List = None,
    test_list: List = None,
    index: Index = None,
    learners: Learners = None,
    model: Model = None,
    budget: Tuning = None,
    absolute_level: Level = False,
    coverage: Coverage = 0.9,
    form: Annotated[Format, typer.Option("--format", "-f", help="Form of the result.")] = (
        Format.table
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the result.")
    ] = None,
    report: Report = None,
    segment_seconds: Seconds = None,
    jobs: Jobs = None,
) -> None:
    """Score learners on recordings that they have not seen, by a named protocol.

    Everything that learns is done anew in each fold. Every score has a 95 % interval by
    bootstrap over groups, and stands beside what a guess gives.
    """
    read = [source or Path(), metrics, annotation_file(groups), train_list, test_list, index]
    check_places(output, report, read=read)
    asked = Asked(protocol, groups, folds, repeats, train_list, test_list, index, seed=seed or 0)
    procedures = chosen_procedures(
        learners, model, budget=budget, seed=seed, absolute_level=absolute_level
    )
    table, dataset = labelled_rows(
        table_path(source, kind=protocol),
        segment_seconds=segment_seconds,
        groups=groups,
        missing=missing,
        asked={"metrics": metrics, "on": on, "label": label, "columns": columns},
    )
    procedures = [each.on(table.schema) for each in procedures]
    protocols = protocols_of(asked, dataset=dataset)
    found, comparisons = _evaluated(
        procedures, dataset, protocols=protocols, coverage=coverage, jobs=jobs
    )
    emit(_text(found, comparisons, form=form, to_file=output is not None), output=output)
    if report is not None:
        origin = provenance(table, dataset=dataset, procedures=procedures, seed=asked.seed)
        _write_report(found, comparisons, report, origin=origin)


def _evaluated(
    procedures: list[Procedure],
    dataset: Dataset,
    *,
    protocols: list[Protocol],
    coverage: float,
    jobs: int | None,
) -> tuple[list[Evaluation], list[Comparison]]:
    from genre_audio.evaluation import evaluate_procedures
    from genre_audio.execution import resolve_jobs
    from genre_audio.execution.joblibs import shield_joblib

    shield_joblib()
    with progress("evaluating") as (start, advance):
        start(len(procedures) * sum(len(each.folds) for each in protocols))
        return evaluate_procedures(
            procedures,
            dataset,
            protocols=protocols,
            coverage=coverage,
            n_jobs=resolve_jobs(jobs),
            on_fold=lambda _name, _protocol, _done: advance(),
            on_result=lambda each: say(
                f"{each.learner}, {each.protocol}: accuracy {each.accuracy:.3f}"
            ),
        )


def _text(
    found: Sequence[Evaluation], comparisons: Sequence[Comparison], *, form: Format, to_file: bool
) -> str:
    from genre_audio.reporting import evaluations_text

    terminal = sys.stdout.isatty() and not to_file
    return evaluations_text(
        found,
        comparisons=comparisons,
        form=form.value,
        width=max(100, shutil.get_terminal_size().columns) if terminal else 150,
        colour=terminal and "NO_COLOR" not in os.environ,
    )


def _write_report(
    found: Sequence[Evaluation],
    comparisons: Sequence[Comparison],
    path: Path,
    *,
    origin: dict[str, Any],
) -> None:
    from genre_audio.files import replace_text
    from genre_audio.reporting.evaluation_page import evaluation_page

    # One comparison has room on the page: that under a protocol that does not leak.
    honest = [each for each in comparisons if not each.best.leaks]
    chosen = honest[0] if honest else None
    replace_text(path, evaluation_page(found, comparison=chosen, provenance=origin))
    say(f"the page is {path}")
