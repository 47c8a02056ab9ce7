"""``genre-audio evaluate``."""

from __future__ import annotations

import dataclasses
import enum
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genre_audio.cli.options import Jobs, Seconds
from genre_audio.cli.output import emit, progress, say
from genre_audio.cli.protocols import Asked, Kind, protocols_of, table_path
from genre_audio.cli.provenance import provenance
from genre_audio.cli.retrain import say_dataset
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.evaluation import Comparison, Evaluation, Procedure

__all__ = ["command"]


class Budget(enum.StrEnum):
    """How much to tune."""

    none = "none"
    small = "small"
    full = "full"


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
        help="A feature table with labels, or a folder with one; by default features.csv, for "
        "the protocol 'gtzan' the published table in the folder GENRE_AUDIO_DATA.",
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
Groups = Annotated[
    str | None,
    typer.Option(
        help="What must not be on both sides of a split, such as the artist: a column of "
        "the table, a CSV file, or FILE.csv:COLUMN. By default the recording.",
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
    from genre_audio.config import Segmentation
    from genre_audio.evaluation import evaluate_procedures
    from genre_audio.execution import resolve_jobs
    from genre_audio.tables import dataset_of, read_table, resolve_groups

    _refuse_folders(output, report)
    asked = Asked(protocol, groups, folds, repeats, train_list, test_list, index, seed=seed or 0)
    procedures = _procedures(
        learners, model, budget=budget, seed=seed, absolute_level=absolute_level
    )
    segmentation = None if segment_seconds is None else Segmentation(seconds=segment_seconds)
    table = read_table(table_path(source, kind=protocol), segmentation=segmentation)
    annotations = None if groups is None else resolve_groups(groups, table=table)
    dataset = dataset_of(table, groups=annotations)
    say_dataset(table, dataset)
    protocols = protocols_of(asked, dataset=dataset)
    with progress("evaluating") as (start, advance):
        start(len(procedures) * sum(len(each.folds) for each in protocols))
        found, comparisons = evaluate_procedures(
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
    emit(_text(found, comparisons, form=form, to_file=output is not None), output=output)
    if report is not None:
        origin = provenance(table, dataset=dataset, procedures=procedures)
        _write_report(found, comparisons, report, origin=origin)


def _refuse_folders(*paths: Path | None) -> None:
    """Refuse before the work what could not be written after it."""
    if found := [path for path in paths if path is not None and path.is_dir()]:
        raise ParameterError(f"{str(found[0])!r} is a folder; name a file in it for the result")


def _procedures(
    learners: str | None,
    model: str | None,
    *,
    budget: Budget | None,
    seed: int | None,
    absolute_level: bool,
) -> list[Procedure]:
    from genre_audio.evaluation import procedure_of

    names = [name.strip() for name in learners.split(",")] if learners is not None else []
    if not names and model is None:
        names = ["stack"]
    how: dict[str, Any] = {"budget": budget.value if budget else "small", "seed": seed or 0}
    found = [procedure_of(name, level_invariant=not absolute_level, **how) for name in names]
    if model is not None:
        made = _model_procedure(model, budget=budget, seed=seed)
        kept = made.level_invariant and not absolute_level
        found = [dataclasses.replace(made, level_invariant=kept), *found]
    called = [procedure.name for procedure in found]
    if twice := {name for name in called if called.count(name) > 1}:
        raise ParameterError(f"{min(twice)!r} is to be evaluated twice; name each learner once")
    return found


def _model_procedure(model: str, *, budget: Budget | None, seed: int | None) -> Procedure:
    from genre_audio.training import resolve_model
    from genre_audio.training.procedure import model_procedure

    tuning = None if budget is None else budget.value
    return model_procedure(resolve_model(model).info, budget=tuning, seed=seed)


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
