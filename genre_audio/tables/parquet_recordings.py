"""What a table in Parquet knows of each recording: small parts in the folder ``_recordings``.

A manifest of a hundred thousand recordings as one text takes gigabytes to read. So there is
one row for each recording, with its name, its digest, and as ``entry`` what a manifest says of
it. Whoever reads rows alone need not read these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genre_audio.errors import TableError
from genre_audio.files import fingerprint, restore_folder
from genre_audio.tables.forms import parsed
from genre_audio.tables.parquet_file import pyarrow_parquet, reading
from genre_audio.tables.parquet_parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["parquet_manifest", "recording_rows"]

_COLUMNS = ["name", "failed", "entry"]
_ROWS = 500
"""So many are in memory as text at once."""


def parquet_manifest(path: Path, *, entries: bool) -> dict[str, Any] | None:
    """Return what `Manifest.from_dict` reads; None where a table is not ours.

    Parameters
    ----------
    path : pathlib.Path
        The table.
    entries : bool
        Whether recordings and failures are wanted.

    Raises
    ------
    TableError
        If a part is missing, broken, or was changed.

    Examples
    --------
    See `genre_audio.tables.read_manifest`, which asks this.
    """
    if not restore_folder(path).exists():
        return None
    parts = parts_of(path)
    if parts.head is None:
        return None
    found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for file, content in parts.recordings.items() if entries else ():
        with reading(file):
            if fingerprint(file).sha256 != content:
                raise TableError(
                    f"{file} was changed since it was written; make the table again with "
                    "'genre-audio extract --force'"
                )
        for name, failed, entry in recording_rows(file):
            found[failed][name] = entry
    return parts.head | {"recordings": found[False], "failures": found[True]}


def recording_rows(file: Path) -> Iterator[tuple[str, bool, Any]]:
    """Yield the name of each recording of a part, whether it failed, and what is known of it.

    Raises
    ------
    TableError
        If the part is broken.

    Examples
    --------
    See `parquet_manifest`.
    """
    with reading(file):
        parquet = pyarrow_parquet().ParquetFile(file, page_checksum_verification=True)
    with parquet:
        if parquet.schema_arrow.names[: len(_COLUMNS)] != _COLUMNS:
            raise TableError(f"{file} lacks the columns {', '.join(_COLUMNS)}; extract again")
        with reading(file):
            for batch in parquet.iter_batches(batch_size=_ROWS, columns=_COLUMNS):
                columns = [batch.column(place).to_pylist() for place in range(len(_COLUMNS))]
                for name, failed, entry in zip(*columns, strict=True):
                    yield str(name), bool(failed), parsed(str(entry))
