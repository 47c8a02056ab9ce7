"""The picture of a table's rows as a cloud of marks, from plain numbers; inside `drawing()`.

Genres have the colour and the mark that `genre_audio.reporting.series` gives them, the same
in every picture of a page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.reporting.canvas import SMALL, WIDTH, axis_name, canvas, figure_of
from genre_audio.reporting.drawing import PALETTE
from genre_audio.reporting.magnitude import power_of_ten, unit_words
from genre_audio.reporting.printable import distinct, printable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    from genre_audio.reporting.series import Series

__all__ = ["cloud_figure", "large_mark", "sampled"]

_NAME_WIDTH: Final = 16
_LEGEND_SIGNS: Final = 44
_MARK: Final = 4.5
_ALPHA: Final = 0.7


def cloud_figure(
    x: ArrayLike,
    y: ArrayLike,
    *,
    labels: Sequence[str | None],
    series: Mapping[str, Series],
    axes_names: tuple[str, str],
) -> Figure:
    """Draw rows as marks in the colours of their genres, and the median of each genre.

    Parameters
    ----------
    x, y : array_like of float, shape (rows,)
        Where they lie.
    labels : sequence of str or None, length rows
        Their genres; rows without one are grey dots.
    series : mapping of str to Series
        How each genre is drawn, in the order of the key; the last one lies on top.
    axes_names : (str, str)
        What goes across and what goes up.

    Returns
    -------
    matplotlib.figure.Figure

    Examples
    --------
    >>> from genre_audio.reporting.drawing import drawing
    >>> from genre_audio.reporting.series import series_of
    >>> from genre_audio.reporting.cloud_figure import cloud_figure
    >>> with drawing():
    ...     series = series_of(["jazz"])
    ...     figure = cloud_figure([0, 1], [1, 2], labels=["jazz", None], series=series,
    ...                           axes_names=("rms_mean", "tempo"))
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['jazz', 'without a label']
    """
    powers = power_of_ten(x), power_of_ten(y)
    across, up = np.asarray(x, float) / powers[0], np.asarray(y, float) / powers[1]
    owners = np.array([None if label is None else str(label) for label in labels], object)
    axes = canvas(WIDTH, WIDTH, place=(0.15, 0.13, 0.82, 0.85))
    plain: dict[str, Any] = {"linestyle": "none", "markeredgewidth": 0, "markersize": _MARK}
    unlabelled = np.array([label is None for label in owners])
    if unlabelled.any():
        colour = PALETTE["muted"][0]
        axes.plot(
            across[unlabelled], up[unlabelled], color=colour, marker=".", alpha=_ALPHA, **plain
        )
    middles = []
    for label, each in series.items():
        its = owners == label
        if its.any():
            axes.plot(
                across[its], up[its], color=each.colour, marker=each.marker, alpha=_ALPHA, **plain
            )
            middles.append((each, np.median(across[its]), np.median(up[its])))
    for each, middle_x, middle_y in middles:
        large_mark(axes, middle_x, middle_y, colour=each.colour, marker=each.marker, size=10)
    named = [axis_name(n) + unit_words(p) for n, p in zip(axes_names, powers, strict=True)]
    axes.set(xlabel=named[0], ylabel=named[1])
    axes.grid(visible=True, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=SMALL)
    axes.locator_params(nbins=5)
    if series:
        there = {label: each for label, each in series.items() if (owners == label).any()}
        _key(axes, there, unlabelled=bool(unlabelled.any()))
    return figure_of(axes)


def _key(axes: Axes, series: Mapping[str, Series], *, unlabelled: bool) -> None:
    """Say above the axes which mark is which genre's."""
    from matplotlib.lines import Line2D

    plain: dict[str, Any] = {"linestyle": "none", "markersize": 8, "markeredgewidth": 0}
    marks = [Line2D([], [], color=s.colour, marker=s.marker, **plain) for s in series.values()]
    labels = list(series)
    if unlabelled:
        marks.append(Line2D([], [], color=PALETTE["muted"][0], marker=".", **plain))
        labels.append("without a label")
    names = distinct([printable(label) for label in labels], width=_NAME_WIDTH)
    axes.legend(
        marks,
        names,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=max(1, min(4, _LEGEND_SIGNS // (4 + max(map(len, names))))),
        frameon=False,
        fontsize=12,
        handletextpad=0.2,
        columnspacing=1.0,
    )


def sampled(labels: NDArray[np.object_], *, most: int, seed: int) -> NDArray[np.intp]:
    """Choose rows to be shown: all, or so many that genres keep their shares.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.reporting.cloud_figure import sampled
    >>> sampled(np.array(["a"] * 6 + ["b"] * 2, dtype=object), most=4, seed=0).size
    4
    """
    if len(labels) <= most:
        return np.arange(len(labels))
    rng = np.random.default_rng(seed)
    # Sorted by genre, every so-many-th row: shares are kept to one row.
    order = rng.permutation(len(labels))
    names = np.array(["" if label is None else str(label) for label in labels])
    order = order[np.argsort(names[order], kind="stable")]
    places = np.floor((np.arange(most) + 0.5) * len(labels) / most).astype(np.intp)
    return np.sort(order[places])


def large_mark(
    axes: Axes, x: float, y: float, *, colour: str, marker: str, size: float = 8.0
) -> None:
    """Draw a mark that stands out from what lies under it.

    Examples
    --------
    >>> from genre_audio.reporting.canvas import canvas
    >>> from genre_audio.reporting.cloud_figure import large_mark
    >>> from genre_audio.reporting.drawing import drawing
    >>> with drawing():
    ...     axes = canvas(72, 72)
    ...     large_mark(axes, 1.0, 2.0, colour="#0096f7", marker="o")
    >>> len(axes.lines)
    1
    """
    edge = PALETTE["paper"][0]
    axes.plot(
        x, y, color=colour, marker=marker, markersize=size, markeredgecolor=edge,
        markeredgewidth=1.2, linestyle="none", zorder=5,
    )  # fmt: skip
