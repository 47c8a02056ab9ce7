"""What is made from the mel spectrum of a segment, each thing at most once."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.features.filters import cosines
from genre_audio.features.movement import modulation
from genre_audio.features.rhythm import mean_autocorrelation, onset_strengths, tempo_window

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.config import AnalysisConfig

__all__ = ["MelSpectrum"]

_FLOOR = 1e-10
_RANGE_DB = 80.0


class MelSpectrum:
    """The mel spectrum of a segment, and what follows from it.

    Parameters
    ----------
    power : ndarray of float32, shape (mels, frames)
        Power in each band.
    config : AnalysisConfig
        The parameters of the recipe.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.config import AnalysisConfig
    >>> from genre_audio.features.mel import MelSpectrum
    >>> mel = MelSpectrum(np.array([[1.0, 0.1, 0.0]], np.float32), config=AnalysisConfig())
    >>> mel.db.tolist()
    [[0.0, -10.0, -80.0]]
    """

    def __init__(self, power: NDArray[np.float32], *, config: AnalysisConfig) -> None:
        self.power = power
        self.config = config

    @functools.cached_property
    def db(self) -> NDArray[np.float32]:
        """In dB, shape (mels, frames), clamped 80 dB below its maximum.

        The absolute floor gives way to the clamp where a recording is so quiet that it would
        lie above it: otherwise a recordist's gain knob would change the shape of a spectrum.
        """
        floor = min(_FLOOR, float(self.power.max()) / 10.0 ** (_RANGE_DB / 10.0)) or _FLOOR
        db = 10.0 * np.log10(np.maximum(np.float32(floor), self.power))
        return np.maximum(db, db.max() - _RANGE_DB)

    @functools.cached_property
    def cepstra(self) -> NDArray[np.float64]:
        """Mel-frequency cepstral coefficients, shape (mfcc, frames)."""
        return cosines(self.config.n_mfcc, self.config.n_mels) @ self.db

    @functools.cached_property
    def rises(self) -> NDArray[np.float32]:
        """How much louder each band is than a frame before, in dB, shape (mels, frames - 1)."""
        return np.maximum(0.0, np.diff(self.db, axis=1))

    @functools.cached_property
    def onsets(self) -> NDArray[np.float32]:
        """The median over bands of how much louder they are, shape (frames,)."""
        config = self.config
        return onset_strengths(
            self.db, n_fft=config.n_fft, hop_length=config.hop_length, rises=self.rises
        )

    @functools.cached_property
    def autocorrelation(self) -> NDArray[np.float64]:
        """Mean autocorrelation of eight seconds of onsets, 1 at lag 0, shape (lags,)."""
        window = tempo_window(sr=self.config.sr, hop_length=self.config.hop_length)
        return mean_autocorrelation(self.onsets, window=window)

    @functools.cached_property
    def modulation(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """At which rates levels sway, shape (4, 5), and how much, shape (8,)."""
        rate = self.config.sr / self.config.hop_length
        return modulation(self.db, frames_per_second=rate)
