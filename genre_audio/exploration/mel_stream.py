"""The mel spectrogram of a stream, frame by frame, without ever holding the stream.

As librosa defines it: frames centred, a Hann window, zeros before the beginning and after
the end, Slaney's filters. At the rate of the file, so that a picture shows all that is in
it; the frame is as long in seconds as that of the features, to the next power of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.features.filters import hann, mel_edges, mel_filters

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MelStream"]

_SECONDS: Final = 2048 / 22050
_BANDS: Final = (128, 64, 32, 16, 8)
_BLOCK: Final = 256  # frames at once: some megabytes
_LARGEST: Final = np.float32(1e6)  # of broken files; the square of more is no float32


class MelStream:
    """Running mel spectrogram; feed it samples, and it gives frames.

    Parameters
    ----------
    sr : int
        Sampling rate in Hz.

    Attributes
    ----------
    n_fft, hop_length : int
        Length and distance of frames in samples.
    edges : ndarray of float64, shape (bands + 2,)
        Where bands begin, peak and end in Hz.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.mel_stream import MelStream
    >>> mel = MelStream(sr=22050)
    >>> frames = [*mel.push(np.zeros(22050, np.float32)), *mel.finish()]
    >>> mel.n_fft, mel.hop_length, sum(len(block) for block in frames)
    (2048, 512, 44)
    """

    def __init__(self, *, sr: int) -> None:
        self.n_fft = 2 ** round(np.log2(_SECONDS * sr))
        self.hop_length = self.n_fft // 4
        bands = next((n for n in _BANDS if _all_filled(sr, self.n_fft, n)), _BANDS[-1])
        self.edges = mel_edges(sr, bands)
        self._filters = mel_filters(sr, self.n_fft, bands)
        self._window = hann(self.n_fft).astype(np.float32)
        self._rest = np.zeros(self.n_fft // 2, np.float32)

    def push(self, y: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Add samples, shape (n,); return the frames they complete, each (frames, bands)."""
        samples = np.concatenate([self._rest, np.clip(y, -_LARGEST, _LARGEST)])
        count = max(0, 1 + (len(samples) - self.n_fft) // self.hop_length)
        self._rest = samples[count * self.hop_length :].copy()
        if not count:
            return []
        frames = np.lib.stride_tricks.sliding_window_view(samples, self.n_fft)[:: self.hop_length]
        return [
            self._power(frames[first : min(first + _BLOCK, count)])
            for first in range(0, count, _BLOCK)
        ]

    def finish(self) -> list[NDArray[np.float32]]:
        """Return the last frames, which reach beyond the end."""
        return self.push(np.zeros(self.n_fft // 2, np.float32))

    def _power(self, frames: NDArray[np.float32]) -> NDArray[np.float32]:
        spectra = np.fft.rfft(frames * self._window)
        power = (spectra.real**2 + spectra.imag**2).astype(np.float32)
        return np.asarray((self._filters @ power.T).T)


def _all_filled(sr: int, n_fft: int, bands: int) -> bool:
    """Whether there is a bin in every band."""
    return bool(mel_filters(sr, n_fft, bands).sum(axis=1).min() > 0)
