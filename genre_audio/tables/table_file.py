"""Files that hold one table, whatever form it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.features import schema_of
from genre_audio.tables.csv_file import read_csv
from genre_audio.tables.csv_rows import csv_table
from genre_audio.tables.json_file import json_document
from genre_audio.tables.json_orientation import json_table
from genre_audio.tables.parquet_file import is_parquet
from genre_audio.tables.parquet_rows import parquet_names, read_parquet
from genre_audio.tables.raw_table import RawTable
from genre_audio.tables.text_file import file_text, holds_json, is_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["column_names", "is_feature_table", "read_raw", "read_rows"]


def read_rows(path: Path, *, needed: Collection[str] = ()) -> RawTable:
    """Read a table that may be one of features: CSV or Parquet, empty or not.

    Parameters
    ----------
    path : pathlib.Path
        The table. JSON is none of features, and has no columns here.
    needed : collection of str
        Names of columns that must hold what a table can, if they are there.

    Raises
    ------
    TableError
        If it cannot be read, or as `csv_table` and `read_parquet` do.

    Examples
    --------
    See `genre_audio.tables.read_table`, which asks this.
    """
    if is_parquet(path):
        return read_parquet(path, needed=needed)
    return RawTable(path, {}, ()) if holds_json(path) else read_csv(path)


def column_names(path: Path) -> list[str]:
    r"""Return the names of the columns that `read_rows` would read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables.table_file import column_names
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "metrics.csv")
    ...     _ = file.write_text("track_id,energy\n2,0.5\n")
    ...     column_names(file)
    ['track_id', 'energy']
    """
    return parquet_names(path) if is_parquet(path) else list(read_rows(path).columns)


def read_raw(
    path: Path, *, known: Collection[str] = (), numbers: Collection[str] | None = None
) -> RawTable:
    r"""Read a table: CSV or JSON, packed by gzip or not, or Parquet.

    Parameters
    ----------
    path : pathlib.Path
        The file. Whether it is JSON, and in which orientation, is told by what is in it.
    known : collection of str
        Names of columns that must be there, which settle what a JSON file leaves open.
    numbers : collection of str, optional
        Features that are wanted; of Parquet, others of a known schema need not be read.

    Raises
    ------
    TableError
        If it cannot be read, is broken or ambiguous, or has no rows or no columns.

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
    if is_parquet(path):
        table = read_parquet(path, needed=known, numbers=numbers)
    else:
        table = _of_text(path, known=known)
    if not len(table):
        raise TableError(f"{path} names columns and has no rows; nothing can be learned from it")
    if not table.columns:
        raise TableError(f"{path} has rows, and no columns that can be read")
    return table


def _of_text(path: Path, *, known: Collection[str]) -> RawTable:
    text = file_text(path)
    if not text.strip():
        raise TableError(f"{path} is empty")
    if is_json(path, text=text):
        return json_table(json_document(text, path=path), path=path, known=known)
    return csv_table(text, path=path)


def is_feature_table(path: Path) -> bool:
    r"""Tell whether a file is CSV or Parquet with all columns of a known schema.

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
    return schema_of(column_names(path)) is not None
