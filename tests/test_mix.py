"""The mix-down, against the formula it stands for: to the last bit."""

from __future__ import annotations

import hypothesis.extra.numpy as nps
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio.mix import mix_down
from signals import noise

LARGEST, SMALLEST = np.finfo(np.float32).max, np.finfo(np.float32).smallest_subnormal

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


def blocks(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    shapes = st.tuples(st.integers(0, 20), st.integers(1, 12))
    return nps.arrays(np.float32, shapes, elements=elements)


def plain(block: np.ndarray) -> np.ndarray:
    return block.mean(axis=1, dtype=np.float64).astype(np.float32)


def bits(y: np.ndarray) -> list[int]:
    """Tells 0.0 from -0.0, as features that look at signs may."""
    assert y.dtype == np.float32
    return y.view(np.int32).tolist()


@given(block=blocks(finite))
def test_not_one_bit_differs_from_the_mean(block: np.ndarray) -> None:
    assert bits(mix_down(block)) == bits(plain(block))


@pytest.mark.parametrize("channels", range(1, 13))
@pytest.mark.parametrize("octaves", [0, 20, 120])
def test_not_one_bit_differs_for_many_samples(channels: int, octaves: int) -> None:
    block = noise(0.5 * channels).reshape(-1, channels)
    powers = np.round(octaves * noise(0.5 * channels, seed=1).reshape(-1, channels))
    block = np.ldexp(block, powers.astype(np.int32))
    block[:, -1] = -block[:, 0]  # what is left after cancelling shows the order of sums
    assert bits(mix_down(block)) == bits(plain(block))


@pytest.mark.parametrize("channels", [1, 2, 3, 9])
@pytest.mark.parametrize("value", [LARGEST, -LARGEST, SMALLEST, -SMALLEST, 0.0, -0.0])
def test_extremes_are_their_own_mean(channels: int, value: float) -> None:
    block = np.full((5, channels), value, dtype=np.float32)
    assert bits(mix_down(block)) == bits(plain(block)) == bits(np.float32([value + 0.0] * 5))


@pytest.mark.parametrize("left", [SMALLEST, 3 * SMALLEST, -SMALLEST, 2.0**-126, 2.0**-125])
def test_halving_the_smallest_numbers_rounds_once(left: float) -> None:
    block = np.array([[left, 0.0], [left, SMALLEST], [left, -SMALLEST]], dtype=np.float32)
    assert bits(mix_down(block)) == bits(plain(block))


@pytest.mark.parametrize("channels", [1, 2, 5, 8])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_bad_sample_shows_in_the_mean_and_nowhere_else(channels: int, bad: float) -> None:
    block = np.full((4, channels), 0.25, dtype=np.float32)
    block[2, -1] = bad
    assert np.isfinite(mix_down(block)).tolist() == [True, True, False, True]


def test_opposite_infinities_are_not_finite_either() -> None:
    assert np.isnan(mix_down(np.array([[np.inf, -np.inf]], dtype=np.float32))).all()


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_the_mean_is_an_array_of_its_own(channels: int) -> None:
    block = noise(0.1 * channels).reshape(-1, channels)
    assert not np.shares_memory(mix_down(block), block)
