"""The harmonic and the percussive part of a signal: shares of bins, and sums of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import integer, integers, kernel, reads, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Real = NDArray[np.float32]
    Complex = NDArray[np.complex64]

__all__ = ["add_samples", "harmonic_share"]

_TINY = np.finfo(np.float32).tiny


@kernel(
    reads(np.complex64, 2),
    reads(np.float32, 2),
    reads(np.float32, 2),
    writes(np.complex64, 2),
)
def harmonic_share(D: Complex, over_time: Real, over_frequency: Real, out: Complex) -> None:
    """Multiply each bin by the share of it that is harmonic.

    The soft mask of power 2, ``H² / (H² + P²)``, one half where both are zero: as
    `librosa.util.softmask` with ``split_zeros``, in float64, which neither overflows nor
    has to divide by the larger first.

    Parameters
    ----------
    D : ndarray of complex64, shape (n, m)
        Spectra.
    over_time, over_frequency : ndarray of float32, shape (n, m)
        Medians H and P of the magnitudes.
    out : ndarray of complex64, shape (at least n, m)
        Where the result goes.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.parts import harmonic_share
    >>> D, ones = np.full((1, 3), 2j, np.complex64), np.ones((1, 3), np.float32)
    >>> harmonic_share(D, np.array([[0, 1, 3]], np.float32), ones, D)
    >>> D.imag
    array([[0. , 1. , 1.8]], dtype=float32)
    """
    n, m = D.shape
    for i in range(n):
        row, harmonic, percussive, result = D[i], over_time[i], over_frequency[i], out[i]
        for k in range(m):
            h, p = np.float64(harmonic[k]), np.float64(percussive[k])
            share = h * h / (h * h + p * p) if max(h, p) >= _TINY else 0.5
            result[k] = complex(row[k].real * share, row[k].imag * share)


@kernel(
    reads(np.float32, 2),
    integer,
    reads(np.float32, 1),
    integers(3),
    reads(np.float32, 1),
    writes(np.float64, 2),
)
def add_samples(
    frames: Real,
    first: int,
    y: Real,
    hops: tuple[int, int, int],
    window: Real,
    sums: NDArray[np.float64],
) -> None:
    """Add up samples of a part of a signal that is given as frames, and of the rest.

    What `librosa.istft` does: windowed frames, a quarter of their length apart, are added
    and divided by the sum of the squared windows.

    Parameters
    ----------
    frames : ndarray of float32, shape (frames, n_fft)
        Some centred frames of the part, a quarter of their length apart.
    first : int
        Number of the first of them. Those before frame 0 are not there.
    y : ndarray of float32, shape (n,)
        The whole signal.
    hops : tuple of int
        Number of the first hop of samples to add, of the first not to add, and of hops in
        the signal. A hop lies in the frame of its number, in the one before and in the
        two after, as far as they are there.
    window : ndarray of float32, shape (n_fft,)
        The window of the frames.
    sums : ndarray of float64, shape (4, n_fft / 4)
        To be added to: samples and squared samples of the part, and of the rest of `y`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.parts import add_samples
    >>> window = (np.sin(np.pi * np.arange(8) / 8) ** 2).astype(np.float32)
    >>> frames, sums = 2 * np.tile(window, (4, 1)), np.zeros((4, 2))
    >>> add_samples(frames, 0, np.full(7, 3, np.float32), (0, 3, 3), window, sums)
    >>> sums.sum(axis=1).round(5).tolist()  # six samples of 2, and of 3 - 2
    [12.0, 24.0, 6.0, 6.0]
    """
    hop = frames.shape[1] // 4
    part, weight = np.empty(hop, np.float32), np.empty(hop, np.float32)
    for number in range(hops[0], hops[1]):
        part[:] = 0.0
        weight[:] = 0.0
        for t in range(max(0, number - 1), min(hops[2] + 1, number + 3)):
            place = (number + 2 - t) * hop
            frame, taper = frames[t - first, place : place + hop], window[place : place + hop]
            for i in range(hop):
                part[i] += taper[i] * frame[i]
                weight[i] += taper[i] * taper[i]
        whole = y[number * hop : (number + 1) * hop]
        for i in range(hop):
            value = np.float64(part[i] / weight[i])
            rest = np.float64(whole[i]) - value
            sums[0, i] += value
            sums[1, i] += value * value
            sums[2, i] += rest
            sums[3, i] += rest * rest
