"""``genre-audio extract``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from genre_audio.cli.options import Hop, Jobs, Scheduler, use_scheduler
from genre_audio.cli.output import (
    NOTHING_DONE,
    SKIPPED,
    annotation_file,
    emit,
    progress,
    say,
)
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.audio import Source
    from genre_audio.extraction import Extracted, ExtractSummary, Failure

__all__ = ["OUTPUTS", "Columns", "command"]


class Columns(enum.StrEnum):
    """Names of feature schemas."""

    gtzan57 = "gtzan57"
    extended = "extended"


OUTPUTS: Final = {
    Columns.gtzan57: Path("features.csv"),
    Columns.extended: Path("features-extended.csv"),
}
Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH", help="Recordings, or folders of them; URLs such as s3://BUCKET."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="The table; its manifest is put beside it. By default features.csv, or "
        "features-extended.csv. One called .parquet is a folder of parts, for large collections.",
    ),
]
Chosen = Annotated[
    Columns,
    typer.Option(
        help="Which columns: the 57 of the published GTZAN table, or 202 more that tell "
        "how sound moves, for models of your own."
    ),
]


def command(
    context: typer.Context,
    paths: Paths,
    *,
    output: Output = None,
    schema: Chosen = Columns.gtzan57,
    labels: Annotated[
        str | None,
        typer.Option(
            help="Genres: 'folders' (the folder that a recording lies in), a CSV file, "
            "FILE.csv:COLUMN, or 'none'. Labels that the table has are kept by default.",
        ),
    ] = None,
    segment_seconds: Annotated[
        float, typer.Option(help="Length of the segments that longer recordings are cut into.")
    ] = 30.0,
    hop: Hop = None,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    force: Annotated[
        bool, typer.Option("--force", help="Compute everything again; replace a foreign table.")
    ] = False,
) -> None:
    """Turn recordings into a table of features (CSV or Parquet), one row for each segment.

    The table is a cache: run again, it reads only recordings that are new or changed.
    """
    from genre_audio.audio import find_recordings
    from genre_audio.config import Segmentation
    from genre_audio.extraction import extract
    from genre_audio.features import SCHEMAS

    sources, place = find_recordings(paths), output or OUTPUTS[schema]
    _check_place(place, sources, labels=annotation_file(labels))
    use_scheduler(context, scheduler, jobs=jobs)
    with progress("extracting") as (start, advance):

        def report(result: Extracted | Failure) -> None:
            """Say what was left out, and go on."""
            say_failure(result)
            advance()

        summary = extract(
            sources,
            output=place,
            schema=SCHEMAS[schema.value],
            segmentation=Segmentation(seconds=segment_seconds, hop=hop),
            labels=labels,
            n_jobs=jobs,
            force=force,
            on_start=start,
            on_result=report,
            on_message=say,
        )
    _say_summary(summary)
    emit(str(summary.output))
    if summary.failures:
        done = summary.computed or summary.reused
        raise typer.Exit(SKIPPED if done else NOTHING_DONE)
    if not summary.rows:
        say("no recordings found")
        raise typer.Exit(NOTHING_DONE)


def _check_place(place: Path, sources: Sequence[Source], *, labels: Path | None) -> None:
    """Refuse to write a table over a folder or, --force or not, over what is read for it."""
    from genre_audio.files.places import is_folder, is_gone, led_to, same_file
    from genre_audio.files.remote import Remote
    from genre_audio.tables.manifest import manifest_path
    from genre_audio.tables.parquet_file import is_parquet

    if is_folder(place) and not is_parquet(place):
        raise ParameterError(f"{str(place)!r} is a folder; name a file in it for the table")
    # A table of ours keeps the labels that it has.
    ours = manifest_path(place).exists()
    if labels is not None and not ours and same_file(labels, place):
        raise ParameterError(f"{str(place)!r} is read, and would be lost; name another file")
    # Of another name for the same file only the name would be lost.
    for source in () if is_gone(place) else sources:
        path = source.path if isinstance(source.path, Remote) else led_to(source.path)
        if path.name == led_to(place).name and same_file(path, place):
            raise ParameterError(
                f"{str(place)!r} is a recording, and would be lost; name another file for the table"
            )


def say_failure(result: Extracted | Failure) -> None:
    """Print one line for a recording that failed, or segments that were refused.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.cli.extract import say_failure
    >>> from genre_audio.extraction import Failure
    >>> say_failure(Failure("a.wav", Path("a.wav"), "silent", "nothing to hear"))
    """
    from genre_audio.extraction import Failure

    if isinstance(result, Failure):
        again = "; as in an earlier run ('extract --force' and 'predict --no-cache' try it again)"
        said = result.message + again * result.earlier
        say(f"skipped {result.name}: {said} [{result.kind}]")
        return
    for refused in result.refused:
        place = f"left out {refused.start:.1f} to {refused.stop:.1f} s"
        if not refused.seconds:
            place = f"nothing after {refused.start:.1f} s"
        say(f"{result.name}: {place}: {refused.message} [{refused.kind}]")


def _say_summary(summary: ExtractSummary) -> None:
    parts = [
        f"{len(summary.computed)} recordings read",
        f"{len(summary.reused)} known already" if summary.reused else "",
        f"{len(summary.failures)} skipped" if summary.failures else "",
        f"{summary.refused} segments left out" if summary.refused else "",
        f"{len(summary.kept)} of other runs kept" if summary.kept else "",
        f"{len(summary.removed)} no longer there" if summary.removed else "",
        f"{len(summary.changed)} rows changed by hand computed again" if summary.changed else "",
        f"{summary.rows} rows in {summary.output}",
    ]
    say(", ".join(part for part in parts if part))
