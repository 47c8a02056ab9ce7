"""Options of the commands that take a table of any origin, and how they read it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from genre_audio.cli.output import say
from genre_audio.errors import ParameterError, TableError

if TYPE_CHECKING:
    from genre_audio.tables import MetricTable

__all__ = [
    "TABLE",
    "AnyTable",
    "ChosenColumns",
    "Gaps",
    "IdColumn",
    "LabelColumn",
    "Metrics",
    "Missing",
    "column_names",
    "load_any_table",
    "no_table",
    "table_file",
]

TABLE: Final = "features.csv"
"""The table of a folder."""


class Gaps(enum.StrEnum):
    """What to do with rows that lack a feature."""

    refuse = "refuse"
    drop = "drop"


AnyTable = Annotated[
    Path,
    typer.Argument(
        metavar="TABLE",
        help="A table with a column of labels: CSV or JSON, packed by gzip or not, Parquet, or a "
        "folder with features.csv in it.",
    ),
]
Metrics = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="A second table, with the features, to be joined with the first."
    ),
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--on",
        metavar="COLUMN",
        help="The column that tells recordings apart, in both tables; by default the only one "
        "that both have.",
    ),
]
LabelColumn = Annotated[
    str | None,
    typer.Option("--label", metavar="COLUMN", help="The column of genres; 'label' by default."),
]
ChosenColumns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        metavar="NAMES",
        help="The features, with commas between them; by default all columns of numbers (with "
        "--metrics, its own) but ids.",
    ),
]
Missing = Annotated[
    Gaps, typer.Option(help="What to do with rows that lack a feature: 'refuse', or 'drop' them.")
]


def load_any_table(
    source: Path,
    *,
    metrics: Path | None = None,
    on: str | None = None,
    label: str | None = None,
    columns: str | None = None,
) -> MetricTable:
    """Read a table of any origin, and say what was joined, coerced and left out."""
    from genre_audio.tables import read_any_table
    from genre_audio.tables.parquet_file import is_table

    if metrics is not None and not is_table(metrics):
        raise TableError(f"there is no file {str(metrics)!r} of metrics")
    table = read_any_table(
        table_file(source), metrics=metrics, on=on, label=label, columns=column_names(columns)
    )
    for note in table.notes:
        say(note)
    return table


def table_file(source: Path) -> Path:
    """Return the table meant, or refuse what is none."""
    from genre_audio.tables.parquet_file import is_table

    path = source / TABLE if source.is_dir() and not is_table(source) else source
    if not is_table(path):
        raise no_table(path)
    return path


def no_table(path: Path) -> TableError:
    """Return what is said where a table should be, and is none."""
    from genre_audio.files.remote import is_folded_url

    if is_folded_url(path):
        return TableError(
            f"tables are read from files of this machine, and {path} is a URL: download it first"
        )
    return TableError(
        f"there is no table {str(path)!r}; make one with "
        "'genre-audio extract FOLDER --labels folders'"
    )


def column_names(text: str | None) -> tuple[str, ...] | None:
    """Return the names that an option lists with commas between them."""
    if text is None:
        return None
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise ParameterError("--columns names no column")
    return names
