"""What goes into one field of a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.printable import printable
from genre_audio.tables.csv_text import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["encodable", "one_line", "seconds", "tabbed"]

_SEPARATORS: Final = {0x2028: "\\u2028", 0x2029: "\\u2029"}


def one_line(text: str) -> str:
    r"""Spell out all that could end a field or a line; letters of any script stay.

    Tables with tabs are opened in spreadsheets too, so an apostrophe stands where one would
    begin to calculate.

    Examples
    --------
    >>> from genre_audio.reporting.exports.fields import one_line
    >>> one_line("jazz\tand\nson çubuğu")
    'jazz\\x09and\\x0ason çubuğu'
    >>> one_line("=1+1")
    "'=1+1"
    """
    return escaped(printable(text).translate(_SEPARATORS))


def encodable(text: str) -> str:
    r"""Spell out half surrogate pairs, which UTF-8 cannot say; all else stays.

    Examples
    --------
    >>> from genre_audio.reporting.exports.fields import encodable
    >>> encodable("tape \udce9")
    'tape \\udce9'
    """
    return text.encode(errors="backslashreplace").decode()


def seconds(value: float, *, digits: int) -> str:
    """Return a time in s with so many decimals.

    Examples
    --------
    >>> from genre_audio.reporting.exports.fields import seconds
    >>> seconds(2.5, digits=3)
    '2.500'
    """
    return f"{value:.{digits}f}"


def tabbed(rows: Iterable[Iterable[Any]]) -> str:
    r"""Return rows as lines with tabs between fields; what is in them must be one line.

    Examples
    --------
    >>> from genre_audio.reporting.exports.fields import tabbed
    >>> tabbed([["a", 1], ["b", 2]])
    'a\t1\nb\t2\n'
    """
    return "".join("\t".join(map(str, row)) + "\n" for row in rows)
