"""What must change no number: how samples are stored, divided, ordered and surrounded.

Gain is in ``test_gain`` and ``test_features``, blocks of the decoder in ``test_recording``,
the order of files in ``test_extract``.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

import hypothesis
import numpy as np
import pytest
import soxr
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio import Source, decode, open_recording
from genre_audio.config import Segmentation
from genre_audio.extraction import Extracted, extract_recording
from genre_audio.features import feature_row
from genre_audio.prediction import predict_recording
from genre_audio.segment import Segment
from genre_audio.training import load_bundle, resolve_model
from signals import SR, clicks, music, noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from genre_audio.training import ModelBundle

    WriteAudio = Callable[..., Path]

# The files of one example are written over by the next.
once = hypothesis.settings(
    max_examples=8, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def models() -> dict[str, ModelBundle]:
    """The models that are shipped."""
    names = {"genre": "default", "content": "content57"}
    return {task: load_bundle(resolve_model(names[task], task=task).path) for task in names}


def described(path: Path, *, seconds: float = 1.0) -> Extracted:
    found = extract_recording(Source(path.name, path), segmentation=Segmentation(seconds))
    assert isinstance(found, Extracted)
    return found


def values(path: Path, *, seconds: float = 1.0) -> np.ndarray:
    """The rows of a recording: shape (segments, columns)."""
    return np.array([row.values for row in described(path, seconds=seconds).rows])


def samples(path: Path) -> np.ndarray:
    with open_recording(path) as recording:
        found = recording.segments(sr=SR, segmentation=Segmentation(1))
        return np.concatenate([part.y for part in found if isinstance(part, Segment)])


# How samples are stored ---------------------------------------------------------------


FIVE = np.stack([0.2 * (k + 1) * noise(1.2, seed=k) for k in range(5)], axis=1)


@once
@given(order=st.permutations(range(5)))
def test_the_order_of_channels_changes_no_bit(write_audio: WriteAudio, order: list[int]) -> None:
    # Samples of 16 bits add up exactly in double precision, in whatever order.
    straight = write_audio(FIVE, subtype="PCM_16", name="straight.wav")
    mixed = write_audio(FIVE[:, order], subtype="PCM_16", name="mixed.wav")
    assert np.array_equal(samples(straight), samples(mixed))


def test_left_and_right_may_be_exchanged(write_audio: WriteAudio) -> None:
    y = np.stack([music(2.2), 0.3 * noise(2.2, seed=1)], axis=1)
    straight = described(write_audio(y, name="straight.wav"))
    turned = described(write_audio(y[:, ::-1], name="turned.wav"))
    assert turned.rows == straight.rows
    assert turned.quality == straight.quality


def test_samples_of_double_precision_are_read_as_single_ones(write_audio: WriteAudio) -> None:
    y = music(1.2)
    single = described(write_audio(y, name="single.wav"))
    double = described(write_audio(y.astype(np.float64), name="double.wav", subtype="DOUBLE"))
    assert double.rows == single.rows


def test_turning_the_polarity_changes_no_probability(models: dict[str, ModelBundle]) -> None:
    # Two means turn their sign: no model looks at them, as they lie around zero.
    y = music(3.0)
    rows = np.stack([feature_row(Segment(y=sign * y, sr=SR)) for sign in (1, -1)])
    assert not np.array_equal(*rows)
    for model in models.values():
        assert np.array_equal(*model.predict_proba(rows))


@pytest.mark.parametrize("times", [2, 4])
def test_a_rate_of_a_whole_multiple_gives_the_same_segments_and_answers(
    write_audio: WriteAudio, models: dict[str, ModelBundle], times: int
) -> None:
    # Nothing above 8 kHz: what lies near the highest frequency, both conversions dampen.
    y = soxr.resample(music(4.0, sr=16000), 16000, SR, quality="HQ")
    low = described(write_audio(y, name="low.wav"), seconds=2)
    high = described(
        write_audio(soxr.resample(y, SR, times * SR), times * SR, name="high.wav"), seconds=2
    )
    places = [[(row.start, row.stop, row.length) for row in each.rows] for each in (low, high)]
    assert places[0] == places[1]
    before, after = (np.array([row.values for row in each.rows]) for each in (low, high))
    for model in models.values():
        change = np.abs(model.predict_proba(after) - model.predict_proba(before))
        # The filters are not flat to the last bit, nor is silence above 8 kHz silent, and a
        # tree may cut there: 0.0014 was measured, and 0.03 with noise up to 11 kHz.
        assert change.max() < 5e-3


# How a recording is divided -----------------------------------------------------------


def test_a_segment_has_the_row_of_its_samples_alone(write_audio: WriteAudio) -> None:
    parts = [music(1.0), noise(1.0, seed=3), clicks(seconds=1.0)]
    whole = values(write_audio(np.concatenate(parts), name="whole.wav"))
    alone = [values(write_audio(part, name=f"{k}.wav"))[0] for k, part in enumerate(parts)]
    assert np.array_equal(whole, alone)


def test_names_change_no_row(write_audio: WriteAudio) -> None:
    paths = [write_audio(music(1.0), name=name) for name in ("z.wav", "a b/Ünicode.wav")]
    first, second = map(described, paths)
    assert first.rows == second.rows
    assert first.name != second.name


def test_blocks_of_the_reader_change_nothing_that_is_said(
    write_audio: WriteAudio, models: dict[str, ModelBundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    y = np.stack([music(7.0, sr=44100), noise(7.0, sr=44100)], axis=1)
    path = write_audio(y, 44100, name="take.flac")

    def asked(block: int) -> str:
        monkeypatch.setattr(decode, "_BLOCK_SAMPLES", block)
        found = predict_recording(path, models["genre"], content=models["content"])
        return json.dumps(found.as_dict())

    assert asked(3001) == asked(1 << 16)


# What surrounds it --------------------------------------------------------------------


@once
@given(
    before=st.integers(0, 2),
    after=st.integers(0, 2),
    sr=st.sampled_from([8000, 22050, 44100, 48000]),
)
def test_whole_segments_of_silence_change_no_other_row(
    write_audio: WriteAudio, before: int, after: int, sr: int
) -> None:
    y = np.concatenate([music(1.0, sr=sr), noise(1.0, sr=sr)])
    padded = np.concatenate([silence(before, sr=sr), y, silence(after, sr=sr)])
    plain = described(write_audio(y, sr, name="plain.wav"))
    found = described(write_audio(padded, sr, name="padded.wav"))
    assert [each.kind for each in found.refused] == ["silent"] * (before + after)
    assert [row.start - before for row in found.rows] == [row.start for row in plain.rows]
    assert [row.length for row in found.rows] == [row.length for row in plain.rows]
    if not before or sr == SR:
        assert [row.values for row in found.rows] == [row.values for row in plain.rows]
    else:
        # A resampler that begins with sound gives its first samples other values.
        assert found.rows[1].values == pytest.approx(plain.rows[1].values, rel=1e-4, abs=1e-6)


@pytest.mark.parametrize("sr", [8000, 44100, 96000])
@pytest.mark.parametrize("loud", [1.0, 100.0])
def test_what_a_resampler_spreads_does_not_sound(
    write_audio: WriteAudio, sr: int, loud: float
) -> None:
    parts = [silence(1.0, sr=sr), loud * noise(1.0, sr=sr), silence(1.0, sr=sr)]
    found = described(write_audio(np.concatenate(parts), sr))
    assert [(each.start, each.kind) for each in found.refused] == [(0.0, "silent"), (2.0, "silent")]


def test_a_short_sound_is_still_one_where_samples_were_converted(write_audio: WriteAudio) -> None:
    y = silence(3.0, sr=44100)
    y[int(1.1 * 44100) : int(1.2 * 44100)] = tone(440, seconds=0.1, sr=44100)
    assert [row.start for row in described(write_audio(y, 44100)).rows] == [1.0]


# What a model is asked ----------------------------------------------------------------


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    """Of segments that differ in kind, level and length."""
    makers = [music, noise, lambda seconds, seed: clicks(80 + 20 * seed, seconds=seconds)]
    ys = [0.3**k * make(1.0 + k, seed=k) for make in makers for k in range(3)]
    return np.stack([feature_row(Segment(y=y, sr=SR)) for y in ys])


@pytest.mark.parametrize("task", ["genre", "content"])
def test_rows_are_answered_by_themselves(
    models: dict[str, ModelBundle], rows: np.ndarray, task: str
) -> None:
    model = models[task]
    together = model.predict_proba(rows)
    order = np.random.default_rng(0).permutation(len(rows))
    assert np.array_equal(model.predict_proba(rows[order]), together[order])
    for first, last in pairwise([0, 1, 3, len(rows)]):
        # Matrices of other shapes are multiplied in another order: the last digits.
        alone = model.predict_proba(rows[first:last])
        np.testing.assert_allclose(alone, together[first:last], rtol=0, atol=1e-12)


@pytest.mark.parametrize("task", ["genre", "content"])
def test_how_rows_lie_in_memory_changes_nothing(
    models: dict[str, ModelBundle], rows: np.ndarray, task: str
) -> None:
    model = models[task]
    single = rows.astype(np.float32)
    expected = model.predict_proba(rows)
    for other in (np.asfortranarray(rows), np.repeat(rows, 2, axis=0)[::2], rows.tolist()):
        assert np.array_equal(model.predict_proba(other), expected)
    assert np.array_equal(
        model.predict_proba(single), model.predict_proba(single.astype(np.float64))
    )
