"""When sounds start, and at what tempo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.features.filters import hann

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["best_tempo", "mean_autocorrelation", "onset_strengths", "tempo_of", "tempo_window"]

_START_BPM = 120.0
_MAX_BPM = 320.0
_WINDOW_SECONDS = 8.0
_BLOCK = 64  # frames that are transformed together: they fit the second cache


def onset_strengths(
    mel_db: NDArray[np.float32],
    *,
    n_fft: int,
    hop_length: int,
    rises: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return how much louder each frame is than the one before, the median over bands.

    ``librosa.onset.onset_strength(S=mel_db, aggregate=np.median)``, exactly.

    Parameters
    ----------
    mel_db : ndarray of float32, shape (mels, frames)
        Mel spectrogram in dB.
    n_fft, hop_length : int
        Length and distance of frames: onsets are said half a frame later, where they are.
    rises : ndarray of float32, shape (mels, frames - 1), optional
        What each band rises by from frame to frame, where that is known already.

    Returns
    -------
    ndarray of float32, shape (frames,)
        In dB, not negative.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.rhythm import onset_strengths
    >>> mel_db = np.array([[0, 6, 0, 0, 0, 0]], np.float32)
    >>> onset_strengths(mel_db, n_fft=4, hop_length=1).tolist()
    [0.0, 0.0, 0.0, 6.0, 0.0, 0.0]
    """
    if rises is None:
        rises = np.maximum(0.0, np.diff(mel_db, axis=1))
    rises = np.ascontiguousarray(rises.T)
    # Where fewer than half of the bands rise, the median is zero.
    rising = np.count_nonzero(rises, axis=1) >= rises.shape[1] // 2
    late = 1 + n_fft // (2 * hop_length)
    strengths = np.zeros(len(rises) + late, np.float32)
    strengths[late:][rising] = np.median(rises[rising], axis=1, overwrite_input=True)
    return strengths[: mel_db.shape[1]]


def tempo_of(onsets: NDArray[np.float32], *, sr: int, hop_length: int) -> float:
    """Return the tempo in beats per minute at which onsets repeat, 0 where there are none.

    `librosa.beat.beat_track`'s estimate before it tracks, exactly: the lag at which the
    autocorrelation of eight seconds, weighted towards 120 beats per minute, is highest.
    Source: Ellis, D.: Beat tracking by dynamic programming, 2007.

    Parameters
    ----------
    onsets : ndarray of float32, shape (frames,)
        Onset strengths.
    sr : int
        Sampling rate in Hz.
    hop_length : int
        Distance of frames in samples.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.rhythm import tempo_of
    >>> onsets = np.tile(np.array([1] + 19 * [0], np.float32), 30)
    >>> round(tempo_of(onsets, sr=22050, hop_length=512), 1)
    129.2
    """
    if not onsets.any():
        return 0.0
    window = tempo_window(sr=sr, hop_length=hop_length)
    return best_tempo(mean_autocorrelation(onsets, window=window), sr=sr, hop_length=hop_length)


def best_tempo(autocorrelation: NDArray[np.float64], *, sr: int, hop_length: int) -> float:
    """Return the tempo in beats per minute of the best lag: the end of `tempo_of`.

    Parameters
    ----------
    autocorrelation : ndarray of float64, shape (lags,)
        Of onset strengths.
    sr : int
        Sampling rate in Hz.
    hop_length : int
        Distance of frames in samples.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.rhythm import best_tempo
    >>> round(best_tempo(np.eye(344)[20], sr=22050, hop_length=512), 1)
    129.2
    """
    tempi = 60.0 * sr / (hop_length * np.arange(1.0, len(autocorrelation)))
    likely = -0.5 * (np.log2(tempi) - np.log2(_START_BPM)) ** 2
    likely[tempi >= _MAX_BPM] = -np.inf
    found = np.log1p(1e6 * autocorrelation[1:]) + likely
    return float(tempi[np.argmax(found)])


def tempo_window(*, sr: int, hop_length: int) -> NDArray[np.float64]:
    """Return the window of the stretches in which onsets are compared, shape (lags,).

    Examples
    --------
    >>> from genre_audio.features.rhythm import tempo_window
    >>> tempo_window(sr=22050, hop_length=512).shape
    (344,)
    """
    return hann(int(_WINDOW_SECONDS * sr // hop_length))


def mean_autocorrelation(
    onsets: NDArray[np.float32], *, window: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the autocorrelation of windowed stretches, scaled to 1 at lag 0, on average.

    The mean over time of `librosa.feature.tempogram`. The mean is taken of the spectra,
    so that one inverse transform will do.

    Parameters
    ----------
    onsets : ndarray of float32, shape (frames,)
        A stretch is centred on each; beyond the edges they fade to zero.
    window : ndarray of float64, shape (lags,)
        Window of a stretch.

    Returns
    -------
    ndarray of float64, shape (lags,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.rhythm import mean_autocorrelation
    >>> mean_autocorrelation(np.ones(9, np.float32), window=np.ones(3)).round(2).tolist()
    [1.0, 0.63, 0.26]
    """
    lags, n = len(window), len(onsets)
    padded = np.pad(onsets, lags // 2, mode="linear_ramp", end_values=0)
    stretches = np.lib.stride_tricks.sliding_window_view(padded, lags)[:n]
    # Any length from 2 * lags - 1 on will do; multiples of 256 are fast.
    size = -(-2 * lags // 256) * 256
    total = np.zeros(2 + size)
    for first in range(0, n, _BLOCK):
        block = stretches[first : first + _BLOCK] * window
        energy = np.einsum("ij,ij->i", block, block)
        energy[energy < np.finfo(np.float64).tiny] = 1.0
        block /= np.sqrt(energy)[:, None]
        parts = np.fft.rfft(block, n=size).view(np.float64)
        total += np.einsum("ij,ij->j", parts, parts)
    power = total.reshape(-1, 2).sum(axis=1)
    return np.fft.irfft(power, n=size)[:lags] / n
