"""Flatness, extremes and change of spectra, in one pass over their bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import inlined, kernel, reads, single, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["band_levels", "spectral_change"]

_FACTORS = 16  # squares of 1e-9 can be multiplied so often in float64
_WIDTH = 64  # frames that are done together: their lists stay in the first cache
_LANES = 32  # sums that run side by side, so that the compiler can vectorise them


@inlined
def _keep(kept: NDArray[np.float32], values: NDArray[np.float32]) -> None:
    """Sort values into lists of the lowest so far, column by column; they are overwritten."""
    for i in range(kept.shape[0]):
        row = kept[i]
        for c in range(_WIDTH):
            old, new = row[c], values[c]
            row[c] = old if old < new else new
            values[c] = new if old < new else old


@kernel(
    reads(np.float32, 2),
    reads(np.int64, 1),
    reads(np.int64, 1),
    single,
    single,
    writes(np.float64, 3),
)
def band_levels(
    S: NDArray[np.float32],
    edges: NDArray[np.int64],
    counts: NDArray[np.int64],
    strongest: np.float32,
    floor: np.float32,
    out: NDArray[np.float64],
) -> None:
    """Measure each band of each frame: power, its logarithm, and the outermost magnitudes.

    Magnitudes are said as shares of `strongest`, and smaller ones than `floor` taken for
    it. The logarithm of a product is the sum of logarithms: one of sixteen is enough. The
    outermost are kept in short lists, into which every magnitude is sorted without a branch.

    Parameters
    ----------
    S : ndarray of float32, shape (bins, frames)
        Spectra.
    edges : ndarray of int64, shape (bands + 1,)
        First bin of each band, and the one behind the last.
    counts : ndarray of int64, shape (bands,)
        How many of the weakest and of the strongest bins of a band are averaged.
    strongest : float
        The largest magnitude, more than zero.
    floor : float
        Smallest share, 1e-9 at least.
    out : ndarray of float64, shape (4, bands, frames)
        Where the means go: of the logarithm of power, of power, of the weakest
        magnitudes and of the strongest.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.bands import band_levels
    >>> S, out = np.array([[1], [2], [2], [1]], np.float32), np.empty((4, 1, 1))
    >>> band_levels(S, np.array([0, 4]), np.array([1]), 2.0, 1e-5, out)
    >>> out.ravel().round(3).tolist()
    [-0.693, 0.625, 0.5, 1.0]
    """
    scale, most = np.float32(1.0) / strongest, counts.max()
    shares, values = np.zeros(_WIDTH, np.float32), np.empty(_WIDTH, np.float32)
    low, high = np.empty((most, _WIDTH), np.float32), np.empty((most, _WIDTH), np.float32)
    totals, products, logs = np.empty(_WIDTH), np.empty(_WIDTH), np.empty(_WIDTH)
    for first in range(0, S.shape[1], _WIDTH):
        width = min(_WIDTH, S.shape[1] - first)
        for b in range(len(counts)):
            n, bins = counts[b], edges[b + 1] - edges[b]
            low[:] = np.inf
            high[:] = np.inf
            totals[:] = 0.0
            logs[:] = 0.0
            products[:] = 1.0
            for k in range(bins):
                row = S[edges[b] + k, first : first + width]
                for c in range(width):
                    share = row[c] * scale
                    shares[c] = share if share > floor else floor
                for c in range(_WIDTH):
                    power = np.float64(shares[c]) * np.float64(shares[c])
                    totals[c] += power
                    products[c] *= power
                if k % _FACTORS == _FACTORS - 1 or k == bins - 1:
                    for c in range(width):
                        logs[c] += np.log(products[c])
                    products[:] = 1.0
                values[:] = shares
                _keep(low[:n], values)
                for c in range(_WIDTH):
                    values[c] = -shares[c]
                _keep(high[:n], values)
            for c in range(width):
                out[0, b, first + c] = logs[c] / bins
                out[1, b, first + c] = totals[c] / bins
                out[2, b, first + c] = low[:n, c].sum() / n
                out[3, b, first + c] = -high[:n, c].sum() / n


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
