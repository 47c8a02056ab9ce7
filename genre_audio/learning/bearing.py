"""What a plain distance does not tell: that speech is no music, and that short is not strange.

Two things are added to the distance to the nearest training rows.

A direction. Speech varies as hardly any music does (it pauses a few times a second), in
columns that each lie within what some training recording has: all together its rows are
no farther out than those of an unusual recording. So one axis is looked at by itself: from
the middle of the training rows towards a typical row of speech (see `speech`), turned as
in Fisher's discriminant so that directions in which a genre varies anyway count little.
The axis has one end only: what is less like speech than any training row is not strange
for that.

An allowance. Means and variances over a few seconds scatter more than those over half a
minute, and variances are smaller. Both grow as ``sqrt(30 / seconds)``, the law of
fluctuations without a scale of their own, as those of loudness and pitch in music are
(Voss and Clarke 1975). Two constants say how much; they were measured on half of the
GTZAN clips at hand, cut to 14, 10, 5, 3 and 1 s, and rounded to what holds at 5 s
(``scripts/measure_likeness.py --constants``).

Only numpy may enter here: what is needed to answer must be there at once.

References
----------
Fisher, R. A. (1936). The use of multiple measurements in taxonomic problems. Annals of
Eugenics 7(2), 179-188.

Voss, R. F., Clarke, J. (1975). '1/f noise' in music and speech. Nature 258, 317-318.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows = NDArray[np.floating[Any]]

__all__ = ["PERCENTS", "Bearing", "percentile_of", "shortness"]

PERCENTS: Final = np.linspace(0.0, 100.0, 101)

_ALLOWANCE: Final = 0.15
"""By what share distances grow for each unit of `shortness`: the 0.9 and 0.95 quantiles of
the clips' distances grow by 0.09 to 0.29, by 0.12 to 0.21 at 5 s."""

_SHRINKAGE: Final = 0.2
"""By how many standard deviations of the training rows (log) variances of frames fall for
each unit of `shortness`: by 0.17 to 0.23 in the median column at 5, 3 and 1 s."""

_PRIOR_ROWS: Final = 5
"""For each column, so many made-up rows of independent columns are mixed into what the
rows say of scatter within genres: few rows cannot tell much about pairs of columns."""

_SHORTEST: Final = 1.0
_REFERENCE: Final = 30.0


