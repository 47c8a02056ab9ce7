"""Silence by level: closed forms, and what must not change it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.prediction.levels import (
    LEAST_SILENCE,
    LEAST_SOUND,
    NOTHING,
    cell_levels,
    sounding,
)


def test_a_sine_is_three_decibels_below_its_peak() -> None:
    y = np.sin(2 * np.pi * 100 * np.arange(22050) / 22050).astype(np.float32)
    # Whole periods: the root mean square of a sine is its peak over the root of two.
    np.testing.assert_allclose(cell_levels(y, cell=11025), [-3.0103] * 2, atol=1e-3)


def test_a_constant_and_zeros_hold_nothing() -> None:
    y = np.append(np.full(100, 0.5), np.zeros(100)).astype(np.float32)
    assert cell_levels(y, cell=100).tolist() == [NOTHING, NOTHING]


def test_a_last_partial_cell_is_one() -> None:
    assert len(cell_levels(np.ones(250, dtype=np.float32), cell=100)) == 3


def test_digital_silence_everywhere_does_not_sound() -> None:
    assert not sounding(np.full(9, NOTHING)).any()


def test_quiet_music_without_pauses_sounds_throughout() -> None:
    # 15 dB of swelling: the quietest moment is no noise floor.
    levels = -30.0 + 7.5 * np.sin(np.arange(200) / 7.0)
    assert sounding(levels).all()


def test_a_pause_filled_with_tape_hiss_is_silent() -> None:
    hiss = -48.0 + np.random.default_rng(0).normal(0.0, 0.3, size=20)
    levels = np.concatenate([np.full(40, -20.0), hiss, np.full(40, -22.0)])
    expected = np.repeat([True, False, True], [40, 20, 40])
    assert (sounding(levels) == expected).all()


def test_a_breath_belongs_to_the_song_and_a_click_to_the_pause() -> None:
    breath = np.array([-20.0] * 8 + [-90.0] * (LEAST_SILENCE - 1) + [-20.0] * 8)
    assert sounding(breath).all()
    click = np.array([-20.0] * 8 + [-90.0] * 6 + [-20.0] * (LEAST_SOUND - 1) + [-90.0] * 6)
    assert not sounding(click)[8:].any()


@pytest.mark.parametrize("gain", [-20.0, 12.0])
def test_the_recording_level_changes_nothing(gain: float) -> None:
    rng = np.random.default_rng(1)
    levels = np.concatenate([rng.normal(-25, 4, 50), rng.normal(-70, 1, 10), [-45.0] * 20])
    assert (sounding(levels + gain) == sounding(levels)).all()


@given(st.lists(st.sampled_from([-20.0, -35.0, -90.0, NOTHING]), min_size=1, max_size=60))
def test_no_sound_is_too_short_to_describe(found: list[float]) -> None:
    flags = sounding(np.array(found))
    edges = [0, *(np.flatnonzero(np.diff(flags)) + 1).tolist(), len(flags)]
    for start, stop in itertools.pairwise(edges):
        if flags[start] and len(edges) > 2:
            assert stop - start >= LEAST_SOUND
