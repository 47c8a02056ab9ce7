r"""The one writer of CSV: no text in it is ever calculated.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` (or their wide
forms, or a tab or a line end before them) for a formula, in quotes or not, and names of
files, labels and tags are other people's text. So an apostrophe stands before such text.
Which sign parts columns is the reader's choice: in Germany and France it is the semicolon,
so ``a;=1`` holds a formula too, and gets its apostrophe behind the semicolon. Text in which
an apostrophe stands at such a place gets one more; `unescaped` gives all text back as it was.
Numbers stay numbers.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

__all__ = ["csv_lines", "escaped", "table_pieces", "table_text", "unescaped"]

_PIECE: Final = 10_000
"""Rows of one piece of a table's text: ten megabytes."""

_FIRST: Final = "=+\\-@＝＋－＠\\t\\r\\n'"  # noqa: RUF001 - the wide forms calculate as well
_BEGINS: Final = '(?<![^,;"\\t\\r\\n])'
"""Where a reader may see a cell begin: at the beginning, or behind one of these signs."""
_UNSAFE: Final = re.compile(f"{_BEGINS}(?=[{_FIRST}])")
_ESCAPED: Final = re.compile(f"{_BEGINS}'(?=[{_FIRST}])")


def escaped(text: str) -> str:
    """Return text with an apostrophe wherever a spreadsheet could begin to calculate.

    Examples
    --------
    >>> from genre_audio.tables.csv_text import escaped
    >>> [escaped(text) for text in ("=1+1", "a;@b", "'=", "-1.wav", "a-b='c'")]
    ["'=1+1", "a;'@b", "''=", "'-1.wav", "a-b='c'"]
    """
    return _UNSAFE.sub("'", text)


def unescaped(text: str) -> str:
    """Return the text that `escaped` was given.

    Examples
    --------
    >>> from genre_audio.tables.csv_text import unescaped
    >>> unescaped("'=1+1"), unescaped("'Round Midnight"), unescaped("''Round Midnight")
    ('=1+1', "'Round Midnight", "'Round Midnight")
    """
    return _ESCAPED.sub("", text) if "'" in text else text


def csv_lines(rows: Iterable[Sequence[Any]], *, quote_text: bool = False) -> str:
    r"""Return rows as lines of CSV: commas between cells, text escaped, line feeds at the ends.

    Parameters
    ----------
    rows : iterable of sequence
        Text, numbers in shortest round-trip form, and None, which leaves a cell empty.
    quote_text : bool
        Whether all text stands in quotes; by default only where it must.

    Examples
    --------
    >>> from genre_audio.tables.csv_text import csv_lines
    >>> csv_lines([["recording", "tempo"], ["=a, b.wav", -1.5]])
    'recording,tempo\n"\'=a, b.wav",-1.5\n'
    """
    lines = _Lines()
    # With this line end, the module puts all text in quotes that holds either half of it.
    writer = csv.writer(
        lines,
        lineterminator="\r\n",
        quoting=csv.QUOTE_NONNUMERIC if quote_text else csv.QUOTE_MINIMAL,
    )
    writer.writerows(
        [escaped(cell) if isinstance(cell, str) else cell for cell in row] for row in rows
    )
    return "".join(lines.kept)


def table_text(frame: pd.DataFrame) -> str:
    r"""Return a table as CSV text; floats in shortest round-trip form.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.tables import table_text
    >>> table_text(pd.DataFrame({"filename": ["a.wav"], "tempo": [0.1]}))
    'filename,tempo\na.wav,0.1\n'
    """
    return "".join(table_pieces(frame))


def table_pieces(frame: pd.DataFrame) -> Iterator[str]:
    r"""Yield the text of a table in pieces: of a million rows, all of it takes gigabytes.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.tables.csv_text import table_pieces
    >>> list(table_pieces(pd.DataFrame({"tempo": [0.1]})))
    ['tempo\n', '0.1\n']
    """
    yield csv_lines([list(map(str, frame.columns))])
    for begin in range(0, len(frame), _PIECE):
        some = frame.iloc[begin : begin + _PIECE]
        columns = [_cells(some.iloc[:, place]) for place in range(some.shape[1])]
        yield csv_lines(zip(*columns, strict=True))


def _cells(column: pd.Series) -> list[Any]:
    """Return the values of a column as Python knows them, None where there is none."""
    values = column.tolist()
    if not column.isna().any():
        return values
    return [None if absent else value for value, absent in zip(values, column.isna(), strict=True)]


class _Lines:
    """A file for the module csv that keeps lines, each with a line feed at its end."""

    def __init__(self) -> None:
        self.kept: list[str] = []

    def write(self, line: str) -> None:
        """Keep a line that ends as CSV does, by a carriage return and a line feed."""
        self.kept.append(f"{line[:-2]}\n")
