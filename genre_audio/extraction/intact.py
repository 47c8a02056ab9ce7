"""An earlier table that nobody touched, read one recording at a time.

Nearly every table that a run brings up to date is as the last run left it. Its recordings
then go to disk as they are read, and memory does not depend on how many there are. Where
anything is not as it was written, nothing is said here, and `genre_audio.extraction.store`
reads the table whole, with all that people may have done to it.
"""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.extraction.recording import Extracted, Row, rows_digest
from genre_audio.files import note_path
from genre_audio.tables.manifest import manifest_path
from genre_audio.tables.parquet_file import is_parquet
from genre_audio.tables.parquet_written import WrittenParquet
from genre_audio.tables.written_rows import WrittenManifest, WrittenRow, written_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from pathlib import Path

    from genre_audio.features import Schema
    from genre_audio.files.remote import Place
    from genre_audio.tables import Manifest, RecordingEntry

__all__ = ["read_intact"]


def read_intact(
    table: Path,
    *,
    schema: Schema,
    place_of: Callable[[str], Place],
    on_recording: Callable[[Extracted, str], None],
) -> Manifest | None:
    """Read a table, if it is as it was written.

    Parameters
    ----------
    table : pathlib.Path
        The table.
    schema : Schema
        Whose columns it must have.
    place_of : callable
        Tells where a recording lies, given its path in the manifest.
    on_recording : callable
        Called with each recording and its label, which is empty where there is none. What
        it was called with does not count if None is returned.

    Returns
    -------
    Manifest or None
        Without recordings.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57
    >>> from genre_audio.extraction.intact import read_intact
    >>> read_intact(Path("nowhere.csv"), schema=GTZAN57, place_of=print, on_recording=print)
    """
    try:
        with _opened(table, schema=schema) as (manifest, rows):
            for name, entry in manifest.entries():
                mine = list(itertools.islice(rows, len(entry.segments)))
                found = tuple(_checked(mine, name, entry))
                if rows_digest(found) != entry.digest:
                    return None
                how = (entry.file, entry.quality, found, entry.refused)
                on_recording(Extracted(name, place_of(entry.path), *how), _label(mine))
            if next(rows, None) is not None:
                return None
            return manifest.rest()
    except (OSError, ValueError, TableError):
        return None


@contextlib.contextmanager
def _opened(
    table: Path, *, schema: Schema
) -> Generator[tuple[WrittenManifest | WrittenParquet, Iterator[WrittenRow]], None, None]:
    """Open a table and what is known of its recordings, to be read side by side."""
    if is_parquet(table):
        parquet = WrittenParquet(table)
        yield parquet, parquet.rows(schema.columns)
        return
    if note_path(table).exists():
        raise ValueError("a run was stopped while it wrote")
    with (
        manifest_path(table).open(encoding="utf-8", newline="") as beside,
        table.open(encoding="utf-8", newline="") as file,
    ):
        yield WrittenManifest(beside), written_rows(file, columns=schema.columns)


def _checked(rows: list[WrittenRow], name: str, entry: RecordingEntry) -> Iterator[Row]:
    """Yield a recording's rows, which are those that its entry tells of."""
    if not rows:
        raise ValueError(f"{name!r} has no rows")
    for row, (start, stop) in zip(rows, entry.segments, strict=True):
        if row.name != name or (row.span or (start, stop)) != (start, stop):
            raise ValueError(f"a row of {row.name!r} where one of {name!r} should be")
        yield Row(start, stop, row.length, row.values)


def _label(rows: Iterable[WrittenRow]) -> str:
    """Return a recording's label; what needs to be talked about is left to others."""
    labels = {row.label for row in rows}
    label = labels.pop()
    if labels or label.startswith("#"):
        raise ValueError("labels that differ, or are a spreadsheet's")
    return label
