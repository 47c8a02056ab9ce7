"""The pictures of a recording, from plain numbers; call them inside `drawing()`.

Time is in seconds and frequency in Hz, as they are everywhere else. Figures are as wide as
each other and have time at the same place, so that moments stand under each other on a
page: `inline_svg` must not cut them (``tight=False``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.reporting.canvas import SMALL, canvas, figure_of
from genre_audio.reporting.drawing import PALETTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "MOST_BORDERS",
    "outline_figure",
    "spectrogram_figure",
    "time_axis",
    "time_place",
]

_WIDTH: Final = 720
_LEFT: Final = 0.125
_ACROSS: Final = 0.775
_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_TICKS: Final = 9
_FREQUENCIES: Final = (0, 125, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 64000, 128000)
_RANGE_DB: Final = 80
MOST_BORDERS: Final = 60
"""More borders of segments than that are not drawn."""


def outline_figure(
    low: ArrayLike,
    high: ArrayLike,
    *,
    step: float,
    seconds: float,
    borders: Sequence[float] = (),
    refused: Sequence[tuple[float, float]] = (),
) -> Figure:
    """Draw the outline of a waveform: lowest and highest sample of each stretch.

    Parameters
    ----------
    low, high : array_like of float, shape (stretches,)
        Full scale is ±1.
    step, seconds : float
        Length of a stretch, and of the recording.
    borders : sequence of float
        Where segments meet, in seconds; left out if there are more than `MOST_BORDERS`.
    refused : sequence of (float, float)
        Begin and end of what is refused, in seconds: shaded.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.sound_figures import outline_figure
    >>> with drawing():
    ...     figure = outline_figure([-0.1, -0.2], [0.1, 0.3], step=0.5, seconds=1.0)
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('time (s)', 'amplitude')
    """
    bottom, top = np.asarray(low, float), np.asarray(high, float)
    axes = canvas(_WIDTH, 200, place=(_LEFT, 0.22, _ACROSS, 0.75))
    middles = np.minimum((np.arange(len(bottom)) + 0.5) * step, seconds)
    colour = PALETTE["mark"][0]
    axes.fill_between(middles, bottom, top, facecolor=colour, edgecolor=colour, linewidth=0.7)
    for start, stop in refused:
        axes.axvspan(start, stop, facecolor=PALETTE["warn"][0], alpha=0.25, linewidth=0)
    if len(borders) <= MOST_BORDERS:
        for border in borders:
            axes.axvline(border, color=PALETTE["muted"][0], dashes=(3, 3), linewidth=0.8)
    reach = 1.05 * max(float(np.abs(bottom).max(initial=0)), float(np.abs(top).max(initial=0)))
    axes.set(ylim=(-(reach or 1.0), reach or 1.0), ylabel="amplitude")
    axes.locator_params(axis="y", nbins=5)
    axes.grid(visible=True, axis="y", linewidth=0.6)
    axes.set_axisbelow(True)
    time_axis(axes, seconds)
    return figure_of(axes)


def spectrogram_figure(
    db: ArrayLike, *, edges: ArrayLike, span: tuple[float, float], seconds: float
) -> Figure:
    """Draw a mel spectrogram as one small image, with axes in s and Hz.

    Parameters
    ----------
    db : array_like of float, shape (bands, columns)
        Level below the maximum, from -80 to 0.
    edges : array_like of float, shape (bands + 2,)
        Where bands begin, peak and end in Hz.
    span : (float, float)
        Begin of the first and end of the last column in seconds.
    seconds : float
        Length of the recording.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.sound_figures import spectrogram_figure
    >>> edges = [0, 250, 500, 750, 1000, 1250]
    >>> with drawing():
    ...     figure = spectrogram_figure(np.zeros((4, 9)), edges=edges, span=(0, 9), seconds=9)
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['0', '125', '250', '500', '1,000']
    """
    levels, bounds = np.asarray(db, float), np.asarray(edges, float)
    bands = len(levels)
    height = 320
    axes = canvas(_WIDTH, height, place=(_LEFT, 0.14, _ACROSS, 0.83))
    axes.imshow(
        _shades(levels), origin="lower", aspect="auto", interpolation="none",
        extent=(*span, -0.5, bands - 0.5),
    )  # fmt: skip
    # Band k peaks at edge k + 1, and stands at height k.
    heights = np.interp(_FREQUENCIES, bounds, np.arange(-1, bands + 1))
    shown = _spaced(bounds, heights, least=18 * bands / (0.83 * height))
    axes.set_yticks(heights[shown], [f"{_FREQUENCIES[place]:,}" for place in shown])
    axes.set(ylim=(-1, bands), ylabel="frequency (Hz)")
    time_axis(axes, seconds)
    _key(axes)
    return figure_of(axes)


def _shades(levels: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return colours, shape (bands, columns, 4): dark is quiet, bright is loud, in any light."""
    from matplotlib import colormaps

    share = np.clip(1.0 + levels / _RANGE_DB, 0.0, 1.0)
    # Few levels make a small file; 64 of 80 dB are finer than the eye.
    return np.asarray(colormaps["magma"](np.round(63 * share) / 63, bytes=True))


def _spaced(
    bounds: NDArray[np.float64], heights: NDArray[np.float64], *, least: float
) -> list[int]:
    """Choose frequencies that are there and stand so far apart."""
    chosen: list[int] = []
    for place, frequency in enumerate(_FREQUENCIES):
        apart = not chosen or heights[place] - heights[chosen[-1]] >= least
        if frequency < bounds[-1] and apart:
            chosen.append(place)
    return chosen


def time_place() -> tuple[float, float, float]:
    """Return where time lies in a figure: left and width as shares, and the figure's width.

    Examples
    --------
    >>> from genre_audio.reporting.sound_figures import time_place
    >>> time_place()
    (0.125, 0.775, 720)
    """
    return _LEFT, _ACROSS, _WIDTH


def time_axis(axes: Axes, seconds: float) -> None:
    """Let time go across, from the beginning to the end of a recording.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        As wide as `time_place` says.
    seconds : float
        Length of the recording.

    Examples
    --------
    >>> from genre_audio.reporting.canvas import canvas
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.sound_figures import time_axis
    >>> with drawing():
    ...     axes = canvas(144, 72)
    ...     time_axis(axes, 90.0)
    >>> [label.get_text() for label in axes.get_xticklabels()][:2]
    ['0', '10']
    """
    step = next((s for s in _STEPS if seconds / s <= _MOST_TICKS), 3600 * (1 + seconds // 32400))
    ticks = np.arange(0, seconds + step / 1000, step)
    digits = 1 if step < 1 else 0
    axes.set_xticks(ticks, [f"{tick:,.{digits}f}" for tick in ticks])
    axes.set(xlim=(0, seconds), xlabel="time (s)")
    axes.tick_params(labelsize=SMALL)


def _key(axes: Axes) -> None:
    """Draw what the colours mean, at the right."""
    key = figure_of(axes).add_axes((0.92, 0.14, 0.02, 0.83))
    levels = np.linspace(-_RANGE_DB, 0, 64)[:, None]
    key.imshow(
        _shades(levels), origin="lower", aspect="auto", interpolation="none",
        extent=(0, 1, -_RANGE_DB, 0),
    )  # fmt: skip
    ticks = range(-_RANGE_DB, 1, 20)
    key.set_yticks(ticks, [str(tick).replace("-", "\u2212") for tick in ticks])
    key.set(xticks=[], ylabel="dB below the loudest")
    key.yaxis.set_label_position("right")
    key.yaxis.tick_right()
    key.tick_params(labelsize=SMALL, length=2)
