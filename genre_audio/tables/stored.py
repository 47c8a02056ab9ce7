"""How a feature table and its manifest reach their place: CSV with a file beside it, or Parquet.

Rows come in frames of `FRAME_ROWS`, so that a large table need not be in memory as such.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import OutputError
from genre_audio.files import fingerprint, replace_folder, replace_pair
from genre_audio.files.places import is_folder
from genre_audio.tables.csv_text import table_text
from genre_audio.tables.manifest import Manifest, manifest_path
from genre_audio.tables.parquet_file import is_parquet, pyarrow_parquet
from genre_audio.tables.parquet_parts import COMMON, HEAD, PARTS, RECORDINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

    from genre_audio.tables.recording_entry import RecordingEntry

__all__ = ["FRAME_ROWS", "store"]

FRAME_ROWS: Final = 50_000
"""Rows of one part of Parquet: 23 MB of numbers."""

_TEXTS: Final = ("filename", "label", "recording")
_OF_RECORDINGS: Final = {
    "name": "string",
    "failed": "bool",
    "entry": "string",
}
_HOW: Final = {"compression": "zstd", "write_page_checksum": True}


def store(
    path: Path,
    frames: Iterable[pd.DataFrame],
    *,
    manifest: Manifest,
    entries: Iterable[tuple[str, RecordingEntry]],
) -> None:
    """Write a table and its manifest: CSV as a pair, Parquet both in one folder.

    Parameters
    ----------
    path : pathlib.Path
        The table; its ending tells whether it is Parquet.
    frames : iterable of pandas.DataFrame
        Its rows, at least one frame, all with the same columns.
    manifest : Manifest
        What is said of all rows, and the failures.
    entries : iterable of (str, RecordingEntry)
        The recordings by name, in order.

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
            _fill(folder, frames, manifest=manifest, entries=entries)
        return
    import pandas as pd

    whole = dataclasses.replace(manifest, recordings=dict(entries))
    parts = list(frames)
    frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    replace_pair(path, table_text(frame), beside=manifest_path(path), description=whole.to_json())


def _refuse_loss(path: Path) -> None:
    """Refuse to replace a folder that holds what is no part of a table."""
    if not is_folder(path):
        return
    for found in path.iterdir():
        known = found.name in {COMMON, RECORDINGS} or found.name.startswith(".")
        if not known and (is_folder(found) or not is_parquet(found)) and found.name[:1] != "_":
            raise OutputError(
                f"{path} holds {found.name}, which is no part of a table and would be lost; "
                "choose another output with -o"
            )


def _fill(
    folder: Path,
    frames: Iterable[pd.DataFrame],
    *,
    manifest: Manifest,
    entries: Iterable[tuple[str, RecordingEntry]],
) -> None:
    """Write all files of a table in Parquet. What they hold depends on the rows alone."""
    import pyarrow as pa

    parquet = pyarrow_parquet()
    head = {HEAD: _json(manifest.head())}
    rows: dict[str, str] = {}
    frames = iter(frames)
    first = next(frames)
    schema = _schema(first, head)
    for number, frame in enumerate(itertools.chain([first], frames)):
        columns = [pa.array(frame[field.name], field.type, from_pandas=True) for field in schema]
        file = folder / f"part-{number:05d}.parquet"
        texts = [name for name in _TEXTS if name in schema.names]
        table = pa.Table.from_arrays(columns, schema=schema)
        parquet.write_table(table, file, use_dictionary=texts, **_HOW)
        rows[file.name] = fingerprint(file).sha256
    recordings = _write_recordings(folder / RECORDINGS, manifest=manifest, entries=entries)
    listed = {PARTS: _json({"rows": rows, "recordings": recordings})}
    parquet.write_metadata(schema.with_metadata(head | listed), folder / COMMON)


def _schema(frame: pd.DataFrame, head: dict[bytes, bytes]) -> Any:  # noqa: ANN401
    import pyarrow as pa

    kinds = dict.fromkeys(_TEXTS, pa.string()) | {"length": pa.int64()}
    fields = [(str(name), kinds.get(str(name), pa.float64())) for name in frame]
    return pa.schema(fields, metadata=head)


def _write_recordings(
    folder: Path, *, manifest: Manifest, entries: Iterable[tuple[str, RecordingEntry]]
) -> dict[str, str]:
    import pyarrow as pa

    parquet = pyarrow_parquet()
    folder.mkdir()
    written = {}
    every = itertools.chain(
        ((name, False, _json(entry.as_dict()).decode()) for name, entry in entries),
        ((name, True, _json(failure).decode()) for name, failure in manifest.failures.items()),
    )
    schema = pa.schema(_OF_RECORDINGS)
    for number, batch in enumerate(_batches(every)):
        columns = [list(column) for column in zip(*batch, strict=True)]
        file = folder / f"part-{number:05d}.parquet"
        table = pa.table(columns, schema=schema)
        parquet.write_table(table, file, use_dictionary=False, **_HOW)
        written[file.name] = fingerprint(file).sha256
    return written


def _batches(rows: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(itertools.islice(left, FRAME_ROWS)):
        yield batch


def _json(value: object) -> bytes:
    # A path may hold bytes that are not UTF-8: spelt out, as here, they are text.
    return json.dumps(value, separators=(",", ":")).encode()
