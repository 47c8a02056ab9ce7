"""CSV files, before anybody asks what their columns mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.tables.csv_rows import csv_table
from genre_audio.tables.text_file import file_text

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.tables.raw_table import RawTable

__all__ = ["read_csv"]


def read_csv(path: Path, *, ragged: bool = False) -> RawTable:
    r"""Read a CSV file, packed by gzip or not, each value as the text that stands there.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    ragged : bool
        Whether rows may be too short, as in `csv_table`.

    Raises
    ------
    TableError
        If it cannot be read, or as `csv_table` does.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables.csv_file import read_csv
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.csv")
    ...     _ = file.write_text("filename,tempo\na.wav,120\n")
    ...     read_csv(file).columns
    {'filename': ['a.wav'], 'tempo': ['120']}
    """
    return csv_table(file_text(path), path=path, ragged=ragged)
