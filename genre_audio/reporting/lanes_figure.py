"""What is heard when, as lanes under a recording's pictures; call it inside `drawing()`.

A lane for each content or genre, so that its place says what it is and no colour has to.
Lanes stand exactly under the waveform and the spectrogram of
`genre_audio.reporting.sound_figures`: the same width, the same axis of time.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.reporting.canvas import canvas, figure_of
from genre_audio.reporting.drawing import PALETTE
from genre_audio.reporting.printable import distinct, printable
from genre_audio.reporting.sound_figures import time_axis, time_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Lane", "lanes_figure"]

_LANE: Final = 30
_FOOT: Final = 42
_NAME_WIDTHS: Final = (14, 12, 9, 7, 6, 5)
_NAME: Final = 11
_ROOM: Final = 76
_BARS: Final = 4
_TALL: Final = 0.8
_BAR: Final = 0.2


@dataclasses.dataclass(frozen=True)
class Lane:
    """One lane.

    Attributes
    ----------
    name : str
        What stands beside it.
    bars : tuple of (float, float)
        Where it is so, in seconds.
    levels : tuple of (float, float, float)
        Begin, end and probability of each moment; none where bars say all.
    strong : bool
        Whether it is drawn in the colour of what matters.

    Examples
    --------
    >>> from genre_audio.reporting.lanes_figure import Lane
    >>> Lane("speech", bars=((0.0, 12.0),), strong=False).levels
    ()
    """

    name: str
    bars: tuple[tuple[float, float], ...]
    levels: tuple[tuple[float, float, float], ...] = ()
    strong: bool = True


def lanes_figure(
    lanes: Sequence[Lane],
    *,
    seconds: float,
    marks: Sequence[float] = (),
    shaded: Sequence[tuple[float, float]] = (),
) -> Figure:
    """Draw lanes, the first at the top.

    Parameters
    ----------
    lanes : sequence of Lane
        At least one.
    seconds : float
        Length of the recording.
    marks : sequence of float
        Where something changes, in seconds: broken lines.
    shaded : sequence of (float, float)
        Begin and end of what is refused, in seconds.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.lanes_figure import Lane, lanes_figure
    >>> with drawing():
    ...     figure = lanes_figure([Lane("speech", ((0.0, 2.0),))], seconds=5.0)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['speech']
    """
    height = _LANE * len(lanes) + _FOOT
    left, across, width = time_place()
    axes = canvas(width, height, place=(left, _FOOT / height, across, _LANE * len(lanes) / height))
    for start, stop in shaded:
        axes.axvspan(start, stop, facecolor=PALETTE["warn"][0], alpha=0.25, linewidth=0)
    for number, lane in enumerate(lanes):
        foot = float(len(lanes) - 1 - number)
        axes.axhline(foot, color=PALETTE["line"][0], linewidth=0.6, zorder=0.5)
        _draw(axes, lane, foot=foot)
    for mark in marks:
        axes.axvline(mark, color=PALETTE["ink"][0], dashes=(3, 3), linewidth=1.0)
    axes.tick_params(axis="y", length=0, labelsize=_NAME, pad=3)
    places = [len(lanes) - 1 - k + _TALL / 2 for k in range(len(lanes))]
    axes.set_yticks(places, _fitting([printable(lane.name) for lane in lanes]))
    axes.set(ylim=(0, len(lanes)))
    time_axis(axes, seconds)
    return figure_of(axes)


def _fitting(names: Sequence[str]) -> list[str]:
    """Write names in one line, or in two, or cut them, so that they fit beside the axes."""
    shown = [name if _fits(name) else name.replace(" ", "\n", 1) for name in names]
    for width in _NAME_WIDTHS:
        if all(map(_fits, shown)):
            break
        cut = distinct(names, width=width)
        shown = [old if _fits(old) else new for old, new in zip(shown, cut, strict=True)]
    return shown


def _fits(name: str) -> bool:
    from matplotlib.textpath import TextPath

    # A line may hold nothing that is drawn, and has no path then: bars stand around it.
    lines = [TextPath((0, 0), f"|{line}|", size=_NAME) for line in name.split("\n")]
    return max(line.get_extents().width for line in lines) < _ROOM + _BARS


def _draw(axes: Axes, lane: Lane, *, foot: float) -> None:
    colour = PALETTE["mark" if lane.strong else "muted"][0]
    if lane.levels:
        x, y = _outline(lane.levels)
        pale = PALETTE["hit"][0]
        axes.fill_between(x, foot, foot + _TALL * y, facecolor=pale, alpha=0.55, linewidth=0)
    tall = _BAR if lane.levels else _TALL
    spans = [(start, stop - start) for start, stop in lane.bars]
    axes.broken_barh(spans, (foot, tall), facecolor=colour, linewidth=0)


def _outline(levels: Sequence[tuple[float, float, float]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of steps; nothing is drawn where a moment does not meet the next."""
    x: list[float] = []
    y: list[float] = []
    for start, stop, level in levels:
        if x and x[-1] != start:
            x.append(x[-1])
            y.append(np.nan)
        x += [start, stop]
        y += [level, level]
    return np.array(x), np.array(y)
