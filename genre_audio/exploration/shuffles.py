"""F and mutual information of all features at once, fast enough to shuffle labels.

Rows are sorted by genre once; a shuffle is another order of the rows, so that sums over
genres are sums over fixed stretches.
"""

from __future__ import annotations

import dataclasses
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
    >>> ready.f(np.arange(4)), ready.mutual_information(np.arange(4))
    (array([72.,  0.]), array([1., 0.]))
    >>> ready.f(np.array([0, 2, 1, 3])).round(3)
    array([0.027, 0.   ])
    """

    Z: NDArray[np.float64]
    known: NDArray[np.float64]
    codes: NDArray[np.intp]
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
        codes = np.where(known, (ranks - 0.5) / counts * bins, bins).astype(np.intp)
        return cls(
            Z=np.nan_to_num(standardised(X)),
            known=known.astype(np.float64),
            codes=codes,
            starts=np.concatenate([[0], np.cumsum(sizes)[:-1]]),
            bins=bins,
        )

    def explained(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the share of variance between genres (eta squared) when rows are so ordered."""
        sums = np.add.reduceat(self.Z[order], self.starts, axis=0)
        counts = np.add.reduceat(self.known[order], self.starts, axis=0)
        between = (sums**2 / np.maximum(counts, 1)).sum(axis=0)
        total = (self.Z**2).sum(axis=0)  # means are 0
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(total > 0, np.clip(between / total, 0, 1), np.nan)

    def f(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return F of each feature when rows are so ordered."""
        counts = np.add.reduceat(self.known[order], self.starts, axis=0)
        genres = (counts > 0).sum(axis=0)
        between, within = genres - 1.0, self.known.sum(axis=0) - genres
        explained = self.explained(order)
        # What is left within genres by rounding alone is nothing.
        rest = np.where(explained > 1 - 1e-12, 0.0, 1 - explained)
        with np.errstate(invalid="ignore", divide="ignore"):
            f = (explained / between) / (rest / within)
        return np.where((between > 0) & (within > 0), f, np.nan)

    def mutual_information(self, order: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the information in bits on the genre in each feature's bin."""
        rows, columns = self.codes.shape
        genres, slots = len(self.starts), self.bins + 1
        sizes = np.diff(np.append(self.starts, rows))
        genre = np.repeat(np.arange(genres), sizes)[:, np.newaxis]
        flat = (np.arange(columns) * genres + genre) * slots + self.codes[order]
        counts = np.bincount(flat.ravel(), minlength=columns * genres * slots)
        joint = counts.reshape(columns, genres, slots)[:, :, : self.bins].astype(np.float64)
        total = np.maximum(joint.sum(axis=(1, 2)), 1)
        entropies = [_entropy(joint.sum(axis=axis), total) for axis in (1, 2)]
        information = sum(entropies) - _entropy(joint.reshape(columns, -1), total)
        return np.maximum(information, 0.0)


def _entropy(counts: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    logs = np.log2(counts, out=np.zeros_like(counts), where=counts > 0)
    return np.asarray(np.log2(total) - (counts * logs).sum(axis=1) / total)
