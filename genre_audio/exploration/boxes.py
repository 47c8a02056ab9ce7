"""Quartiles and whiskers of a feature, genre by genre, for pictures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["Box", "Boxes", "boxes_of"]

_NAN: Final = float("nan")


@dataclasses.dataclass(frozen=True)
class Box:
    """One feature in one genre.

    Attributes
    ----------
    label : str or None
        The genre; None for rows without one.
    count : int
        Rows where the feature is known.
    minimum, low, lower_quartile, median, upper_quartile, high, maximum : float
        `low` and `high` end the whiskers: the outermost values within 1.5 interquartile
        ranges of the box. All NaN where no row is known.
    beyond : int
        Values outside the whiskers.

    Examples
    --------
    See `boxes_of`.
    """

    label: str | None
    count: int
    minimum: float
    low: float
    lower_quartile: float
    median: float
    upper_quartile: float
    high: float
    maximum: float
    beyond: int


@dataclasses.dataclass(frozen=True)
class Boxes:
    """One feature in all genres.

    Attributes
    ----------
    column : str
        The feature.
    boxes : tuple of Box
        One for each genre, in the order of `Classes.counts`; one for all rows where there
        are no labels.

    Examples
    --------
    See `boxes_of`.
    """

    column: str
    boxes: tuple[Box, ...]


def boxes_of(
    values: NDArray[np.float64],
    *,
    column: str,
    rows: Mapping[str | None, NDArray[np.intp]],
) -> Boxes:
    """Describe a feature in each genre.

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        The feature, with NaN for gaps.
    column : str
        Its name.
    rows : mapping of str or None to ndarray of int
        The rows of each genre.

    Returns
    -------
    Boxes

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.boxes import boxes_of
    >>> values = np.array([1.0, 2, 3, 4, 50])
    >>> box, = boxes_of(values, column="tempo", rows={"jazz": np.arange(5)}).boxes
    >>> box.lower_quartile, box.median, box.high, box.beyond
    (2.0, 3.0, 4.0, 1)
    """
    return Boxes(column, tuple(_box(values[own], label=label) for label, own in rows.items()))


def _box(values: NDArray[np.float64], *, label: str | None) -> Box:
    values = values[~np.isnan(values)]
    if not len(values):
        return Box(label, 0, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, 0)
    # Scaled, so that differences of large numbers stay numbers.
    scale = np.abs(values).max() or 1.0
    scaled = values / scale
    lower, median, upper = np.quantile(scaled, [0.25, 0.5, 0.75])
    reach = 1.5 * (upper - lower)
    within = (scaled >= lower - reach) & (scaled <= upper + reach)
    return Box(
        label=label,
        count=len(values),
        minimum=float(values.min()),
        low=float(values[within].min()),
        lower_quartile=float(lower * scale),
        median=float(median * scale),
        upper_quartile=float(upper * scale),
        high=float(values[within].max()),
        maximum=float(values.max()),
        beyond=int((~within).sum()),
    )
