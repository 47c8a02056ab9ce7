"""Moments of the parts against librosa's separation and inverse transform."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from genre_audio.features.fourier import Transform
from genre_audio.features.hpss import part_moments
from signals import chord, clicks, music, noise, silence, tone

SIGNALS = {
    "chord": chord(),
    "clicks": clicks(seconds=2),
    "noise": noise(),
    "music": music(3.3),
    "music, many blocks": music(12.0)[:-3],
    "music after silence": np.concatenate([silence(1.0), music(1.0)]),
    "tone on an offset": tone() + np.float32(0.5),
    "mostly silence": clicks(30, seconds=1.5),
    "one second": music(1.0),
}


def moments(y: np.ndarray) -> np.ndarray:
    return part_moments(Transform.of(y, n_fft=2048, hop_length=512, pad_mode="reflect"), y)


@pytest.mark.parametrize("name", SIGNALS)
def test_moments_are_those_of_librosas_parts(name: str) -> None:
    y = SIGNALS[name]
    D = librosa.stft(y, pad_mode="reflect")
    for found, X in zip(moments(y), librosa.decompose.hpss(D), strict=True):
        part = librosa.util.fix_length(librosa.istft(X, dtype=np.float32), size=len(y))
        # librosa's samples are float32; of a part that is hardly there, and of a mean
        # that cancels, only the share of the whole can be told.
        power = float(np.mean(y.astype(np.float64) ** 2))
        assert found[1] == pytest.approx(part.var(dtype=np.float64), rel=1e-6, abs=1e-9 * power)
        assert found[0] == pytest.approx(part.mean(dtype=np.float64), abs=1e-7)


def test_a_steady_tone_is_harmonic_and_clicks_are_percussive() -> None:
    (_, steady), (_, rest) = moments(tone(440, seconds=4))
    assert steady == pytest.approx(0.125, rel=0.02)
    assert rest < 0.01 * steady
    (_, rest), (_, struck) = moments(clicks(120, seconds=4))
    assert rest < 0.01 * struck


@pytest.mark.parametrize("name", SIGNALS)
def test_means_add_up_to_that_of_the_whole_hops(name: str) -> None:
    y = SIGNALS[name].astype(np.float64)
    whole = y[: len(y) // 512 * 512].sum() / len(y)
    # One is what the other leaves of the signal.
    assert moments(SIGNALS[name])[:, 0].sum() == pytest.approx(whole, abs=1e-12)
