"""Columns of text, aligned: plain, greppable, of any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from genre_audio.reporting.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["text_table"]


def text_table(
    rows: Sequence[Sequence[str]], *, header: Sequence[str] = (), right: Sequence[int] = ()
) -> str:
    r"""Return rows as lines with aligned columns.

    Parameters
    ----------
    rows : sequence of sequence of str
        Cells; all rows of one length.
    header : sequence of str
        Cells of a first line.
    right : sequence of int
        Columns that stand flush right, as numbers do.

    Returns
    -------
    str
        One line per row, each ended; empty where there is none.

    Examples
    --------
    >>> from genre_audio.reporting.text_table import text_table
    >>> text_table([["a.wav", "0.9"], ["song.wav", "0.75"]], right=[1])
    'a.wav      0.9\nsong.wav  0.75\n'
    """
    # A name may hold a line feed, or move the cursor.
    lines = [[printable(cell) for cell in row] for row in ([header] if header else []) + list(rows)]
    if not lines:
        return ""
    # Cells, not characters: names may be Japanese, which takes two columns a sign.
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    out = []
    for line in lines:
        cells = [
            _pad(cell, width, flush_right=place in right)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        out.append("  ".join(cells).rstrip() + "\n")
    return "".join(out)


def _pad(cell: str, width: int, *, flush_right: bool) -> str:
    space = " " * (width - cell_len(cell))
    return space + cell if flush_right else cell + space
