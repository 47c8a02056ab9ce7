"""CSV read strictly, value by value, with the number of every row.

`csv_file` reads the same files for feature tables, where a row must be complete in any
case. Here a value may be missing, so a row that is too short must be found by its length.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.tables.raw_table import RawTable

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["csv_table"]

_UNNAMED = "column {}"


def csv_table(text: str, *, path: Path) -> RawTable:
    r"""Read the text of a CSV file.

    Parameters
    ----------
    text : str
        Values with commas between them; the first row names the columns. A column without
        a name is called by its number. Empty lines say nothing.
    path : pathlib.Path
        Where it comes from, for messages.

    Raises
    ------
    TableError
        If quotes are not closed, two columns have one name, or a row has more or fewer
        values than there are columns.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.csv_rows import csv_table
    >>> table = csv_table("id,title\n\n7,\"a\nb\"\n", path=Path("a.csv"))
    >>> table.columns, table.places
    ({'id': ['7'], 'title': ['a\nb']}, ('row 3',))
    """
    # Every row counts, empty ones too, as programs show them. The header is row 1.
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((number, row) for number, row in enumerate(reader, start=1) if row)
    except csv.Error as error:
        raise TableError(f"{path}, line {reader.line_num}: {error}") from error
    header = _header(rows[0][1], path=path) if rows else []
    for number, row in rows[1:]:
        if len(row) != len(header):
            raise TableError(
                f"{path}, row {number}: {len(row)} value{'' if len(row) == 1 else 's'}, but the "
                f"header names {len(header)} columns; is a comma missing, or not in quotes?"
            )
    values = zip(*(row for _, row in rows[1:]), strict=True)
    columns: dict[str, list[object]] = {name: [] for name in header}
    columns |= {name: list(column) for name, column in zip(header, values, strict=False)}
    places = tuple(f"row {number}" for number, _ in rows[1:])
    return RawTable(path, columns, places=places)


def _header(names: list[str], *, path: Path) -> list[str]:
    if len(names) == 1 and (other := next((mark for mark in ";\t" if mark in names[0]), None)):
        called = "tabs" if other == "\t" else "semicolons"
        raise TableError(
            f"{path}, row 1: there are {called} between the columns; save the table with commas, "
            "and with points in decimal numbers"
        )
    header = [name or _UNNAMED.format(place) for place, name in enumerate(names, start=1)]
    if twice := sorted({name for name in header if header.count(name) > 1}):
        raise TableError(f"{path} has columns twice: {', '.join(twice)}; rename or delete them")
    return header
