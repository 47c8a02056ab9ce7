"""How far a segment is tuned from A 440 Hz."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.features.filters import fft_frequencies
from genre_audio.kernels.peaks import spectral_peaks

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["estimate_tuning"]

_RANGE_HZ = (150.0, 4000.0)
_THRESHOLD = 0.1
_STEPS = 100


def estimate_tuning(S: NDArray[np.float32], *, sr: int, n_fft: int, n_chroma: int) -> float:
    """Return the deviation from A 440 Hz that most of the stronger peaks have.

    `librosa.estimate_tuning`, exactly: the deviations of peaks no lower than the median
    are counted by hundredths of a pitch class.

    Parameters
    ----------
    S : ndarray of float32, shape (bins, frames), C-contiguous
        A spectrum.
    sr : int
        Sampling rate in Hz.
    n_fft : int
        Length of the transform.
    n_chroma : int
        Pitch classes of an octave.

    Returns
    -------
    float
        From -0.5 to 0.49 pitch classes; 0 where there is no peak.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.pitch import estimate_tuning
    >>> S = np.zeros((1025, 1), np.float32)
    >>> S[41] = 1.0  # 441.4 Hz is 0.05 semitones above A
    >>> round(estimate_tuning(S, sr=22050, n_fft=2048, n_chroma=12), 2)
    0.05
    """
    inside = fft_frequencies(sr, n_fft)
    start, stop = np.searchsorted(inside, _RANGE_HZ)
    places, heights = spectral_peaks(S, bins=range(int(start), int(stop)), threshold=_THRESHOLD)
    if not len(places):
        return 0.0
    strong = places[heights >= np.median(heights)]
    frequencies = (strong * float(sr) / n_fft).astype(np.float32)
    pitch = n_chroma * np.log2(frequencies / (440.0 / 16))
    deviation = np.mod(pitch, 1.0)
    deviation[deviation >= 0.5] -= 1.0
    counts, edges = np.histogram(deviation, np.linspace(-0.5, 0.5, _STEPS + 1))
    return float(edges[np.argmax(counts)])
