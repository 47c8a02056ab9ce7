"""The families that `extended` has beyond the 57 columns, one function each.

Means and variances of frames tell how a recording sounds, and nothing of how sound moves
in time. These do: how levels rise and sway, how spectra and chroma change, how their
values are distributed. None of them moves when a recording is scaled. `docs/features.md`
explains every column, and says what they are worth.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.features import extended_chroma
from genre_audio.features.moments import UNSEEN
from genre_audio.features.movement import RATES, ranges, slopes
from genre_audio.features.schema import feature

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.features.spectra import Spectra

    Frames = NDArray[np.floating[Any]]

__all__ = [
    "FAMILIES",
    "band_flatness",
    "contrast",
    "flatness",
    "flux",
    "level",
    "level_skew",
    "mel_modulation",
    "mel_range",
    "mel_sway",
    "mfcc_delta",
    "mfcc_delta2",
    "mfcc_skew",
    "onset",
    "tempogram",
]

_MFCC: Final = range(1, 21)
_BANDS: Final = range(1, 8)
_ONSET_GROUPS: Final = 4
# From one beat in 1.5 s to four a second, each 15 % faster than the one before.
_TEMPI: Final = np.geomspace(40.0, 240.0, 14)
_LEVEL_RANGE: Final = 1e-4  # 80 dB


@feature()
def flatness(spectra: Spectra) -> Frames:
    """Geometric mean of each frame's power over its mean, in dB: 0 is noise. Shape (frames,).

    What lies 100 dB and more below the strongest bin of the segment counts as that much.
    Source: Gray & Markel: A spectral-flatness measure for studying the autocorrelation
    method of linear prediction of speech analysis, 1974.
    """
    return spectra.bands.total_flatness


@feature(*(f"flatness{k}" for k in _BANDS))
def band_flatness(spectra: Spectra) -> Frames:
    """The same of each of seven bands an octave wide. Shape (7, frames).

    Source: MPEG-7 (ISO/IEC 15938-4): AudioSpectrumFlatness, 2002.
    """
    return spectra.bands.flatness


@feature(*(f"contrast{k}" for k in _BANDS))
def contrast(spectra: Spectra) -> Frames:
    """How far peaks stand above valleys in seven bands, in halves of dB. Shape (7, frames).

    ``10 * log10`` of magnitudes, as librosa has it; 2 % of the bins of a band are its peaks,
    2 % its valleys. What lies 100 dB below the strongest bin counts as that much.
    Source: Jiang et al.: Music type classification by spectral contrast feature, 2002.
    """
    return spectra.bands.contrast


@feature(statistics=("mean", "var", "skew"))
def flux(spectra: Spectra) -> Frames:
    """How much of each spectrum lies elsewhere than a frame before. Shape (frames - 1,).

    Sum of the differences of shares of magnitude, from 0 to 2.
    Source: Tzanetakis & Cook: Musical genre classification of audio signals, 2002.
    """
    return spectra.changes


@feature("level_p5", "level_p25", "level_p50", "level_p95", statistics=())
def level(spectra: Spectra) -> Frames:
    """Quantiles of the frames' level, in dB above that of 75 %. Shape (4,).

    Levels are those of `rms`, 80 dB below the loudest at least.
    Source: EBU Tech 3342: Loudness range, 2016, takes such quantiles.
    """
    low, lower, middle, upper, high = np.percentile(_levels_db(spectra), [5, 25, 50, 75, 95])
    return np.array([low, lower, middle, high]) - upper


@feature("level", statistics=("skew",))
def level_skew(spectra: Spectra) -> Frames:
    """Level of each frame in dB, of which the skewness is kept. Shape (frames,).

    Source: as for `level`.
    """
    return _levels_db(spectra)


def _levels_db(spectra: Spectra) -> NDArray[np.float64]:
    levels = spectra.rms.astype(np.float64)
    return 20.0 * np.log10(np.maximum(levels / levels.max(), _LEVEL_RANGE))


@feature(*(f"mel{k}_range" for k in range(1, 17)), statistics=())
def mel_range(spectra: Spectra) -> Frames:
    """Loud frames over quiet ones in sixteen groups of mel bands, in dB. Shape (16,).

    Ninth decile less first. Source: as for `level`, band by band.
    """
    return ranges(spectra.mel.db)


@feature(
    *(
        f"mel{group}_sway_{low:g}_{high:g}hz"
        for group in range(1, 5)
        for low, high in itertools.pairwise(RATES)
    ),
    statistics=(),
)
def mel_modulation(spectra: Spectra) -> Frames:
    """Share of each band of rates in how the levels of mel bands sway. Shape (20,).

    Source: Lee et al.: Automatic music genre classification based on modulation spectral
    analysis of spectral and cepstral features, 2009.
    """
    return spectra.mel.modulation[0].ravel()


@feature(*(f"mel{k}_sway_var" for k in range(1, 9)), statistics=())
def mel_sway(spectra: Spectra) -> Frames:
    """Variance of the levels of mel bands at rates of 0.3 to 16 Hz, in dB². Shape (8,).

    Source: as for `mel_modulation`.
    """
    return spectra.mel.modulation[1]


@feature(
    "onset", *(f"onset{k}" for k in range(1, 5)), statistics=("mean", "var", "skew", "kurtosis")
)
def onset(spectra: Spectra) -> Frames:
    """How much louder mel bands are than a frame before, in dB. Shape (5, frames - 1).

    The mean of what each band rises by: over all, and over each quarter of them.
    Source: Böck & Widmer: Maximum filter vibrato suppression for onset detection, 2013.
    """
    rises = spectra.mel.rises
    quarters = rises.reshape(_ONSET_GROUPS, -1, rises.shape[1]).mean(axis=1, dtype=np.float64)
    return np.vstack([quarters.mean(axis=0), quarters])


@feature(*(f"tempogram{k}" for k in range(1, 15)), statistics=())
def tempogram(spectra: Spectra) -> Frames:
    """How much onsets repeat at 14 tempi from 40 to 240 beats per minute. Shape (14,).

    The mean over time of the autocorrelation of 8 s of onset strength, 1 where they
    repeat exactly; beyond the edges of a shorter segment onsets fade to zero.
    Source: Grosche, Müller & Kurth: Cyclic tempogram, 2010.
    """
    mel, config = spectra.mel, spectra.config
    lags = 60.0 * config.sr / config.hop_length / _TEMPI
    strength = float(np.mean(np.square(mel.onsets, dtype=np.float64)))
    # Where nothing starts there is rounding only, which must not be called a rhythm.
    share = strength / (strength + UNSEEN)
    return share * np.interp(lags, np.arange(len(mel.autocorrelation)), mel.autocorrelation)


@feature(*(f"mfcc{k}" for k in _MFCC), statistics=("skew",))
def mfcc_skew(spectra: Spectra) -> Frames:
    """Cepstral coefficients, of which the skewness is kept. Shape (20, frames).

    Source: Defferrard et al.: FMA, a dataset for music analysis, 2017, keeps it.
    """
    return spectra.mel.cepstra


@feature(*(f"mfcc{k}_delta" for k in _MFCC), statistics=("var",))
def mfcc_delta(spectra: Spectra) -> Frames:
    """Slopes of the cepstral coefficients, in dB a frame. Shape (20, frames).

    Source: Furui: Speaker-independent isolated word recognition using dynamic features
    of speech spectrum, 1986.
    """
    return slopes(spectra.mel.cepstra, order=1)


@feature(*(f"mfcc{k}_delta2" for k in _MFCC), statistics=("var",))
def mfcc_delta2(spectra: Spectra) -> Frames:
    """How these slopes change, in dB a frame and frame. Shape (20, frames).

    Source: as for `mfcc_delta`.
    """
    return slopes(spectra.mel.cepstra, order=2)


FAMILIES: Final = (
    flatness,
    band_flatness,
    contrast,
    flux,
    level,
    level_skew,
    mel_range,
    mel_modulation,
    mel_sway,
    onset,
    tempogram,
    mfcc_skew,
    mfcc_delta,
    mfcc_delta2,
    extended_chroma.chroma_rotated,
    extended_chroma.chroma_entropy,
    extended_chroma.chroma_flux,
    extended_chroma.tonnetz,
)
"""All of them, in the order of their columns."""
