"""A table of scores for terminals, drawn by rich into a string."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

__all__ = ["score_table"]

_WHOLE: Final = 19
_ENDLESS: Final = 10_000


def score_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    strong: int | None = None,
    width: int = 150,
    colour: bool = False,
) -> str:
    """Return rows under a header, no wider than allowed, unless numbers would be broken.

    Parameters
    ----------
    header : sequence of str
        Titles of the columns.
    rows : sequence of sequence of str
        Cells; they may hold line feeds.
    strong : int, optional
        Number of the row to be set in bold.
    width : int
        Columns of characters that there are.
    colour : bool
        Whether bold is possible.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> from genre_audio.reporting.score_table import score_table
    >>> print(score_table(["learner", "accuracy"], [["knn", "0.5"]]), end="")
    <BLANKLINE>
      learner   accuracy
     ────────────────────
      knn       0.5
    <BLANKLINE>
    """
    # Here, because predictions are told without it, and sooner.
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE,
        header_style="none",
        show_lines=any("\n" in cell for row in rows for cell in row),
    )
    for place, title in enumerate(header):
        # Numbers stay whole; what is longer than those are may be broken between words.
        lines = [line for row in rows for line in row[place].splitlines()]
        least = min(max(map(len, lines), default=0), _WHOLE)
        table.add_column(Text(title), overflow="fold", min_width=least)
    for number, row in enumerate(rows):
        style = "bold" if number == strong else None
        # Text takes what is in brackets as it stands, and not as a style.
        table.add_row(*map(Text, row), style=style)
    # Where the terminal is too narrow, it may break lines; nothing is left out. Columns that
    # are no less wide than their numbers may be wider than the terminal in sum, and be cut.
    width = max(width, Console(width=_ENDLESS).measure(table).minimum)
    whole = _signs(_printed(table, width=_ENDLESS))
    while width < _ENDLESS and _signs(_printed(table, width=width)) < whole:
        width += 1
    return _printed(table, width=width, colour=colour)


def _printed(table: Table, *, width: int, colour: bool = False) -> str:
    from rich.console import Console

    out = io.StringIO()
    how: dict[str, Any] = {"force_terminal": colour, "highlight": False, "legacy_windows": False}
    Console(file=out, width=width, **how).print(table)
    return "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())


def _signs(text: str) -> int:
    """Count what is neither space nor rule."""
    return sum(not sign.isspace() and sign != "─" for sign in text)
