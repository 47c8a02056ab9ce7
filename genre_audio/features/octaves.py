"""Octave bands of spectra: how flat they are, and how far peaks stand above valleys."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.features.filters import fft_frequencies
from genre_audio.kernels.bands import band_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OctaveBands", "octave_edges"]

_LOWEST_HZ = 200.0
_OCTAVES = 6
_QUANTILE = 0.02
# Of the strongest bin's magnitude: what lies 100 dB and more below it counts as that much.
# There is nothing to hear there, and much of it is what float32 leaves of a transform.
_FLOOR = 1e-5
_TINY = float(np.finfo(np.float32).tiny)


@functools.lru_cache(maxsize=8)
def octave_edges(sr: int, n_fft: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the bins of seven bands: up to 200 Hz, five octaves, and the rest.

    Those of `librosa.feature.spectral_contrast`: a band begins at the bin below its lower
    frequency, and of its bins, one more counted, two in a hundred are the outermost.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    n_fft : int
        Length of the transform.

    Returns
    -------
    edges : ndarray of int64, shape (8,)
        First bin of each band, and the number of bins.
    counts : ndarray of int64, shape (7,)
        How many bins are outermost.

    Examples
    --------
    >>> from genre_audio.features.octaves import octave_edges
    >>> edges, counts = octave_edges(22050, 2048)
    >>> edges.tolist(), counts.tolist()
    ([0, 18, 37, 74, 148, 297, 594, 1025], [1, 1, 1, 2, 3, 6, 9])
    """
    frequencies = fft_frequencies(sr, n_fft)
    borders = _LOWEST_HZ * 2.0 ** np.arange(_OCTAVES)
    edges = np.searchsorted(frequencies, borders, side="right") - 1
    starts = np.searchsorted(frequencies, borders, side="left") - 1
    edges = np.array([0, *edges, len(frequencies)])
    members = np.diff(edges)
    # All bands but the last have one bin more while they are counted; where a border is a
    # bin itself, the band above begins one below it.
    members[:-1] += 1
    members[1:] += edges[1:-1] - starts
    counts = np.maximum(np.rint(_QUANTILE * members), 1).astype(np.int64)
    return edges.astype(np.int64), counts


@dataclasses.dataclass(frozen=True, eq=False)
class OctaveBands:
    """Levels of the seven bands of each frame.

    Attributes
    ----------
    levels : ndarray of float64, shape (4, bands, frames)
        As `genre_audio.kernels.bands.band_levels` writes them.
    widths : ndarray of int64, shape (bands,)
        Bins of each band.

    Examples
    --------
    See `OctaveBands.of`.
    """

    levels: NDArray[np.float64]
    widths: NDArray[np.int64]

    @classmethod
    def of(cls, S: NDArray[np.float32], *, sr: int, n_fft: int) -> OctaveBands:
        """Measure the bands of spectra.

        Parameters
        ----------
        S : ndarray of float32, shape (bins, frames), C-contiguous
            Spectra.
        sr : int
            Sampling rate in Hz.
        n_fft : int
            Length of the transform.

        Examples
        --------
        >>> import numpy as np
        >>> from genre_audio.features.octaves import OctaveBands
        >>> bands = OctaveBands.of(np.ones((1025, 1), np.float32), sr=22050, n_fft=2048)
        >>> bands.contrast.tolist()
        [[0.0], [0.0], [0.0], [0.0], [0.0], [0.0], [0.0]]
        """
        edges, counts = octave_edges(sr, n_fft)
        levels = np.empty((4, len(counts), S.shape[1]))
        strongest = np.float32(max(float(S.max()), _TINY))
        band_levels(S, edges, counts, strongest, np.float32(_FLOOR), levels)
        return cls(levels, np.diff(edges))

    @property
    def flatness(self) -> NDArray[np.float64]:
        """Geometric mean of each band's power over its mean, in dB, shape (bands, frames)."""
        return _flatness_db(self.levels[0], self.levels[1])

    @property
    def total_flatness(self) -> NDArray[np.float64]:
        """The same of all bins together, shape (frames,)."""
        logs, powers = (self.widths / self.widths.sum()) @ self.levels[:2]
        return _flatness_db(logs, powers)

    @property
    def contrast(self) -> NDArray[np.float64]:
        """The strongest bins of each band over the weakest, in dB, shape (bands, frames)."""
        valleys, peaks = self.levels[2:]
        return 10.0 * np.log10(peaks / valleys)


def _flatness_db(logs: NDArray[np.float64], powers: NDArray[np.float64]) -> NDArray[np.float64]:
    return 10.0 / np.log(10.0) * (logs - np.log(powers))
