"""The short-time Fourier transform, once per segment, in the forms that loops want."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.features.filters import hann
from genre_audio.kernels.windows import window_frames

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Transform"]

# glibc gives memory of this size back to the system whenever a segment is done, and gets
# it again page by page: an eighth of the time. Once it has freed a block of nearly 32 MiB,
# even one that was never touched, it keeps twice as much (mallopt(3), M_MMAP_THRESHOLD).
np.empty(31 << 20, np.uint8)

_BLOCK = 32  # frames that are worked on together: they fit the second cache


@dataclasses.dataclass(frozen=True, eq=False)
class Transform:
    """Spectra of centred frames under a Hann window: `librosa.stft`, bit for bit.

    Attributes
    ----------
    D : ndarray of complex64, shape (frames, bins), C-contiguous
        The spectra, frame by frame.
    magnitudes : ndarray of float32, shape (frames, bins), C-contiguous
        Their magnitudes, frame by frame: neighbours in memory are bins.
    S : ndarray of float32, shape (bins, frames), C-contiguous
        The same, bin by bin: neighbours in memory are frames.

    Examples
    --------
    See `Transform.of`.
    """

    D: NDArray[np.complex64]
    magnitudes: NDArray[np.float32]
    S: NDArray[np.float32]

    @property
    def n_fft(self) -> int:
        """Length of a frame in samples."""
        return 2 * (self.D.shape[1] - 1)

    @classmethod
    def of(cls, y: NDArray[np.float32], *, n_fft: int, hop_length: int, pad_mode: str) -> Transform:
        """Transform a signal.

        Parameters
        ----------
        y : ndarray of float32, shape (n,)
            Samples.
        n_fft, hop_length : int
            Length and distance of frames in samples.
        pad_mode : str
            How the edges are continued, as `numpy.pad` calls it.

        Examples
        --------
        >>> import numpy as np
        >>> from genre_audio.features.fourier import Transform
        >>> y = np.sin(np.arange(4096) / 8, dtype=np.float32)
        >>> Transform.of(y, n_fft=2048, hop_length=512, pad_mode="reflect").S.shape
        (1025, 9)
        """
        padded = np.pad(y, n_fft // 2, mode=pad_mode)  # type: ignore[call-overload]
        n_frames, n_bins = 1 + (len(padded) - n_fft) // hop_length, 1 + n_fft // 2
        D = np.empty((n_frames, n_bins), np.complex64)
        magnitudes = np.empty((n_frames, n_bins), np.float32)
        window = hann(n_fft)
        windowed = np.empty((_BLOCK, n_fft))
        spectra = np.empty((_BLOCK, n_bins), np.complex128)
        for first in range(0, n_frames, _BLOCK):
            block = slice(first, min(first + _BLOCK, n_frames))
            count = block.stop - block.start
            window_frames(padded, first, hop_length, window, windowed[:count])
            D[block] = np.fft.rfft(windowed[:count], out=spectra[:count])
            np.abs(D[block], out=magnitudes[block])
        return cls(D, magnitudes, np.ascontiguousarray(magnitudes.T))
