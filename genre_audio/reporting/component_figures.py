"""The pictures of principal components, from plain numbers; call them inside `drawing()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.reporting.canvas import SMALL, WIDTH, canvas, figure_of
from genre_audio.reporting.drawing import PALETTE
from genre_audio.reporting.printable import distinct, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

__all__ = ["loading_figure", "scree_figure"]

_NAME_WIDTH: Final = 24


def scree_figure(
    explained: ArrayLike, cumulative: ArrayLike, *, needed: Mapping[int, int]
) -> Figure:
    """Draw what each component explains, and what all up to it explain.

    Parameters
    ----------
    explained, cumulative : array_like of float, shape (components,)
        Shares of the variance, from 0 to 1.
    needed : mapping of int to int
        Number of components for so many per cent: marked on the curve.

    Returns
    -------
    matplotlib.figure.Figure
        The cumulative curve above, the scree below it.

    Examples
    --------
    >>> from genre_audio.reporting.component_figures import scree_figure
    >>> from genre_audio.reporting.drawing import drawing
    >>> with drawing():
    ...     figure = scree_figure([0.7, 0.3], [0.7, 1.0], needed={85: 2})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['2']
    """
    shares, total = np.asarray(explained, float), np.asarray(cumulative, float)
    numbers = np.arange(1, len(shares) + 1)
    above = canvas(WIDTH, 430, place=(0.14, 0.4, 0.83, 0.58))
    colour = PALETTE["mark"][0]
    marker = "o" if len(shares) <= 20 else "."
    above.plot(numbers, total, color=colour, linewidth=1.6, marker=marker, clip_on=False)
    warn = PALETTE["warn"][0]
    for percent, number in needed.items():
        above.plot([0.5, number], [percent / 100] * 2, color=warn, dashes=(4, 3), linewidth=1)
        above.plot(number, percent / 100, color=warn, marker="|", markersize=9, linestyle="none")
        # Under the curve, which rises ever less, there is room at the right.
        after = number + len(shares) / 40
        above.text(after, percent / 100 - 0.022, str(number), color=warn, va="center", fontsize=12)
    above.set(ylim=(0, 1.02), ylabel="explained by all so far")
    ticks = sorted({0, 25, 50, 75, 100} | set(needed))
    above.set_yticks([tick / 100 for tick in ticks], [f"{tick} %" for tick in ticks])
    below = figure_of(above).add_axes((0.14, 0.1, 0.83, 0.24), sharex=above)
    below.bar(numbers, shares, width=0.7, color=PALETTE["hit"][0])
    below.set(xlabel="component", ylabel="by each", xlim=(0.5, len(shares) + 0.5))
    below.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    below.locator_params(axis="y", nbins=3)
    below.locator_params(axis="x", integer=True, nbins=10, min_n_ticks=1)
    above.tick_params(labelbottom=False)
    for each in (above, below):
        each.grid(visible=True, linewidth=0.6, axis="x" if each is above else "y")
        each.set_axisbelow(True)
        each.tick_params(labelsize=SMALL)
    return figure_of(above)


def loading_figure(
    loadings: ArrayLike, *, names: Sequence[str], axes_names: tuple[str, str], most: int = 10
) -> Figure:
    """Draw how columns correlate with the first two components, as arrows in a circle.

    Parameters
    ----------
    loadings : array_like of float, shape (columns, 2)
        Correlations, from -1 to 1.
    names : sequence of str
        Of the columns.
    axes_names : (str, str)
        Names of the two components.
    most : int
        How many columns are shown: those with the longest arrows.

    Returns
    -------
    matplotlib.figure.Figure
        Names stand at both sides, led to the tips of their arrows.

    Examples
    --------
    >>> from genre_audio.reporting.component_figures import loading_figure
    >>> from genre_audio.reporting.drawing import drawing
    >>> with drawing():
    ...     figure = loading_figure([[0.9, 0.1]], names=["tempo"], axes_names=("first", "second"))
    >>> [text.get_text() for text in figure.axes[0].texts if text.get_text()]
    ['tempo']
    """
    points = np.asarray(loadings, float)
    longest = np.argsort(-np.hypot(points[:, 0], points[:, 1]), kind="stable")[:most]
    axes = canvas(WIDTH, 0.75 * WIDTH, place=(0.22, 0.12, 0.56, 0.56 / 0.75))
    turn = np.linspace(0, 2 * np.pi, 73)
    axes.plot(np.cos(turn), np.sin(turn), color=PALETTE["line"][0], linewidth=1)
    for lines in (axes.axhline, axes.axvline):
        lines(0, color=PALETTE["line"][0], linewidth=0.8)
    for x, y in points[longest]:
        axes.annotate(
            "", xy=(x, y), xytext=(0, 0),
            arrowprops={"arrowstyle": "-|>", "color": PALETTE["mark"][0], "shrinkA": 0,
                        "shrinkB": 0, "linewidth": 1.4},
        )  # fmt: skip
    shown = distinct([printable(names[place]) for place in longest], width=_NAME_WIDTH)
    for right in (True, False):
        side = [k for k, place in enumerate(longest) if (points[place, 0] >= 0) == right]
        _lead(axes, points[longest][side], [shown[k] for k in side], right=right)
    axes.set(xlim=(-1.05, 1.05), ylim=(-1.05, 1.05), xlabel=f"{axes_names[0]} \u2192")
    # Names stand where the label of this axis would.
    axes.set_title(f"\u2191 {axes_names[1]}", fontsize=12)
    axes.set_xticks([-1, 0, 1])
    axes.set_yticks([-1, 0, 1])
    axes.tick_params(labelsize=SMALL)
    return figure_of(axes)


def _lead(axes: Axes, tips: NDArray[np.float64], names: Sequence[str], *, right: bool) -> None:
    """Write names one under the other beside the circle, each with a line to its tip."""
    order = np.argsort(-tips[:, 1], kind="stable")
    heights = _apart(tips[order, 1], least=0.16)
    edge = 1.15 if right else -1.4
    how: dict[str, Any] = {"ha": "left" if right else "right", "va": "center", "fontsize": SMALL}
    for place, height in zip(order, heights, strict=True):
        x, y = tips[place]
        axes.plot([x, edge], [y, height], color=PALETTE["muted"][0], linewidth=0.6, clip_on=False)
        axes.text(edge + (0.04 if right else -0.04), height, names[place], **how)


def _apart(heights: NDArray[np.float64], *, least: float) -> NDArray[np.float64]:
    """Push falling heights apart until neighbours are so far from each other, about in place."""
    placed = heights.copy()
    for place in range(1, len(placed)):
        placed[place] = min(placed[place], placed[place - 1] - least)
    if len(placed):
        placed += (heights - placed).mean()
    return placed
