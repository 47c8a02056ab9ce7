"""Measures of frames of samples, from sums over hops.

A frame is a whole number of hops, and neighbouring frames share most of theirs: each hop
is summed once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

__all__ = ["root_mean_squares", "zero_crossing_rates"]


def root_mean_squares(
    y: NDArray[np.float32], *, n_fft: int, hop_length: int, pad_mode: str
) -> NDArray[np.float32]:
    """Return the root mean square of each centred frame, shape (frames,).

    `librosa.feature.rms`, bit for bit where a frame is two or four hops of 2**k samples:
    numpy sums 2,048 float32 in halves, whose quarters are the sums over hops.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    n_fft : int
        Length of a frame, a whole number of hops.
    hop_length : int
        Distance of frames.
    pad_mode : str
        How the edges are continued, as `numpy.pad` calls it.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.framing import root_mean_squares
    >>> y = np.array([3, -3, 3, -3, 3, -3, 3, -3], np.float32)
    >>> root_mean_squares(y, n_fft=4, hop_length=2, pad_mode="reflect").tolist()
    [3.0, 3.0, 3.0, 3.0, 3.0]
    """
    power = np.square(np.pad(y, n_fft // 2, mode=pad_mode))  # type: ignore[call-overload]
    return np.sqrt(_frame_sums(_hops(power, hop_length).sum(axis=1), n_fft // hop_length) / n_fft)


def zero_crossing_rates(
    y: NDArray[np.float32], *, n_fft: int, hop_length: int, smallest: float = 1e-10
) -> NDArray[np.float64]:
    """Return the share of the samples of each centred frame at which the sign changes.

    `librosa.feature.zero_crossing_rate`, exactly. Beyond the edges the first and the last
    sample go on; samples not below ``-smallest`` count as positive.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    n_fft : int
        Length of a frame, a whole number of hops.
    hop_length : int
        Distance of frames.
    smallest : float
        Size of the smallest sample that has a sign.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.framing import zero_crossing_rates
    >>> y = np.array([1, -1, 1, -1, 1, -1, 1, -1], np.float32)
    >>> zero_crossing_rates(y, n_fft=4, hop_length=2).tolist()
    [0.25, 0.75, 0.75, 0.75, 0.25]
    """
    negative = np.pad(y < np.float32(-smallest), n_fft // 2, mode="edge")
    crossings = np.empty_like(negative)
    crossings[0] = False
    np.not_equal(negative[1:], negative[:-1], out=crossings[1:])
    hops = _hops(crossings, hop_length)
    counts = _frame_sums(np.count_nonzero(hops, axis=1), n_fft // hop_length)
    # A crossing between a frame's first sample and the one before is not the frame's.
    return (counts - hops[: len(counts), 0]) / n_fft


def _hops(values: NDArray[Any], hop_length: int) -> NDArray[Any]:
    whole = len(values) // hop_length * hop_length
    return values[:whole].reshape(-1, hop_length)


def _frame_sums(hops: NDArray[Any], per_frame: int) -> NDArray[Any]:
    """Add the hops of each frame: pairs, pairs of pairs, ..., as 2**k of them need."""
    step = 1
    while step < per_frame:
        hops = hops[:-step] + hops[step:]
        step *= 2
    return hops
