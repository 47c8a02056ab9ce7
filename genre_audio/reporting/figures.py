"""The figures of reports, from plain numbers.

Each function returns a `matplotlib.figure.Figure`, drawn in the colours of
`genre_audio.reporting.drawing.PALETTE`; call it inside `drawing()`. Widths are for a
telephone; `inline_svg` lets a figure grow. What a figure shows is also in a table beside
it: nothing can be had from a picture alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.reporting.drawing import PALETTE
from genre_audio.reporting.printable import distinct, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike

__all__ = ["confusion_figure", "difference_figure", "reliability_figure", "score_figure"]

_CELL: Final = 46
_WIDTH: Final = 344
_ROW: Final = 44
_SMALL: Final = 11
_LABEL_WIDTH: Final = 22
_NAME_WIDTH: Final = 54

Spread = tuple[float, float, float]
"""A value with the ends of its interval."""


def confusion_figure(counts: ArrayLike, *, labels: Sequence[str]) -> Figure:
    """Draw a confusion matrix: in each cell the count and its share of the row.

    Parameters
    ----------
    counts : array_like of int, shape (genres, genres)
        Truth in rows, prediction in columns.
    labels : sequence of str
        Names of the genres; long ones are shortened.

    Returns
    -------
    matplotlib.figure.Figure
        What is right is blue, what is wrong orange, as deep as the square root of the
        share of the row: few errors in a row must be seen beside many hits.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.figures import confusion_figure
    >>> with drawing():
    ...     figure = confusion_figure([[3, 1], [0, 2]], labels=["jazz", "rock"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['3', '75 %', '1', '25 %', '·', '2', '100 %']
    """
    matrix = np.asarray(counts)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    side = len(labels)
    axes = _axes(side * _CELL, side * _CELL)
    axes.set(xlim=(0, side), ylim=(side, 0))
    for (row, column), count in np.ndenumerate(matrix):
        _cell(axes, int(row), int(column), count=int(count), share=float(shares[row, column]))
    names = distinct([printable(label) for label in labels], width=_LABEL_WIDTH)
    places = np.arange(side) + 0.5
    axes.set_xticks(places, names, rotation=45, ha="left", rotation_mode="anchor")
    axes.set_yticks(places, names)
    axes.tick_params(length=0, pad=6, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("called", fontsize=12, color=PALETTE["muted"][0])
    axes.set_ylabel("truth", fontsize=12, color=PALETTE["muted"][0])
    axes.spines[:].set_visible(False)
    return _figure(axes)


def reliability_figure(*, confidence: ArrayLike, accuracy: ArrayLike, counts: ArrayLike) -> Figure:
    """Draw how often a model is right against how sure it was, and how many stand behind it.

    Parameters
    ----------
    confidence, accuracy : array_like of float, shape (bins,)
        Mean probability of the first genre, and share of recordings where it is true.
    counts : array_like of int, shape (bins,)
        Recordings in each bin.

    Returns
    -------
    matplotlib.figure.Figure
        The diagram above, the counts below it.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.figures import reliability_figure
    >>> with drawing():
    ...     figure = reliability_figure(confidence=[0.4, 0.8], accuracy=[0.5, 0.7], counts=[9, 9])
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['share that is right', 'recordings']
    """
    x, y, n = np.asarray(confidence), np.asarray(accuracy), np.asarray(counts)
    axes = _axes(_WIDTH, _WIDTH + 70, place=(0.13, 0.32, 0.84, 0.66))
    axes.plot([0, 1], [0, 1], color=PALETTE["muted"][0], dashes=(4, 3), linewidth=1.2)
    axes.vlines(x, np.minimum(x, y), np.maximum(x, y), color=PALETTE["warn"][0], linewidth=2)
    axes.plot(x, y, color=PALETTE["mark"][0], linewidth=1.4, marker="o", clip_on=False)
    axes.text(0.03, 0.95, "too modest", color=PALETTE["muted"][0], fontsize=_SMALL, va="top")
    axes.text(0.97, 0.05, "too sure", color=PALETTE["muted"][0], fontsize=_SMALL, ha="right")
    axes.set(xlim=(0, 1), ylim=(0, 1), ylabel="share that is right")
    below = _figure(axes).add_axes((0.13, 0.11, 0.84, 0.14), sharex=axes)
    below.vlines(x, 0, n, color=PALETTE["mark"][0], linewidth=4, clip_on=False)
    below.set(ylim=(0, 1.1 * n.max(initial=1)), xlabel="mean probability", ylabel="recordings")
    for each in (axes, below):
        each.grid(visible=True, linewidth=0.6)
        each.set_axisbelow(True)
        each.tick_params(labelsize=_SMALL)
        each.xaxis.label.set_fontsize(12)
    below.locator_params(axis="y", nbins=2, integer=True)
    axes.tick_params(labelbottom=False)
    return _figure(axes)


def score_figure(
    names: Sequence[str], spreads: Sequence[Spread], *, baselines: Sequence[float], unit: str
) -> Figure:
    """Draw scores with their intervals, one below the other, each with its baseline.

    Parameters
    ----------
    names : sequence of str
        What was scored.
    spreads : sequence of (float, float, float)
        Value, lower and upper end.
    baselines : sequence of float
        What is had without a model: a cross line in each row.
    unit : str
        Name of the score.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.figures import score_figure
    >>> with drawing():
    ...     figure = score_figure(["a"], [(0.5, 0.4, 0.6)], baselines=[0.1], unit="accuracy")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['a', '0.500 (0.400 to 0.600)']
    """
    axes = _forest(names, spreads, unit=unit, signed=False)
    axes.set_xlim(0, 1)
    rows = np.arange(len(names))
    axes.vlines(baselines, rows - 0.22, rows + 0.22, color=PALETTE["warn"][0], linewidth=3)
    return _figure(axes)


def difference_figure(names: Sequence[str], spreads: Sequence[Spread], *, unit: str) -> Figure:
    """Draw paired differences with their intervals around a line at zero.

    Parameters
    ----------
    names : sequence of str
        What was compared with what.
    spreads : sequence of (float, float, float)
        Difference, lower and upper end.
    unit : str
        Name of the score.

    Returns
    -------
    matplotlib.figure.Figure
        Where an interval leaves zero out, its mark is filled; else it is hollow.

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.figures import difference_figure
    >>> with drawing():
    ...     figure = difference_figure(["b − a"], [(0.1, -0.1, 0.3)], unit="accuracy")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['b − a', '+0.100 (−0.100 to +0.300)']
    """
    axes = _forest(names, spreads, unit=f"difference in {unit}", signed=True)
    axes.axvline(0, color=PALETTE["muted"][0], dashes=(4, 3), linewidth=1.2)
    reach = 1.1 * max(np.abs(np.asarray(spreads)).max(initial=0.0), 1e-3)
    axes.set_xlim(-reach, reach)
    return _figure(axes)


def _forest(names: Sequence[str], spreads: Sequence[Spread], *, unit: str, signed: bool) -> Axes:
    """Draw a name, and under it a mark on its interval with the figures to the right."""
    form = "{:+.3f}" if signed else "{:.3f}"
    height = len(names) * _ROW + 44
    axes = _axes(_WIDTH, height, place=(0.02, 44 / height, 0.56, 1 - 44 / height))
    labels = distinct([printable(name) for name in names], width=_NAME_WIDTH)
    ground = {"facecolor": PALETTE["paper"][0], "edgecolor": "none", "pad": 1}  # over the line
    words: dict[str, Any] = {"fontsize": _SMALL, "va": "center", "bbox": ground}
    for row, (label, spread) in enumerate(zip(labels, spreads, strict=True)):
        value, low, high = (form.format(number).replace("-", "\u2212") for number in spread)
        across = axes.get_yaxis_transform()
        axes.text(0, row - 0.36, label, transform=across, **words)
        text = f"{value} ({low} to {high})"
        axes.text(1.03, row + 0.08, text, transform=across, **words)
        sure = not (signed and spread[1] <= 0 <= spread[2])
        colour = PALETTE["mark"][0]
        axes.plot(spread[1:], [row + 0.08] * 2, color=colour, linewidth=2)
        face = colour if sure else PALETTE["paper"][0]
        marker: dict[str, Any] = {"marker": "o", "markersize": 8, "markerfacecolor": face}
        axes.plot(spread[0], row + 0.08, color=colour, linestyle="none", **marker)
    axes.set(ylim=(len(names) - 0.4, -0.7), xlabel=unit, yticks=[])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=_SMALL)
    axes.locator_params(axis="x", nbins=4)
    return axes


def _cell(axes: Axes, row: int, column: int, *, count: int, share: float) -> None:
    from matplotlib.patches import Rectangle

    colour = PALETTE["hit" if row == column else "miss"][0]
    box = Rectangle((column, row), 1, 1, facecolor=(colour, share**0.5))
    box.set(edgecolor=PALETTE["line"][0], linewidth=0.6)
    axes.add_patch(box)
    middle: dict[str, Any] = {"ha": "center", "va": "center"}
    if not count:
        axes.text(column + 0.5, row + 0.5, "·", color=PALETTE["muted"][0], **middle)
        return
    axes.text(column + 0.5, row + 0.36, str(count), fontsize=13, **middle)
    axes.text(column + 0.5, row + 0.74, f"{100 * share:.0f} %", fontsize=10, **middle)


def _axes(
    width: float, height: float, *, place: tuple[float, float, float, float] = (0, 0, 1, 1)
) -> Axes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72))
    return figure.add_axes(place)


def _figure(axes: Axes) -> Figure:
    figure: Any = axes.get_figure()
    return figure
