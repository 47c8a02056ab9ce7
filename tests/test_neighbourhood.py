"""How far a row lies from the training rows: order, scale, level, and who counts as near."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from genre_audio.features import GTZAN57, feature_row
from genre_audio.learning import neighbourhood
from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.segment import Segment
from sample_tables import feature_table
from signals import chord, clicks, noise, tone

COLUMNS = list(GTZAN57.columns)
PLAIN = [f"x{k}" for k in range(4)]


def fit(X, *, columns=PLAIN, groups=None):
    names = np.array([f"r{k}" for k in range(len(X))])
    return Neighbourhood.fit(
        X,
        names=names,
        labels=names,
        groups=names if groups is None else np.asarray(groups),
        columns=columns,
    )


@pytest.fixture
def cloud(rng):
    return rng.normal(size=(300, 4))


def test_percentiles_grow_with_distance_from_0_to_100(cloud):
    near = fit(cloud)
    steps = np.linspace(0, 20, 200)[:, None] * np.array([1.0, 0.5, -0.5, 1.0])
    percentiles = near.percentile(steps)
    # Near the middle a sparse spot may pass; further out every step leads away.
    assert (np.diff(percentiles[20:]) >= 0).all()
    assert percentiles.min() < 20
    assert percentiles[-1] == 100
    assert near.percentile(cloud[:1])[0] >= 0


def test_new_rows_of_the_same_kind_are_spread_evenly(cloud, rng):
    percentiles = fit(cloud).percentile(rng.normal(size=(2000, 4)))
    # Uniform, were the training rows endless: with 300 a tenth is known to about 3 %.
    shares = np.histogram(percentiles, bins=np.linspace(0, 100, 11))[0] / 2000
    np.testing.assert_allclose(shares, 0.1, atol=0.05)
    assert np.mean(percentiles > 95) == pytest.approx(0.05, abs=0.03)


def test_the_quantiles_are_those_of_a_plain_search(cloud):
    near = fit(cloud)
    scaled = (cloud - cloud.mean(0)) / cloud.std(0)
    apart = np.linalg.norm(scaled[:, None] - scaled[None], axis=2)
    own = np.sort(apart, axis=1)[:, 1:6].mean(axis=1)  # the first is the row itself
    # Rows are kept in float32.
    np.testing.assert_allclose(near.quantiles, np.percentile(own, range(101)), rtol=1e-5)


def test_rows_of_the_own_group_are_no_neighbours(rng):
    tracks = np.repeat(np.arange(40), 6)
    X = rng.normal(size=(40, 4))[tracks] + 1e-3 * rng.normal(size=(240, 4))
    alone, together = fit(X), fit(X, groups=tracks)
    assert alone.quantiles[95] < 0.01
    assert together.quantiles[5] > 0.1
    # A new track is no stranger than the known ones are to each other.
    new = rng.normal(size=(200, 4))
    assert np.mean(alone.percentile(new) > 95) > 0.95
    assert np.mean(together.percentile(new) > 95) < 0.3


def test_few_rows_have_few_neighbours():
    near = fit(np.array([[0.0, 0, 0, 0], [1, 0, 1, 0], [0, 1, 0, 2]]))
    assert np.isfinite(near.quantiles).all()
    assert near.percentile(np.full((1, 4), 50.0)).tolist() == [100.0]


@pytest.mark.parametrize("value", [1e30, 1e45, 1e160, -1e300])
def test_rows_beyond_all_numbers_are_far_away(cloud, value):
    X = np.array([[value, 0, 0, 0], [value, -value, value, value]])
    assert fit(cloud).percentile(X).tolist() == [100, 100]  # warnings are errors here


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"quantiles": np.linspace(0, 1, 50)}, "101 growing numbers"),
        ({"quantiles": np.linspace(1, 0, 101)}, "101 growing numbers"),
        ({"quantiles": np.full(101, np.nan)}, "101 growing numbers"),
        ({"rows": np.ones((299, 4), np.float32)}, "name, label and group each"),
        ({"names": np.arange(300)}, "name, label and group each"),
        ({"labels": np.array([["jazz"]] * 300)}, "name, label and group each"),
        ({"groups": np.array(["a"])}, "name, label and group each"),
        ({"rows": np.full((300, 4), np.inf, np.float32)}, "rows of finite numbers"),
        ({"rows": np.ones(300, np.float32)}, "rows of finite numbers"),
        ({"rows": np.ones((300, 3), np.float32)}, None),
        (
            {"rows": np.ones((1, 4))} | dict.fromkeys(("names", "labels", "groups"), np.array("a")),
            "name, label and group each",
        ),
        (
            {"rows": np.ones((1, 4))}
            | dict.fromkeys(("names", "labels", "groups"), np.array(["a"])),
            "rows of finite numbers",
        ),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(cloud, how, message):
    near = fit(cloud)
    near.check(cloud[:3])
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(near, **how).check(cloud[:3])
    with pytest.raises(ValueError, match="cannot tell how near"):
        near.check(np.full((1, 4), np.nan))


def test_one_row_or_several_at_once(cloud, rng):
    near, new = fit(cloud), rng.normal(size=(5, 4))
    one_by_one = np.concatenate([near.percentile(row[None]) for row in new])
    # Matrix products of another shape sum in another order.
    np.testing.assert_allclose(near.percentile(new), one_by_one, rtol=1e-6)
    assert near.distances(new).shape == (5, 300)


def test_many_rows_are_measured_few_at_a_time(cloud, rng, monkeypatch):
    near, new, short = fit(cloud), rng.normal(size=(5, 4)), np.linspace(0, 1, 5)
    weights = np.arange(5.0)
    # Of single precision each; sums in another order.
    expected = np.average(near.distances(new, shortness=short), axis=0, weights=weights)
    pieces, squared = [], neighbourhood.squared_distances

    def spy(X, Y):
        pieces.append(len(X))
        return squared(X, Y)

    monkeypatch.setattr(neighbourhood, "_AT_ONCE", 2 * len(near.rows))
    monkeypatch.setattr(neighbourhood, "squared_distances", spy)
    found = near.mean_distances(new, weights=weights, shortness=short)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert pieces == [2, 2, 1]


@pytest.mark.parametrize("gain", [0.01, 0.5, 3.0])
def test_the_level_of_a_recording_changes_nothing(gain):
    table = feature_table(20)
    near = fit(table.X, columns=COLUMNS)
    X = feature_table(5, seed=0).X * 1.3
    louder = X.copy()
    for name, factor in {
        "rms_mean": gain,
        "rms_var": gain**2,
        "harmony_mean": gain,
        "harmony_var": gain**2,
        "perceptr_mean": gain,
        "perceptr_var": gain**2,
    }.items():
        louder[:, COLUMNS.index(name)] *= factor
    louder[:, COLUMNS.index("mfcc1_mean")] += 20 * np.log10(gain) * np.sqrt(128)
    np.testing.assert_allclose(near.percentile(louder), near.percentile(X), atol=1e-3)
    # The opposite: level alone, with nothing that goes with it, is strange.
    X[:, COLUMNS.index("mfcc1_mean")] += 500
    assert (near.percentile(X) > near.percentile(louder)).any()


@pytest.fixture(scope="module")
def pieces():
    """Rows of thirty made-up pieces: chords with a beat and a little noise."""
    rng = np.random.default_rng(5)
    rows = []
    for seed in range(30):
        y = chord(rng.uniform(100, 500) * np.array([1, 1.25, 1.5]), seconds=1.0, amplitude=0.3)
        y += clicks(rng.uniform(80, 160), seconds=1.0, amplitude=rng.uniform(0.2, 0.5))
        y += noise(1.0, amplitude=rng.uniform(0.01, 0.1), seed=seed)
        rows.append(row(y))
    return np.array(rows)


def row(y):
    return feature_row(Segment(y, sr=22050))


@pytest.mark.parametrize(
    "y",
    [noise(1.0), 1e-3 * noise(1.0, seed=9), tone(seconds=1.0), tone(60.0, seconds=1.0)],
    ids=["white noise", "near silence", "sine", "hum"],
)
def test_sounds_that_are_no_music_lie_farther_than_95_percent(pieces, y):
    near = fit(pieces, columns=COLUMNS)
    assert near.percentile(row(y)[None])[0] > 95
    assert np.median(near.percentile(pieces)) < 60
