"""The figures of the page on a table, each with its alternative in words.

Call them inside `genre_audio.reporting.drawing.drawing`. Here is decided what a figure of
an `Exploration` shows and says; how it is drawn is the affair of `correlation_figure`,
`table_figures` and `cloud_figure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.reporting.canvas import svg_markup
from genre_audio.reporting.cloud_figure import cloud_figure, sampled
from genre_audio.reporting.correlation_figure import NUMBERED, correlation_figure
from genre_audio.reporting.magnitude import power_of_ten
from genre_audio.reporting.table_figures import Spread, count_figure, spread_figure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from genre_audio.exploration import (
        Boxes,
        Classes,
        Correlations,
        Exploration,
        Scatter,
    )
    from genre_audio.reporting.series import Series

__all__ = [
    "SHOWN",
    "blocks_of",
    "correlations_svg",
    "counts_svg",
    "medians",
    "scatter_svg",
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
    return svg_markup(
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
    return svg_markup(
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
    return svg_markup(
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
    svg = svg_markup(
        figure,
        prefix=f"scatter-{number}",
        title=f"{scatter.second} against {scatter.first}",
        description=(
            f"{len(some)} rows; Pearson {scatter.pearson:+.2f}, Spearman {scatter.spearman:+.2f}. "
            + medians(scatter.x, scatter.y, labels=labels, series=series)
        ),
        scale=_CLOUD,
    )
    return svg, len(some)


def medians(x: Any, y: Any, *, labels: Any, series: Mapping[str, Series]) -> str:  # noqa: ANN401
    """Say where the middle of each genre lies.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.reporting.exploration_figures import medians
    >>> from genre_audio.reporting.series import series_of
    >>> x, labels = np.array([1.0, 3.0]), np.array(["a", "a"], dtype=object)
    >>> medians(x, 2 * x, labels=labels, series=series_of(["a"]))
    'Medians: a 2, 4.'
    """
    said = [
        f"{label} {_median(x[labels == label]):.3g}, {_median(y[labels == label]):.3g}"
        for label in series
        if (labels == label).any()
    ]
    return f"Medians: {'; '.join(said)}." if said else "There are no genres."


def _median(values: Any) -> float:  # noqa: ANN401
    """Return the median; the mean of two numbers near the largest float is no number."""
    power = power_of_ten(values)
    return float(np.median(values / power) * power)
