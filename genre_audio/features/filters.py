"""Windows, filter banks and bases: the constants that spectra are multiplied by.

librosa and scipy define them, and tests hold these against theirs bit for bit. They are
written down again because importing theirs would compile half a minute of functions that
nothing here needs, at every new installation.

All are computed once per process; those that are arrays cannot be written to.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

Scalar = TypeVar("Scalar", bound=np.generic)

__all__ = [
    "chroma_filters",
    "cosines",
    "fft_frequencies",
    "hann",
    "mel_edges",
    "mel_filters",
]


def _fixed(values: NDArray[Scalar]) -> NDArray[Scalar]:
    values.flags.writeable = False
    return values


@functools.cache
def hann(n: int) -> NDArray[np.float64]:
    """Return the periodic Hann window, shape (n,): `scipy.signal.get_window`.

    Examples
    --------
    >>> from genre_audio.features.filters import hann
    >>> hann(4).round(6).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    turns = np.linspace(-np.pi, np.pi, n + 1)[:-1]
    return _fixed(0.5 + 0.5 * np.cos(turns))


@functools.cache
def fft_frequencies(sr: int, n_fft: int) -> NDArray[np.float64]:
    """Return the frequencies of the bins in Hz, shape (1 + n_fft // 2,).

    Examples
    --------
    >>> from genre_audio.features.filters import fft_frequencies
    >>> fft_frequencies(8000, 8).tolist()
    [0.0, 1000.0, 2000.0, 3000.0, 4000.0]
    """
    return _fixed(np.asarray(np.fft.rfftfreq(n=n_fft, d=1.0 / sr), dtype=np.float64))


@functools.cache
def cosines(n_out: int, n_in: int) -> NDArray[np.float64]:
    """Return the first rows of the orthonormal DCT-II, shape (n_out, n_in).

    Examples
    --------
    >>> from genre_audio.features.filters import cosines
    >>> (cosines(2, 4) @ cosines(2, 4).T).round(6).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    angles = np.pi / n_in * np.outer(np.arange(n_out), np.arange(n_in) + 0.5)
    basis = np.sqrt(2.0 / n_in) * np.cos(angles)
    basis[0] /= np.sqrt(2.0)
    return _fixed(np.asarray(basis))


@functools.cache
def mel_edges(sr: int, n_mels: int) -> NDArray[np.float64]:
    """Return where mel filters begin, peak and end in Hz, shape (n_mels + 2,).

    Filter k begins at edge k, peaks at edge k + 1 and ends at edge k + 2:
    `librosa.mel_frequencies`.

    Examples
    --------
    >>> from genre_audio.features.filters import mel_edges
    >>> mel_edges(4000, 4).round().tolist()
    [0.0, 334.0, 669.0, 1003.0, 1417.0, 2000.0]
    """
    return _fixed(_mel_to_hz(np.linspace(0.0, _hz_to_mel(sr / 2.0), n_mels + 2)))


@functools.cache
def mel_filters(sr: int, n_fft: int, n_mels: int) -> csr_array:
    """Return triangular filters on Slaney's mel scale, shape (n_mels, 1 + n_fft // 2).

    From 0 Hz to half the sampling rate, each of unit area: `librosa.filters.mel`. Sparse,
    because a bin lies in two of them at most. Source: Slaney, M.: Auditory toolbox, 1998.

    Examples
    --------
    >>> from genre_audio.features.filters import mel_filters
    >>> mel_filters(22050, 2048, 128).shape
    (128, 1025)
    """
    from scipy.sparse import csr_array

    edges = mel_edges(sr, n_mels)
    widths = np.diff(edges)
    ramps = np.subtract.outer(edges, fft_frequencies(sr, n_fft))
    rising = -ramps[:-2] / widths[:-1, None]
    falling = ramps[2:] / widths[1:, None]
    weights = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    weights *= (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return csr_array(weights)


# Slaney's scale: linear up to 1 kHz, which is mel 15, logarithmic above.
_HZ_PER_MEL = 200.0 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(frequency: float) -> float:
    if frequency < _BREAK_HZ:
        return frequency / _HZ_PER_MEL
    return float(_BREAK_MEL + np.log(frequency / _BREAK_HZ) / _LOG_STEP)


def _mel_to_hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    frequencies = _HZ_PER_MEL * mels
    above = mels >= _BREAK_MEL
    frequencies[above] = _BREAK_HZ * np.exp(_LOG_STEP * (mels[above] - _BREAK_MEL))
    return frequencies


@functools.lru_cache(maxsize=128)  # tunings are hundredths of a semitone
def chroma_filters(sr: int, n_fft: int, n_chroma: int, tuning: float) -> NDArray[np.float32]:
    """Return what each bin gives to each pitch class, shape (n_chroma, 1 + n_fft // 2).

    C first, bumps of unit length, octaves around the fifth preferred:
    `librosa.filters.chroma`. Source: Ellis, D.: Chroma feature analysis and synthesis, 2007.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.
    n_fft : int
        Length of the transform.
    n_chroma : int
        Number of pitch classes.
    tuning : float
        Deviation from A 440 Hz, in pitch classes.

    Examples
    --------
    >>> from genre_audio.features.filters import chroma_filters
    >>> int(chroma_filters(22050, 2048, 12, 0.0)[:, 41].argmax())  # 441 Hz is an A
    9
    """
    n_bins = 1 + n_fft // 2
    a0 = 440.0 * 2.0 ** (tuning / n_chroma) / 16
    octaves = np.log2(np.linspace(0, sr, n_fft, endpoint=False)[1 : n_bins + 1] / a0)
    pitch = n_chroma * octaves
    # 0 Hz has no pitch: an octave and a half below the next bin, where it counts least.
    pitch = np.concatenate([[pitch[0] - 1.5 * n_chroma], pitch])
    width = np.maximum(np.diff(pitch), 1.0)
    pitch = pitch[:n_bins]
    half = np.round(n_chroma / 2)
    distance = np.subtract.outer(pitch, np.arange(n_chroma)).T
    distance = np.remainder(distance + half + 10 * n_chroma, n_chroma) - half
    bumps = np.exp(-0.5 * (2 * distance / width) ** 2)
    bumps /= np.sqrt(np.sum(bumps**2, axis=0, keepdims=True))
    bumps *= np.exp(-0.5 * (((pitch / n_chroma - 5.0) / 2) ** 2))
    return _fixed(np.roll(bumps, -3 * (n_chroma // 12), axis=0).astype(np.float32))
