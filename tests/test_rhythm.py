"""Onsets and tempo against librosa."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.features.rhythm import mean_autocorrelation, onset_strengths, tempo_of
from signals import SR, chord, clicks, music, noise, silence, tone

SIGNALS = {
    "clicks": clicks(140, seconds=4.0),
    "few clicks": clicks(20, seconds=6.0),
    "music": music(12.0),
    "music after silence": np.concatenate([silence(1.5), music(1.5)]),
    "noise": noise(2.0),
    "chord": chord(),
    "tone": tone(),
    "one second": music(1.0),
}


def mel_db(y: np.ndarray) -> np.ndarray:
    return librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=SR, pad_mode="reflect"))


@pytest.mark.parametrize("name", SIGNALS)
def test_onsets_are_librosas(name: str) -> None:
    S = mel_db(SIGNALS[name])
    ours = onset_strengths(S, n_fft=2048, hop_length=512)
    theirs = librosa.onset.onset_strength(S=S, sr=SR, aggregate=np.median)
    assert ours.dtype == theirs.dtype
    assert np.array_equal(ours, theirs)


@given(seed=st.integers(0, 200), levels=st.integers(1, 4), mels=st.sampled_from([1, 2, 5, 128]))
def test_onsets_of_steps_are_librosas(seed: int, levels: int, mels: int) -> None:
    # Few levels: many bands stay as they are, so medians are zero, or nearly.
    S = np.random.default_rng(seed).integers(0, levels + 1, (mels, 9)).astype(np.float32)
    ours = onset_strengths(S, n_fft=2048, hop_length=512)
    assert np.array_equal(ours, librosa.onset.onset_strength(S=S, sr=SR, aggregate=np.median))


@pytest.mark.parametrize("name", SIGNALS)
def test_tempi_are_those_of_the_beat_tracker(name: str) -> None:
    onsets = librosa.onset.onset_strength(S=mel_db(SIGNALS[name]), sr=SR, aggregate=np.median)
    theirs, _ = librosa.beat.beat_track(onset_envelope=onsets, sr=SR)
    assert tempo_of(onsets, sr=SR, hop_length=512) == np.asarray(theirs).item()


@given(seed=st.integers(0, 10_000), frames=st.integers(4, 700), share=st.floats(0.01, 1.0))
def test_tempi_of_random_onsets_are_librosas(seed: int, frames: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    onsets = (rng.random(frames) * (rng.random(frames) < share)).astype(np.float32)
    if not onsets.any():
        return
    theirs = librosa.feature.tempo(onset_envelope=onsets, sr=SR)
    assert tempo_of(onsets, sr=SR, hop_length=512) == theirs.item()


def test_the_autocorrelation_is_the_mean_of_librosas_tempogram() -> None:
    onsets = librosa.onset.onset_strength(S=mel_db(SIGNALS["music"]), sr=SR)
    theirs = librosa.feature.tempogram(onset_envelope=onsets, sr=SR, win_length=344).mean(axis=1)
    window = librosa.filters.get_window("hann", 344)
    # Sums of float64 in another order.
    assert mean_autocorrelation(onsets, window=window) == pytest.approx(theirs, abs=1e-12)


def test_silent_stretches_have_no_autocorrelation() -> None:
    onsets = np.zeros(1000, np.float32)
    onsets[500] = 1.0
    found = mean_autocorrelation(onsets, window=np.hanning(101))
    assert np.isfinite(found).all()
    assert found[0] == pytest.approx(99 / 1000)  # stretches that hold it within their window
