"""A lazily filled view of one segment: each spectrum is computed at most once.

Shapes are librosa's, (bins, frames).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.errors import ParameterError
from genre_audio.features.filters import chroma_filters, fft_frequencies, mel_filters
from genre_audio.features.fourier import Transform
from genre_audio.features.framing import root_mean_squares
from genre_audio.features.hpss import part_moments
from genre_audio.features.mel import MelSpectrum
from genre_audio.features.octaves import OctaveBands
from genre_audio.features.pitch import estimate_tuning
from genre_audio.kernels.bands import spectral_change
from genre_audio.kernels.shapes import spectral_shapes

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

    Raises
    ------
    ParameterError
        If `config` has a length of frames, hops or medians that no kernel is made for.

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
        if (config.n_fft, config.hpss_kernel, config.hpss_power) != (4 * config.hop_length, 31, 2):
            raise ParameterError(
                f"frames of {config.n_fft} samples every {config.hop_length}, medians of "
                f"{config.hpss_kernel} and masks of power {config.hpss_power:g} were asked for; "
                "frames of four hops, medians of 31 and power 2 can be had"
            )
        self.y = segment.y
        self.config = config

    @functools.cached_property
    def transform(self) -> Transform:
        """The short-time Fourier transform."""
        config = self.config
        return Transform.of(
            self.y, n_fft=config.n_fft, hop_length=config.hop_length, pad_mode=config.pad_mode
        )

    @property
    def S(self) -> NDArray[np.float32]:  # noqa: N802
        """Magnitudes, shape (bins, frames)."""
        return self.transform.S

    @functools.cached_property
    def power(self) -> NDArray[np.float32]:
        """Squared magnitudes, shape (bins, frames)."""
        return np.square(self.S)

    @functools.cached_property
    def shapes(self) -> NDArray[np.float64]:
        """Centroid, bandwidth and rolloff of each frame in Hz, shape (3, frames)."""
        config = self.config
        frequencies = fft_frequencies(config.sr, config.n_fft)
        return spectral_shapes(self.S, frequencies=frequencies, roll_percent=config.roll_percent)

    @functools.cached_property
    def chroma(self) -> NDArray[np.float32]:
        """Energy of each pitch class, the strongest of a frame 1, shape (chroma, frames)."""
        config = self.config
        tuning = estimate_tuning(
            self.power, sr=config.sr, n_fft=config.n_fft, n_chroma=config.n_chroma
        )
        filters = chroma_filters(config.sr, config.n_fft, config.n_chroma, tuning)
        energy = filters @ self.power
        strongest = energy.max(axis=0).astype(np.float64)
        strongest[strongest < np.finfo(np.float32).tiny] = 1.0
        return (energy / strongest).astype(np.float32)

    @functools.cached_property
    def mel(self) -> MelSpectrum:
        """Mel spectrum, and what is made from it."""
        config = self.config
        power = mel_filters(config.sr, config.n_fft, config.n_mels) @ self.power
        return MelSpectrum(power, config=config)

    @property
    def mel_db(self) -> NDArray[np.float32]:
        """Mel spectrogram in dB, shape (mels, frames), clamped 80 dB below its maximum."""
        return self.mel.db

    @property
    def cepstra(self) -> NDArray[np.float64]:
        """Mel-frequency cepstral coefficients, shape (mfcc, frames)."""
        return self.mel.cepstra

    @functools.cached_property
    def rms(self) -> NDArray[np.float32]:
        """Root mean square of the samples of each frame, shape (frames,)."""
        config = self.config
        return root_mean_squares(
            self.y, n_fft=config.n_fft, hop_length=config.hop_length, pad_mode=config.pad_mode
        )

    @functools.cached_property
    def changes(self) -> NDArray[np.float64]:
        """How much of each spectrum lies elsewhere than before, shape (frames - 1,)."""
        magnitudes = self.transform.magnitudes
        changes = np.empty(len(magnitudes) - 1)
        spectral_change(magnitudes, changes)
        return changes

    @functools.cached_property
    def bands(self) -> OctaveBands:
        """Levels of octave bands."""
        return OctaveBands.of(self.S, sr=self.config.sr, n_fft=self.config.n_fft)

    @functools.cached_property
    def part_moments(self) -> NDArray[np.float64]:
        """Mean and variance of the harmonic and of the percussive signal, shape (2, 2)."""
        return part_moments(self.transform, self.y)
