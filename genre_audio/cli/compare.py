"""``genre-audio compare``."""

from __future__ import annotations

import enum
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from genre_audio.cli.any_table import (
    AnyTable,
    ChosenColumns,
    IdColumn,
    LabelColumn,
    Metrics,
    load_any_table,
)
from genre_audio.cli.comparing import (
    Asked,
    components_of,
    names_of,
    study_provenance,
    write_figures,
)
from genre_audio.cli.options import Groups, Jobs
from genre_audio.cli.output import annotation_file, check_places, emit, progress, say
from genre_audio.cli.rows import say_dataset
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from genre_audio.evaluation import Study
    from genre_audio.tables import Dataset, MetricTable

__all__ = ["command"]


class Format(enum.StrEnum):
    """Forms of a result."""

    table = "table"
    json = "json"
    csv = "csv"
    markdown = "markdown"


class Missing(enum.StrEnum):
    """What to do with values that are missing."""

    fill = "fill"
    drop = "drop"
    refuse = "refuse"


_KEPT: Final[dict[Missing, Literal["keep", "drop", "refuse"]]] = {
    Missing.fill: "keep",
    Missing.drop: "drop",
    Missing.refuse: "refuse",
}

Learners = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="What learns, with commas between them: decision_tree, logistic_regression, qda, "
        "knn, random_forest, xgboost, svm, or stack: the best of them together.",
    ),
]
Balance = Annotated[
    str,
    typer.Option(
        metavar="NAMES",
        help="How training rows are balanced, with commas between them: none, undersample, "
        "oversample, smote, class_weight; or all.",
    ),
]
Components = Annotated[
    str,
    typer.Option(
        metavar="NUMBER|SHARE|none",
        help="Principal components that are learned from: how many, such as 6; the share of "
        "variance that they hold, such as 0.9; or none: the columns. Or one for each learner: "
        "decision_tree=6,svm=none.",
    ),
]
Gaps = Annotated[
    Missing,
    typer.Option(
        help="What to do with missing values: 'fill' in the median of the training part, 'drop' "
        "such rows, or 'refuse' them."
    ),
]
Figures = Annotated[
    Path | None,
    typer.Option(metavar="FOLDER", help="Write every figure as SVG and PNG into a folder as well."),
]
Report = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Write a page with figures as well.")
]


def command(
    source: AnyTable,
    *,
    metrics: Metrics = None,
    on: IdColumn = None,
    label: LabelColumn = None,
    columns: ChosenColumns = None,
    missing: Gaps = Missing.fill,
    learners: Learners = "decision_tree,logistic_regression",
    balance: Balance = "none",
    components: Components = "none",
    folds: Annotated[int, typer.Option(min=2, help="Number of folds.")] = 10,
    repeats: Annotated[
        int, typer.Option(min=1, help="How often to do it again with the next seed.")
    ] = 1,
    groups: Groups = None,
    seed: Annotated[int, typer.Option(min=0, max=2**31 - 1, help="Seed of everything random.")] = 0,
    figures: Figures = None,
    report: Report = None,
    form: Annotated[Format, typer.Option("--format", "-f", help="Form of the result.")] = (
        Format.table
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the result.")
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Compare learners on any table, and say what balancing the training rows changes.

    Everything that learns is done anew in each fold. What was held out is scored as it is,
    and with as many recordings of every genre; differences are paired, with intervals.
    """
    check_places(output, report, read=[source, metrics, annotation_file(groups)])
    if figures is not None and figures.exists() and not figures.is_dir():
        raise ParameterError(f"{str(figures)!r} is a file; name a folder for the figures")
    asked = Asked(
        learners=names_of(learners, option="--learners"),
        balances=names_of(balance, option="--balance"),
        folds=folds,
        repeats=repeats,
        seed=seed,
    )
    given = components_of(components, learners=asked.learners)
    table = load_any_table(source, metrics=metrics, on=on, label=label, columns=columns)
    dataset = _dataset(table, groups=groups, missing=missing)
    study = _studied(asked, dataset, components=given, jobs=jobs)
    emit(_text(study, form=form, to_file=output is not None), output=output)
    if figures is not None:
        say(f"{write_figures(study, figures)} figures are in {figures}")
    if report is not None:
        _write_page(study, report, table=table, dataset=dataset)


def _dataset(table: MetricTable, *, groups: str | None, missing: Missing) -> Dataset:
    import numpy as np

    from genre_audio.tables import dataset_of_any, resolve_groups

    annotations = None if groups is None else resolve_groups(groups, table=table)
    dataset = dataset_of_any(table, groups=annotations, missing=_KEPT[missing])
    say_dataset(dataset)
    if gaps := int(np.isnan(dataset.X).any(axis=1).sum()):
        how = "medians of the training part stand in (see --missing)"
        say(f"{gaps} labelled rows lack a feature; {how}")
    return dataset


def _studied(
    asked: Asked, dataset: Dataset, *, components: dict[str, int | float | None], jobs: int | None
) -> Study:
    from genre_audio.evaluation import run_study, study_protocol
    from genre_audio.execution import resolve_jobs

    how = {"n_splits": asked.folds, "repeats": asked.repeats, "seed": asked.seed}
    with progress("comparing") as (start, advance):

        def on_fold(_done: int, total: int) -> None:
            """Show how many of all folds are done."""
            start(total)
            advance()

        return run_study(
            dataset,
            learners=asked.learners,
            balances=asked.balances,
            components=components,
            protocol=study_protocol(dataset, **how),
            seed=asked.seed,
            n_jobs=resolve_jobs(jobs),
            on_fold=on_fold,
        )


def _text(study: Study, *, form: Format, to_file: bool) -> str:
    from genre_audio.reporting import study_text

    terminal = sys.stdout.isatty() and not to_file
    return study_text(
        study,
        form=form.value,
        width=max(100, shutil.get_terminal_size().columns) if terminal else 150,
        colour=terminal and "NO_COLOR" not in os.environ,
    )


def _write_page(study: Study, path: Path, *, table: MetricTable, dataset: Dataset) -> None:
    from genre_audio.files import replace_text
    from genre_audio.reporting.study_page import study_page

    origin = study_provenance(table, dataset=dataset, study=study)
    replace_text(path, study_page(study, notes=table.notes, provenance=origin))
    say(f"the page is {path}")
