"""The picture of a correlation matrix, from plain numbers; call it inside `drawing()`.

One picture shows both: Pearson's below the diagonal, Spearman's above it. Blue goes
together, orange against each other, the deeper the more; both show on light and dark.
Few columns have their numbers in the cells; many become one small image.
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
    from numpy.typing import ArrayLike, NDArray

__all__ = ["NUMBERED", "correlation_figure"]

NUMBERED: Final = 14
"""Up to so many columns, cells have room for their numbers."""

_CELL: Final = 46
_NAME_WIDTH: Final = 26
_KEY: Final = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0)


def correlation_figure(
    pearson: ArrayLike,
    spearman: ArrayLike,
    *,
    names: Sequence[str],
    blocks: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Draw both matrices in one: Pearson's below the diagonal, Spearman's above.

    Parameters
    ----------
    pearson, spearman : array_like of float, shape (columns, columns)
        In the order to be shown; NaN where there is none.
    names : sequence of str
        Of the columns.
    blocks : sequence of (int, int)
        First and last place of columns that are framed together.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from genre_audio.reporting.correlation_figure import correlation_figure
    >>> from genre_audio.reporting.drawing import drawing
    >>> pearson, spearman = [[1, 0.5], [0.5, 1]], [[1, 0.4], [0.4, 1]]
    >>> with drawing():
    ...     figure = correlation_figure(pearson, spearman, names=["a", "b"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['.40', '.50']
    """
    side = len(names)
    matrix = np.tril(np.asarray(pearson, float), -1) + np.triu(np.asarray(spearman, float), 1)
    cell = _CELL if side <= NUMBERED else 12 if side <= 64 else 8
    figure, axes = _canvas(side * cell)
    if side <= NUMBERED:
        _numbered(axes, matrix)
    else:
        # An image has no variables: its colours are for light pages and for dark ones.
        extent = (0, side, side, 0)
        axes.imshow(_shades(matrix), interpolation="none", aspect="auto", extent=extent)
    for first, last in blocks:
        _frame(axes, first, last)
    _name(axes, names, size=12 if side <= NUMBERED else cell - 1)
    _key(figure, side * cell, numbered=side <= NUMBERED)
    return figure


def _canvas(side: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(side / 72, side / 72))
    return figure, figure.add_axes((0, 0, 1, 1))


def _numbered(axes: Axes, matrix: NDArray[np.float64]) -> None:
    from matplotlib.patches import Rectangle

    for (row, column), value in np.ndenumerate(matrix):
        if row == column:
            continue
        box = Rectangle((column, row), 1, 1, facecolor=_shade(float(value)))
        box.set(edgecolor=PALETTE["line"][0], linewidth=0.6)
        axes.add_patch(box)
        axes.text(column + 0.5, row + 0.52, _short(float(value)), ha="center", va="center")


def _short(value: float) -> str:
    """Write a number from -1 to 1 in four signs at most."""
    if np.isnan(value):
        return "\u2013"
    text = f"{abs(value):.2f}"
    text = text[:3] if text == "1.00" else text[1:]
    return f"\u2212{text}" if value < 0 and text != ".00" else text


def _shade(value: float) -> tuple[str, float]:
    if np.isnan(value):
        return (PALETTE["line"][0], 0.35)
    return (PALETTE["hit" if value >= 0 else "miss"][0], min(1.0, abs(value)))


def _shades(matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the colours of all cells, shape (columns, columns, 4); none on the diagonal."""
    from matplotlib.colors import to_rgb

    hit, miss, unknown = (np.array(to_rgb(PALETTE[part][0])) for part in ("hit", "miss", "line"))
    known = np.isfinite(matrix)
    value = np.where(known, matrix, 0.0)
    colour = np.where((value >= 0)[:, :, None], hit, miss)
    colour = np.where(known[:, :, None], colour, unknown)
    depth = np.where(known, np.minimum(1.0, np.abs(value)), 0.35)
    if matrix.shape[0] == matrix.shape[1]:
        np.fill_diagonal(depth, 0.0)
    return np.round(255 * np.dstack([colour, depth])).astype(np.uint8)


def _frame(axes: Axes, first: int, last: int) -> None:
    from matplotlib.patches import Rectangle

    width = last - first + 1
    box = Rectangle((first, first), width, width, fill=False, linewidth=1.6, clip_on=False)
    box.set_edgecolor(PALETTE["ink"][0])
    axes.add_patch(box)


def _name(axes: Axes, names: Sequence[str], *, size: float) -> None:
    side = len(names)
    shown = distinct([printable(name) for name in names], width=_NAME_WIDTH)
    places = np.arange(side) + 0.5
    turned: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "bottom"}
    if side <= NUMBERED:
        turned = {"rotation": 45, "ha": "left", "rotation_mode": "anchor"}
    axes.set(xlim=(0, side), ylim=(side, 0))
    axes.set_xticks(places, shown, **turned)
    axes.set_yticks(places, shown)
    axes.tick_params(length=0, pad=5, top=True, labeltop=True, bottom=False, labelbottom=False)
    axes.tick_params(labelsize=size)
    axes.spines[:].set_visible(False)


def _key(figure: Figure, side: float, *, numbered: bool) -> None:
    """Draw what the colours mean, under the matrix."""
    width = min(1.0, 250 / side)
    axes = figure.add_axes((0, -40 / side, width, 16 / side))
    if numbered:
        for place, value in enumerate(_KEY):
            axes.axvspan(place, place + 1, facecolor=_shade(value), linewidth=0)
    else:
        shades, extent = _shades(np.array([_KEY])), (0, len(_KEY), 0, 1)
        axes.imshow(shades, interpolation="none", aspect="auto", extent=extent)
    axes.set(xlim=(0, len(_KEY)), ylim=(0, 1), yticks=[])
    shown = ["\u22121", "\u22120.5", "0", "0.5", "1"]
    axes.set_xticks([0.5, 2.5, 4.5, 6.5, 8.5], shown)
    axes.tick_params(length=0, labelsize=11)
    axes.spines[:].set_visible(False)
