"""CSV files as they are, before anybody asks what their columns mean.

pandas forgives what would shift or lose values: columns of one name, rows longer than
the header. Here these are errors. Nor does it promise in all its versions to read a
number exactly, so numbers stay text until they are asked for.
"""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.tables.text_file import UNREADABLE

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["read_header", "read_text"]


def read_header(path: Path) -> list[str]:
    r"""Return the names of a table's columns.

    Raises
    ------
    TableError
        If the file cannot be read, or two columns have one name.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables.csv_file import read_header
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.csv")
    ...     _ = file.write_text("filename,label\n")
    ...     read_header(file)
    ['filename', 'label']
    """
    try:
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
    except (*UNREADABLE, csv.Error) as error:
        raise TableError(f"{path} cannot be read as a table: {error}") from error
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise TableError(f"{path} has columns twice: {', '.join(twice)}; rename or delete them")
    return header


def read_text(path: Path) -> pd.DataFrame:
    r"""Read the rows of a table, each value as the text that stands there.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file in UTF-8, with or without a byte order mark.

    Returns
    -------
    pandas.DataFrame
        Of str; what a short row lacks is empty.

    Raises
    ------
    TableError
        If the file cannot be read, or a row has more values than there are columns.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables.csv_file import read_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.csv")
    ...     _ = file.write_text("filename,tempo\na.wav,120\n")
    ...     read_text(file)["tempo"].tolist()
    ['120']
    """
    import pandas as pd

    try:
        frame = pd.read_csv(path, encoding="utf-8-sig", dtype=object, keep_default_na=False)
    except (*UNREADABLE, ValueError) as error:
        raise TableError(f"{path} cannot be read as a table: {error}") from error
    if not isinstance(frame.index, pd.RangeIndex):  # pandas took the first column for an index
        raise TableError(f"{path}: rows have more values than the header has columns")
    return frame.fillna("")
