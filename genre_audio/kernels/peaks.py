"""Spectral peaks with their interpolated place and height."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import integer, kernel, reads, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Real = NDArray[np.float32]

__all__ = ["spectral_peaks"]


def spectral_peaks(
    S: NDArray[np.float32], *, bins: range, threshold: float
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Find the local maxima of every frame, and where parabolas through them peak.

    The peaks of `librosa.piptrack`, without the two matrices that it keeps them in, in
    the same steps of float32 and float64.

    Parameters
    ----------
    S : ndarray of float32, shape (bins, frames), C-contiguous
        A spectrum.
    bins : range
        Where to look; neither the lowest nor the highest bin.
    threshold : float
        Height of the lowest peak, as a share of the highest bin of its frame.

    Returns
    -------
    places : ndarray of float64, shape (peaks,)
        In bins.
    heights : ndarray of float32, shape (peaks,)
        As `S`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.peaks import spectral_peaks
    >>> S = np.array([[0], [1], [3], [2], [0]], np.float32)
    >>> spectral_peaks(S, bins=range(1, 4), threshold=0.1)
    (array([2.16666667]), array([3.0416667], dtype=float32))
    """
    lowest = np.float32(threshold) * S.max(axis=0)
    most = S.shape[1] * ((len(bins) + 1) // 2)  # of two neighbours one is a peak at most
    places, heights = np.empty(most), np.empty(most, np.float32)
    count = _find(S, bins.start, bins.stop, lowest, places, heights)
    return places[:count], heights[:count]


@kernel(
    reads(np.float32, 2),
    integer,
    integer,
    reads(np.float32, 1),
    writes(np.float64, 1),
    writes(np.float32, 1),
)
def _find(
    S: Real,
    start: int,
    stop: int,
    lowest: Real,
    places: NDArray[np.float64],
    heights: Real,
) -> int:
    count = 0
    for k in range(start, stop):
        before, here, after = S[k - 1], S[k], S[k + 1]
        for t in range(S.shape[1]):
            value = here[t]
            if not (value > lowest[t] and value > before[t] and value >= after[t]):
                continue
            difference = after[t] - before[t]
            # Mixed as librosa mixes: the sum and the difference are rounded to float32.
            curvature = np.float64(after[t] + before[t]) - 2.0 * np.float64(value)
            slope = np.float64(difference) / 2.0
            shift = np.float32(0.0)
            if abs(slope) < abs(curvature):
                shift = np.float32(-slope / curvature)
            places[count] = k + np.float64(shift)
            half = np.float32(0.5) * (np.float32(0.5) * difference)
            heights[count] = value + half * shift
            count += 1
    return count
