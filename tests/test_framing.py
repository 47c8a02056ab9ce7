"""Sums over hops against librosa's sums over frames: the same bits."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.features.framing import root_mean_squares, zero_crossing_rates
from signals import clicks, music, noise, tone


@given(
    n=st.integers(1025, 9000),
    seed=st.integers(0, 99),
    gain=st.sampled_from([1e-9, 1e-3, 1.0, 1e3]),
)
def test_levels_are_librosas(n: int, seed: int, gain: float) -> None:
    y = (gain * np.random.default_rng(seed).normal(size=n)).astype(np.float32)
    ours = root_mean_squares(y, n_fft=2048, hop_length=512, pad_mode="reflect")
    theirs = librosa.feature.rms(y=y, pad_mode="reflect")[0]
    assert ours.dtype == theirs.dtype
    assert np.array_equal(ours, theirs)


# What has just the size of the threshold, librosa 1.0 takes for a sample with a sign.
EDGE = 1e-10 if librosa.__version__.startswith("0.") else 2e-10


@given(
    y=st.lists(st.sampled_from([-0.5, -EDGE, -1e-11, -0.0, 0.0, EDGE, 0.5]), min_size=1),
    repeats=st.integers(1, 300),
)
def test_crossings_are_librosas(y: list[float], repeats: int) -> None:
    samples = np.tile(np.array(y, np.float32), repeats)
    ours = zero_crossing_rates(samples, n_fft=2048, hop_length=512)
    assert np.array_equal(ours, librosa.feature.zero_crossing_rate(samples)[0])


@pytest.mark.parametrize("y", [tone(440), clicks(seconds=2), noise(3.3), music(2.0)])
def test_crossings_of_sounds_are_librosas(y: np.ndarray) -> None:
    ours = zero_crossing_rates(y, n_fft=2048, hop_length=512)
    assert np.array_equal(ours, librosa.feature.zero_crossing_rate(y)[0])
