"""The gate: what may be described at all."""

from __future__ import annotations

import numpy as np
import pytest

from genre_audio.errors import AudioError, ParameterError
from genre_audio.segment import MIN_SECONDS, SILENCE_DBFS, Segment
from signals import SR, music, silence, tone


def refusal(y: np.ndarray, sr: int = SR) -> str:
    with pytest.raises(AudioError) as caught:
        Segment(y=y, sr=sr)
    return caught.value.kind


def test_times_follow_from_samples() -> None:
    segment = Segment(y=tone(seconds=2.5), sr=SR, first=SR * 30, recording="a.wav")
    assert (segment.start, segment.stop, segment.seconds) == (30.0, 32.5, 2.5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 777, -1])
def test_one_bad_sample_is_enough(bad: float, place: int) -> None:
    y = tone()
    y[place] = bad
    assert refusal(y) == "not_finite"


@pytest.mark.parametrize("sr", [8000, 22050])
def test_a_second_is_enough_and_a_sample_less_is_not(sr: int) -> None:
    y = tone(seconds=MIN_SECONDS, sr=sr)
    assert Segment(y=y, sr=sr).seconds == MIN_SECONDS
    assert refusal(y[:-1], sr) == "too_short"


def test_no_samples_at_all_are_too_few() -> None:
    assert refusal(silence(0)) == "too_short"


@pytest.mark.parametrize("offset", [0.0, 0.25, -0.25])
@pytest.mark.parametrize(("margin", "refused"), [(0.99, True), (1.01, False)])
def test_silence_is_a_swing_below_the_threshold(
    offset: float, margin: float, refused: bool
) -> None:
    # float32 holds 0.25 ± 1e-4 to 3e-8: well within the one per cent of margin.
    amplitude = margin * 10 ** (SILENCE_DBFS / 20)
    y = (np.float32(amplitude) * np.sign(tone(100.5, seconds=1.0)) + np.float32(offset)).astype(
        "f4"
    )
    if refused:
        assert refusal(y) == "silent"
    else:
        Segment(y=y, sr=SR)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 1e-3])
def test_a_constant_is_silence_at_any_level(level: float) -> None:
    assert refusal(np.full(SR, level, dtype=np.float32)) == "silent"


def test_one_loud_sample_is_not_silence() -> None:
    y = silence(1.0)
    y[SR // 2] = 0.5
    assert Segment(y=y, sr=SR).seconds == 1.0


def test_the_largest_float_is_no_obstacle() -> None:
    largest = np.finfo(np.float32).max
    y = np.sign(tone(100.5)).astype(np.float32) * largest
    assert Segment(y=y, sr=SR).y.max() == largest


@pytest.mark.parametrize(
    "y",
    [np.zeros((SR, 1), np.float32), np.zeros(SR), np.zeros(SR, np.int16)],
    ids=["two dimensions", "float64", "int16"],
)
def test_other_arrays_are_a_programming_error(y: np.ndarray) -> None:
    with pytest.raises(ParameterError, match=r"one-dimensional float32 array, got .* of shape"):
        Segment(y=y, sr=SR)


def test_samples_cannot_be_changed_through_a_segment() -> None:
    y = music(1.0)
    segment = Segment(y=y, sr=SR)
    with pytest.raises(ValueError, match="read-only"):
        segment.y[0] = 0.0
    y[0] = 0.5  # the caller's own array is left as it was


def test_a_strided_view_is_made_contiguous() -> None:
    y = music(2.0)
    segment = Segment(y=y[::2], sr=SR // 2)
    assert segment.y.flags.c_contiguous
    assert np.array_equal(segment.y, y[::2])
