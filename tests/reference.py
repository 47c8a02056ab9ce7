"""The naive extractor: our oracle.

One plain librosa call per family, each from the samples, nothing shared between
families and nothing imported from the package. It is slow and meant to be: whatever the
package does to be fast must give these numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import librosa
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def reference_row(
    y: NDArray[np.float32],
    *,
    sr: int = 22050,
    n_fft: int = 2048,
    hop_length: int = 512,
) -> dict[str, float]:
    """Return the 57 columns of the published table by name, in its order."""
    # librosa 0.7 mirrored the edges; later versions pad with zeros unless told.
    stft = {"n_fft": n_fft, "hop_length": hop_length, "pad_mode": "reflect"}
    frames = {"frame_length": n_fft, "hop_length": hop_length}
    row: dict[str, float] = {}

    def add(name: str, values: NDArray[np.floating]) -> None:
        row[f"{name}_mean"] = float(np.mean(values))
        row[f"{name}_var"] = float(np.var(values))

    add("chroma_stft", librosa.feature.chroma_stft(y=y, sr=sr, **stft))
    add("rms", librosa.feature.rms(y=y, pad_mode="reflect", **frames))
    add("spectral_centroid", librosa.feature.spectral_centroid(y=y, sr=sr, **stft))
    add("spectral_bandwidth", librosa.feature.spectral_bandwidth(y=y, sr=sr, **stft))
    add("rolloff", librosa.feature.spectral_rolloff(y=y, sr=sr, roll_percent=0.85, **stft))
    add("zero_crossing_rate", librosa.feature.zero_crossing_rate(y, **frames))
    add("harmony", _separated(y, 0, **stft))
    add("perceptr", _separated(y, 1, **stft))
    row["tempo"] = _tempo(y, sr=sr, **stft)
    db = mel_db(y, sr=sr, **stft)
    for k, coefficient in enumerate(librosa.feature.mfcc(S=db, n_mfcc=20), start=1):
        add(f"mfcc{k}", coefficient)
    return row


def mel_db(y: NDArray[np.float32], *, sr: int, **stft: Any) -> NDArray[np.float32]:
    """Return the mel spectrum in dB; `librosa.feature.mfcc` makes it so, but for `amin`.

    librosa's default of 1e-10 is an absolute level: where the 80 dB that it keeps below the
    maximum reach under it, it would cut off more from a quiet recording than from a loud one.
    """
    power = librosa.feature.melspectrogram(y=y, sr=sr, **stft)
    return librosa.power_to_db(power, amin=min(1e-10, 1e-8 * float(power.max())))


def _separated(
    y: NDArray[np.float32], part: int, *, n_fft: int, hop_length: int, pad_mode: str
) -> NDArray[np.float32]:
    D = librosa.stft(y, n_fft=n_fft, hop_length=hop_length, pad_mode=pad_mode)
    X = librosa.decompose.hpss(D)[part]
    z = librosa.istft(X, n_fft=n_fft, hop_length=hop_length, dtype=np.float32)
    return librosa.util.fix_length(z, size=len(y))


def _tempo(y: NDArray[np.float32], *, sr: int, n_fft: int, hop_length: int, pad_mode: str) -> float:
    # beat_track(y=y) would do the same, were it possible to tell it how to pad.
    stft = {"n_fft": n_fft, "hop_length": hop_length, "pad_mode": pad_mode}
    db = mel_db(y, sr=sr, **stft)
    onsets = librosa.onset.onset_strength(S=db, sr=sr, aggregate=np.median, **stft)
    tempo, _ = librosa.beat.beat_track(onset_envelope=onsets, sr=sr, hop_length=hop_length)
    return float(np.asarray(tempo).item())
