"""What is said of a recording's quality: the figures that were measured, and no others."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio.quality import Quality, QualityMeter
from genre_audio.prediction import Prediction
from genre_audio.prediction import quality_words as words_module
from genre_audio.prediction.quality_words import remarks_on
from signals import music, noise, silence

ALL = ["level", "clipping", "noise", "bandwidth", "channels", "length", "silence"]
MEASURED = {
    "_QUIET": [33],
    "_CLIPPED": [4, 9, 36],
    "_NOISE": [17, 37, 46, 65],
    "_NARROW": [57, 47, 68],
    "_SHORT": [24, 28, 34, 45],
    "_LONG": [19],
    "_STILL": [18, 65],
}
EFFECTS = {name: getattr(words_module, name) for name in MEASURED}
OLD = {"sr", "channels", "seconds", "peak_dbfs", "rms_dbfs", "noise_floor_dbfs", "clipped"}


def qualities():
    levels = st.floats(-120.0, 3.0)
    return st.builds(
        Quality,
        sr=st.sampled_from([8000, 22050, 44100]),
        channels=st.integers(1, 6),
        seconds=st.floats(1.0, 5000.0),
        peak_dbfs=levels,
        rms_dbfs=levels,
        noise_floor_dbfs=levels,
        clipped=st.floats(0.0, 1.0),
        dc_offset=st.just(0.0),
        bandwidth_hz=st.none() | st.integers(100, 4000),
        channel_balance_db=st.none() | st.floats(-120.0, 0.0),
        mixdown_db=st.none() | st.floats(-120.0, 0.0),
        silent=st.none() | st.floats(0.0, 1.0),
    )


def remarks(**figures):
    plain = Quality(44100, 1, 30.0, -3.0, -18.0, -30.0, 0.0, 0.0, bandwidth_hz=16000, silent=0.0)
    quality = dataclasses.replace(plain, **figures).as_dict()
    return {remark.what: remark for remark in remarks_on(quality)}


@given(qualities())
def test_every_figure_that_is_there_is_said_once(quality):
    found = remarks_on(quality.as_dict())
    missing = {"bandwidth"} if quality.bandwidth_hz is None else set()
    missing |= {"silence"} if quality.silent is None else set()
    expected = [what for what in ALL if what not in missing]
    assert [remark.what for remark in found] == expected
    for remark in found:
        assert remark.words
        assert remark.effect.endswith(".")
        assert json.loads(json.dumps(remark.as_dict())) == remark.as_dict()


@given(qualities())
def test_numbers_in_words_are_the_figures(quality):
    said = quality.as_dict()
    found = {remark.what: remark.words for remark in remarks_on(said)}

    def number(pattern, what):
        return float(re.search(pattern, found[what])[1])

    # Half a unit of the last digit shown.
    assert number(r"mean level (-?[\d.]+)", "level") == pytest.approx(said["rms_dbfs"], abs=0.0501)
    assert number(r"peak (-?[\d.]+)", "level") == pytest.approx(said["peak_dbfs"], abs=0.0501)
    below = said["rms_dbfs"] - said["noise_floor_dbfs"]
    assert number(r"lies (-?[\d.]+) dB", "noise") == pytest.approx(below, abs=0.0501)
    assert number(r"([\d.]+) s long", "length") == pytest.approx(said["seconds"], abs=0.0501)
    if said["clipped"]:
        shown = number(r"([\d.]+) %", "clipping")
        assert shown == pytest.approx(100 * said["clipped"], abs=0.000501)
    if "bandwidth_hz" in said:
        shown = number(r"([\d.]+) kHz", "bandwidth")
        assert 1000 * shown == pytest.approx(said["bandwidth_hz"], abs=50.01)


def test_old_figures_still_have_their_remarks():
    quality = Quality(44100, 2, 30.0, -3.0, -18.0, -30.0, 0.0, 0.0).as_dict()
    assert set(quality) == OLD | {"dc_offset"}, "what earlier versions wrote"
    assert [remark.what for remark in remarks_on(quality)] == [
        what for what in ALL if what not in {"bandwidth", "silence"}
    ]
    assert remarks_on({}) == ()
    assert [remark.what for remark in remarks_on({"seconds": 3.0})] == ["length"]


def test_an_ordinary_recording_has_nothing_that_matters():
    assert not [remark for remark in remarks().values() if remark.matters]


@pytest.mark.parametrize(
    ("figures", "what"),
    [
        ({"rms_dbfs": -60.0, "peak_dbfs": -40.0, "noise_floor_dbfs": -62.0}, "level"),
        ({"clipped": 0.02}, "clipping"),
        ({"silent": 0.03}, "silence"),
        ({"noise_floor_dbfs": -43.0}, "noise"),
        ({"bandwidth_hz": 4000}, "bandwidth"),
        ({"channels": 2, "mixdown_db": -30.0, "channel_balance_db": 0.0}, "channels"),
        ({"seconds": 2.0}, "length"),
    ],
)
def test_what_changes_labels_matters_and_nothing_else(figures, what):
    assert [name for name, remark in remarks(**figures).items() if remark.matters] == [what]


@pytest.mark.parametrize(
    ("name", "below", "above", "what", "matters_below"),
    [
        ("SILENT", {"silent": 0.0199}, {"silent": 0.02}, "silence", False),
        ("CLIPPED", {"clipped": 0.0099}, {"clipped": 0.01}, "clipping", False),
        ("NARROW_HZ", {"bandwidth_hz": 8499}, {"bandwidth_hz": 8500}, "bandwidth", True),
        ("SHORT_SECONDS", {"seconds": 9.99}, {"seconds": 10.0}, "length", True),
        ("QUIET_DBFS", {"rms_dbfs": -55.1}, {"rms_dbfs": -55.0}, "level", True),
    ],
)
def test_thresholds_are_the_named_constants(name, below, above, what, matters_below):
    assert hasattr(words_module, name)
    assert remarks(**below)[what].matters is matters_below
    assert remarks(**above)[what].matters is not matters_below


@pytest.mark.parametrize(
    ("floor", "said", "matters"),
    [
        (-20.0, "no pauses", False),  # 2 dB below the mean: music, or noise
        (-45.0, "at most", True),
        (-70.0, "at most", False),
    ],
)
def test_noise_is_claimed_in_pauses_only(floor, said, matters):
    remark = remarks(noise_floor_dbfs=floor)["noise"]
    assert said in remark.words
    assert remark.matters is matters
    assert ("Not known" in remark.effect) is (said == "no pauses")


def measured(*channels):
    y = np.stack(channels, axis=1).astype(np.float32)
    meter = QualityMeter(sr=8000, channels=y.shape[1])
    meter.update(y)
    return {remark.what: remark for remark in remarks_on(meter.result().as_dict())}


LEFT = music(3.0, sr=8000)
RIGHT = noise(3.0, sr=8000, amplitude=0.2)


@pytest.mark.parametrize(
    ("channels", "words", "matters"),
    [
        ((LEFT,), "one channel", False),
        ((LEFT, LEFT), "2 channels, all the same", False),
        ((LEFT, LEFT + 1e-4 * RIGHT), "2 channels, all the same", False),
        ((LEFT, RIGHT), "2 channels that differ", False),
        ((LEFT, LEFT + RIGHT), "2 channels that differ", False),
        ((LEFT, 0 * LEFT), "2 channels, the softest 120 dB below the loudest", False),
        ((LEFT, -LEFT), "2 channels that partly cancel: their mean is 120.0 dB softer", True),
        ((LEFT, RIGHT - LEFT), "2 channels that partly cancel: their mean is ", True),
    ],
)
def test_channels_are_told_from_samples(channels, words, matters):
    remark = measured(*channels)["channels"]
    assert remark.words.startswith(words)
    assert remark.matters is matters


def test_silence_has_remarks_as_well():
    assert "very quiet" in measured(silence(2, sr=8000))["level"].words


def test_predictions_carry_their_remarks():
    quality = Quality(
        8000, 1, 2.0, -3.0, -18.0, -30.0, 0.0, 0.0, bandwidth_hz=4000, silent=0.1
    ).as_dict()
    plain = Prediction("a.wav", {"jazz": 1.0}, (), (), 50.0, unlike=False)
    assert plain.quality_remarks == ()
    prediction = dataclasses.replace(plain, quality=quality)
    assert [remark.what for remark in prediction.quality_remarks] == ALL
    said = prediction.as_dict()["quality_remarks"]
    assert json.loads(json.dumps(said)) == said
    assert set(said[0]) == {"what", "words", "effect", "matters"}


def test_effects_hold_the_figures_that_were_measured():
    """The table that scripts/measure_robustness.py prints, in the order of the sentences."""
    found = [re.findall(r"(\d+) % of GTZAN|\S+ (\d+) %[,.:]", text) for text in EFFECTS.values()]
    assert [[int(a or b) for a, b in numbers] for numbers in found] == list(MEASURED.values())
