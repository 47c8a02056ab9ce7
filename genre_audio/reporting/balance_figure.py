"""The figure of balancing: what each method does to the share of each genre that is found.

From plain numbers, as those in `figures`; call it inside `drawing`.
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

__all__ = ["balance_figure"]

_WIDTH: Final = 344
_ROW: Final = 24
_FOOT: Final = 44
_LEFT: Final = 0.28
_MIDDLE: Final = 0.46
_SMALL: Final = 11
_NAME_WIDTH: Final = 48
_METHOD_WIDTH: Final = 16
_MARK: Final = 7


def balance_figure(
    before: ArrayLike,
    after: ArrayLike,
    *,
    labels: Sequence[str],
    methods: Sequence[str],
    unit: str = "recall",
) -> Figure:
    """Draw where each method moves a share of each genre, from where it is without any.

    Parameters
    ----------
    before : array_like of float, shape (genres,)
        The share without balancing.
    after : array_like of float, shape (methods, genres)
        With each method.
    labels : sequence of str
        Names of the genres.
    methods : sequence of str
        Names of the methods.
    unit : str
        What the share is called.

    Returns
    -------
    matplotlib.figure.Figure
        For each genre a line of each method, from a hollow mark (without balancing) to a
        filled one: blue to the right where it rises, orange to the left where it falls.

    Examples
    --------
    >>> from genre_audio.reporting.balance_figure import balance_figure
    >>> from genre_audio.reporting.drawing import drawing
    >>> with drawing():
    ...     figure = balance_figure([0.5], [[0.8]], labels=["polka"], methods=["smote"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['polka', 'smote', '0.500 → 0.800']
    """
    old, new = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    rows = len(labels) * (len(methods) + 1)
    axes = _axes(rows)
    names = distinct([printable(label) for label in labels], width=_NAME_WIDTH)
    shown = distinct([printable(method) for method in methods], width=_METHOD_WIDTH)
    for number, name in enumerate(names):
        top = number * (len(methods) + 1)
        _say(axes, -_LEFT / _MIDDLE, top, name, fontweight="bold")
        last = top + len(methods)
        axes.vlines(old[number], top + 0.6, last + 0.4, PALETTE["line"][0], linewidth=1.2)
        for place, method in enumerate(shown):
            row, end = top + 1 + place, float(new[place, number])
            _move(axes, row, start=float(old[number]), end=end)
            _say(axes, -_LEFT / _MIDDLE, row, method)
            _say(axes, 1.05, row, f"{old[number]:.3f} \u2192 {end:.3f}")
    axes.set(xlim=(0, 1), ylim=(rows - 0.4, -0.6), yticks=[], xlabel=unit)
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=_SMALL)
    axes.locator_params(axis="x", nbins=4)
    figure: Any = axes.get_figure()
    return figure


def _axes(rows: int) -> Axes:
    from matplotlib.figure import Figure

    height = rows * _ROW + _FOOT
    figure = Figure(figsize=(_WIDTH / 72, height / 72))
    return figure.add_axes((_LEFT, _FOOT / height, _MIDDLE, 1 - _FOOT / height))


def _say(axes: Axes, x: float, row: float, text: str, **how: Any) -> None:  # noqa: ANN401
    across = axes.get_yaxis_transform()
    axes.text(x, row, text, transform=across, fontsize=_SMALL, va="center", **how)


def _move(axes: Axes, row: int, *, start: float, end: float) -> None:
    colour = PALETTE["mark" if end >= start else "warn"][0]
    how: dict[str, Any] = {"markersize": _MARK, "linestyle": "none", "clip_on": False}
    axes.plot([start, end], [row, row], color=colour, linewidth=2)
    axes.plot(start, row, marker="o", color=colour, markerfacecolor=PALETTE["paper"][0], **how)
    axes.plot(end, row, marker="o", color=colour, **how)
