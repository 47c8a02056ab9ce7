"""How like the training recordings a new one is, and which of them it is like.

A classifier answers every question, also those about speech, silence or a rainforest.
The distance to the nearest training rows says whether it had any reason to: as a
percentile of the distances that training recordings have among themselves, each
measured to recordings of other groups only, because a recording's own artist (or its
own copy) would make everything else look strange. What a distance does not tell, that
speech is no music and that short recordings lie farther out by themselves, `bearing`
adds.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.bearing import PERCENTS, Bearing, percentile_of
from genre_audio.learning.plain.steps import squared_distances
from genre_audio.learning.speech import typical_speech

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["UNLIKE_PERCENTILE", "Neighbourhood"]

UNLIKE_PERCENTILE: Final = 98.0
"""Above it a recording is called unlike what was learned: so is one training row in fifty."""

_NEIGHBOURS: Final = 5
_AT_ONCE: Final = 2**21  # distances: 16 MB of them, three times while they are found


@dataclasses.dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The training rows in a space where distance means unlikeness.

    Attributes
    ----------
    space : Chain
        Takes rows into that space: logarithms of variances, the level taken out,
        unit variance.
    rows : ndarray of float32, shape (training rows, dimensions)
        The training rows there.
    names, labels, groups : ndarray of str, shape (training rows,)
        What they are.
    quantiles : ndarray of float, shape (101,)
        Percentiles 0 to 100 of the training rows' own distances.
    bearing : Bearing, optional
        The axis towards speech and the allowance for short recordings; models of earlier
        versions have none.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.neighbourhood import Neighbourhood
    >>> X = np.random.default_rng(0).normal(size=(40, 3))
    >>> names = np.array([f"r{k}" for k in range(40)])
    >>> near = Neighbourhood.fit(X, names=names, labels=names, groups=names, columns=list("abc"))
    >>> near.percentile(np.array([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]])).round().tolist()[1]
    100.0
    """

    space: Any
    rows: NDArray[np.float32]
    names: NDArray[np.str_]
    labels: NDArray[np.str_]
    groups: NDArray[np.str_]
    quantiles: NDArray[np.floating[Any]]
    bearing: Bearing | None = None

    @classmethod
    def fit(
        cls,
        X: NDArray[np.float64],
        *,
        names: NDArray[np.str_],
        labels: NDArray[np.str_],
        groups: NDArray[Any],
        columns: list[str],
    ) -> Neighbourhood:
        """Learn the space and the training rows' own distances.

        Parameters
        ----------
        X : ndarray, shape (rows, columns)
            Training rows.
        names, labels, groups : ndarray, shape (rows,)
            Recording, genre and group of each.
        columns : list of str
            Names of the columns.
        """
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import StandardScaler

        from genre_audio.learning.plain.copy import plain_chain
        from genre_audio.learning.transforms import RowTransform

        transform = RowTransform(columns=columns, level_invariant="rms_mean" in columns)
        fitted = Pipeline([("form", transform), ("scale", StandardScaler())]).fit(X)
        space, kept = plain_chain(fitted), list(transform.get_feature_names_out())
        exact = space.transform(np.asarray(X, dtype=np.float64))
        rows = exact.astype(np.float32)
        own = _own_distances(rows, groups)
        quantiles = np.quantile(own[np.isfinite(own)], PERCENTS / 100.0)
        speech, known = typical_speech(X, columns=columns)
        towards = np.where(np.isin(kept, known), space.transform(speech)[0], np.nan)
        spreads = [name.endswith("_var") for name in kept]
        by_distance = percentile_of(own, quantiles=quantiles)
        bearing = Bearing.fit(
            exact, by_distance=by_distance, labels=labels, towards=towards, spreads=spreads
        )
        return cls(space, rows, names, labels, groups.astype(str), quantiles, bearing)

    def places(
        self, X: NDArray[np.float64], *, shortness: NDArray[np.floating[Any]] | None = None
    ) -> NDArray[np.floating[Any]]:
        """Return rows in the space, short ones as if they were long, shape (rows, dimensions)."""
        rows = np.asarray(self.space.transform(X))
        if shortness is None or self.bearing is None:
            return rows
        return np.asarray(rows + shortness[:, np.newaxis] * self.bearing.shrinkage)

    def distances(
        self, X: NDArray[np.float64], *, shortness: NDArray[np.floating[Any]] | None = None
    ) -> NDArray[np.floating[Any]]:
        """Return the distance of each row to each training row, shape (rows, training rows).

        With the allowance for short recordings that `percentile` makes.
        """
        away = _distances(self.places(X, shortness=shortness).astype(np.float32), self.rows)
        if shortness is None or self.bearing is None:
            return away
        return np.asarray(away / (1.0 + self.bearing.allowance * shortness)[:, np.newaxis])

    def mean_distances(
        self,
        X: NDArray[np.float64],
        *,
        weights: NDArray[np.float64],
        shortness: NDArray[np.floating[Any]],
    ) -> NDArray[np.floating[Any]]:
        """Return the weighted mean over rows of their distances, shape (training rows,)."""
        parts = self._pieces(X, weights, shortness)
        sums = [some @ self.distances(rows, shortness=short) for rows, some, short in parts]
        return np.asarray(sum(sums) / weights.sum())

    def percentile(
        self, X: NDArray[np.float64], *, shortness: NDArray[np.floating[Any]] | None = None
    ) -> NDArray[np.floating[Any]]:
        """Return how much of the training set lies nearer than each row, in percent.

        Parameters
        ----------
        X : ndarray, shape (rows, columns)
            New rows.
        shortness : ndarray, shape (rows,), optional
            How much shorter their segments are than those learned from, as
            `genre_audio.learning.bearing.shortness` tells; not at all by default.

        Returns
        -------
        ndarray of float, shape (rows,)
            0 to 100; above `UNLIKE_PERCENTILE` a row is unlike anything that was learned.
            So are numbers too large to calculate with, and there is no warning.
        """
        short = np.zeros(len(X)) if shortness is None else shortness
        with np.errstate(all="ignore"):
            return np.concatenate([self._percentile(*part) for part in self._pieces(X, short)])

    def _pieces(self, *arrays: NDArray[Any]) -> Iterator[tuple[NDArray[Any], ...]]:
        """Return arrays of so few rows that their distances fit in memory."""
        size = max(1, _AT_ONCE // len(self.rows))
        cuts = range(size, len(arrays[0]), size)
        return zip(*(np.split(each, cuts) for each in arrays), strict=True)

    def _percentile(
        self, X: NDArray[np.float64], short: NDArray[np.floating[Any]]
    ) -> NDArray[np.floating[Any]]:
        rows, bearing = self.places(X, shortness=short), self.bearing
        away = _mean_nearest(_distances(rows.astype(np.float32), self.rows))
        if bearing is None:
            return percentile_of(away, quantiles=self.quantiles)
        nearer = away / (1.0 + bearing.allowance * short)
        by_distance = percentile_of(nearer, quantiles=self.quantiles)
        return bearing.percentile(rows, by_distance=by_distance)

    def check(self, X: NDArray[np.float64]) -> None:
        """Refuse parts that do not belong together, as a stranger's file may hold them.

        Parameters
        ----------
        X : ndarray, shape (rows, columns)
            Any rows like the training rows: it is asked how near they are.

        Raises
        ------
        ValueError
            If the parts differ in length or kind, or give no answer.
        """
        texts = (self.names, self.labels, self.groups)
        if any(text.shape != (len(self.rows),) or text.dtype.kind != "U" for text in texts):
            raise ValueError("its rows have no name, label and group each")
        if self.rows.ndim != 2 or len(self.rows) < 2 or not np.isfinite(self.rows).all():
            raise ValueError("its rows are no two rows of finite numbers")
        known = self.quantiles
        if known.shape != (101,) or not np.isfinite(known).all() or (np.diff(known) < 0).any():
            raise ValueError("its quantiles are no 101 growing numbers")
        if self.bearing is not None:
            self.bearing.check(self.rows.shape[1])
        if not np.isfinite(self.percentile(X)).all():
            raise ValueError("it cannot tell how near a row is")


def _distances(X: NDArray[np.float32], Y: NDArray[np.float32]) -> NDArray[np.float32]:
    # Kept in single precision, but not found in it: differences of large numbers are small.
    squares = squared_distances(X.astype(np.float64), Y.astype(np.float64))
    return np.sqrt(squares.astype(np.float32))


def _own_distances(rows: NDArray[np.float32], groups: NDArray[Any]) -> NDArray[np.floating[Any]]:
    """Return each training row's distance to those of other groups; NaN if there are none."""
    if len(np.unique(groups)) == 1:
        groups = np.arange(len(rows))
    size = max(1, _AT_ONCE // len(rows))
    found = []
    for start in range(0, len(rows), size):
        part = slice(start, start + size)
        apart = _distances(rows[part], rows)
        apart[groups[part, np.newaxis] == groups] = np.nan
        found.append(_mean_nearest(apart))
    return np.concatenate(found)


def _mean_nearest(distances: NDArray[np.float32]) -> NDArray[np.float32]:
    count = min(_NEIGHBOURS, distances.shape[1] - 1)
    # Parted first: sorting all to take five would cost more than finding the distances.
    least = np.sort(np.partition(distances, count, axis=1)[:, :count], axis=1)
    if not np.isnan(least).any():
        return np.asarray(least.mean(axis=1))
    # NaN is sorted to the end: these rows have fewer than five of other groups, or none.
    some = (~np.isnan(least)).sum(axis=1)
    sums = np.where(np.isnan(least), 0.0, least).sum(axis=1)
    return np.where(some > 0, sums / np.maximum(some, 1), np.nan).astype(np.float32)
