"""Windowed frames, as the transform wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import integer, kernel, reads, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["window_frames"]


@kernel(reads(np.float32, 1), integer, integer, reads(np.float64, 1), writes(np.float64, 2))
def window_frames(
    y: NDArray[np.float32],
    first: int,
    hop_length: int,
    window: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Multiply frames of a signal by a window, in float64.

    numpy does so in pieces, one for each type, and takes four times as long.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        The signal, long enough for all frames.
    first : int
        Number of the first frame; frame t begins at sample ``t * hop_length``.
    hop_length : int
        Distance of frames in samples.
    window : ndarray of float64, shape (n_fft,)
        The window.
    out : ndarray of float64, shape (frames, n_fft)
        Where the frames go.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.windows import window_frames
    >>> out = np.empty((2, 2))
    >>> window_frames(np.arange(4, dtype=np.float32), 1, 1, np.array([1.0, 10.0]), out)
    >>> out.tolist()
    [[1.0, 20.0], [2.0, 30.0]]
    """
    for i in range(out.shape[0]):
        start = (first + i) * hop_length
        frame, row = y[start : start + len(window)], out[i]
        for k in range(len(window)):
            row[k] = np.float64(frame[k]) * window[k]
