"""CSV read strictly, value by value, with the number of every row.

pandas forgives what would shift or lose values: columns of one name, rows longer than the
header. Here these are errors. Nor does it promise in all its versions to read a number
exactly, so values stay text until they are asked for. What spreadsheets add to a table and
says nothing is passed over: rows and columns of nothing at all.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

from genre_audio.errors import TableError
from genre_audio.tables.csv_text import unescaped
from genre_audio.tables.raw_table import RawTable
from genre_audio.tables.separators import CALLED, find_separator, rows_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["csv_table"]

_UNNAMED: Final = "column {}"
_MARK: Final = "\ufeff"


def csv_table(text: str, *, path: Path, ragged: bool = False) -> RawTable:
    r"""Read the text of a CSV file.

    Parameters
    ----------
    text : str
        Values with commas, semicolons or tabs between them; the first row names the columns.
        A column without a name is called by its number. Empty lines say nothing.
    path : pathlib.Path
        Where it comes from, for messages.
    ragged : bool
        Whether rows may be too short: what they lack is empty.

    Raises
    ------
    TableError
        If quotes are not closed, two columns have one name, a row has more or fewer values
        than there are columns, or the header stands in the table again.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.csv_rows import csv_table
    >>> table = csv_table("id;title\n\n7;\"a\nb\"\n", path=Path("a.csv"))
    >>> table.columns, table.places
    ({'id': ['7'], 'title': ['a\nb']}, ('row 3',))
    """
    separator, body = find_separator(text, path=path)
    numbered = _rows(body, separator, path=path)
    header, rows = (numbered[0][1], numbered[1:]) if numbered else ([], [])
    rows = [(number, row) for number, row in rows if len(row) < 2 or any(map(str.strip, row))]
    _refuse_repeated(header, rows, path=path)
    for place, (number, row) in enumerate(rows):
        if ragged and len(row) < len(header):
            row.extend([""] * (len(header) - len(row)))
        elif len(row) != len(header):
            last = place == len(rows) - 1
            raise TableError(_misfit(path, number, row, header, separator=separator, last=last))
    names = _names(header, rows, path=path)
    quoted = "'" in body
    columns: dict[str, list[object]] = {name: [] for name in names.values()}
    for place, name in names.items():
        values = [row[place] for _, row in rows]
        columns[name] = list(map(unescaped, values)) if quoted else list(values)
    return RawTable(
        path,
        columns,
        places=tuple(f"row {number}" for number, _ in rows),
        separator=separator,
        notes=_notes(body, rows, header, separator=separator, path=path),
    )


def _rows(text: str, separator: str, *, path: Path) -> list[tuple[int, list[str]]]:
    # Every row counts, empty ones too, as programs show them. The header is row 1.
    rows: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, row in enumerate(rows_of(text, separator), start=1):
            if row:
                rows.append((number, row))
    except csv.Error as error:
        raise TableError(
            f"{path}, row {number + 1}: {error}; is a quote missing, or one too many?"
        ) from error
    return rows


def _refuse_repeated(header: list[str], rows: list[tuple[int, list[str]]], *, path: Path) -> None:
    if len(header) < 2:
        return
    for number, row in rows:
        if row[-1] == header[-1] and [row[0].removeprefix(_MARK), *row[1:]] == header:
            raise TableError(
                f"{path}, row {number}: the names of the columns stand here again; are these two "
                "tables, one behind the other? Delete this row if their rows belong together"
            )


def _misfit(
    path: Path, number: int, row: list[str], header: list[str], *, separator: str, last: bool
) -> str:
    sign = CALLED[separator].removesuffix("s")
    if last and len(row) < len(header):
        why = "was the file cut short?"
    elif separator == "," and len(row) > len(header):
        why = (
            "is text with commas not in quotes, or are there decimal commas? Save the table with "
            "semicolons between columns, or with decimal points"
        )
    else:
        why = f"is a {sign} missing, or not in quotes?"
    values = f"{len(row)} value{'' if len(row) == 1 else 's'}"
    return f"{path}, row {number}: {values}, but the header names {len(header)} columns; {why}"


def _names(header: list[str], rows: list[tuple[int, list[str]]], *, path: Path) -> dict[int, str]:
    """Return the names of columns by their places; those of nothing at all are left out."""
    names = {
        place: unescaped(name) or _UNNAMED.format(place + 1)
        for place, name in enumerate(header)
        if name.strip() or not header[1:] or any(row[place].strip() for _, row in rows)
    }
    found = list(names.values())
    if twice := sorted({name for name in found if found.count(name) > 1}):
        raise TableError(f"{path} has columns twice: {', '.join(twice)}; rename or delete them")
    return names


def _notes(
    text: str,
    rows: list[tuple[int, list[str]]],
    header: list[str],
    *,
    separator: str,
    path: Path,
) -> tuple[str, ...]:
    notes = []
    if separator != ",":
        notes.append(f"{path.name}: read with {CALLED[separator]} between columns")
    if rows and header and not text.endswith(("\n", "\r")):
        number, row = rows[-1]
        notes.append(
            f"{path.name}, row {number}: the file ends without the end of a line, with "
            f"{row[-1][:40]!r} in the column {header[-1]}; is this row whole?"
        )
    return tuple(notes)
