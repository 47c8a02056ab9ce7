"""Parts of sentences: counts, shares, a few names of many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["counted", "percent", "some"]


def counted(count: int, one: str, several: str = "") -> str:
    """Return a number with what is counted.

    Examples
    --------
    >>> from genre_audio.exploration.phrases import counted
    >>> counted(1, "row"), counted(1200, "row"), counted(2, "row is", "rows are")
    ('1 row', '1,200 rows', '2 rows are')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def some(names: Sequence[str], *, most: int = 3) -> str:
    """Return a few names, and how many there are beside them.

    Examples
    --------
    >>> from genre_audio.exploration.phrases import some
    >>> some(["a", "b"]), some(list("abcde"))
    ('a, b', 'a, b, c and 2 more')
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def percent(share: float) -> str:
    """Return a share; 0 and 100 % only where it is exactly so.

    Examples
    --------
    >>> from genre_audio.exploration.phrases import percent
    >>> percent(0.0), percent(0.001), percent(0.356), percent(0.999)
    ('0 %', 'under 1 %', '36 %', 'over 99 %')
    """
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %"
