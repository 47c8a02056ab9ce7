"""The number of the form in which tables say what they were made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FORMAT", "refuse_later"]

FORMAT: Final = 1
"""Raised when a reader of the older format would misunderstand the newer one."""


def refuse_later(value: Mapping[str, Any], *, what: str) -> None:
    """Refuse what a later version wrote.

    Parameters
    ----------
    value : mapping
        With a whole number ``format``.
    what : str
        What it is, for the message.

    Raises
    ------
    TableError
        If the number is higher than this version knows.

    Examples
    --------
    >>> from genre_audio.tables.format_number import refuse_later
    >>> refuse_later({"format": 1}, what="the manifest")
    """
    if value["format"] > FORMAT:
        raise TableError(
            f"{what} has format {value['format']}, this version reads up to {FORMAT}: update "
            "genre-audio"
        )
