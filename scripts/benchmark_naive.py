"""The 57 columns by plain librosa calls on one shared transform: what speed is compared with.

The recipe as one would write it who knows librosa well: nothing is computed twice, and
nothing is done that librosa does not offer. It gives the published table's numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import librosa
import numpy as np

if TYPE_CHECKING:
    from benchmark_parts import Stopwatch
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

__all__ = ["STAGES", "naive_row"]

STAGES = (
    "transform",
    "separation: medians, masks",
    "inverse transforms, moments",
    "chroma, tuning",
    "centroid, bandwidth, rolloff",
    "mel, dB",
    "mfcc",
    "tempo",
    "rms",
    "zero crossings",
    "statistics",
)
"""What naive and own rows are timed by, under the same names."""

_FFT = {"n_fft": 2048, "hop_length": 512}
_FRAMES = {"frame_length": 2048, "hop_length": 512}


def naive_row(y: Samples, *, sr: int, watch: Stopwatch) -> dict[str, float]:
    """Describe samples, counting what each stage takes.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    sr : int
        Sampling rate in Hz.
    watch : Stopwatch
        Counts under the names in `STAGES`.

    Returns
    -------
    dict of str to float
        The columns by name, in any order.
    """
    families: dict[str, NDArray[np.floating[Any]]] = {}
    with watch.measure("transform"):
        D = librosa.stft(y, pad_mode="reflect", **_FFT)
        S = np.abs(D)
        power = S**2
    moments = _parts(D, y, watch)
    with watch.measure("chroma, tuning"):
        families["chroma_stft"] = librosa.feature.chroma_stft(S=power, sr=sr)
    with watch.measure("centroid, bandwidth, rolloff"):
        families["spectral_centroid"] = librosa.feature.spectral_centroid(S=S, sr=sr)
        families["spectral_bandwidth"] = librosa.feature.spectral_bandwidth(S=S, sr=sr)
        families["rolloff"] = librosa.feature.spectral_rolloff(S=S, sr=sr)
    with watch.measure("mel, dB"):
        mel_db = librosa.power_to_db(librosa.feature.melspectrogram(S=power, sr=sr))
    with watch.measure("mfcc"):
        mfcc = librosa.feature.mfcc(S=mel_db, n_mfcc=20)
        families |= {f"mfcc{k}": row for k, row in enumerate(mfcc, start=1)}
    with watch.measure("tempo"):
        onsets = librosa.onset.onset_strength(S=mel_db, sr=sr, aggregate=np.median)
        tempo = _tempo(onsets, sr=sr)
    with watch.measure("rms"):
        families["rms"] = librosa.feature.rms(y=y, pad_mode="reflect", **_FRAMES)
    with watch.measure("zero crossings"):
        families["zero_crossing_rate"] = librosa.feature.zero_crossing_rate(y, **_FRAMES)
    with watch.measure("statistics"):
        means = {f"{name}_mean": float(np.mean(rows)) for name, rows in families.items()}
        variances = {f"{name}_var": float(np.var(rows)) for name, rows in families.items()}
    return {**means, **variances, **moments, "tempo": tempo}


def _tempo(onsets: Samples, *, sr: int) -> float:
    # beat_track takes this step first and then tracks beats, which no column needs.
    if not onsets.any():
        return 0.0
    return float(librosa.feature.tempo(onset_envelope=onsets, sr=sr).item())


def _parts(D: NDArray[np.complex64], y: Samples, watch: Stopwatch) -> dict[str, float]:
    """Return mean and variance of the samples of the harmonic and the percussive part."""
    with watch.measure("separation: medians, masks"):
        spectra = librosa.decompose.hpss(D)
    moments = {}
    with watch.measure("inverse transforms, moments"):
        for name, X in zip(("harmony", "perceptr"), spectra, strict=True):
            part = librosa.istft(X, dtype=np.float32, **_FFT)
            part = librosa.util.fix_length(part, size=len(y))
            moments |= {f"{name}_mean": float(np.mean(part)), f"{name}_var": float(np.var(part))}
    return moments
