"""How things move in time: slopes over frames, and the rates at which levels sway."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.features.moments import UNSEEN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Rows = NDArray[np.float64]

__all__ = ["RATES", "modulation", "ranges", "slopes"]

RATES: Final = (0.3, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Borders of the bands of rates in Hz: phrases, bars, beats, notes, trills and flutter."""

_WIDTH: Final = 9
_GROUPS: Final = 4
_FINE_GROUPS: Final = 8
_RANGE_GROUPS: Final = 16
_QUANTILES: Final = (0.1, 0.9)


@functools.cache
def _fit(order: int) -> NDArray[np.float64]:
    """Return the weights of the derivative of a polynomial of this order through 9 frames."""
    powers = np.vander(np.arange(_WIDTH) - _WIDTH // 2, order + 1, increasing=True)
    return np.asarray(np.linalg.pinv(powers)[order] * order)


def slopes(rows: Rows, *, order: int) -> Rows:
    """Return the first or second derivative of each row, from fits over nine frames.

    `librosa.feature.delta` with its defaults; at the edges the fit goes on as it is. (Nine
    frames last 0.2 s, and the shortest segment has 44.)

    Parameters
    ----------
    rows : ndarray of float64, shape (rows, frames)
        Nine frames at least.
    order : int
        1 or 2.

    Returns
    -------
    ndarray of float64, shape (rows, frames)
        Per frame, or per frame and frame.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.movement import slopes
    >>> slopes(3.0 * np.arange(10.0)[None], order=1).round(6).tolist()
    [[3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]]
    """
    n = rows.shape[1] - _WIDTH + 1
    inner = sum(weight * rows[:, k : k + n] for k, weight in enumerate(_fit(order)))
    return np.pad(np.asarray(inner), ((0, 0), (_WIDTH // 2, _WIDTH // 2)), mode="edge")


def modulation(
    mel_db: NDArray[np.float32], *, frames_per_second: float
) -> tuple[Rows, NDArray[np.float64]]:
    """Tell at which rates the levels of mel bands sway, and how much.

    The power spectrum, over the whole segment under a Hann window, of each band's level in
    dB, without its mean. In a segment of a second, what is slower than a sway a second
    cannot be told apart, and lies in the lowest band of rates together with drifts.

    Parameters
    ----------
    mel_db : ndarray of float32, shape (mels, frames)
        Mel spectrogram in dB.
    frames_per_second : float
        Frames in a second.

    Returns
    -------
    shares : ndarray of float64, shape (4, 5)
        Of a quarter of the bands, what each band of `RATES` has of the whole. A band that
        does not sway has the shares of white noise.
    depths : ndarray of float64, shape (8,)
        Of an eighth of the bands, the mean variance in dB² within 0.3 and 16 Hz.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.movement import modulation
    >>> sway = 3.0 * np.sin(2 * np.pi * 5.0 * np.arange(1292) / 43.07)
    >>> shares, depths = modulation(np.tile(sway, (128, 1)), frames_per_second=43.07)
    >>> shares[0].round(2).tolist(), depths[:1].round(1).tolist()
    ([0.0, 0.0, 0.0, 1.0, 0.0], [4.5])
    """
    n = mel_db.shape[1]
    window = np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 2
    size = -(-n // 256) * 256  # such lengths are fast
    swaying = (mel_db - mel_db.mean(axis=1, keepdims=True, dtype=np.float64)) * window
    spectra = np.fft.rfft(swaying, n=size, axis=1)
    power = spectra.real**2 + spectra.imag**2
    power *= 2.0 / (size * float(window @ window))  # adds up to the variance
    edges = np.searchsorted(np.arange(power.shape[1]) * frames_per_second / size, RATES)
    energy = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    coarse = _grouped(energy, _GROUPS) + UNSEEN * np.diff(edges) / (edges[-1] - edges[0])
    shares = coarse / coarse.sum(axis=1, keepdims=True)
    return shares, _grouped(energy, _FINE_GROUPS).sum(axis=1)


def ranges(mel_db: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return how far each band's loud frames lie above its quiet ones, in dB, shape (16,).

    The ninth decile less the first, each the nearest frame's; means over eight mel bands.

    Parameters
    ----------
    mel_db : ndarray of float32, shape (mels, frames)
        Mel spectrogram in dB.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.movement import ranges
    >>> ranges(np.tile(np.arange(101, dtype=np.float32), (128, 1)))[:2].tolist()
    [80.0, 80.0]
    """
    low, high = (round(quantile * (mel_db.shape[1] - 1)) for quantile in _QUANTILES)
    ordered = np.partition(mel_db, (low, high), axis=1)
    spread = ordered[:, high].astype(np.float64) - ordered[:, low]
    return _grouped(spread[:, np.newaxis], _RANGE_GROUPS)[:, 0]


def _grouped(rows: Rows, groups: int) -> Rows:
    """Return the means of neighbouring rows."""
    return rows.reshape(groups, -1, rows.shape[1]).mean(axis=1)
