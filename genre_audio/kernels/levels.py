"""Levels and mixes of blocks of samples, in one pass each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import kernel, reads, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["mix_two", "window_levels"]

_LANES = 64  # sums that run side by side, so that the compiler can vectorise them
_FULL_SCALE = np.float32(0.999)


@kernel(reads(np.float32, 1), writes(np.float32, 1))
def mix_two(samples: NDArray[np.float32], out: NDArray[np.float32]) -> bool:
    """Write the mean of two channels, and tell whether all of it is finite.

    The sum in float32 is the sum in float64, rounded once; halving is exact, or, among the
    smallest numbers, the sum was. Zeros are positive, as numpy's mean has them.

    Parameters
    ----------
    samples : ndarray of float32, shape (2 * frames,)
        Samples of both channels in turns, as files have them.
    out : ndarray of float32, shape (frames,)
        Where the mean goes.

    Returns
    -------
    bool
        False where a sample is NaN or infinite, or two add up to more than float32 holds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.levels import mix_two
    >>> out = np.empty(2, np.float32)
    >>> mix_two(np.array([0.5, 0.25, 1.0, -1.0], np.float32), out), out.tolist()
    (True, [0.375, 0.0])
    """
    odd = np.int32(0)
    for i in range(len(out)):
        total = (samples[2 * i] + samples[2 * i + 1]) + np.float32(0.0)
        out[i] = total * np.float32(0.5)
    for i in range(len(out)):
        odd += np.int32(not abs(out[i]) < np.float32(np.inf))
    return odd == 0


@kernel(reads(np.float32, 2), writes(np.float64, 2))
def window_levels(windows: NDArray[np.float32], out: NDArray[np.float64]) -> None:
    """Measure each window: sum, sum of squares, peak, and samples at full scale.

    Parameters
    ----------
    windows : ndarray of float32, shape (windows, samples)
        Finite samples.
    out : ndarray of float64, shape (windows, 4)
        Where the figures go. Sums are of float64. A sample is at full scale from 0.999 on.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.levels import window_levels
    >>> out = np.empty((1, 4))
    >>> window_levels(np.array([[0.5, -1.0, 0.25]], np.float32), out)
    >>> out.tolist()
    [[-0.25, 1.3125, 1.0, 1.0]]
    """
    samples = windows.shape[1]
    whole = samples // _LANES * _LANES
    for n in range(windows.shape[0]):
        row = windows[n]
        total, power, peak = np.zeros(_LANES), np.zeros(_LANES), np.zeros(_LANES, np.float32)
        for first in range(0, whole, _LANES):
            for lane in range(_LANES):
                value = row[first + lane]
                total[lane] += value
                power[lane] += np.float64(value) * np.float64(value)
        for first in range(0, whole, _LANES):
            for lane in range(_LANES):
                peak[lane] = max(peak[lane], abs(row[first + lane]))
        for k in range(whole, samples):
            total[0] += row[k]
            power[0] += np.float64(row[k]) * np.float64(row[k])
            peak[0] = max(peak[0], abs(row[k]))
        out[n, 0], out[n, 1], out[n, 2], out[n, 3] = total.sum(), power.sum(), peak.max(), 0.0
        if out[n, 2] >= _FULL_SCALE:
            for k in range(samples):
                out[n, 3] += abs(row[k]) >= _FULL_SCALE
