"""``genre-audio retrain``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genre_audio.cli.any_table import TABLE, no_table
from genre_audio.cli.extract import OUTPUTS, Columns, say_failure
from genre_audio.cli.kept_rows import kept_rows
from genre_audio.cli.model_place import free_folder
from genre_audio.cli.models import warn_of_variable
from genre_audio.cli.options import Budget, Groups, Jobs, Scheduler, Seconds, use_scheduler
from genre_audio.cli.output import SKIPPED, emit, progress, say
from genre_audio.cli.rows import feature_rows
from genre_audio.errors import ParameterError, TableError

if TYPE_CHECKING:
    from genre_audio.config import Segmentation
    from genre_audio.extraction import Extracted, Failure
    from genre_audio.tables import Annotations, Dataset, FeatureTable

__all__ = ["command"]


Source = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE|FOLDER",
        help="A feature table, a folder with one subfolder of recordings per genre, or a "
        "model that keeps its rows.",
    ),
]
Titles = Annotated[
    str | None,
    typer.Option(
        help="Titles of the recordings, to be told with those that a new one is like: a column "
        "of the table, a CSV file, or FILE.csv:COLUMN.",
    ),
]
Name = Annotated[str | None, typer.Option(help="Name of the model; the date by default.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Folder for the model instead of your model folder."),
]
Tuning = Annotated[
    Budget,
    typer.Option(
        help="How much to tune: 'none' takes what was set by hand for GTZAN, 'small' takes "
        "minutes, 'full' far longer.",
    ),
]
Described = Annotated[
    Columns | None,
    typer.Option(
        "--schema",
        help="Columns to extract, where recordings are given: 'gtzan57' (the default), or "
        "'extended'.",
    ),
]
Seed = Annotated[
    int, typer.Option(min=0, max=2**31 - 1, help="Same table, seed and versions: same model.")
]
Rows = Annotated[
    bool, typer.Option("--rows/--no-rows", help="Keep the training rows with the model.")
]
Level = Annotated[
    bool,
    typer.Option(
        "--absolute-level",
        help="Learn from the recording level as well; a gain can then change a genre.",
    ),
]
Activate = Annotated[
    bool, typer.Option("--activate/--no-activate", help="Use the model from now on.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace a model of the same name.")]


def command(
    context: typer.Context,
    source: Source = Path(TABLE),
    *,
    groups: Groups = None,
    titles: Titles = None,
    name: Name = None,
    output: Output = None,
    budget: Tuning = Budget.small,
    seed: Seed = 0,
    schema: Described = None,
    segment_seconds: Seconds = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    absolute_level: Level = False,
    rows: Rows = True,
    activate: Activate = True,
    force: Force = False,
) -> None:
    """Train the stack of learners again, on a feature table with your own labels.

    Prints the scores on held-out folds, and uses the new model from then on.
    """
    from genre_audio.config import Segmentation
    from genre_audio.execution import resolve_jobs
    from genre_audio.execution.joblibs import shield_joblib
    from genre_audio.reporting import scores_text
    from genre_audio.tables import resolve_groups
    from genre_audio.training import save_bundle, train
    from genre_audio.training.store import activate as activate_model

    shield_joblib()
    n_jobs = resolve_jobs(jobs)
    segmentation = None if segment_seconds is None else Segmentation(seconds=segment_seconds)
    use_scheduler(context, scheduler, jobs=n_jobs)
    with free_folder(name, output=output, force=force) as folder:
        task, (table, dataset), named, skipped = _rows(
            source, schema=schema, segmentation=segmentation, groups=groups, n_jobs=n_jobs
        )
        if titles is not None:
            named = resolve_groups(titles, table=table, what="titles")
        bundle, scores = train(
            table,
            dataset,
            name=folder.name,
            task=task,
            budget=budget.value,
            seed=seed,
            n_jobs=n_jobs,
            level_invariant=not absolute_level,
            keep_rows=rows,
            titles=named,
            on_step=say,
        )
        save_bundle(bundle, folder, force=force)
        emit("\n".join(scores_text(evaluation) for evaluation in scores))
        say(f"the model {folder.name} is in {folder}")
        if activate:
            activate_model(str(folder.resolve()), task=task)
            say("'predict' uses it from now on; 'genre-audio models use default' goes back")
            warn_of_variable()
    if skipped:
        raise typer.Exit(SKIPPED)


def _rows(
    source: Path,
    *,
    schema: Columns | None,
    segmentation: Segmentation | None,
    groups: str | None,
    n_jobs: int,
) -> tuple[str, tuple[FeatureTable, Dataset], Annotations | None, int]:
    """Return the task, the rows to learn from, titles, and how many recordings failed."""
    asked = {"--schema": schema, "--segment-seconds": segmentation}
    task, kept, titles = kept_rows(source, groups=groups, asked=asked)
    if kept is not None:
        return task, kept, titles, 0
    path, skipped = _table_path(source, schema=schema, segmentation=segmentation, n_jobs=n_jobs)
    return task, feature_rows(path, segmentation=segmentation, groups=groups), None, skipped


def _table_path(
    source: Path, *, schema: Columns | None, segmentation: Segmentation | None, n_jobs: int
) -> tuple[Path, int]:
    """Return the table meant, and how many recordings failed where it had to be made."""
    from genre_audio.tables.parquet_file import is_table

    if is_table(source):
        _refuse_schema(schema, source)
        return source, 0
    if not source.is_dir():
        raise no_table(source)
    columns = schema or Columns.gtzan57
    table = source / OUTPUTS[columns]
    if table.is_file():
        say(f"taking the table {table} as it is; 'genre-audio extract' brings it up to date")
        return table, 0
    return _extracted(source, table, schema=columns, segmentation=segmentation, n_jobs=n_jobs)


def _refuse_schema(schema: Columns | None, source: Path) -> None:
    if schema is not None:
        raise ParameterError(
            f"--schema says what is extracted from a folder of recordings; the columns of "
            f"{source} are there already: leave it out"
        )


def _extracted(
    source: Path,
    table: Path,
    *,
    schema: Columns,
    segmentation: Segmentation | None,
    n_jobs: int,
) -> tuple[Path, int]:
    from genre_audio.audio import find_recordings
    from genre_audio.config import Segmentation
    from genre_audio.extraction import extract
    from genre_audio.features import SCHEMAS

    sources = find_recordings([source])
    if not sources:
        raise TableError(f"{source} holds neither {table.name} nor recordings")
    say(f"extracting the recordings in {source} into {table}, labelled by their folders")
    with progress("extracting") as (start, advance):

        def report(result: Extracted | Failure) -> None:
            """Say what was left out, and go on."""
            say_failure(result)
            advance()

        summary = extract(
            sources,
            output=table,
            schema=SCHEMAS[schema.value],
            segmentation=segmentation or Segmentation(),
            labels="folders",
            n_jobs=n_jobs,
            on_start=start,
            on_result=report,
            on_message=say,
        )
    return table, len(summary.failures)
