"""Speech along its own axis, and the allowance for short recordings."""

from __future__ import annotations

import dataclasses
import importlib
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from genre_audio.features import GTZAN57, feature_row
from genre_audio.learning import neighbourhood
from genre_audio.learning.bearing import Bearing, shortness
from genre_audio.learning.neighbourhood import UNLIKE_PERCENTILE, Neighbourhood
from genre_audio.learning.speech import SPEECH, typical_speech
from genre_audio.segment import Segment
from sample_tables import feature_table

COLUMNS = list(GTZAN57.columns)
SOME = ["rms_mean", "rms_var", "chroma_stft_var", "mfcc2_mean", "mfcc2_var", "tempo"]


def fit(X, *, columns=SOME, groups=None, labels=None):
    names = np.array([f"r{k}" for k in range(len(X))])
    return Neighbourhood.fit(
        X,
        names=names,
        labels=np.array(["jazz"] * len(X)) if labels is None else labels,
        groups=names if groups is None else np.asarray(groups),
        columns=list(columns),
    )


def music_rows(rng, n):
    """Rows like those of calm music: less spread than speech has in every column."""
    typical = np.array([SPEECH[name] for name in SOME])
    rows = typical * np.exp(0.3 * rng.normal(size=(n, len(SOME))))
    return rows / np.where([name.endswith("_var") for name in SOME], 3.0, 1.0)


@pytest.fixture
def near(rng):
    return fit(music_rows(rng, 600))


def test_speech_lies_beyond_all_rows_along_the_axis_and_music_does_not(near, rng):
    speech = np.array([[SPEECH[name] for name in SOME]])
    assert near.percentile(speech)[0] > 99
    # Without the axis hardly anything is strange about it.
    plain = dataclasses.replace(near, bearing=None)
    calm = speech.copy()
    calm[:, [1, 2, 4]] /= 9.0  # as far out on the other side
    assert near.percentile(calm)[0] == pytest.approx(plain.percentile(calm)[0], abs=2)


def test_new_rows_of_the_same_kind_are_flagged_as_often_as_the_gate_says(near, rng):
    percentiles = near.percentile(music_rows(rng, 4000))
    # 600 training rows know their 98th percentile to about 0.6 %.
    assert np.mean(percentiles > UNLIKE_PERCENTILE) == pytest.approx(0.02, abs=0.018)
    shares = np.histogram(percentiles, bins=np.linspace(0, 100, 6))[0] / 4000
    np.testing.assert_allclose(shares, 0.2, atol=0.07)


@hypothesis.given(st.floats(0.0, 30.0), st.floats(0.0, 30.0))
def test_nobody_comes_nearer_by_going_on_towards_speech(one, other):
    near = fit(music_rows(np.random.default_rng(3), 200))
    bearing, start = near.bearing, near.rows.mean(axis=0).astype(float)
    steps = np.sort([one, other])[:, None] * bearing.direction / np.linalg.norm(bearing.direction)
    before, after = bearing.percentile(start + steps, by_distance=np.array([40.0, 40.0]))
    assert before <= after


@hypothesis.given(st.floats(-40.0, 12.0))
def test_no_gain_changes_anything(decibels):
    table, gain = feature_table(6), 10 ** (decibels / 20)
    near = fit(table.X, columns=COLUMNS, labels=table.labels.astype(str))
    X = feature_table(3, seed=1).X * 1.1
    louder = X.copy()
    for name in ("rms", "harmony", "perceptr"):
        louder[:, COLUMNS.index(f"{name}_mean")] *= gain
        louder[:, COLUMNS.index(f"{name}_var")] *= gain**2
    louder[:, COLUMNS.index("mfcc1_mean")] += decibels * np.sqrt(128)
    short = np.full(len(X), 0.7)
    before, after = (near.percentile(rows, shortness=short) for rows in (X, louder))
    # Training rows are kept in single precision, and a step of a percentile may be steep.
    np.testing.assert_allclose(after, before, atol=1e-2)


