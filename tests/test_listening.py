"""A tape from one end to the other, with a model whose answers are known."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from genre_audio import GTZAN57, Segment, Segmentation, feature_row
from genre_audio.errors import AudioError
from genre_audio.prediction import content_timeline, listen, timeline_of
from genre_audio.prediction.stretches import EXPECTED_SECONDS, LEAST_SECONDS
from signals import SR, noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from genre_audio.training import ModelBundle

CROSSINGS = GTZAN57.columns.index("zero_crossing_rate_mean")
LABELS = ["instrumental", "noise"]


@pytest.fixture
def model() -> ModelBundle:
    """What crosses zero often is noise."""

    def predict_proba(X: np.ndarray) -> np.ndarray:
        p = np.where(X[:, CROSSINGS] > 0.2, 0.95, 0.05)
        return np.stack([1.0 - p, p], axis=1)

    return types.SimpleNamespace(
        info=types.SimpleNamespace(schema={"name": "gtzan57"}, name="by crossings"),
        digest="",
        labels=LABELS,
        segmentation=Segmentation(seconds=5.0),
        check=lambda **_: None,
        predict_proba=predict_proba,
    )


@pytest.fixture
def tape(tmp_path: Path) -> Callable[..., Path]:
    def write(*parts: np.ndarray, sr: int = SR) -> Path:
        path = tmp_path / "tape.wav"
        soundfile.write(path, np.concatenate(parts), sr, subtype="FLOAT")
        return path

    return write


def test_stretches_lie_where_they_were_put(model: ModelBundle, tape: Callable[..., Path]) -> None:
    parts = [tone(220.0, seconds=12), silence(5), noise(10, amplitude=0.3), tone(330.0, seconds=14)]
    timeline = content_timeline(tape(*parts), model)
    found = [stretch.content for stretch in timeline.stretches]
    assert found == ["instrumental", "silence", "noise", "instrumental"]
    bounds = [stretch.start for stretch in timeline.stretches] + [timeline.stretches[-1].stop]
    # Silence is measured in half seconds; between sounds, windows are a second apart, and
    # one that holds some noise is noise to this model: it is late by half a window at most.
    assert bounds[0] == 0.0
    assert bounds[1:3] == [12.0, 17.0]
    assert abs(bounds[3] - 27.0) <= 2.5
    assert bounds[4] == 41.0
    assert timeline.stretches[1].probability == 1.0
    assert all(stretch.probability > 0.8 for stretch in timeline.stretches)


def test_the_level_changes_nothing(model: ModelBundle, tape: Callable[..., Path]) -> None:
    parts = [tone(220.0, seconds=8), silence(4), noise(8, amplitude=0.3)]
    loud = content_timeline(tape(*parts), model)
    # A power of two, so that features are those of the loud one scaled exactly.
    assert content_timeline(tape(*[part / 16 for part in parts]), model) == loud


def test_what_is_heard_of_a_window_is_its_row(
    model: ModelBundle, tape: Callable[..., Path]
) -> None:
    y = noise(8, amplitude=0.2)
    heard = listen(tape(y), model)
    assert heard.seconds == 8.0
    assert heard.windows.tolist() == [[0, 10], [2, 12], [4, 14], [6, 16]]
    for (start, stop), row in zip(heard.windows, heard.X, strict=True):
        part = y[start * SR // 2 : stop * SR // 2].astype(np.float32)
        np.testing.assert_array_equal(row, feature_row(Segment(y=part, sr=SR)))


def test_windows_do_not_reach_into_silence(model: ModelBundle, tape: Callable[..., Path]) -> None:
    heard = listen(tape(noise(7), silence(3), noise(3), silence(2)), model)
    assert heard.windows.tolist() == [[0, 10], [2, 12], [4, 14], [20, 26]]
    assert heard.sounds.tolist() == [True] * 14 + [False] * 6 + [True] * 6 + [False] * 4


def test_silence_alone_is_one_stretch(model: ModelBundle, tape: Callable[..., Path]) -> None:
    timeline = content_timeline(tape(silence(20)), model)
    (only,) = timeline.stretches
    assert (only.start, only.stop, only.content, only.probability) == (0.0, 20.0, "silence", 1.0)
    assert timeline.share_of_music(0.0, 20.0) == 0.0


def test_a_recording_shorter_than_a_second_is_refused(
    model: ModelBundle, tape: Callable[..., Path]
) -> None:
    with pytest.raises(AudioError, match=r"lasts 0\.500 s"):
        content_timeline(tape(noise(0.5)), model)


def test_the_end_is_that_of_the_recording(model: ModelBundle, tape: Callable[..., Path]) -> None:
    timeline = content_timeline(tape(noise(7.3)), model)
    assert timeline.stretches[-1].stop == pytest.approx(7.3, abs=1 / SR)


def test_nan_is_nothing_that_can_be_heard(model: ModelBundle, tape: Callable[..., Path]) -> None:
    broken = noise(10, amplitude=0.3)
    broken[4 * SR : 8 * SR] = np.nan
    contents = [s.content for s in content_timeline(tape(broken), model).stretches]
    assert "silence" in contents
    assert contents[0] == "noise"


def test_a_moment_is_no_stretch(model: ModelBundle, tape: Callable[..., Path]) -> None:
    heard = listen(tape(tone(220.0, seconds=30)), model)
    # One window in the middle is called noise: less than anyone wants to hear of.
    odd = heard.X.copy()
    odd[12, CROSSINGS] = 0.5
    swayed = types.SimpleNamespace(**vars(heard) | {"X": odd})
    assert LEAST_SECONDS < EXPECTED_SECONDS
    assert len(timeline_of(swayed, model).stretches) == 1
