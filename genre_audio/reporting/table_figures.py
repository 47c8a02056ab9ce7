"""The pictures of a table, from plain numbers: counts and distributions, genre by genre.

Call them inside `genre_audio.reporting.drawing.drawing`. Genres have the colour and the
mark that `genre_audio.reporting.series` gives them, the same in every picture.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.reporting.canvas import SMALL, WIDTH, axis_name, canvas, figure_of
from genre_audio.reporting.cloud_figure import large_mark
from genre_audio.reporting.magnitude import power_of_ten, unit_words
from genre_audio.reporting.printable import distinct, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.figure import Figure

    from genre_audio.reporting.series import Series

__all__ = ["Spread", "count_figure", "spread_figure"]

_ROW: Final = 36
_LINE: Final = 24
_NAME_WIDTH: Final = 40
_SHORT_NAME: Final = 16
_SKEWED: Final = 30.0
"""A largest value so many times the median is shown on a logarithmic axis, if all are positive."""


@dataclasses.dataclass(frozen=True)
class Spread:
    """How the values of one genre lie.

    Attributes
    ----------
    label : str
        The genre.
    minimum, low, lower_quartile, median, upper_quartile, high, maximum : float
        `low` and `high` are the ends of the whiskers.

    Examples
    --------
    See `spread_figure`.
    """

    label: str
    minimum: float
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float
    maximum: float


def count_figure(counts: Mapping[str, int], *, series: Mapping[str, Series]) -> Figure:
    """Draw how many rows each genre has: a bar under its name.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.series import series_of
    >>> from genre_audio.reporting.table_figures import count_figure
    >>> with drawing():
    ...     figure = count_figure({"jazz": 3}, series=series_of(["jazz"]))
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['jazz', '3 (100 %)']
    """
    axes = canvas(WIDTH, len(counts) * _ROW)
    largest, total = max(counts.values()), sum(counts.values())
    names = distinct([printable(label) for label in counts], width=_NAME_WIDTH)
    for row, (name, (label, count)) in enumerate(zip(names, counts.items(), strict=True)):
        axes.barh(row + 0.2, count, height=0.4, color=series[label].colour)
        axes.text(0, row - 0.2, name, fontsize=12, va="center")
        text = f"{count:,} ({100 * count / total:.{0 if total < 1000 else 1}f} %)"
        axes.text(count + largest / 60, row + 0.2, text, fontsize=SMALL, va="center")
    axes.set(xlim=(0, 1.35 * largest), ylim=(len(counts) - 0.5, -0.5))
    axes.set_axis_off()
    return figure_of(axes)


def spread_figure(spreads: Sequence[Spread], *, series: Mapping[str, Series], unit: str) -> Figure:
    """Draw how one feature lies in each genre: range, whiskers, quartiles, median.

    Parameters
    ----------
    spreads : sequence of Spread
        One for each genre; those with NaN are left empty.
    series : mapping of str to Series
        How each genre is drawn.
    unit : str
        Name of the feature.

    Returns
    -------
    matplotlib.figure.Figure
        On a logarithmic axis where all values are positive and the largest is far out.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.series import series_of
    >>> from genre_audio.reporting.table_figures import Spread, spread_figure
    >>> with drawing():
    ...     spread = Spread("jazz", 0, 1, 2, 3, 4, 5, 6)
    ...     figure = spread_figure([spread], series=series_of(["jazz"]), unit="tempo")
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['jazz']
    """
    power = power_of_ten([[spread.minimum, spread.maximum] for spread in spreads])
    spreads = [_in(power, spread) for spread in spreads]
    height = len(spreads) * _LINE + 44
    axes = canvas(WIDTH, height, place=(0.3, 44 / height, 0.67, 1 - 44 / height))
    logarithmic = _is_skewed(spreads)
    if logarithmic:
        axes.set_xscale("log")
    for row, spread in enumerate(spreads):
        colour, marker = series[spread.label].colour, series[spread.label].marker
        ends = [spread.minimum, spread.maximum]
        if not np.isnan(spread.median):
            axes.plot(ends, [row, row], color=colour, linestyle="none", marker="|", markersize=5)
            axes.plot([spread.low, spread.high], [row, row], color=colour, linewidth=1.4)
            box = [spread.lower_quartile, spread.upper_quartile]
            axes.plot(box, [row, row], color=colour, linewidth=9, alpha=0.45, solid_capstyle="butt")
            large_mark(axes, spread.median, row, colour=colour, marker=marker)
    names = distinct([printable(spread.label) for spread in spreads], width=_SHORT_NAME)
    axes.set_yticks(range(len(spreads)), names)
    axes.set_ylim(len(spreads) - 0.4, -0.6)
    name = axis_name(unit) + unit_words(power)
    axes.set_xlabel(f"{name}{' (logarithmic axis)' if logarithmic else ''}")
    axes.grid(visible=True, axis="x", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(labelsize=SMALL)
    if not logarithmic:
        axes.locator_params(axis="x", nbins=4)
    return figure_of(axes)


def _in(power: float, spread: Spread) -> Spread:
    numbers = [field.name for field in dataclasses.fields(spread) if field.name != "label"]
    return dataclasses.replace(spread, **{name: getattr(spread, name) / power for name in numbers})


def _is_skewed(spreads: Sequence[Spread]) -> bool:
    known = [spread for spread in spreads if not np.isnan(spread.median)]
    if not known or min(spread.minimum for spread in known) <= 0:
        return False
    middle = float(np.median([spread.median for spread in known]))
    return max(spread.maximum for spread in known) > _SKEWED * middle
