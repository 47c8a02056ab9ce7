"""The figures of principal components on the page on a table, with alternatives in words.

Call them inside `genre_audio.reporting.drawing.drawing`; how they are drawn is the affair
of `component_figures` and `cloud_figure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.reporting.canvas import svg_markup
from genre_audio.reporting.cloud_figure import cloud_figure, sampled
from genre_audio.reporting.component_figures import loading_figure, scree_figure
from genre_audio.reporting.exploration_figures import SHOWN, medians

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from genre_audio.exploration import Components, Exploration
    from genre_audio.reporting.series import Series

__all__ = ["components_svg", "loadings_svg", "scree_svg"]

_CHART: Final = (0.9, 1.4)
_CLOUD: Final = (0.9, 1.75)
_ARROWS: Final = (0.7, 1.3)
_NAMED: Final = 3


def scree_svg(components: Components) -> Markup:
    """Draw what components explain, each and all so far.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    needed = ", ".join(f"{share} %: {count}" for share, count in components.needed.items())
    return svg_markup(
        scree_figure(components.explained, components.cumulative, needed=components.needed),
        prefix="scree",
        title=f"Variance explained by {len(components.explained)} principal components",
        description=(
            f"The first explains {100 * components.explained[0]:.1f} %. Components needed for "
            f"{needed}."
        ),
        scale=_CHART,
    )


def components_svg(
    components: Components, *, exploration: Exploration, series: Mapping[str, Series]
) -> tuple[Markup, int]:
    """Draw the rows on the first two components; also return how many are shown.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    some = sampled(exploration.labels, most=SHOWN, seed=exploration.seed)
    x, y = components.scores[:, 0], components.scores[:, 1]
    figure = cloud_figure(
        x[some],
        y[some],
        labels=exploration.labels[some].tolist(),
        series=series,
        axes_names=_component_names(components),
    )
    svg = svg_markup(
        figure,
        prefix="components",
        title="Rows on the first two principal components",
        description=f"{len(some)} rows. " + medians(x, y, labels=exploration.labels, series=series),
        scale=_CLOUD,
    )
    return svg, len(some)


def loadings_svg(components: Components) -> Markup:
    """Draw which columns the first two components are made of.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    pairs = zip(components.columns, components.loadings[:, :2].tolist(), strict=True)
    longest = sorted(pairs, key=lambda pair: -(pair[1][0] ** 2 + pair[1][1] ** 2))[:_NAMED]
    return svg_markup(
        loading_figure(
            components.loadings[:, :2],
            names=components.columns,
            axes_names=_component_names(components),
        ),
        prefix="loadings",
        title="Columns and the first two principal components",
        description="Longest: "
        + "; ".join(f"{name} {first:+.2f}, {second:+.2f}" for name, (first, second) in longest),
        scale=_ARROWS,
    )


def _component_names(components: Components) -> tuple[str, str]:
    first, second = (
        f"component {number} ({100 * components.explained[number - 1]:.0f} %)" for number in (1, 2)
    )
    return first, second