def test_the_axis_is_fishers_discriminant_with_five_made_up_rows_for_each_column(rng):
    X, labels = rng.normal(size=(90, 3)) @ rng.normal(size=(3, 3)), np.repeat(["a", "b", "c"], 30)
    X[labels == "b"] += 4.0
    towards = np.array([1.0, -2.0, 0.5])
    known = {"by_distance": np.linspace(0, 100, 90), "labels": labels, "spreads": [False] * 3}
    bearing = Bearing.fit(X, towards=towards, **known)
    within = sum(29 * np.cov(X[labels == label].T) for label in "abc")
    expected = np.linalg.inv((within + 15 * np.eye(3)) / 105) @ towards
    np.testing.assert_allclose(bearing.direction, expected, rtol=1e-9)  # two ways to solve
    np.testing.assert_allclose(bearing.along, np.percentile(X @ expected, range(101)), rtol=1e-9)


def test_columns_that_nobody_knows_of_have_no_say(rng):
    rows = np.hstack([music_rows(rng, 50), rng.normal(size=(50, 2)), np.ones((50, 1))])
    columns = [*SOME, "mood", "weather_var", "mfcc3_mean"]
    bearing = fit(rows, columns=columns).bearing
    # rms_mean is gone, and a column that never changed leads nowhere.
    assert bearing.direction[-3:].tolist() == [0, 0, 0]
    assert bearing.direction[:5].all()
    np.testing.assert_array_equal(bearing.shrinkage, [0.2, 0.2, 0, 0.2, 0, 0, 0.2, 0])


def test_without_a_level_columns_that_depend_on_it_are_left_out(rng):
    known = typical_speech(np.ones((2, 5)), columns=[*SOME[1:]])[1]
    assert known == ["chroma_stft_var", "mfcc2_mean", "mfcc2_var", "tempo"]
    bearing = fit(music_rows(rng, 50)[:, 1:], columns=SOME[1:]).bearing
    assert (bearing.direction != 0).tolist() == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("seconds", "full", "expected"),
    [
        (30.0, 30.0, 0.0),
        (44.0, 30.0, 0.0),
        (7.5, 30.0, 1.0),
        (0.01, 30.0, np.sqrt(30) - 1),
        (1.2, 4.8, 2.5),
        (0.3, 0.5, np.sqrt(0)),
    ],
)
def test_shortness_is_the_root_of_how_many_times_shorter(seconds, full, expected):
    assert shortness(np.array([seconds]), full=full)[0] == pytest.approx(expected, abs=1e-12)


@hypothesis.given(st.lists(st.floats(0.0, 5.0), min_size=2, max_size=2))
def test_the_shorter_the_greater_the_allowance(both):
    rng = np.random.default_rng(5)
    near = fit(rng.normal(size=(100, 3)), columns=["a", "b", "c"])
    less, more = near.percentile(np.full((2, 3), 2.5), shortness=np.sort(both))
    assert more <= less
    assert near.percentile(np.full((1, 3), 2.5))[0] >= less


def test_what_short_recordings_lack_in_variance_is_added(near, rng):
    rows = music_rows(rng, 200)
    short = rows.copy()
    spreads = [k for k, name in enumerate(SOME) if name.endswith("_var")]
    scale = near.space.transform(rows * np.e)[0] - near.space.transform(rows)[0]
    for place, k in zip((0, 1, 3), spreads, strict=True):  # places where rms_mean is gone
        step = 1 if SOME[k] != "rms_var" else -1  # e times the level is e² times less of this
        short[:, k] *= np.exp(-0.2 * 2.0 / (step * scale[place]))
    back = dataclasses.replace(
        near, bearing=dataclasses.replace(near.bearing, allowance=np.array(0.0))
    )
    again = back.percentile(short, shortness=np.full(200, 2.0))
    np.testing.assert_allclose(again, back.percentile(rows), atol=1e-2)


def test_blocks_of_any_size_give_the_same(rng, monkeypatch):
    X, new = music_rows(rng, 50), music_rows(rng, 20)
    whole = fit(X)
    expected = whole.percentile(new, shortness=np.linspace(0, 2, 20))
    monkeypatch.setattr(neighbourhood, "_AT_ONCE", 150)
    parts = fit(X)
    # Matrix products of another shape sum in another order, and are then rounded to single.
    np.testing.assert_allclose(parts.quantiles, whole.quantiles, rtol=1e-5)
    again = whole.percentile(new, shortness=np.linspace(0, 2, 20))
    np.testing.assert_allclose(again, expected, atol=1e-3)


