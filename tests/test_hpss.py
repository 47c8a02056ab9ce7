"""Medians and masks against scipy's two-dimensional filter and librosa, bit for bit."""

from __future__ import annotations

import librosa
import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from genre_audio.features.hpss import median_rows, soft_masks
from signals import chord, clicks, music, noise, tone


def matrices(max_side: int) -> st.SearchStrategy[np.ndarray]:
    shapes = hnp.array_shapes(min_dims=2, max_dims=2, max_side=max_side)
    return hnp.arrays(np.float32, shapes, elements=st.floats(0, 1e4, width=32))


@given(
    X=matrices(40),
    kernel=st.sampled_from([1, 3, 5, 31]),
)
def test_row_medians_are_those_of_scipys_matrix_filter(X: np.ndarray, kernel: int) -> None:
    expected = scipy.ndimage.median_filter(X, size=(1, kernel), mode="reflect")
    found = median_rows(X, kernel=kernel)
    assert found.dtype == np.float32
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("shape", [(1, 1), (3, 31), (200, 44), (1025, 50), (44, 1025), (7, 500)])
@pytest.mark.parametrize("kind", ["noise", "ties", "constant", "rising", "falling"])
def test_row_medians_of_awkward_rows(
    shape: tuple[int, int], kind: str, rng: np.random.Generator
) -> None:
    n = shape[0] * shape[1]
    X = {
        "noise": rng.random(n),
        "ties": rng.integers(0, 3, n),
        "constant": np.full(n, 0.25),
        "rising": np.arange(n),
        "falling": -np.arange(n),
    }[kind]
    X = X.reshape(shape).astype(np.float32)
    expected = scipy.ndimage.median_filter(X, size=(1, 31), mode="reflect")
    assert np.array_equal(median_rows(X, kernel=31), expected)


@pytest.mark.parametrize(
    "y",
    [chord(), clicks(seconds=2), noise(), music(3.3), tone(11025 / 2), clicks(30, seconds=1.5)],
    ids=["chord", "clicks", "noise", "music", "tone", "mostly silence"],
)
@pytest.mark.parametrize(("kernel", "power"), [(31, 2.0), (17, 1.0)])
def test_parts_are_those_of_librosa(y: np.ndarray, kernel: int, power: float) -> None:
    D = librosa.stft(y, pad_mode="reflect")
    expected = librosa.decompose.hpss(D, kernel_size=kernel, power=power)
    masks = soft_masks(np.abs(D), kernel=kernel, power=power)
    for mask, part in zip(masks, expected, strict=True):
        assert mask.dtype == np.float32
        # librosa multiplies the magnitude first and the phase after, which rounds twice;
        # its masks are what must be equal.
        assert np.allclose(D * mask, part, rtol=1e-5, atol=1e-9)
    theirs = librosa.decompose.hpss(np.abs(D), kernel_size=kernel, power=power, mask=True)
    for mask, their_mask in zip(masks, theirs, strict=True):
        assert np.array_equal(mask, their_mask)


@given(S=matrices(20))
def test_masks_are_shares(S: np.ndarray) -> None:
    harmonic, percussive = soft_masks(S, kernel=31, power=2.0)
    # Two quotients of float32, each rounded once.
    assert np.abs(harmonic + percussive - 1).max() <= 2**-23
    assert min(harmonic.min(), percussive.min()) >= 0


def test_a_steady_tone_is_harmonic_and_a_click_percussive() -> None:
    S = np.full((200, 200), 1e-3, dtype=np.float32)
    S[50, :] = 1.0
    S[:, 120] = 1.0
    harmonic, percussive = soft_masks(S, kernel=31, power=2.0)
    # Where they do not cross, one median is 1 and the other 1e-3: 1 / (1 + 1e-6).
    assert harmonic[50, :100].min() > 0.99999
    assert percussive[100:, 120].min() > 0.99999
    assert harmonic[50, 120] == percussive[50, 120] == 0.5


def test_silence_is_split_evenly() -> None:
    for mask in soft_masks(np.zeros((40, 40), np.float32), kernel=31, power=2.0):
        assert np.array_equal(mask, np.full((40, 40), 0.5, np.float32))
