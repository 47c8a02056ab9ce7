"""Where figures are drawn: sizes in CSS pixels, without pyplot. Call it inside `drawing()`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.drawing import inline_svg
from genre_audio.reporting.printable import printable, shortened

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SMALL", "WIDTH", "axis_name", "canvas", "figure_of", "svg_markup"]

WIDTH: Final = 344
"""Width of a figure, for a telephone."""

SMALL: Final = 11
"""Size of the smallest text that is to be read."""

_NAME_WIDTH: Final = 40


def canvas(
    width: float, height: float, *, place: tuple[float, float, float, float] = (0, 0, 1, 1)
) -> Axes:
    """Return axes in a figure of that size.

    Parameters
    ----------
    width, height : float
        Of the figure, in CSS pixels.
    place : (float, float, float, float)
        Left, lower, width and height of the axes, as shares of the figure.

    Returns
    -------
    matplotlib.axes.Axes

    Examples
    --------
    >>> from genre_audio.reporting.canvas import canvas, figure_of
    >>> figure_of(canvas(144, 72)).get_size_inches().tolist()
    [2.0, 1.0]
    """
    from matplotlib.figure import Figure

    return Figure(figsize=(width / 72, height / 72)).add_axes(place)


def figure_of(axes: Axes) -> Figure:
    """Return the figure in which axes lie.

    Examples
    --------
    See `canvas`.
    """
    figure: Any = axes.get_figure()
    return figure


def axis_name(name: str) -> str:
    """Return the name of a column as it stands at an axis.

    Examples
    --------
    >>> from genre_audio.reporting.canvas import axis_name
    >>> axis_name("rms_mean")
    'rms_mean'
    """
    return shortened(printable(name), width=_NAME_WIDTH)


def svg_markup(figure: Figure, **words: Any) -> Markup:  # noqa: ANN401
    """Return `inline_svg` of a figure as what a template takes as it is.

    Examples
    --------
    >>> from genre_audio.reporting.canvas import canvas, figure_of, svg_markup
    >>> from genre_audio.reporting.drawing import drawing
    >>> with drawing():
    ...     figure = figure_of(canvas(72, 72))
    ...     svg = svg_markup(figure, prefix="f", title="Nothing", description="Is drawn.")
    >>> hasattr(svg, "__html__")
    True
    """
    from markupsafe import Markup

    return Markup(inline_svg(figure, **words))  # noqa: S704 (made here, names escaped)
