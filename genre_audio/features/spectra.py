"""A lazily filled view of one segment: each spectrum is computed at most once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import librosa
import numpy as np

from genre_audio.features.hpss import soft_masks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.config import AnalysisConfig
    from genre_audio.segment import Segment

__all__ = ["Spectra"]


class Spectra:
    """The spectra of one segment, shared by all families.

    Parameters
    ----------
    segment : Segment
        At the sampling rate of `config`.
    config : AnalysisConfig
        The parameters of the recipe.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.config import AnalysisConfig
    >>> from genre_audio.features.spectra import Spectra
    >>> from genre_audio.segment import Segment
    >>> y = np.sin(np.arange(22050) / 8, dtype=np.float32)
    >>> Spectra(Segment(y=y, sr=22050), config=AnalysisConfig()).S.shape
    (1025, 44)
    """

    def __init__(self, segment: Segment, *, config: AnalysisConfig) -> None:
        self.y = segment.y
        self.config = config

    @functools.cached_property
    def D(self) -> NDArray[np.complex64]:  # noqa: N802
        """Complex spectrogram, shape (bins, frames): Hann window, centred frames."""
        return librosa.stft(
            self.y,
            n_fft=self.config.n_fft,
            hop_length=self.config.hop_length,
            pad_mode=self.config.pad_mode,
        )

    @functools.cached_property
    def S(self) -> NDArray[np.float32]:  # noqa: N802
        """Magnitudes, shape (bins, frames)."""
        return np.abs(self.D)

    @functools.cached_property
    def power(self) -> NDArray[np.float32]:
        """Squared magnitudes, shape (bins, frames)."""
        return np.square(self.S)

    @functools.cached_property
    def mel_db(self) -> NDArray[np.float32]:
        """Mel spectrogram in dB, shape (mels, frames), clamped 80 dB below its maximum."""
        mel = librosa.feature.melspectrogram(
            S=self.power, sr=self.config.sr, n_fft=self.config.n_fft, n_mels=self.config.n_mels
        )
        return librosa.power_to_db(mel)

    @functools.cached_property
    def masks(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Shares of harmonic and percussive sound, each of shape (bins, frames)."""
        return soft_masks(self.S, kernel=self.config.hpss_kernel, power=self.config.hpss_power)

    def signal(self, D: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Return the signal of a spectrogram, shape (n,), of the segment's length."""
        # istft(length=n) would cut the last frames short and give other variances than
        # the published table's.
        y = librosa.istft(
            D, n_fft=self.config.n_fft, hop_length=self.config.hop_length, dtype=np.float32
        )
        return librosa.util.fix_length(y, size=len(self.y))