@dataclasses.dataclass(frozen=True, eq=False)
class Bearing:
    """An axis towards speech, and the allowance for short recordings, in a space of rows.

    Attributes
    ----------
    direction : ndarray of float, shape (dimensions,)
        The axis; zeros where nothing is known of speech in these columns.
    along : ndarray of float, shape (101,)
        Percentiles 0 to 100 of the training rows along it.
    together : ndarray of float, shape (101,)
        Percentiles 0 to 100 of the larger of a training row's two percentiles, by distance
        and along the axis: one in twenty rows lies above the 95th of these.
    shrinkage : ndarray of float, shape (dimensions,)
        What is added to a row for each unit of shortness.
    allowance : ndarray of float, shape ()
        By what share of itself a distance may grow with each unit of shortness.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.bearing import Bearing
    >>> X = np.random.default_rng(0).normal(size=(40, 2))
    >>> by_distance = np.linspace(0.0, 100.0, 40)
    >>> towards = np.array([1.0, 0.0])
    >>> known = {"by_distance": by_distance, "labels": X[:, 0] > 0, "towards": towards}
    >>> bearing = Bearing.fit(X, **known, spreads=[False, True])
    >>> bearing.percentile(np.array([[9.0, 0.0]]), by_distance=np.array([50.0])).tolist()
    [100.0]
    """

    direction: Rows
    along: Rows
    together: Rows
    shrinkage: Rows
    allowance: Rows

    @classmethod
    def fit(
        cls,
        rows: Rows,
        *,
        by_distance: Rows,
        labels: NDArray[Any],
        towards: Rows,
        spreads: Sequence[bool] | NDArray[np.bool_],
    ) -> Bearing:
        """Learn the axis and what is usual along it.

        Parameters
        ----------
        rows : ndarray, shape (rows, dimensions)
            Training rows in the space.
        by_distance : ndarray, shape (rows,)
            Percentiles of their own distances; NaN where there is none.
        labels : ndarray, shape (rows,)
            Their genres.
        towards : ndarray, shape (dimensions,)
            What speech is there, seen from the middle of the rows; NaN where not known.
        spreads : sequence of bool
            Which dimensions are variances of frames.
        """
        direction = np.zeros(rows.shape[1])
        known = np.isfinite(towards) & (rows.std(axis=0) > 0.0)
        if known.any():
            scatter = _scatter(rows[:, known], labels)
            direction[known] = np.linalg.solve(scatter, towards[known])
        own = rows @ direction
        along = np.quantile(own, PERCENTS / 100.0)
        larger = np.fmax(by_distance, _share_behind(own, along=along))
        return cls(
            direction,
            along,
            np.quantile(larger[np.isfinite(by_distance)], PERCENTS / 100.0),
            np.where(spreads, _SHRINKAGE, 0.0),
            np.array(_ALLOWANCE),
        )

    def percentile(self, rows: Rows, *, by_distance: Rows) -> Rows:
        """Return the percentiles of rows by their distance and along the axis together.

        Parameters
        ----------
        rows : ndarray, shape (rows, dimensions)
            Rows in the space.
        by_distance : ndarray, shape (rows,)
            Percentiles of their distances; where one is NaN, so is the answer.
        """
        larger = np.fmax(by_distance, _share_behind(rows @ self.direction, along=self.along))
        found = percentile_of(larger, quantiles=self.together)
        return np.where(np.isnan(by_distance), np.nan, found)

    def check(self, dimensions: int) -> None:
        """Refuse parts that do not belong together.

        Raises
        ------
        ValueError
            If they are not of the right shape or size.
        """
        shapes = {
            "direction": (dimensions,),
            "shrinkage": (dimensions,),
            "along": (101,),
            "together": (101,),
            "allowance": (),
        }
        for name, shape in shapes.items():
            value = getattr(self, name)
            if value.shape != shape or value.dtype.kind != "f" or not np.isfinite(value).all():
                raise ValueError(f"its {name} is no array of {shape} finite numbers")
        if any((np.diff(known) < 0).any() for known in (self.along, self.together)):
            raise ValueError("its percentiles along the axis do not grow")
        if self.allowance < 0:
            raise ValueError("its allowance is negative")


def percentile_of(values: Rows, *, quantiles: Rows) -> Rows:
    """Return where values stand among 101 quantiles, in percent.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.bearing import percentile_of
    >>> percentile_of(np.array([-1.0, 0.25, 7.0]), quantiles=np.linspace(0, 1, 101)).tolist()
    [0.0, 25.0, 100.0]
    """
    return np.asarray(np.interp(values, quantiles, PERCENTS))


def shortness(seconds: Rows, *, full: float) -> Rows:
    """Return how much shorter segments are than those learned from, 0 for as long or longer.

    ``sqrt(30 / seconds) - sqrt(30 / full)``; what lasts less than 1 s counts as 1 s.

    Parameters
    ----------
    seconds : ndarray
        How long they are.
    full : float
        How long those are that a model learned from.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.bearing import shortness
    >>> shortness(np.array([45.0, 30.0, 7.5]), full=30.0).tolist()
    [0.0, 0.0, 1.0]
    """
    lasting = np.minimum(np.maximum(seconds, min(_SHORTEST, full)), full)
    return np.asarray(np.sqrt(_REFERENCE / lasting) - np.sqrt(_REFERENCE / full))


def _share_behind(values: Rows, *, along: Rows) -> Rows:
    """Return how much lies before values on the axis: nothing, where all lie on one spot."""
    return -np.asarray(np.interp(-values, -along[::-1], -PERCENTS[::-1]))


def _scatter(rows: Rows, labels: NDArray[Any]) -> Rows:
    """Return the covariance within genres, with that of made-up independent rows mixed in."""
    names, codes = np.unique(labels, return_inverse=True)
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, codes, rows)
    within = rows - (sums / np.bincount(codes)[:, np.newaxis])[codes]
    extra = _PRIOR_ROWS * rows.shape[1]
    return np.asarray((within.T @ within + extra * np.eye(rows.shape[1])) / (len(rows) + extra))
