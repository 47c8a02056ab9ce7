"""F and mutual information of all features at once, fast enough to shuffle labels.

Rows are sorted by genre once; a shuffle is another order of the rows, so that sums over
genres are sums over fixed stretches.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np
import scipy.stats

from genre_audio.exploration.matrix import standardised

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Shuffled"]


@dataclasses.dataclass(frozen=True, eq=False)
class Shuffled:
    """Features that wait for an order of the rows.

    Attributes
    ----------
    Z : ndarray of float64, shape (rows, columns)
        Standardised features, 0 for gaps.
    known : ndarray of float64, shape (rows, columns)
        1 where a feature is known, 0 for gaps.
    codes : ndarray of int, shape (rows, columns)
        Bin of each value, the last one for gaps.
    starts : ndarray of int, shape (genres,)
        Where each genre starts when rows are sorted by genre.
    bins : int
        Bins without that for gaps.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.shuffles import Shuffled
    >>> X = np.array([[1.0, 5.0], [2.0, 6.0], [7.0, 5.0], [8.0, 6.0]])
    >>> ready = Shuffled.of(X, sizes=np.array([2, 2]), bins=2)
    >>> ready.f(np.arange(4)).round(9), ready.mutual_information(np.arange(4))
    (array([72.,  0.]), array([1., 0.]))
    >>> ready.f(np.array([0, 2, 1, 3])).round(3)
    array([0.056,   inf])
    """

    Z: NDArray[np.float64]
    known: NDArray[np.float64]
    codes: NDArray[np.int32]
    starts: NDArray[np.intp]
    bins: int

    @classmethod
    def of(cls, X: NDArray[np.float64], *, sizes: NDArray[np.intp], bins: int) -> Shuffled:
        """Prepare features whose rows are sorted by genre.

        Parameters
        ----------
        X : ndarray of float64, shape (rows, columns)
            Features, with NaN for gaps.
        sizes : ndarray of int, shape (genres,)
            Rows of each genre, none of them 0.
        bins : int
            Equally filled bins; equal values share one.

        Returns
        -------
        Shuffled
        """
        known = ~np.isnan(X)
        ranks = scipy.stats.rankdata(np.where(known, X, np.inf), axis=0)
        counts = np.maximum(known.sum(axis=0), 1)
        codes = np.where(known, (ranks - 0.5) / counts * bins, bins).astype(np.int32)
        return cls(
            Z=np.nan_to_num(standardised(X)),
            known=known.astype(np.float64),
            codes=codes,
            starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
            bins=bins,
        )

    @functools.cached_property
    def complete(self) -> bool:
        """Whether there are no gaps."""
        return bool(self.known.all())

    def counts(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return how often each feature is known in each genre when rows are so ordered."""
        known = self.known if self.complete else self.known[order]
        return np.asarray(np.add.reduceat(known, self.starts, axis=0))

    @functools.cached_property
    def _complete_counts(self) -> NDArray[np.float64]:
        return self.counts(np.arange(len(self.Z)))

    def f(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return F of each feature when rows are so ordered."""
        counts = self._complete_counts if self.complete else self.counts(order)
        genres = (counts > 0).sum(axis=0)
        between, within = genres - 1.0, counts.sum(axis=0) - genres
        explained = self._explained(order, counts)
        # What is left within genres by rounding alone is nothing.
        rest = np.where(explained > 1 - 1e-12, 0.0, 1 - explained)
        with np.errstate(invalid="ignore", divide="ignore"):
            f = (explained / between) / (rest / within)
        return np.where((between > 0) & (within > 0), f, np.nan)

    def explained(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the share of variance between genres (eta squared) when rows are so ordered."""
        return self._explained(order, self.counts(order))

    def _explained(
        self, order: NDArray[np.intp], counts: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        sums = np.add.reduceat(self.Z[order], self.starts, axis=0)
        between = (sums**2 / np.maximum(counts, 1)).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.clip(between / self._total, 0, 1)
        return np.where(self._total > 0, share, np.nan)

    @functools.cached_property
    def _total(self) -> NDArray[np.float64]:
        return np.asarray((self.Z**2).sum(axis=0))  # means are 0

    @functools.cached_property
    def _offsets(self) -> NDArray[np.int32]:
        """Where each column and genre starts to count its bins, shape (rows, columns)."""
        rows, columns = self.codes.shape
        sizes = np.diff(np.append(self.starts, rows))
        genre = np.repeat(np.arange(len(sizes)), sizes)[:, np.newaxis]
        return ((np.arange(columns) * len(sizes) + genre) * (self.bins + 1)).astype(np.int32)

    def mutual_information(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the information in bits on the genre in each feature's bin."""
        columns, genres, slots = self.codes.shape[1], len(self.starts), self.bins + 1
        flat = self._offsets + self.codes[order]
        counts = np.bincount(flat.ravel(), minlength=columns * genres * slots)
        joint = counts.reshape(columns, genres, slots)[:, :, : self.bins]
        total = joint.sum(axis=(1, 2))
        # Sums of n log n: of the genres, of the bins, and of both together.
        parts = (joint.sum(axis=2), joint.sum(axis=1), joint.reshape(columns, -1))
        of_genres, of_bins, of_both = (self._n_log_n[part].sum(axis=1) for part in parts)
        information = self._n_log_n[total] - of_genres - of_bins + of_both
        return np.maximum(information, 0.0) / np.maximum(total, 1)

    @functools.cached_property
    def _n_log_n(self) -> NDArray[np.float64]:
        """Return n times its binary logarithm for all counts that can come: looking up is fast."""
        n = np.arange(len(self.Z) + 1, dtype=np.float64)
        return n * np.log2(np.maximum(n, 1))