@pytest.mark.parametrize(
    ("n", "groups"),
    [(2, None), (6, [0, 0, 0, 1, 1, 1]), (5, [0] * 5), (7, [0, 0, 0, 0, 0, 0, 1])],
    ids=["two rows", "two groups", "one group", "one apart"],
)
def test_few_rows_and_groups_give_answers(rng, n, groups):
    near = fit(music_rows(rng, n), groups=groups)
    near.check(music_rows(rng, 3))
    assert np.isfinite(near.quantiles).all()
    assert near.percentile(np.full((1, len(SOME)), 1e9)).tolist() == [100.0]


def test_rows_that_are_all_the_same(rng):
    near = fit(np.repeat(music_rows(rng, 1), 8, axis=0))
    near.check(music_rows(rng, 2))
    assert near.percentile(music_rows(rng, 1) * 2).tolist() == [100.0]


def test_no_number_gives_no_answer_and_a_huge_one_is_far(near):
    X = np.full((3, len(SOME)), 1.0)
    X[0, 3], X[1, 3], X[2, 3] = np.nan, 1e160, -1e300
    assert np.isnan(near.percentile(X)).tolist() == [True, False, False]
    assert near.percentile(X[1:]).tolist() == [100, 100]  # warnings are errors here


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"direction": np.zeros(4)}, "its direction is no array"),
        ({"shrinkage": np.zeros(6)}, "its shrinkage is no array"),
        ({"shrinkage": np.full(5, np.nan)}, "its shrinkage is no array"),
        ({"along": np.zeros(100)}, "its along is no array"),
        ({"together": np.arange(101)}, "its together is no array"),
        ({"along": np.linspace(1, 0, 101)}, "do not grow"),
        ({"together": np.linspace(1, 0, 101)}, "do not grow"),
        ({"allowance": np.zeros(1)}, "its allowance is no array"),
        ({"allowance": np.array(-0.1)}, "allowance is negative"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(near, rng, how, message):
    wrong = dataclasses.replace(near, bearing=dataclasses.replace(near.bearing, **how))
    with pytest.raises(ValueError, match=message):
        wrong.check(music_rows(rng, 2))


def test_a_neighbourhood_of_an_earlier_version_knows_neither(near, rng):
    old, X = dataclasses.replace(near, bearing=None), music_rows(rng, 5)
    short = np.full(5, 3.0)
    np.testing.assert_array_equal(old.percentile(X, shortness=short), old.percentile(X))


@pytest.fixture(scope="module")
def measured(data_folder, gtzan_data):
    """The script that measures, its training table, and the artist of each row."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parent.parent / "scripts")
        script = importlib.import_module("measure_likeness")
    return script, *script.training_table(data_folder)


def flagged(script, near, y, *, seconds):
    n = seconds * script.SR
    row = feature_row(Segment(y[:n], sr=script.SR))[None]
    short = shortness(np.array([float(seconds)]), full=30.0)
    return near.percentile(row, shortness=short)[0] > UNLIKE_PERCENTILE


@pytest.mark.parametrize("seconds", [5, 3])
def test_gtzan_clips_are_seldom_unlike_gtzan(measured, gtzan_data, seconds):
    script, table, artists = measured
    paths = sorted((gtzan_data / "audio").glob("*/*"))
    artist_of = dict(zip(table["filename"], artists, strict=True))
    chosen = [path for path in paths if path.stem.endswith(("0", "6"))][:20]
    out = np.isin(artists, [artist_of[f"{path.stem}.wav"] for path in chosen])
    near = script.fit(table, artists, ~out)
    found = [flagged(script, near, script.read(path), seconds=seconds) for path in chosen]
    # One in ten may be; of twenty, five or more are with a chance of 4 %, and none was seen.
    assert len(found) == 20
    assert np.sum(found) <= 4


@pytest.mark.parametrize("seconds", [5, 3])
def test_readings_and_soundscapes_are_unlike_gtzan(measured, data_folder, seconds):
    script, table, artists = measured
    near = script.fit(table, artists, np.full(len(table), fill_value=True))
    field = data_folder / "field"
    readings = sorted((field / "librosa_data").glob("*-*-0000.hq.ogg"))
    places = [*readings, *sorted((field / "not_music").rglob("*.wav"))[::4]]
    if len(places) < 6:
        pytest.skip("GENRE_AUDIO_DATA holds no field/librosa_data or field/not_music")
    assert all(flagged(script, near, script.read(path), seconds=seconds) for path in places)
