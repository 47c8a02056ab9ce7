"""``genre-audio explore``."""

from __future__ import annotations

import datetime
import platform
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from genre_audio.cli.any_table import (
    ChosenColumns,
    IdColumn,
    LabelColumn,
    Metrics,
    load_any_table,
)
from genre_audio.cli.output import check_places, emit, say
from genre_audio.cli.pairs import pairs_of
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.tables import MetricTable

__all__ = ["command"]

_TABLES = (".csv", ".json", ".jsonl", ".ndjson", ".gz", ".parquet", ".pq")

Source = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE|RECORDING",
        help="A table (.csv, .json, .jsonl, packed by gzip or not; .parquet), a folder with "
        "features.csv in it, or else a recording.",
    ),
]
Pairs = Annotated[
    list[str] | None,
    typer.Option(
        "--pair",
        metavar="A B",
        help="Two features to be drawn against each other; may be given several times. By "
        "default the strongest correlation and the two that separate genres best.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Give everything as JSON.")]
Report = Annotated[
    Path | None, typer.Option(metavar="FILE.html", help="Write a page with pictures as well.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="File for the result.")]


def command(
    source: Source,
    *,
    metrics: Metrics = None,
    on: IdColumn = None,
    label: LabelColumn = None,
    columns: ChosenColumns = None,
    pair: Pairs = None,
    as_json: Json = False,
    report: Report = None,
    output: Output = None,
) -> None:
    """Look at a table, or at a recording, before anything is learned from it.

    Of a table: types, gaps, genres, copies, outliers, correlations, which features tell
    genres apart, principal components. Of a recording: waveform and mel spectrogram
    (in the page of --report), level, and what of it would be refused.
    """
    check_places(output, report, read=[source, metrics])
    asked = {"--metrics": metrics, "--on": on, "--label": label, "--columns": columns}
    if _is_table(source):
        table = load_any_table(source, metrics=metrics, on=on, label=label, columns=columns)
        _explore_table(table, pairs=pairs_of(pair), as_json=as_json, report=report, output=output)
        return
    given = [name for name, value in (asked | {"--pair": pair or None}).items() if value]
    if given:
        raise ParameterError(
            f"{given[0]} is for tables, and {source.name!r} is taken for a recording by its "
            f"ending; tables end in {', '.join(_TABLES)}"
        )
    _explore_recording(source, as_json=as_json, report=report, output=output)


def _is_table(source: Path) -> bool:
    return source.is_dir() or source.suffix.lower() in _TABLES


def _explore_table(
    table: MetricTable,
    *,
    pairs: Sequence[tuple[str, str]],
    as_json: bool,
    report: Path | None,
    output: Path | None,
) -> None:
    from genre_audio.exploration import explore
    from genre_audio.reporting.exploration_text import exploration_json, exploration_text

    found = explore(
        table.frame,
        columns=table.features,
        label=table.label,
        names=table.names,
        places=table.places,
        pairs=pairs,
    )
    text = exploration_json(found, table=table.as_dict()) if as_json else exploration_text(found)
    emit(text, output=output)
    if report is not None:
        from genre_audio.reporting.exploration_page import exploration_page

        page = exploration_page(
            found,
            notes=table.notes,
            title=f"What is in {table.path.name}",
            provenance=_origin(
                {
                    "file": table.path.name,
                    **({"metrics": table.metrics_path.name} if table.metrics_path else {}),
                    "digest": table.digest,
                    "schema": str(table.schema) if table.schema else "none that is known",
                },
                "numpy", "scipy", "scikit-learn",
            ),
        )  # fmt: skip
        _write_page(report, page)


def _explore_recording(
    source: Path, *, as_json: bool, report: Path | None, output: Path | None
) -> None:
    from genre_audio.exploration.recording_view import view_recording
    from genre_audio.reporting.recording_text import recording_json, recording_text

    view = view_recording(source)
    emit(recording_json(view) if as_json else recording_text(view), output=output)
    if report is not None:
        from genre_audio.reporting.recording_page import recording_page

        page = recording_page(
            view, provenance=_origin({"file": source.name}, "numpy", "soundfile", "soxr")
        )
        _write_page(report, page)


def _write_page(path: Path, page: str) -> None:
    from genre_audio.files import replace_text

    replace_text(path, page)
    say(f"the page is {path}")


def _origin(source: dict[str, str], *packages: str) -> dict[str, Any]:
    """Return what a page must say of where its figures come from."""
    from importlib.metadata import version

    versions = {name: version(name) for name in ("genre-audio", *packages)}
    return {
        "Command": shlex.join(["genre-audio", *sys.argv[1:]]),
        "Made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "Source": source,
        "Versions": versions | {"Python": platform.python_version()},
    }
