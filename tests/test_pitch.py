"""Tuning against librosa, and against tones of known tuning."""

from __future__ import annotations

import librosa
import numpy as np
import pytest

from genre_audio.features.pitch import estimate_tuning
from signals import SR, chord, clicks, music, noise, silence, tone


def power(y: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(np.abs(librosa.stft(y, pad_mode="reflect")) ** 2)


def tuning(S: np.ndarray) -> float:
    return estimate_tuning(S, sr=SR, n_fft=2048, n_chroma=12)


SIGNALS = {
    "chord": chord(),
    "detuned chord": chord((226.4, 285.2, 339.2)),
    "clicks": clicks(seconds=3),
    "noise": noise(),
    "music": music(5.0),
    "music after silence": np.concatenate([silence(1.0), music(1.0)]),
}


@pytest.mark.parametrize("name", SIGNALS)
def test_tuning_is_librosas(name: str) -> None:
    S = power(SIGNALS[name])
    assert tuning(S) == librosa.estimate_tuning(S=S, sr=SR, bins_per_octave=12)


@pytest.mark.parametrize("cents", [-40, -20, 0, 30])
def test_a_tone_is_tuned_as_it_is(cents: int) -> None:
    # Parabolas through squared magnitudes are off by some hundredths of a bin of 10.8 Hz,
    # which at 1,760 Hz is a tenth of a semitone.
    S = power(tone(1760 * 2 ** (cents / 1200)))
    assert tuning(S) == pytest.approx(cents / 100, abs=0.03)


@pytest.mark.parametrize("y", [silence(1.0), tone(30)])
def test_without_peaks_the_tuning_is_zero(y: np.ndarray) -> None:
    assert tuning(power(y)) == 0.0
