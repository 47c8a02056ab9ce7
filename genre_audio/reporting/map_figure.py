"""Recordings among the training genres, on a plane; call it inside `drawing()`.

Genres are ellipses that hold half of their training recordings, each with a large mark in
its middle, over a sample of the training recordings; new recordings lie on top in the
colour of text. What lies far outside stands at the border, as a star.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.reporting.canvas import figure_of
from genre_audio.reporting.cloud_figure import cloud_figure, large_mark, sampled
from genre_audio.reporting.drawing import PALETTE
from genre_audio.reporting.series import series_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from genre_audio.learning.plane import Plane

__all__ = ["MOST_NUMBERED", "MOST_SHOWN", "map_figure"]

MOST_SHOWN: Final = 1000
"""How many recordings are drawn at most."""

MOST_NUMBERED: Final = 60
"""Up to how many recordings have their number beside them."""

_MOST_LEARNED: Final = 500
_ROOM: Final = 0.62
_NUMBER: Final = 8
_AXES: Final = 280
_GAP: Final = 0.006
_DOT: Final = 0.007
_SIDES: Final = ((1, 0.6), (-1, 0.6), (1, -0.6), (-1, -0.6), (0, 1.2), (0, -1.2))
_FAINT: Final = 0.22
_CIRCLE: Final = np.linspace(0.0, 2.0 * np.pi, 61)
_NAMES: Final = {"discriminant": "discriminant", "variance": "component"}


def map_figure(
    plane: Plane, *, learned: ArrayLike, labels: NDArray[np.str_], places: ArrayLike
) -> Figure:
    """Draw recordings among training recordings.

    Parameters
    ----------
    plane : Plane
        With the genres' middles and ellipses.
    learned : array_like of float, shape (training recordings, 2)
        Where the training recordings lie on it.
    labels : ndarray of str, shape (training recordings,)
        Their genres.
    places : array_like of float, shape (recordings, 2)
        Where the recordings lie, in the order of their numbers; not finite: not shown.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plane import Plane
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.map_figure import map_figure
    >>> rows = np.random.default_rng(0).normal(size=(30, 4))
    >>> labels = np.array(["jazz", "pop", "rock"] * 10)
    >>> plane = Plane.fit(rows, labels=labels)
    >>> with drawing():
    ...     figure = map_figure(plane, learned=plane.place(rows), labels=labels, places=[[0, 0]])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['jazz', 'pop', 'rock']
    """
    training, found = np.asarray(learned, float), np.asarray(places, float).reshape(-1, 2)
    chosen = sampled(labels.astype(object), most=_MOST_LEARNED, seed=0)
    series = series_of(plane.labels)
    name = _NAMES[plane.kind]
    figure = cloud_figure(
        *training[chosen].T,
        labels=labels[chosen].tolist(),
        series=series,
        axes_names=(f"first {name}", f"second {name}"),
    )
    (axes,) = figure.axes
    for line in list(axes.lines):
        # Its clouds are faint here, and its medians give way to the plane's own centres.
        line.set_alpha(_FAINT)
        if len(np.atleast_1d(line.get_xdata())) == 1:
            line.remove()
    for label, centre, half in zip(plane.labels, plane.centres, plane.halves, strict=True):
        each = series[label]
        ring = centre + np.column_stack([np.cos(_CIRCLE), np.sin(_CIRCLE)]) @ half.T
        axes.plot(*ring.T, color=each.colour, linewidth=1.4, zorder=3)
        large_mark(axes, *centre.tolist(), colour=each.colour, marker=each.marker, size=10)
    _frame(axes, training)
    _recordings(axes, found)
    return figure_of(axes)


def _frame(axes: Axes, training: NDArray[np.float64]) -> None:
    """Show where the training recordings lie, and some room around them."""
    low, high = np.quantile(training, [0.005, 0.995], axis=0)
    middle, reach = (low + high) / 2, np.maximum(_ROOM * (high - low), 1e-9)
    (left, lower), (right, upper) = (middle - reach).tolist(), (middle + reach).tolist()
    axes.set(xlim=(left, right), ylim=(lower, upper))


def _recordings(axes: Axes, places: NDArray[np.float64]) -> None:
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    if len(known) > MOST_SHOWN:
        known = np.sort(np.random.default_rng(0).permutation(known)[:MOST_SHOWN])
    low, high = np.transpose([axes.get_xlim(), axes.get_ylim()])
    rim = 0.015 * (high - low)
    seen = np.clip(places[known], low + rim, high - rim)
    out = (seen != places[known]).any(axis=1)
    ink = PALETTE["ink"][0]
    plain: dict[str, Any] = {"linestyle": "none", "color": ink, "markeredgewidth": 0.5}
    plain["markeredgecolor"] = PALETTE["paper"][0]
    for which, marker, size in ((~out, "o", 4.5), (out, "*", 7.0)):
        if which.any():
            axes.plot(*seen[which].T, marker=marker, markersize=size, zorder=6, **plain)
    if len(places) <= MOST_NUMBERED:
        for place, (x, y) in _numbers((seen - low) / (high - low)).items():
            axes.text(
                x, y, str(known[place] + 1), transform=axes.transAxes, fontsize=_NUMBER,
                ha="center", va="center", color=ink, zorder=7,
            )  # fmt: skip


def _numbers(spots: NDArray[np.float64]) -> dict[int, tuple[float, float]]:
    """Choose where numbers stand beside dots, as shares of the axes; some find no room."""
    wide, high = 0.5 * _NUMBER * 1.4 / _AXES, 0.5 * _NUMBER * 1.15 / _AXES
    taken: list[NDArray[np.float64]] = []
    found: dict[int, tuple[float, float]] = {}
    for place, spot in enumerate(spots):
        others = np.delete(spots, place, axis=0)
        for side in _SIDES:
            at = spot + np.array(side) * (wide + _GAP, high + _GAP)
            on_dots = (np.abs(others - at) < (wide + _DOT, high + _DOT)).all(axis=1).any()
            on_text = any((np.abs(each - at) < (2 * wide, 2 * high)).all() for each in taken)
            if not on_dots and not on_text and (at > 0).all() and (at < 1).all():
                taken.append(at)
                found[place] = (float(at[0]), float(at[1]))
                break
    return found
