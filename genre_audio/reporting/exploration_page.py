"""The page on what is in a table, in the order in which one should look.

Findings in words first; then what is there, what is missing, genres, copies, outliers,
correlations, what separates genres, components. All of it comes from an `Exploration`;
nothing is measured here but what is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.exploration import findings
from genre_audio.reporting.components_svg import components_svg, loadings_svg, scree_svg
from genre_audio.reporting.correlation_figure import NUMBERED
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.exploration_figures import (
    correlations_svg,
    counts_svg,
    scatter_svg,
    spread_svg,
)
from genre_audio.reporting.page import listed, render
from genre_audio.reporting.series import NOBODY, Series, series_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from genre_audio.exploration import Components, Correlations, Exploration, Outliers, Overview

__all__ = ["exploration_page"]

_OUTLIERS: Final = 50
_COPIES: Final = 100
_MATRIX: Final = 60
_LOADINGS: Final = 6


def exploration_page(
    exploration: Exploration,
    *,
    notes: Sequence[str] = (),
    title: str = "What is in the table",
    provenance: Mapping[str, object] | None = None,
) -> str:
    """Return a self-contained HTML page on a table.

    Parameters
    ----------
    exploration : Exploration
        What was found.
    notes : sequence of str
        What reading the table changed: joined, coerced, left out.
    title : str
        Heading of the page.
    provenance : mapping of str to object, optional
        What the figures come from; listed at the end.

    Returns
    -------
    str
        The page; `genre_audio.files.replace_text` writes it. The same for the same values,
        byte for byte.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration import explore
    >>> from genre_audio.reporting.exploration_page import exploration_page
    >>> frame = pd.DataFrame({"tempo": [90.0, 95, 120, 130], "genre": ["a", "a", "b", "b"]})
    >>> page = exploration_page(explore(frame, columns=["tempo"], label="genre"))
    >>> "<h1>What is in the table</h1>" in page
    True
    """
    classes = exploration.classes
    series = series_of([each.label for each in classes.counts] if classes else [])
    nobody = "without a label" if series else "all rows"
    with drawing():
        return render(
            "exploration.html",
            title=title,
            with_images=len(exploration.features) > NUMBERED,
            it=exploration,
            findings=findings(exploration),
            notes=list(notes),
            gaps=_gaps(exploration.overview),
            counts=counts_svg(classes, series=series) if classes and classes.counts else None,
            most_copies=_COPIES,
            outliers=_outliers(exploration.outliers),
            correlations=_correlations(exploration.correlations),
            nobody=nobody,
            spreads=_spreads(exploration, series=series, nobody=nobody),
            scatters=_scatters(exploration, series=series),
            components=_components(exploration.components, exploration, series=series),
            provenance={key: listed(value) for key, value in (provenance or {}).items()},
        )


def _gaps(overview: Overview) -> list[Any]:
    """Return the columns that miss something, those that are features first."""
    found = [each for each in overview.columns if each.missing or each.infinite]
    return sorted(found, key=lambda each: (each.role != "feature", -each.missing_share))


def _outliers(outliers: Outliers) -> list[Any]:
    """Return the farthest rows of each genre: of all alone, they may be of one genre."""
    most = max(3, _OUTLIERS // max(1, len(outliers.classes)))
    found: list[Any] = []
    for each in outliers.classes:
        found += [row for row in outliers.rows if row.label == each.label][:most]
    return sorted(found, key=lambda row: -row.distance)


def _correlations(correlations: Correlations) -> dict[str, Any] | None:
    if len(correlations.columns) < 2:
        return None
    order = list(correlations.order)
    small = len(order) <= _MATRIX
    return {
        "it": correlations,
        "figure": correlations_svg(correlations),
        "names": [correlations.columns[place] for place in order],
        "matrices": [
            ("Pearson", correlations.pearson[order][:, order]),
            ("Spearman", correlations.spearman[order][:, order]),
        ]
        if small
        else [],
        "ranked": [("Pearson", correlations.by_pearson), ("Spearman", correlations.by_spearman)],
    }


def _spreads(exploration: Exploration, *, series: Mapping[str, Series], nobody: str) -> list[Any]:
    everyone = dict(series) | {nobody: NOBODY if series else series_of([nobody])[nobody]}
    return [
        (boxes, spread_svg(boxes, series=everyone, nobody=nobody, number=number))
        for number, boxes in enumerate(exploration.boxes, start=1)
    ]


def _scatters(exploration: Exploration, *, series: Mapping[str, Series]) -> list[Any]:
    found = []
    for number, scatter in enumerate(exploration.scatters, start=1):
        svg, shown = scatter_svg(scatter, exploration=exploration, series=series, number=number)
        found.append((scatter, svg, shown))
    return found


def _components(
    components: Components | None, exploration: Exploration, *, series: Mapping[str, Series]
) -> dict[str, Any] | None:
    if components is None or len(components.explained) < 2:
        return None
    cloud, shown = components_svg(components, exploration=exploration, series=series)
    # As many as most of the variance needs, if they fit beside each other.
    most = min(_LOADINGS, len(components.explained))
    return {
        "it": components,
        "scree": scree_svg(components),
        "cloud": cloud,
        "shown": shown,
        "arrows": loadings_svg(components),
        "loadings": list(
            zip(components.columns, components.loadings[:, :most].tolist(), strict=True)
        ),
        "most": most,
    }
