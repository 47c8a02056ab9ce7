"""Harmonic and percussive sound, parted by medians over time and over frequency.

Fitzgerald, D.: Harmonic/percussive separation using median filtering, DAFx 2010. The
numbers are those of `librosa.decompose.hpss` and `librosa.istft`, but only what is asked
for is computed: mean and variance, of which those of the percussive part need no inverse
transform of their own, because the parts add up to the signal. Frames are worked on in
blocks that stay in the cache from the medians to the sums.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.features.filters import hann
from genre_audio.kernels.median import running_median
from genre_audio.kernels.parts import add_samples, harmonic_share

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from genre_audio.features.fourier import Transform

__all__ = ["part_moments"]

_BLOCK = 64
_BEFORE = 3  # frames of the block before that the first hops of a block lie in


def part_moments(transform: Transform, y: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return mean and variance of the harmonic and of the percussive part of a signal.

    Parameters
    ----------
    transform : Transform
        The signal's spectra.
    y : ndarray of float32, shape (n,)
        The signal. Beyond its last whole hop both parts are zero, as the inverse
        transform has it.

    Returns
    -------
    ndarray of float64, shape (2, 2)
        For each part its mean and its population variance.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.fourier import Transform
    >>> from genre_audio.features.hpss import part_moments
    >>> y = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050, dtype=np.float32)
    >>> transform = Transform.of(y, n_fft=2048, hop_length=512, pad_mode="reflect")
    >>> part_moments(transform, y)[:, 1].round(2).tolist()
    [0.49, 0.0]
    """
    n_fft = transform.n_fft
    window, sums = hann(n_fft).astype(np.float32), np.zeros((4, n_fft // 4))
    n_frames, done = len(transform.D), 0
    for first, frames in _harmonic_frames(transform):
        after = first + _BEFORE + _BLOCK
        ready = n_frames - 1 if after >= n_frames else after - _BEFORE + 1
        add_samples(frames, first, y, (done, ready, n_frames - 1), window, sums)
        done = ready
    means = sums.sum(axis=1).reshape(2, 2) / len(y)
    means[:, 1] = np.maximum(means[:, 1] - means[:, 0] ** 2, 0.0)
    return means


def _harmonic_frames(transform: Transform) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Yield frames of the harmonic part, block by block, after the last few of the block before.

    With each block comes the number of its first frame; the memory is used again.
    """
    D = transform.D
    harmonic = np.empty((_BLOCK, D.shape[1]), np.complex64)
    frames = np.zeros((_BEFORE + _BLOCK, transform.n_fft), np.float32)
    for first in range(0, len(D), _BLOCK):
        block = range(first, min(first + _BLOCK, len(D)))
        over_time = running_median(transform.magnitudes, rows=block)
        over_frequency = np.ascontiguousarray(running_median(transform.S, columns=block).T)
        harmonic_share(D[block.start : block.stop], over_time, over_frequency, harmonic)
        frames[:_BEFORE] = frames[-_BEFORE:]
        here = frames[_BEFORE : _BEFORE + len(block)]
        np.fft.irfft(harmonic[: len(block)], n=transform.n_fft, out=here)  # type: ignore[arg-type, unused-ignore]
        yield first - _BEFORE, frames
