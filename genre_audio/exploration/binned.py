"""Streams of unknown length, kept in a bounded number of bins.

Headers lie, so nothing is sized by what they declare. Bins begin as small as one value;
whenever there are too many, neighbours become one, and a bin holds twice as much. So a
stream ends in `most` / 2 to `most` bins however long it was, or in as many as it has values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BinnedExtremes", "BinnedMeans"]


class _Bins:
    """Values by bins; how neighbours become one is the affair of what derives from it."""

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._size = 1
        self.count = 0

    @property
    def size(self) -> int:
        """How many values a full bin holds; the last one may hold fewer."""
        return self._size

    def _room(self, count: int) -> int:
        """Return how many bins `count` more values need, from the first on."""
        return -(-(self.count + count) // self._size)


class BinnedExtremes(_Bins):
    """Lowest and highest value of each bin.

    Parameters
    ----------
    most : int
        Number of bins that are kept at most; even.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.binned import BinnedExtremes
    >>> bins = BinnedExtremes(most=4)
    >>> bins.add(np.arange(5.0))
    >>> bins.size, bins.low.tolist(), bins.high.tolist()
    (2, [0.0, 2.0, 4.0], [1.0, 3.0, 4.0])
    """

    def __init__(self, *, most: int) -> None:
        super().__init__(most=most)
        self._low = np.full(most, np.inf)
        self._high = np.full(most, -np.inf)

    def add(self, values: NDArray[np.floating]) -> None:
        """Add values, shape (n,), in order."""
        while self._room(len(values)) > self._most:
            self._low = _halved(np.minimum(self._low[::2], self._low[1::2]), np.inf)
            self._high = _halved(np.maximum(self._high[::2], self._high[1::2]), -np.inf)
            self._size *= 2
        if len(values):
            places, starts = _places(self.count, len(values), size=self._size)
            low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
            self._low[places] = np.minimum(self._low[places], low)
            self._high[places] = np.maximum(self._high[places], high)
            self.count += len(values)

    @property
    def low(self) -> NDArray[np.float64]:
        """The lowest values, shape (bins,)."""
        return self._low[: self._room(0)]

    @property
    def high(self) -> NDArray[np.float64]:
        """The highest values, shape (bins,)."""
        return self._high[: self._room(0)]


class BinnedMeans(_Bins):
    """Mean of each bin, of rows of values.

    Parameters
    ----------
    most : int
        Number of bins that are kept at most; even.
    width : int
        Length of a row.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.binned import BinnedMeans
    >>> bins = BinnedMeans(most=2, width=1)
    >>> bins.add(np.array([[1.0], [3.0], [5.0]]))
    >>> bins.size, bins.means.tolist()
    (2, [[2.0], [5.0]])
    """

    def __init__(self, *, most: int, width: int) -> None:
        super().__init__(most=most)
        self._sums = np.zeros((most, width))

    def add(self, rows: NDArray[np.floating]) -> None:
        """Add rows of values, shape (n, width), in order."""
        while self._room(len(rows)) > self._most:
            self._sums = _halved(self._sums[::2] + self._sums[1::2], 0.0)
            self._size *= 2
        if len(rows):
            places, starts = _places(self.count, len(rows), size=self._size)
            self._sums[places] += np.add.reduceat(rows, starts, axis=0)
            self.count += len(rows)

    @property
    def means(self) -> NDArray[np.float64]:
        """The means, shape (bins, width)."""
        bins = self._room(0)
        counts = np.full(bins, self._size)
        if bins:
            counts[-1] = self.count - (bins - 1) * self._size
        return self._sums[:bins] / counts[:, None]


def _halved(merged: NDArray[np.float64], empty: float) -> NDArray[np.float64]:
    return np.concatenate([merged, np.full_like(merged, empty)])


def _places(first: int, count: int, *, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the bins that `count` values from number `first` on fall in, and where each begins."""
    places = np.arange(first // size, (first + count - 1) // size + 1)
    return places, np.maximum(places * size - first, 0)
