"""Flatness, extremes and change of spectra, in one pass over their bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import inlined, kernel, reads, single, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["band_levels", "spectral_change"]

_FACTORS = 16  # squares of 1e-9 can be multiplied so often in float64
_LANES = 32  # sums that run side by side, so that the compiler can vectorise them


@inlined
def _kept(
    values: NDArray[np.float32], count: int, value: np.float32, sign: np.float32
) -> np.float32:
    """Put a value in the place of the first of a sorted list, and return the new first."""
    i = 0
    while i + 1 < count and sign * values[i + 1] > sign * value:
        values[i] = values[i + 1]
        i += 1
    values[i] = value
    return values[0]


@kernel(
    reads(np.float32, 2),
    reads(np.int64, 1),
    reads(np.int64, 1),
    single,
    single,
    writes(np.float64, 3),
)
def band_levels(
    magnitudes: NDArray[np.float32],
    edges: NDArray[np.int64],
    counts: NDArray[np.int64],
    strongest: np.float32,
    floor: np.float32,
    out: NDArray[np.float64],
) -> None:
    """Measure each band of each frame: power, its logarithm, and the outermost magnitudes.

    Magnitudes are said as shares of `strongest`, and smaller ones than `floor` taken for
    it. The logarithm of a product is the sum of logarithms: one of sixteen is enough.

    Parameters
    ----------
    magnitudes : ndarray of float32, shape (frames, bins)
        Spectra.
    edges : ndarray of int64, shape (bands + 1,)
        First bin of each band, and the one behind the last.
    counts : ndarray of int64, shape (bands,)
        How many of the weakest and of the strongest bins of a band are averaged.
    strongest : float
        The largest magnitude, more than zero.
    floor : float
        Smallest share, 1e-9 at least.
    out : ndarray of float64, shape (4, frames, bands)
        Where the means go: of the logarithm of power, of power, of the weakest
        magnitudes and of the strongest.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.bands import band_levels
    >>> magnitudes, out = np.array([[1, 2, 2, 1]], np.float32), np.empty((4, 1, 1))
    >>> band_levels(magnitudes, np.array([0, 4]), np.array([1]), 2.0, 1e-5, out)
    >>> out.ravel().round(3).tolist()
    [-0.693, 0.625, 0.5, 1.0]
    """
    scale = np.float32(1.0) / strongest
    low, high = np.empty(counts.max(), np.float32), np.empty(counts.max(), np.float32)
    for t in range(magnitudes.shape[0]):
        for b in range(len(counts)):
            band, n = magnitudes[t, edges[b] : edges[b + 1]], counts[b]
            total, logs, product = 0.0, 0.0, 1.0
            low[:] = np.inf
            high[:] = -1.0
            lowest, highest = low[0], high[0]
            for first in range(0, len(band), _FACTORS):
                for k in range(first, min(first + _FACTORS, len(band))):
                    share = max(band[k] * scale, floor)
                    power = np.float64(share) * np.float64(share)
                    total += power
                    product *= power
                    if share < lowest:
                        lowest = _kept(low, n, share, np.float32(1.0))
                    if share > highest:
                        highest = _kept(high, n, share, np.float32(-1.0))
                logs += np.log(product)
                product = 1.0
            out[0, t, b] = logs / len(band)
            out[1, t, b] = total / len(band)
            out[2, t, b] = low[:n].sum() / n
            out[3, t, b] = high[:n].sum() / n


@kernel(reads(np.float32, 2), writes(np.float64, 1))
def spectral_change(magnitudes: NDArray[np.float32], out: NDArray[np.float64]) -> None:
    """Tell how much of each spectrum lies elsewhere than in the one before.

    The sum over bins of the differences of shares of the whole: 0 where only the level
    changes, 2 where nothing lies where it lay. Silence has no shares.

    Parameters
    ----------
    magnitudes : ndarray of float32, shape (frames, bins)
        Spectra.
    out : ndarray of float64, shape (frames - 1,)
        Where the sums go.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.bands import spectral_change
    >>> out = np.empty(2)
    >>> spectral_change(np.array([[0, 1], [0, 5], [5, 0]], np.float32), out)
    >>> out.tolist()
    [0.0, 2.0]
    """
    n_bins = magnitudes.shape[1]
    whole = n_bins // _LANES * _LANES
    sums = np.empty(_LANES, np.float32)
    before = np.float32(0.0)
    for t in range(magnitudes.shape[0]):
        row = magnitudes[t]
        sums[:] = 0.0
        for first in range(0, whole, _LANES):
            for lane in range(_LANES):
                sums[lane] += row[first + lane]
        total = sums.sum()
        for k in range(whole, n_bins):
            total += row[k]
        share = np.float32(1.0) / total if total > np.float32(1e-30) else np.float32(0.0)
        if t > 0:
            last = magnitudes[t - 1]
            sums[:] = 0.0
            for first in range(0, whole, _LANES):
                for lane in range(_LANES):
                    sums[lane] += abs(row[first + lane] * share - last[first + lane] * before)
            change = np.float64(sums.sum())
            for k in range(whole, n_bins):
                change += abs(row[k] * share - last[k] * before)
            out[t - 1] = change
        before = share
