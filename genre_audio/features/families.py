"""The families of columns of the published GTZAN table, one function each.

The recipe was found by comparing with that table: librosa 0.7's defaults, that is,
edges mirrored, chroma and mel from the power spectrum, centroid, bandwidth and rolloff
from the magnitudes, the root mean square from the samples. `docs/features.md` explains
every column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.features.framing import zero_crossing_rates
from genre_audio.features.rhythm import best_tempo
from genre_audio.features.schema import feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.features.spectra import Spectra

    Frames = NDArray[np.floating[Any]]

__all__ = [
    "chroma_stft",
    "harmony",
    "mfcc",
    "perceptr",
    "rms",
    "rolloff",
    "spectral_bandwidth",
    "spectral_centroid",
    "tempo",
    "zero_crossing_rate",
]


@feature()
def chroma_stft(spectra: Spectra) -> Frames:
    """Energy in each of twelve pitch classes, relative to the strongest of its frame.

    Shape (12, frames), no unit; the tuning is estimated once for the whole segment.
    Source: Ellis, D.: Chroma feature analysis and synthesis, 2007.
    """
    return spectra.chroma


@feature()
def rms(spectra: Spectra) -> Frames:
    """Root mean square of the samples of each frame, full scale 1. Shape (frames,).

    Source: Tzanetakis & Cook: Musical genre classification of audio signals, 2002.
    """
    return spectra.rms


@feature()
def spectral_centroid(spectra: Spectra) -> Frames:
    """Mean frequency of each frame in Hz, weighted by magnitude. Shape (frames,).

    Source: Klapuri & Davy (eds.): Signal processing methods for music transcription, 2007.
    """
    return spectra.shapes[0]


@feature()
def spectral_bandwidth(spectra: Spectra) -> Frames:
    """Standard deviation of frequency around the centroid in Hz. Shape (frames,).

    Source: Klapuri & Davy (eds.): Signal processing methods for music transcription, 2007.
    """
    return spectra.shapes[1]


@feature()
def rolloff(spectra: Spectra) -> Frames:
    """Frequency in Hz below which 85 % of the magnitude lies. Shape (frames,).

    Source: Tzanetakis & Cook: Musical genre classification of audio signals, 2002.
    """
    return spectra.shapes[2]


@feature()
def zero_crossing_rate(spectra: Spectra) -> Frames:
    """Share of the samples of each frame at which the sign changes. Shape (frames,).

    Source: Gouyon, Pachet & Delerue: On the use of zero-crossing rate, DAFx 2000.
    """
    config = spectra.config
    return zero_crossing_rates(spectra.y, n_fft=config.n_fft, hop_length=config.hop_length)


@feature("harmony_mean", "harmony_var", statistics=())
def harmony(spectra: Spectra) -> Frames:
    """Samples of the harmonic part of the signal, full scale 1: their moments. Shape (2,).

    Source: Fitzgerald, D.: Harmonic/percussive separation using median filtering, 2010.
    """
    return spectra.part_moments[0]


@feature("perceptr_mean", "perceptr_var", statistics=())
def perceptr(spectra: Spectra) -> Frames:
    """Samples of the percussive part of the signal, full scale 1: their moments. Shape (2,).

    The name is the published table's. Source: as for `harmony`.
    """
    return spectra.part_moments[1]


@feature(statistics=())
def tempo(spectra: Spectra) -> Frames:
    """Global tempo in beats per minute, 0 where nothing ever starts. Shape (1,).

    From the autocorrelation of onset strength, the median over mel bands.
    Source: Ellis, D.: Beat tracking by dynamic programming, 2007.
    """
    config = spectra.config
    if not spectra.mel.onsets.any():
        return np.zeros(1)
    tempo = best_tempo(spectra.mel.autocorrelation, sr=config.sr, hop_length=config.hop_length)
    return np.array([tempo])


@feature(*(f"mfcc{k}" for k in range(1, 21)))
def mfcc(spectra: Spectra) -> Frames:
    """Mel-frequency cepstral coefficients 1 to 20. Shape (20, frames).

    Orthonormal DCT-II of the mel spectrum in dB, so the first is proportional to the
    level in dB. Source: Davis & Mermelstein: Comparison of parametric representations
    for monosyllabic word recognition, 1980.
    """
    return spectra.cepstra
