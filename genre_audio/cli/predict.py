"""``genre-audio predict``."""

from __future__ import annotations

import enum
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from genre_audio.cli.extract import say_failure
from genre_audio.cli.options import Jobs
from genre_audio.cli.output import NOTHING_DONE, SKIPPED, emit, progress, say
from genre_audio.errors import TableError

if TYPE_CHECKING:
    from genre_audio.extraction import Extracted, Failure
    from genre_audio.prediction import Prediction
    from genre_audio.training import ModelBundle

__all__ = ["command"]


class Format(enum.StrEnum):
    """Forms of a result."""

    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"


def _share(value: float | None) -> float | None:
    if value is not None and not 0.0 < value < 1.0:
        raise typer.BadParameter("give a share above 0 and below 1, such as 0.9")
    return value


Coverage = Annotated[
    float | None,
    typer.Option(
        callback=_share,
        help="How often the genres not ruled out are to hold the right one; 0.9, if the model "
        "does not say otherwise.",
    ),
]


def command(
    recordings: Annotated[
        list[Path] | None,
        typer.Argument(metavar="RECORDING", help="Recordings, or folders of them."),
    ] = None,
    *,
    table: Annotated[
        Path | None, typer.Option(help="Take the rows of this feature table instead.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            help="A model's name or folder; else GENRE_AUDIO_MODEL, else the one activated, "
            "else the one shipped.",
        ),
    ] = None,
    top: Annotated[
        int, typer.Option("-k", "--top", min=1, help="How many genres a line of the table names.")
    ] = 3,
    form: Annotated[Format, typer.Option("--format", "-f", help="Form of the result.")] = (
        Format.table
    ),
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File for the result.")
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="One line for each segment, with start and stop.")
    ] = False,
    coverage: Coverage = None,
    jobs: Jobs = None,
) -> None:
    """Tell which genres recordings resemble.

    One line for each: file, genre and probability, the next genres, those that are not
    ruled out, and a remark when it lies farther out than nearly all of the training
    recordings do.
    """
    from genre_audio.reporting import predictions_text
    from genre_audio.training import load_bundle, resolve_model

    if bool(recordings) == (table is not None):
        raise typer.BadParameter("give recordings, or a feature table with --table")
    entry = resolve_model(model)
    bundle = load_bundle(entry.path)
    say(f"model: {entry.info.name} ({entry.source})")
    if table is not None:
        predictions, failures = _from_table(table, bundle, coverage=coverage), 0
    else:
        predictions, failures = _from_recordings(
            recordings or [], bundle, coverage=coverage, jobs=jobs
        )
    if predictions:
        text = predictions_text(predictions, form=form.value, k=top, segments=segments)
        emit(text, output=output)
    _say_sets(predictions, bundle)
    _say_unlike(predictions, threshold=bundle.info.thresholds["unlike_percentile"])
    if not predictions:
        say("no recording could be read")
        raise typer.Exit(NOTHING_DONE)
    if failures:
        raise typer.Exit(SKIPPED)


def _from_table(path: Path, bundle: ModelBundle, *, coverage: float | None) -> list[Prediction]:
    from genre_audio.prediction import predict_table
    from genre_audio.tables import read_table

    table = read_table(path)
    if table.frame.empty:
        raise TableError(f"{path} names columns and has no rows: no recording could be read")
    if table.segmentation_inferred:
        say(f"{path} has no manifest; its segments seem to last {table.segmentation.seconds:g} s")
    return predict_table(table, bundle, coverage=coverage)


def _from_recordings(
    paths: list[Path], bundle: ModelBundle, *, coverage: float | None, jobs: int | None
) -> tuple[list[Prediction], int]:
    from genre_audio.audio import find_recordings
    from genre_audio.execution import map_unordered
    from genre_audio.extraction import (
        Extracted,
        expected_seconds,
        extract_recording,
        prepare_kernels,
    )
    from genre_audio.prediction import predict_extracted, schema_for

    bundle.resolve_coverage(coverage)  # refused before the work, not after it
    sources = find_recordings(paths)
    work = functools.partial(
        extract_recording, schema=schema_for(bundle), segmentation=bundle.segmentation
    )
    prepare_kernels(say)
    results: list[Extracted | Failure] = []
    with progress("reading") as (start, advance):
        start(len(sources))
        costs = expected_seconds(sources)
        for result in map_unordered(work, sources, n_jobs=jobs, costs=costs):
            say_failure(result)
            results.append(result)
            advance()
    extracted = sorted(
        (result for result in results if isinstance(result, Extracted)),
        key=lambda result: result.name,
    )
    predictions = predict_extracted(extracted, bundle, coverage=coverage) if extracted else []
    return predictions, len(results) - len(extracted)


def _say_sets(predictions: list[Prediction], bundle: ModelBundle) -> None:
    """Say what the genres not ruled out promise, and what was measured of it."""
    known = bundle.info.conformal
    if known is None or not predictions or predictions[0].coverage is None:
        return
    asked = predictions[0].coverage
    words = f"not ruled out: sets meant to hold the right genre {asked * 100:g} times in 100"
    if known["measured_coverage"] is not None and asked == known["coverage"]:
        new = f"whose {known['grouping']} was not" if known["grouping"] != "recording" else "not"
        words += (
            f"; on recordings {new} heard in training such sets held it "
            f"{known['measured_coverage'] * 100:.0f} times in 100, with "
            f"{known['mean_set_size']:.1f} genres on average"
        )
    say(words)


def _say_unlike(predictions: list[Prediction], *, threshold: float) -> None:
    unlike = sum(prediction.unlike for prediction in predictions)
    if unlike:
        sets = any(prediction.coverage is not None for prediction in predictions)
        say(
            f"{unlike} of {len(predictions)} lie farther out than {threshold:g} % of the training "
            "recordings do: their genres are likenesses at a distance"
            + (", and what is ruled out is not guaranteed" if sets else "")
        )
