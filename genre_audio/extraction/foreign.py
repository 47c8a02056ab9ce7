"""Tables that a run must not replace, because something in them would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.tables.feature_table import SEGMENT_COLUMNS
from genre_audio.tables.table_file import column_names

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from genre_audio.features import Schema
    from genre_audio.tables import Manifest

__all__ = ["refuse_foreign"]


def refuse_foreign(output: Path, manifest: Manifest, *, schema: Schema) -> None:
    """Refuse a table of another schema, or with columns of somebody's own.

    Parameters
    ----------
    output : pathlib.Path
        The table.
    manifest : Manifest
        Its manifest.
    schema : Schema
        What is to be written there.

    Raises
    ------
    TableError
        If rows or columns would be lost.

    Examples
    --------
    See `genre_audio.extraction.store.read_known`, which asks this.
    """
    _check_schema(output, theirs=str(manifest.schema.get("name", "")), ours=schema.name)
    _check_columns(output, theirs=manifest.schema.get("columns", ()), ours=schema.columns)


def _check_schema(output: Path, *, theirs: str, ours: str) -> None:
    """Refuse another schema; only a later version of the same takes the place of its rows."""
    if theirs != ours:
        raise TableError(
            f"{output} holds the columns of the schema {theirs!r}, and {ours!r} was asked for: "
            f"ask for {theirs!r}, choose another output with -o, or --force to replace it"
        )


def _check_columns(output: Path, *, theirs: Iterable[str], ours: Iterable[str]) -> None:
    header, needed = set(column_names(output)), {"filename", "length", "label"}
    advice = "choose another output with -o, or --force to replace it"
    foreign = sorted(header - needed - {*theirs, *ours, *SEGMENT_COLUMNS})
    if foreign:
        named = ", ".join(foreign)
        raise TableError(f"{output} has columns of its own that would be lost ({named}); {advice}")
    if not needed <= header:
        named = ", ".join(sorted(needed - header))
        raise TableError(f"{output} lacks columns that it was made with ({named}); {advice}")
