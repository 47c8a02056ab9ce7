"""The figures of the page on a table, each with its alternative in words.

Call them inside `genre_audio.reporting.drawing.drawing`. Here is decided what a figure of
an `Exploration` shows and says; how it is drawn is the affair of `correlation_figure`,
`table_figures`, `cloud_figure` and `component_figures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.reporting.cloud_figure import cloud_figure, sampled
from genre_audio.reporting.component_figures import loading_figure, scree_figure
from genre_audio.reporting.correlation_figure import NUMBERED, correlation_figure
from genre_audio.reporting.drawing import inline_svg
from genre_audio.reporting.table_figures import Spread, count_figure, spread_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup
    from matplotlib.figure import Figure

    from genre_audio.exploration import (
        Boxes,
        Classes,
        Components,
        Correlations,
        Exploration,
        Scatter,
    )
    from genre_audio.reporting.series import Series

__all__ = [
    "SHOWN",
    "blocks_of",
    "components_svg",
    "correlations_svg",
    "counts_svg",
    "loadings_svg",
    "scatter_svg",
    "scree_svg",
    "spread_svg",
]

SHOWN: Final = 2000
"""Marks in one picture at most: more are neither told apart nor quickly loaded."""

_CHART: Final = (0.9, 1.4)
_CLOUD: Final = (0.9, 1.75)
_WHOLE: Final = (0.8, 1.2)
_NAMED: Final = 3


def correlations_svg(correlations: Correlations) -> Markup:
    """Draw both matrices of correlations, like columns side by side, groups framed.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    order = list(correlations.order)
    named = correlations.by_pearson[:_NAMED]
    strongest = ", ".join(f"{p.first} and {p.second} {p.pearson:+.2f}" for p in named)
    count = len(correlations.columns)
    return _svg(
        correlation_figure(
            correlations.pearson[np.ix_(order, order)],
            correlations.spearman[np.ix_(order, order)],
            names=[correlations.columns[place] for place in order],
            blocks=blocks_of(correlations),
        ),
        prefix="correlations",
        title=f"Correlations of {count} columns",
        description=(
            "Pearson's below the diagonal, Spearman's above it. Strongest by Pearson: "
            f"{strongest or 'none'}. {len(correlations.groups)} groups measure the same."
        ),
        # Many small cells must not become smaller; few large ones need not grow.
        scale=_WHOLE if count <= NUMBERED else (1.0, 1.6),
    )


def blocks_of(correlations: Correlations) -> list[tuple[int, int]]:
    """Return first and last place of the groups whose columns stand side by side.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    place = {correlations.columns[number]: at for at, number in enumerate(correlations.order)}
    spans = [sorted(place[name] for name in group.columns) for group in correlations.groups]
    return [(span[0], span[-1]) for span in spans if span[-1] - span[0] == len(span) - 1]


def counts_svg(classes: Classes, *, series: Mapping[str, Series]) -> Markup:
    """Draw how many rows each genre has.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    counts = {each.label: each.count for each in classes.counts}
    return _svg(
        count_figure(counts, series=series),
        prefix="counts",
        title="Rows of each genre",
        description="Rows: " + "; ".join(f"{label} {count}" for label, count in counts.items()),
        scale=_CHART,
    )


def spread_svg(boxes: Boxes, *, series: Mapping[str, Series], nobody: str, number: int) -> Markup:
    """Draw how a feature lies in each genre; `nobody` stands for rows without one.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    spreads = [
        Spread(
            label=nobody if box.label is None else box.label, minimum=box.minimum, low=box.low,
            lower_quartile=box.lower_quartile, median=box.median,
            upper_quartile=box.upper_quartile, high=box.high, maximum=box.maximum,
        )
        for box in boxes.boxes
    ]  # fmt: skip
    known = [spread for spread in spreads if not np.isnan(spread.median)]
    return _svg(
        spread_figure(spreads, series=series, unit=boxes.column),
        prefix=f"spread-{number}",
        title=f"{boxes.column} in each genre",
        description="Medians: "
        + "; ".join(
            f"{spread.label} {spread.median:.4g} (half of all from "
            f"{spread.lower_quartile:.4g} to {spread.upper_quartile:.4g})"
            for spread in known
        ),
        scale=_CHART,
    )


def scatter_svg(
    scatter: Scatter, *, exploration: Exploration, series: Mapping[str, Series], number: int
) -> tuple[Markup, int]:
    """Draw two features against each other; also return how many rows are shown.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    labels = exploration.labels[scatter.rows]
    some = sampled(labels, most=SHOWN, seed=exploration.seed)
    figure = cloud_figure(
        scatter.x[some],
        scatter.y[some],
        labels=labels[some].tolist(),
        series=series,
        axes_names=(scatter.first, scatter.second),
    )
    svg = _svg(
        figure,
        prefix=f"scatter-{number}",
        title=f"{scatter.second} against {scatter.first}",
        description=(
            f"{len(some)} rows; Pearson {scatter.pearson:+.2f}, Spearman {scatter.spearman:+.2f}. "
            + _medians(scatter.x, scatter.y, labels=labels, series=series)
        ),
        scale=_CLOUD,
    )
    return svg, len(some)


def scree_svg(components: Components) -> Markup:
    """Draw what components explain, each and all so far.

    Examples
    --------
    See `genre_audio.reporting.exploration_page.exploration_page`.
    """
    needed = ", ".join(f"{share} %: {count}" for share, count in components.needed.items())
    return _svg(
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
    svg = _svg(
        figure,
        prefix="components",
        title="Rows on the first two principal components",
        description=f"{len(some)} rows. "
        + _medians(x, y, labels=exploration.labels, series=series),
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
    return _svg(
        loading_figure(
            components.loadings[:, :2],
            names=components.columns,
            axes_names=_component_names(components),
        ),
        prefix="loadings",
        title="Columns and the first two principal components",
        description="Longest: "
        + "; ".join(f"{name} {first:+.2f}, {second:+.2f}" for name, (first, second) in longest),
        scale=_CHART,
    )


def _component_names(components: Components) -> tuple[str, str]:
    first, second = (
        f"component {number} ({100 * components.explained[number - 1]:.0f} %)" for number in (1, 2)
    )
    return first, second


def _medians(x: Any, y: Any, *, labels: Any, series: Mapping[str, Series]) -> str:  # noqa: ANN401
    """Say where the middle of each genre lies."""
    said = [
        f"{label} {np.median(x[labels == label]):.3g}, {np.median(y[labels == label]):.3g}"
        for label in series
        if (labels == label).any()
    ]
    return f"Medians: {'; '.join(said)}." if said else "There are no genres."


def _svg(figure: Figure, **words: Any) -> Markup:  # noqa: ANN401
    from markupsafe import Markup

    return Markup(inline_svg(figure, **words))  # noqa: S704 (made here, names escaped)
