"""Centre, width and rolloff of every spectrum, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import kernel, reads, single, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["spectral_shapes"]

_WIDTH = 64  # frames that are done together: their running sums stay in the second cache
_TINY = float(np.finfo(np.float32).tiny)


def spectral_shapes(
    S: NDArray[np.float32], *, frequencies: NDArray[np.float64], roll_percent: float
) -> NDArray[np.float64]:
    """Return centroid, bandwidth and rolloff of each frame in Hz.

    As `librosa.feature.spectral_centroid`, ``spectral_bandwidth`` and ``spectral_rolloff``
    define them. The running sum that meets `roll_percent` of the whole is one of float32
    from the lowest bin up, as there, because it decides between neighbouring bins.

    Parameters
    ----------
    S : ndarray of float32, shape (bins, frames), C-contiguous
        Magnitudes.
    frequencies : ndarray of float64, shape (bins,)
        Of the bins, in Hz.
    roll_percent : float
        Share of the magnitude that lies below the rolloff.

    Returns
    -------
    ndarray of float64, shape (3, frames)
        Zero where a frame is silent.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.shapes import spectral_shapes
    >>> S, frequencies = np.array([[1], [2], [1]], np.float32), np.array([0.0, 100.0, 200.0])
    >>> spectral_shapes(S, frequencies=frequencies, roll_percent=0.5).ravel().round(1).tolist()
    [100.0, 70.7, 100.0]
    """
    sums = np.empty((3, S.shape[1]))
    below = np.empty(S.shape[1], np.int64)
    _sum(S, frequencies, np.float32(roll_percent), sums, below)
    mass = np.where(sums[0] < _TINY, 1.0, sums[0])
    centroid = sums[1] / mass
    spread = np.maximum(sums[2] / mass - centroid**2, 0.0)
    return np.stack([centroid, np.sqrt(spread), frequencies[below]])


@kernel(
    reads(np.float32, 2),
    reads(np.float64, 1),
    single,
    writes(np.float64, 2),
    writes(np.int64, 1),
)
def _sum(
    S: NDArray[np.float32],
    frequencies: NDArray[np.float64],
    share: np.float32,
    sums: NDArray[np.float64],
    below: NDArray[np.int64],
) -> None:
    """Sum S, f·S and f²·S over bins, and count the bins below the share of the sum."""
    n_bins, n_frames = S.shape
    running = np.empty((n_bins, _WIDTH), np.float32)
    for first in range(0, n_frames, _WIDTH):
        width = min(_WIDTH, n_frames - first)
        moments = np.zeros((3, _WIDTH))
        total = np.zeros(_WIDTH, np.float32)
        for k in range(n_bins):
            f, row, so_far = frequencies[k], S[k, first : first + width], running[k]
            for c in range(width):
                value = np.float64(row[c])
                moments[0, c] += value
                moments[1, c] += f * value
                moments[2, c] += f * f * value
                total[c] += row[c]
                so_far[c] = total[c]
        count = np.zeros(_WIDTH, np.int32)
        for k in range(n_bins):
            so_far = running[k]
            for c in range(width):
                count[c] += so_far[c] < share * total[c]
        sums[:, first : first + width] = moments[:, :width]
        below[first : first + width] = count[:width]
