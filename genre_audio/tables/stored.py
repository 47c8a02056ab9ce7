"""How a feature table and its manifest reach their place: CSV with a file beside it, or Parquet.

Rows come one after another and go on their way in small numbers, so that a large table is
never in memory: of CSV some hundred rows are, of Parquet the numbers of one part.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import OutputError
from genre_audio.files import fingerprint, replace_folder, replace_pair
from genre_audio.files.places import is_folder
from genre_audio.tables.csv_text import csv_lines
from genre_audio.tables.manifest import manifest_path
from genre_audio.tables.parquet_file import is_parquet, pyarrow_parquet
from genre_audio.tables.parquet_parts import COMMON, HEAD, PARTS, RECORDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from genre_audio.tables.manifest import Manifest
    from genre_audio.tables.recording_entry import RecordingEntry

__all__ = ["FRAME_ROWS", "store"]

FRAME_ROWS: Final = 50_000
"""Rows of one part of Parquet: 23 MB of numbers."""

_ENTRIES: Final = 10_000
"""Recordings of one part of what is known of them: 12 MB of text."""

_LINES: Final = 200
"""Rows that are in memory as Python has them."""

_TEXTS: Final = ("filename", "label", "recording")
_OF_RECORDINGS: Final = {
    "name": "string",
    "failed": "bool",
    "entry": "string",
}
_HOW: Final = {"compression": "zstd", "write_page_checksum": True}


def store(
    path: Path,
    rows: Iterable[Sequence[Any]],
    *,
    columns: Sequence[str],
    manifest: Manifest,
    entries: Iterable[tuple[str, RecordingEntry]],
) -> None:
    """Write a table and its manifest: CSV as a pair, Parquet both in one folder.

    Parameters
    ----------
    path : pathlib.Path
        The table; its ending tells whether it is Parquet.
    rows : iterable of sequence
        Values of each, as Python knows them, None where there is none.
    columns : sequence of str
        What the values are called.
    manifest : Manifest
        What is said of all rows, and the failures.
    entries : iterable of (str, RecordingEntry)
        The recordings by name, in order. They are asked for when all rows are written.

    Raises
    ------
    OutputError
        If it cannot be written; an old table then stands unchanged.

    Examples
    --------
    See `genre_audio.extraction.extract`.
    """
    if is_parquet(path):
        _refuse_loss(path)
        with replace_folder(path, force=True) as folder:
            _fill(folder, rows, columns=columns, manifest=manifest, entries=entries)
        return
    batches = itertools.chain([[columns]], _batches(rows, size=_LINES))
    replace_pair(
        path,
        map(csv_lines, batches),
        beside=manifest_path(path),
        description=manifest.pieces(entries),
    )


def _refuse_loss(path: Path) -> None:
    """Refuse to replace a folder that holds what is no part of a table."""
    if not is_folder(path):
        return
    for found in path.iterdir():
        is_part = found.name.startswith(("_", ".")) or is_parquet(found)
        if found.name != RECORDINGS and (is_folder(found) or not is_part):
            raise OutputError(
                f"{path} holds {found.name}, which is no part of a table and would be lost; "
                "choose another output with -o"
            )


def _fill(
    folder: Path,
    rows: Iterable[Sequence[Any]],
    *,
    columns: Sequence[str],
    manifest: Manifest,
    entries: Iterable[tuple[str, RecordingEntry]],
) -> None:
    """Write all files of a table in Parquet. What they hold depends on the rows alone."""
    head = {HEAD: _json(manifest.head())}
    schema = _schema(columns, head)
    texts = [name for name in _TEXTS if name in columns]
    written = _write_parts(folder, _tables(rows, schema, size=FRAME_ROWS), repeated=texts)
    recordings = _write_recordings(folder / RECORDINGS, manifest=manifest, entries=entries)
    listed = {PARTS: _json({"rows": written, "recordings": recordings})}
    pyarrow_parquet().write_metadata(schema.with_metadata(head | listed), folder / COMMON)


def _write_parts(folder: Path, tables: Iterable[Any], *, repeated: list[str]) -> dict[str, str]:
    """Write the parts of a table; return the SHA-256 of each by its name."""
    written = {}
    for number, table in enumerate(tables):
        file = folder / f"part-{number:05d}.parquet"
        # Else all texts would be looked up among those before them.
        how = _HOW | {"use_dictionary": repeated or False}
        pyarrow_parquet().write_table(table, file, **how)
        written[file.name] = fingerprint(file).sha256
    return written


def _tables(rows: Iterable[Sequence[Any]], schema: Any, *, size: int) -> Iterator[Any]:  # noqa: ANN401
    """Yield parts of a table, one of no rows where there are none."""
    import pyarrow as pa

    left, first = iter(rows), True
    while (part := list(_pieces(itertools.islice(left, size), schema))) or first:
        first = False
        yield pa.concat_tables(part) if part else schema.empty_table()


def _pieces(rows: Iterable[Sequence[Any]], schema: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield rows as Arrow has them, which takes a quarter of what Python's take."""
    import pyarrow as pa

    for batch in _batches(rows, size=_LINES):
        values = zip(*batch, strict=True)
        columns = [pa.array(each, field.type) for each, field in zip(values, schema, strict=True)]
        yield pa.Table.from_arrays(columns, schema=schema)


def _schema(columns: Iterable[str], head: dict[bytes, bytes]) -> Any:  # noqa: ANN401
    import pyarrow as pa

    kinds = dict.fromkeys(_TEXTS, pa.string()) | {"length": pa.int64()}
    fields = [(name, kinds.get(name, pa.float64())) for name in columns]
    return pa.schema(fields, metadata=head)


def _write_recordings(
    folder: Path, *, manifest: Manifest, entries: Iterable[tuple[str, RecordingEntry]]
) -> dict[str, str]:
    import pyarrow as pa

    folder.mkdir()
    every = itertools.chain(
        ((name, False, _json(entry.as_dict()).decode()) for name, entry in entries),
        ((name, True, _json(failure).decode()) for name, failure in manifest.failures.items()),
    )
    tables = _tables(every, pa.schema(_OF_RECORDINGS), size=_ENTRIES)
    return _write_parts(folder, tables, repeated=[])


def _batches(rows: Iterable[Any], *, size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, size)):
        yield batch


def _json(value: object) -> bytes:
    # A path may hold bytes that are not UTF-8: spelt out, as here, they are text.
    return json.dumps(value, separators=(",", ":")).encode()
