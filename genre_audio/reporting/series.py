"""Genres in figures: each has a colour and a mark of its own, and keeps both on a page.

Colour alone tells nobody apart who sees few of them, nor does it on paper; a mark alone is
lost in a cloud. So both change from genre to genre.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from genre_audio.reporting.drawing import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NOBODY", "Series", "series_of"]

_COLOURS: Final = tuple(name for name in PALETTE if name.startswith("series-"))
_MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X", "<", "p", ">")


@dataclasses.dataclass(frozen=True)
class Series:
    """How one genre is drawn.

    Attributes
    ----------
    colour : str
        Of light pages, as figures are drawn.
    marker : str
        As matplotlib calls it.

    Examples
    --------
    See `series_of`.
    """

    colour: str
    marker: str


NOBODY: Final = Series(PALETTE["muted"][0], ".")
"""Rows without a genre."""


def series_of(labels: Sequence[str]) -> dict[str, Series]:
    """Return how each genre is drawn; a hundred of them differ.

    Parameters
    ----------
    labels : sequence of str
        In the order in which they are shown.

    Returns
    -------
    dict of str to Series

    Examples
    --------
    >>> from genre_audio.reporting.series import series_of
    >>> [each.marker for each in series_of(["jazz", "rock"]).values()]
    ['o', 's']
    """
    return {label: _series(*divmod(place, 10)) for place, label in enumerate(labels)}


def _series(ten: int, one: int) -> Series:
    return Series(PALETTE[_COLOURS[one]][0], _MARKERS[(one + ten) % 10])
