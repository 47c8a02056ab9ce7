"""A table in Parquet read a few rows at a time, as long as its files are as they were written.

See `genre_audio.tables.written_rows`, which does the same with CSV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.files import fingerprint
from genre_audio.tables.manifest import Manifest
from genre_audio.tables.parquet_file import pyarrow_parquet, reading
from genre_audio.tables.parquet_parts import is_as_written, parts_of
from genre_audio.tables.parquet_recordings import recording_rows
from genre_audio.tables.recording_entry import RecordingEntry
from genre_audio.tables.written_rows import WrittenRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["WrittenParquet"]

_ROWS: Final = 500


class WrittenParquet:
    """A table in Parquet with what is known of its recordings.

    Parameters
    ----------
    path : pathlib.Path
        The table.

    Raises
    ------
    ValueError
        If it is not ours, or a file of it is not as it was written.
    TableError
        If a file is missing, or cannot be read.

    Examples
    --------
    See `genre_audio.extraction.intact.read_intact`, which asks this.
    """

    def __init__(self, path: Path) -> None:
        self._parts = parts_of(path)
        self._failures: dict[str, Any] = {}
        if self._parts.head is None or not is_as_written(path):
            raise ValueError("the parts are not as they were written")
        for file, content in self._parts.recordings.items():
            with reading(file):
                if fingerprint(file).sha256 != content:
                    raise ValueError(f"{file} was changed")

    def entries(self) -> Iterator[tuple[str, RecordingEntry]]:
        """Yield what is known of each recording, in the order of their names."""
        for file in self._parts.recordings:
            for name, failed, value in recording_rows(file):
                if failed:
                    self._failures[name] = value
                else:
                    yield name, RecordingEntry.from_dict(value)

    def rows(self, columns: Sequence[str]) -> Iterator[WrittenRow]:
        """Yield the rows, with the numbers of these columns."""
        for file in self._parts.files:
            with reading(file), pyarrow_parquet().ParquetFile(file) as parquet:
                names = parquet.schema_arrow.names
                wide = "recording" in names
                if names != ["filename", "length", *columns, "label", *names[len(columns) + 3 :]]:
                    raise ValueError("the names of columns are others")
                for batch in parquet.iter_batches(batch_size=_ROWS):
                    for row in zip(*(each.to_pylist() for each in batch), strict=True):
                        name, length, *rest = row
                        values, (label, *place) = rest[: len(columns)], rest[len(columns) :]
                        span = (place[1], place[2]) if wide else None
                        yield WrittenRow(name, length, tuple(values), label or "", span)

    def rest(self) -> Manifest:
        """Return all else, when the recordings have been read."""
        head = self._parts.head or {}
        return Manifest.from_dict(head | {"recordings": {}, "failures": self._failures})
