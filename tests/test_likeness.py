"""Which training recordings are near, against distances that are measured one by one."""

from __future__ import annotations

import dataclasses
import json
import shutil

import numpy as np
import pytest

from genre_audio.errors import ModelError
from genre_audio.learning.bearing import shortness
from genre_audio.prediction import predict_table
from genre_audio.prediction.likeness import Neighbour, nearest
from genre_audio.tables import Annotations, dataset_of, resolve_groups
from genre_audio.training import load_bundle, save_bundle, train
from genre_audio.training.credits import Credits
from old_bundles import GOLDEN, under_its_series
from sample_tables import TINY, feature_table
from test_persistence import put_arrays


@pytest.fixture(scope="module")
def credited():
    """A model of segments that knows who made its recordings, and some of their titles."""
    table = feature_table(segments=2)
    dataset = dataset_of(table, groups=resolve_groups("artist", table=table))
    titles = Annotations({"jazz.00000": "Lullaby", "polka.00030": "Döntö"}, column="title")
    return train(table, dataset, name="credited", budget=TINY, titles=titles)[0]


def by_hand(bundle, X, *, seconds, weights):
    """Distance of each training recording: a loop over recordings, rows and segments."""
    near, found = bundle.neighbourhood, {}
    short = shortness(seconds, full=30.0)
    places = near.space.transform(X) + short[:, None] * near.bearing.shrinkage
    for name in dict.fromkeys(near.names.tolist()):
        mine = []
        for row in near.rows[near.names == name].astype(float):
            away = [
                np.linalg.norm(place - row) / (1 + float(near.bearing.allowance) * s)
                for place, s in zip(places, short, strict=True)
            ]
            mine.append(np.average(away, weights=weights))
        found[name] = min(mine)
    return dict(sorted(found.items(), key=lambda item: item[1]))


@pytest.mark.parametrize("seconds", [30.0, 7.5])
def test_the_nearest_are_those_that_a_loop_finds(credited, seconds):
    X, lasting = feature_table(1, segments=3, seed=5).X[:3], np.array([seconds, seconds, 5.0])
    weights = np.array([3.0, 2.0, 1.0])
    found = nearest(X, weights=weights, seconds=lasting, bundle=credited, count=7)
    expected = by_hand(credited, X, seconds=lasting, weights=weights)
    assert [neighbour.name for neighbour in found] == list(expected)[:7]
    # Rows are kept in single precision.
    np.testing.assert_allclose(
        [neighbour.distance for neighbour in found], list(expected.values())[:7], rtol=1e-5
    )
    labels = dict(zip(credited.neighbourhood.names, credited.neighbourhood.labels, strict=True))
    assert all(neighbour.label == labels[neighbour.name] for neighbour in found)


def test_a_training_recording_is_its_own_nearest(credited):
    near, one = credited.neighbourhood, np.ones(1)
    X = feature_table(segments=2).X
    for place in range(0, len(X), 7):
        first, second = nearest(X[[place]], weights=one, seconds=30 * one, bundle=credited, count=2)
        assert first.name == near.names[place]
        # Squares of differences are found as differences of squares.
        assert first.distance == pytest.approx(0.0, abs=1e-2)
        assert first.distance < second.distance


def test_each_recording_is_named_once_and_no_more_than_there_are(credited):
    one = np.ones(1)
    X = feature_table(1).X[:1]
    found = nearest(X, weights=one, seconds=30 * one, bundle=credited, count=1000)
    names = [neighbour.name for neighbour in found]
    assert len(names) == len(set(names)) == 36
    distances = [neighbour.distance for neighbour in found]
    assert distances == sorted(distances)
    percentiles = [neighbour.percentile for neighbour in found]
    assert percentiles == sorted(percentiles)
    known = credited.neighbourhood.quantiles
    expected = [100 * np.interp(d, known, np.linspace(0, 1, 101)) for d in distances]
    np.testing.assert_allclose(percentiles, expected, rtol=1e-9)


