"""The naive extractor of what `extended` has beyond the 57: one plain call per family.

librosa, scipy and numpy only, each family from the samples; nothing of the package.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import librosa
import numpy as np
import scipy.signal
import scipy.stats

import reference

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SR = 22050
RATE = SR / 512
# The bands of librosa's contrast in bins: 200, 400, ... Hz are bins 18.6, 37.2, ...
EDGES = (0, 18, 37, 74, 148, 297, 594, 1025)
RATES = (0.3, 1.0, 2.0, 4.0, 8.0, 16.0)


def extended_row(y: Samples) -> dict[str, float]:
    """Return the columns beyond the 57 by name, in their order."""
    row: dict[str, float] = {}
    for families in (spectral, levels, mels, rhythm, cepstral, tonal):
        row |= families(y)
    return row


def moments(name: str, frames: NDArray[np.floating], statistics: str) -> dict[str, float]:
    functions = {
        "mean": np.mean,
        "var": np.var,
        "skew": lambda x: shrunk(scipy.stats.skew, 1.5, x),
        "kurtosis": lambda x: 3 + shrunk(scipy.stats.kurtosis, 2.0, x),
    }
    exact = np.asarray(frames, np.float64)
    return {f"{name}_{wanted}": float(functions[wanted](exact)) for wanted in statistics.split()}


def shrunk(moment: Callable[..., float], power: float, x: NDArray[np.float64]) -> float:
    """What unseen noise, of a variance of 1e-6, leaves of a standardised moment."""
    variance = float(np.var(x))
    return float(moment(x) * (1 + 1e-6 / variance) ** -power) if variance else 0.0


def spectral(y: Samples) -> dict[str, float]:
    S = np.abs(librosa.stft(y, pad_mode="reflect")).astype(np.float64)
    audible = np.maximum(S, 1e-5 * S.max())

    def flatness(bins: slice) -> NDArray[np.floating]:
        return 10 * np.log10(librosa.feature.spectral_flatness(S=audible[bins], amin=1e-30)[0])

    row = moments("flatness", flatness(slice(None)), "mean var")
    for k, (first, stop) in enumerate(itertools.pairwise(EDGES), start=1):
        row |= moments(f"flatness{k}", flatness(slice(first, stop)), "mean var")
    for k, band in enumerate(librosa.feature.spectral_contrast(S=audible, sr=SR), start=1):
        row |= moments(f"contrast{k}", band, "mean var")
    shares = librosa.util.normalize(S, norm=1, axis=0)
    return row | moments("flux", np.abs(np.diff(shares, axis=1)).sum(axis=0), "mean var skew")


def levels(y: Samples) -> dict[str, float]:
    rms = librosa.feature.rms(y=y, pad_mode="reflect")[0]
    db = librosa.amplitude_to_db(rms.astype(np.float64), ref=np.max, amin=1e-9, top_db=80.0)
    upper = np.percentile(db, 75)
    row = {f"level_p{p}": float(np.percentile(db, p) - upper) for p in (5, 25, 50, 95)}
    return row | moments("level", db, "skew")


def mel_db(y: Samples) -> NDArray[np.float32]:
    return reference.mel_db(y, sr=SR, pad_mode="reflect")


def mels(y: Samples) -> dict[str, float]:
    db = mel_db(y)
    n = db.shape[1]
    decile = np.quantile(db, [0.1, 0.9], axis=1, method="nearest").astype(np.float64)
    spread = np.diff(decile, axis=0)[0].reshape(16, 8).mean(axis=1)
    row = {f"mel{k}_range": float(value) for k, value in enumerate(spread, start=1)}
    frequencies, density = scipy.signal.periodogram(
        db.astype(np.float64),
        fs=RATE,
        window=np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 2,
        nfft=256 * -(-n // 256),
        detrend="constant",
    )
    energy = np.stack(
        [
            density[:, (frequencies >= low) & (frequencies < high)].sum(axis=1)
            for low, high in itertools.pairwise(RATES)
        ]
    )
    energy *= frequencies[1]
    widths = np.histogram(frequencies, RATES)[0]
    for k, group in enumerate(np.split(energy, 4, axis=1), start=1):
        swaying = group.mean(axis=1) + 1e-6 * widths / widths.sum()
        shares = swaying / swaying.sum()
        for low, high, share in zip(RATES[:-1], RATES[1:], shares, strict=True):
            row[f"mel{k}_sway_{low:g}_{high:g}hz"] = float(share)
    for k, group in enumerate(np.split(energy, 8, axis=1), start=1):
        row[f"mel{k}_sway_var"] = float(group.sum(axis=0).mean())
    return row


def rhythm(y: Samples) -> dict[str, float]:
    db = mel_db(y)
    quarters = librosa.onset.onset_strength_multi(
        S=db, sr=SR, channels=[0, 32, 64, 96, 128], center=False
    )[:, 1:]
    row = moments("onset", np.mean(quarters, axis=0), "mean var skew kurtosis")
    for k, quarter in enumerate(quarters, start=1):
        row |= moments(f"onset{k}", quarter, "mean var skew kurtosis")
    onsets = librosa.onset.onset_strength(S=db, sr=SR, aggregate=np.median)
    tempogram = librosa.feature.tempogram(onset_envelope=onsets, sr=SR, win_length=344)
    lags = 60 * RATE / np.geomspace(40, 240, 14)
    found = np.interp(lags, np.arange(344), tempogram.mean(axis=1))
    strength = float(np.mean(onsets.astype(np.float64) ** 2))
    found *= strength / (strength + 1e-6)
    return row | {f"tempogram{k}": float(value) for k, value in enumerate(found, start=1)}


def cepstral(y: Samples) -> dict[str, float]:
    mfcc = librosa.feature.mfcc(S=mel_db(y).astype(np.float64), n_mfcc=20)
    row: dict[str, float] = {}
    for k, coefficient in enumerate(mfcc, start=1):
        row |= moments(f"mfcc{k}", coefficient, "skew")
    for order, name in ((1, "delta"), (2, "delta2")):
        for k, slope in enumerate(librosa.feature.delta(mfcc, order=order), start=1):
            row |= moments(f"mfcc{k}_{name}", slope, "var")
    return row


def tonal(y: Samples) -> dict[str, float]:
    chroma = librosa.feature.chroma_stft(y=y, sr=SR, pad_mode="reflect").astype(np.float64)
    profile = chroma.mean(axis=1)
    turned = np.roll(profile, -int(profile.argmax())) / profile.max()
    row = {f"chroma_rotated{k}": float(turned[k]) for k in range(1, 12)}
    sounding = chroma.sum(axis=0) > 0
    entropy = np.zeros(chroma.shape[1])
    entropy[sounding] = scipy.stats.entropy(chroma[:, sounding], base=12)
    row |= moments("chroma_entropy", entropy, "mean var")
    row["chroma_flux_mean"] = float(np.abs(np.diff(chroma, axis=1)).mean())
    for k, place in enumerate(librosa.feature.tonnetz(chroma=chroma), start=1):
        row |= moments(f"tonnetz{k}", place, "mean var")
    return row
