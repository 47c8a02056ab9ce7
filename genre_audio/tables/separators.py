"""Which sign parts the columns of a CSV file.

Spreadsheets write what their country is used to: commas, semicolons where the comma is
the decimal sign, tabs as "Unicode text". The header tells, or a first line ``sep=;``,
which Excel writes and reads; where two signs would do for every row, nothing tells.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["CALLED", "find_separator", "rows_of"]

CALLED: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}
"""The signs that may stand between columns, and what they are called."""

_SAID: Final = re.compile(r"sep=([,;\t])\r?\n?", re.IGNORECASE)


def find_separator(text: str, *, path: Path) -> tuple[str, str]:
    r"""Return what parts the columns, and the text without a line that says so.

    Parameters
    ----------
    text : str
        What is in the file.
    path : pathlib.Path
        Where it comes from, for messages.

    Raises
    ------
    TableError
        If two signs would part every row into as many values as the header.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.separators import find_separator
    >>> find_separator("id;tempo\n7;90,5\n", path=Path("a.csv"))
    (';', 'id;tempo\n7;90,5\n')
    >>> find_separator("sep=;\nid\n7\n", path=Path("a.csv"))
    (';', 'id\n7\n')
    """
    if said := _SAID.match(text):
        return said[1], text[said.end() :]
    widths = {mark: _width(text, mark) for mark in CALLED}
    able = [mark for mark, width in widths.items() if width > 1]
    if len(able) > 1:
        fitting = [mark for mark in able if _fits(text, mark)]
        if len(fitting) > 1:
            raise TableError(
                f"{path}, row 1: columns could be parted by {' or by '.join(map(CALLED.get, able))}"  # type: ignore[arg-type]
                "; put names that hold such a sign in quotes, or rename them"
            )
        able = fitting or [max(able, key=lambda mark: widths[mark])]
    return able[0] if able else ",", text


def rows_of(text: str, separator: str) -> Iterator[list[str]]:
    r"""Yield the rows of a text, empty ones too, as programs show them.

    Raises
    ------
    csv.Error
        If quotes are not closed, or something follows them.

    Examples
    --------
    >>> from genre_audio.tables.separators import rows_of
    >>> list(rows_of('a;"b;c"\n\n', ";"))
    [['a', 'b;c'], []]
    """
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _width(text: str, separator: str) -> int:
    """Return how many columns a sign makes of the first row that is not empty."""
    try:
        return next((len(row) for row in rows_of(text, separator) if row), 0)
    except csv.Error:
        return 0


def _fits(text: str, separator: str) -> bool:
    try:
        return len({len(row) for row in rows_of(text, separator) if row}) == 1
    except csv.Error:
        return False
