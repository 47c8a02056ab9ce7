"""Blocks of several channels become one channel: their mean, however it is summed.

numpy reduces short rows slowly: the mean of two channels cost more than decoding them.
A kernel adds two channels, and columns are added where there are more, in the order in
which numpy adds a row, so that not one bit of the result differs from
``block.mean(axis=1, dtype=np.float64).astype(np.float32)``: not even the sign of a zero,
which numpy loses because it begins to add at 0.0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["mix_down"]

_ZERO: Final = np.float32(0.0)
_IN_ORDER: Final = 7  # numpy adds rows of eight and more in another order


def mix_down(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of all channels.

    Parameters
    ----------
    block : ndarray of float32, shape (frames, channels)
        Samples of any size.

    Returns
    -------
    ndarray of float32, shape (frames,)
        Finite where all channels are; NaN or infinite where one is.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.mix import mix_down
    >>> mix_down(np.array([[0.5, 0.25], [1.0, -1.0]], dtype=np.float32))
    array([0.375, 0.   ], dtype=float32)
    """
    channels = block.shape[1]
    with np.errstate(over="ignore", invalid="ignore"):
        if channels == 1:
            return block[:, 0] + _ZERO
        if channels == 2:
            from genre_audio.kernels.levels import mix_two

            y = np.empty(len(block), np.float32)
            if mix_two(block.ravel(), y):
                return y
        return _mean(block)


def _mean(block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum in float64, where the sum of huge samples does not overflow."""
    channels = block.shape[1]
    if channels > _IN_ORDER:
        return block.mean(axis=1, dtype=np.float64).astype(np.float32)
    total = np.zeros(len(block))
    for channel in range(channels):
        total += block[:, channel]
    total /= channels
    return total.astype(np.float32)
