"""Decimal commas, where semicolons or tabs part the columns.

There a comma in a number can only be decimal, as long as no number of the table has a
point: with both, a point may part thousands, and 1.234 be a thousand times too much. Where
commas part the columns, a comma in a number is refused by whoever needs the number.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from genre_audio.tables.raw_table import RawTable

__all__ = ["looks_numeric", "with_points"]

_COMMA: Final = re.compile(r"\s*[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_POINT: Final = re.compile(r"\s*[+-]?(\d[\d.]*\.\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_WHOLE: Final = re.compile(r"\s*[+-]?\d+([eE][+-]?\d+)?\s*", re.ASCII)


def with_points(table: RawTable, *, numbers: Iterable[str]) -> RawTable:
    """Return a table with points in its numbers instead of commas.

    Parameters
    ----------
    table : RawTable
        The table; one with commas between columns is returned as it is.
    numbers : iterable of str
        Columns of numbers. Commas elsewhere are text.

    Raises
    ------
    TableError
        If some numbers have commas and some have points.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.decimal_commas import with_points
    >>> from genre_audio.tables.raw_table import RawTable
    >>> raw = RawTable(Path("a.csv"), {"tempo": ["120,5"]}, places=("row 2",), separator=";")
    >>> table = with_points(raw, numbers=["tempo"])
    >>> table.columns, table.notes
    ({'tempo': ['120.5']}, ('a.csv: the commas in numbers are read as decimal commas',))
    """
    if table.separator == "," or table.typed:
        return table
    wanted = [name for name in numbers if name in table.columns]
    commas = _first(table, wanted, _COMMA)
    if commas is None:
        return table
    points = _first(table, wanted, _POINT)
    if points is not None:
        raise TableError(
            f"{table.path}, {points}: other numbers have decimal commas ({commas}), so what the "
            "point means is open; write all numbers alike, and without signs between thousands"
        )
    columns = dict(table.columns)
    for name in wanted:
        columns[name] = [
            value.replace(",", ".") if isinstance(value, str) and _COMMA.fullmatch(value) else value
            for value in columns[name]
        ]
    note = f"{table.path.name}: the commas in numbers are read as decimal commas"
    return dataclasses.replace(table, columns=columns, notes=(*table.notes, note))


def looks_numeric(values: Iterable[object]) -> bool:
    """Tell whether most values that are there are numbers, with commas or points.

    Examples
    --------
    >>> from genre_audio.tables.decimal_commas import looks_numeric
    >>> looks_numeric(["1,5", "2", "fast"]), looks_numeric(["Miles", "2,5"])
    (True, False)
    """
    texts = [value for value in values if isinstance(value, str) and value.strip()]
    forms = (_WHOLE, _COMMA, _POINT)
    return 2 * sum(any(form.fullmatch(text) for form in forms) for text in texts) > len(texts)


def _first(table: RawTable, names: Iterable[str], form: re.Pattern[str]) -> str | None:
    """Return where the first number of a form stands, in words."""
    for name in names:
        for place, value in zip(table.places, table.columns[name], strict=True):
            if isinstance(value, str) and form.fullmatch(value):
                return f"{place}, column {name}: {value.strip()!r}"
    return None
