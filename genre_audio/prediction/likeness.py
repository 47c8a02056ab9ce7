"""Which training recordings a recording is most like, by name, maker and title.

Distances are those that `distance_percentile` rests on: over all columns in the form that
the model's space of likeness has, in standard deviations of the training rows, with its
allowance for short recordings. A recording of several segments is as far from a training
row as its segments are on average, and as far from a training recording as from the
nearest of its rows, so that each training recording is named once. Likeness of timbre and
rhythm says nothing about influence.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.bearing import percentile_of, shortness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.training import ModelBundle

__all__ = ["Neighbour", "nearest"]

_COUNT: Final = 5
"""As many as distances to the training recordings are a mean of."""

_FARTHEST: Final = 1e38  # single precision ends there


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """A training recording near to the one asked about.

    Attributes
    ----------
    name, label : str
        The training recording and its label.
    group : str or None
        Who made it (its artist), where training knew.
    title : str or None
        Its title, where training knew.
    distance : float
        In standard deviations of the training rows, over all columns together.
    percentile : float
        How many in a hundred training recordings lie nearer than this to their own five
        nearest of other groups, on average.

    Examples
    --------
    >>> from genre_audio.prediction.likeness import Neighbour
    >>> Neighbour("a.wav", "blues", "John Lee Hooker", None, 4.21, 12.0).words
    'a.wav (John Lee Hooker), blues, at distance 4.2'
    """

    name: str
    label: str
    group: str | None
    title: str | None
    distance: float
    percentile: float

    @property
    def words(self) -> str:
        """One line: title, maker, label and distance; the name where it has no title."""
        known = [part for part in (self.title and self.name, self.group) if part]
        more = f" ({', '.join(known)})" if known else ""
        return f"{self.title or self.name}{more}, {self.label}, at distance {self.distance:.1f}"

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


def nearest(
    X: NDArray[np.float64],
    *,
    weights: NDArray[np.float64],
    seconds: NDArray[np.float64],
    bundle: ModelBundle,
    count: int = _COUNT,
) -> tuple[Neighbour, ...]:
    """Return the training recordings that a recording is most like, the nearest first.

    Parameters
    ----------
    X : ndarray of float64, shape (segments, columns)
        Its features.
    weights : ndarray of float, shape (segments,)
        How much each segment counts.
    seconds : ndarray of float, shape (segments,)
        How long each lasts.
    bundle : ModelBundle
        The model.
    count : int
        How many, where there are so many.

    Returns
    -------
    tuple of Neighbour
        Each training recording once; equally far ones in the order of the training rows.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction.likeness import nearest
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> typical = bundle.probe.rows[bundle.labels.index("classical")][np.newaxis]
    >>> one = np.ones(1)
    >>> found = nearest(typical, weights=one, seconds=30 * one, bundle=bundle, count=2)
    >>> [neighbour.label for neighbour in found]
    ['classical', 'classical']
    """
    near = bundle.neighbourhood
    short = shortness(seconds, full=bundle.segmentation.seconds)
    with np.errstate(all="ignore"):  # features may be as large as numbers can be
        away = near.mean_distances(X, weights=weights, shortness=short)
    away = np.nan_to_num(away, nan=_FARTHEST, posinf=_FARTHEST)
    order = np.argsort(away, kind="stable")
    _, first = np.unique(near.names[order], return_index=True)
    chosen = order[np.sort(first)[:count]]
    percentiles = percentile_of(away[chosen], quantiles=near.quantiles)
    return tuple(
        Neighbour(
            str(near.names[row]),
            str(near.labels[row]),
            *_credits(bundle, row),
            float(away[row]),
            float(percentile),
        )
        for row, percentile in zip(chosen, percentiles, strict=True)
    )


def _credits(bundle: ModelBundle, row: int) -> tuple[str | None, str | None]:
    """Return who made a training row and its title, as far as is known."""
    if bundle.credits is None:
        return None, None
    return str(bundle.credits.makers[row]) or None, str(bundle.credits.titles[row]) or None
