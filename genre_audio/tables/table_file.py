"""Files that hold one table, whatever form it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.features import schema_of
from genre_audio.tables.csv_file import read_csv
from genre_audio.tables.csv_rows import csv_table
from genre_audio.tables.json_file import json_document
from genre_audio.tables.json_orientation import json_table
from genre_audio.tables.text_file import file_text, holds_json, is_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from genre_audio.tables.raw_table import RawTable

__all__ = ["is_feature_table", "read_raw"]


def read_raw(path: Path, *, known: Collection[str] = ()) -> RawTable:
    r"""Read a CSV or JSON file, packed by gzip or not.

    Parameters
    ----------
    path : pathlib.Path
        The file. Whether it is JSON, and in which orientation, is told by what is in it.
    known : collection of str
        Names of columns that must be there, which settle what a JSON file leaves open.

    Raises
    ------
    TableError
        If it cannot be read, is broken or ambiguous, or has no rows.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables.table_file import read_raw
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.json")
    ...     _ = file.write_text('[{"id": 1, "tempo": 120.5}]')
    ...     read_raw(file).columns
    {'id': [1], 'tempo': [120.5]}
    """
    text = file_text(path)
    if not text.strip():
        raise TableError(f"{path} is empty")
    if is_json(path, text=text):
        table = json_table(json_document(text, path=path), path=path, known=known)
    else:
        table = csv_table(text, path=path)
    if not len(table):
        raise TableError(f"{path} names columns and has no rows; nothing can be learned from it")
    return table


def is_feature_table(path: Path) -> bool:
    r"""Tell whether a file is a CSV table with all columns of a known schema.

    Raises
    ------
    TableError
        If it cannot be read, two columns have one name, or a row is too short or too long.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables import is_feature_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "metrics.csv")
    ...     _ = file.write_text("track_id,energy\n2,0.5\n")
    ...     is_feature_table(file)
    False
    """
    return not holds_json(path) and schema_of(read_csv(path).columns) is not None