def test_makers_and_titles_are_told_where_training_knew(credited):
    one, X = np.ones(1), feature_table(1).X[:1]
    found = nearest(X, weights=one, seconds=30 * one, bundle=credited, count=36)
    known = {neighbour.name: neighbour for neighbour in found}
    assert (known["jazz.00000.wav"].group, known["jazz.00000.wav"].title) == (
        "artist 0",
        "Lullaby",
    )
    assert (known["jazz.00001.wav"].group, known["jazz.00001.wav"].title) == ("artist 0", None)
    assert known["polka.00030.wav"].title == "Döntö"


def test_they_survive_on_disk(credited, tmp_path):
    save_bundle(credited, tmp_path / "credited")
    again = load_bundle(tmp_path / "credited")
    one, X = np.ones(1), feature_table(1).X[:1]
    asked = {"weights": one, "seconds": 30 * one, "count": 36}
    assert nearest(X, bundle=again, **asked) == nearest(X, bundle=credited, **asked)


def test_a_model_without_groups_and_titles_names_recordings_only(tiny):
    assert tiny.credits is None
    for neighbour in predict_table(feature_table(1), tiny, explain=True)[0].neighbours:
        assert neighbour.group is neighbour.title is None


@pytest.mark.parametrize("number", [pytest.param(1, marks=under_its_series), 2])
def test_old_bundles_have_neighbours_without_makers(number):
    bundle = load_bundle(GOLDEN / f"format{number}")
    one = np.ones(1)
    row = bundle.probe.rows[:1]
    found = nearest(row, weights=one, seconds=30 * one, bundle=bundle)
    assert len(found) == 5
    assert {neighbour.group for neighbour in found} == {None}


@pytest.mark.parametrize("name", ["credits_makers", "credits_titles"])
def test_credits_that_do_not_belong_to_the_rows_are_refused(credited, tmp_path, name):
    save_bundle(credited, tmp_path / "m")
    shutil.copytree(tmp_path / "m", tmp_path / "half")
    put_arrays(tmp_path / "m", lambda values: values.update({name: values[name][:3]}))
    with pytest.raises(ModelError, match="makers and titles are not one for each"):
        load_bundle(tmp_path / "m")
    put_arrays(tmp_path / "half", lambda values: values.pop(name))
    with pytest.raises(ModelError, match=f"lacks arrays, or holds others than ours: {name}"):
        load_bundle(tmp_path / "half")


def test_numbers_are_no_makers(credited):
    wrong = Credits(np.zeros(72), credited.credits.titles)
    with pytest.raises(ValueError, match="not one for each training row"):
        wrong.check(72)


def test_groups_that_only_look_like_recordings_are_told_from_them():
    table = feature_table(2)
    groups = Annotations({"jazz.00000.wav": "recording of 1931"}, column="source")
    found = Credits.of(dataset_of(table, groups=groups))
    assert found.makers.tolist() == ["recording of 1931", "", "", "", "", ""]
    assert Credits.of(dataset_of(table)) is None


def test_the_words_of_a_neighbour():
    plain = Neighbour("a.wav", "blues", None, None, 4.25, 12.0)
    assert plain.words == "a.wav, blues, at distance 4.2"
    assert dataclasses.replace(plain, group="Ali").words == "a.wav (Ali), blues, at distance 4.2"
    assert (
        dataclasses.replace(plain, group="Ali", title="Lullaby").words
        == "Lullaby (a.wav, Ali), blues, at distance 4.2"
    )


def test_neighbours_are_told_in_json_and_only_when_asked(credited):
    table = feature_table(1)
    assert predict_table(table, credited)[0].neighbours == ()
    said = predict_table(table, credited, explain=True)[0].as_dict()["neighbours"]
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert set(said[0]) == {"name", "label", "group", "title", "distance", "percentile"}
    assert len(said) == 5
