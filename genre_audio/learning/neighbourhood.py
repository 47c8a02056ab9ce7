"""How like the training recordings a new one is, and which of them it is like.

A classifier answers every question, also those about speech, silence or a rainforest.
The distance to the nearest training rows says whether it had any reason to: as a
percentile of the distances that training recordings have among themselves, each
measured to recordings of other groups only, because a recording's own artist (or its
own copy) would make everything else look strange.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.plain.steps import blocks, squared_distances

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Neighbourhood"]

_NEIGHBOURS: Final = 5


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
        space = plain_chain(Pipeline([("form", transform), ("scale", StandardScaler())]).fit(X))
        rows = space.transform(np.asarray(X, dtype=np.float64)).astype(np.float32)
        apart = _distances(rows, rows)
        apart[groups[:, None] == groups[None, :]] = np.inf
        own = _mean_nearest(apart)
        quantiles = np.quantile(own[np.isfinite(own)], np.linspace(0.0, 1.0, 101))
        return cls(space, rows, names, labels, groups.astype(str), quantiles)

    def distances(self, X: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the distance of each row to each training row, shape (rows, training rows)."""
        return _distances(self.space.transform(X).astype(np.float32), self.rows)

    def percentile(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much of the training set lies nearer than each row, in percent.

        Parameters
        ----------
        X : ndarray, shape (rows, columns)
            New rows.

        Returns
        -------
        ndarray of float, shape (rows,)
            0 to 100; above 95 a row is unlike anything that was learned. So are numbers
            too large to calculate with, and there is no warning.
        """
        with np.errstate(all="ignore"):
            nearest = [_mean_nearest(self.distances(block)) for block in blocks(X)]
        return np.interp(np.concatenate(nearest), self.quantiles, np.linspace(0.0, 100.0, 101))

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
        if not np.isfinite(self.percentile(X)).all():
            raise ValueError("it cannot tell how near a row is")


def _distances(X: NDArray[np.float32], Y: NDArray[np.float32]) -> NDArray[np.float32]:
    # Kept in single precision, but not found in it: differences of large numbers are small.
    squares = squared_distances(X.astype(np.float64), Y.astype(np.float64))
    return np.sqrt(squares.astype(np.float32))


def _mean_nearest(distances: NDArray[np.float32]) -> NDArray[np.float32]:
    count = min(_NEIGHBOURS, distances.shape[1] - 1)
    # Parted first: sorting all to take five would cost more than finding the distances.
    least = np.partition(distances, count, axis=1)[:, :count]
    return np.asarray(np.sort(least, axis=1).mean(axis=1))
