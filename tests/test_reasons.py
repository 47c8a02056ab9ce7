"""Why a label: what only one aspect can know must be named first, and words must be true."""

from __future__ import annotations

import dataclasses
import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest

from genre_audio.config import Segmentation
from genre_audio.features import EXTENDED, GTZAN57, SCHEMAS
from genre_audio.learning.forms import rescaled
from genre_audio.prediction import Reason, predict_table
from genre_audio.prediction.aspects import ASPECTS, aspects_of
from genre_audio.prediction.reasons import _push, _sample, reasons_for
from genre_audio.prediction.standing import standing
from genre_audio.tables import FeatureTable, dataset_of
from genre_audio.training import load_bundle, resolve_model, train
from old_bundles import GOLDEN, under_its_series
from sample_tables import TINY, feature_table

ONE = np.ones(1)
FAMILIES = {family.name: family.columns for family in EXTENDED.features}


def why(bundle, X, **how):
    how = {"weights": np.ones(len(X)), "seconds": np.full(len(X), 30.0)} | how
    return reasons_for(X, bundle=bundle, **how)


def told_by(families, *, schema=GTZAN57, seed=0):
    """Two labels that differ in nothing but the columns of some families, by a factor of 20."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(["high", "low"], 20)
    X = np.exp(0.5 * rng.normal(size=(40, len(schema.columns))))
    mine = [schema.columns.index(column) for name in families for column in FAMILIES[name]]
    # Columns that are no logarithms in the space differ by 20 as well.
    X[:20, mine] *= 20.0
    frame = pd.DataFrame(X, columns=list(schema.columns))
    frame["filename"], frame["label"] = [f"{k}.wav" for k in range(40)], labels
    return FeatureTable(frame, schema, Segmentation())


def trained(table):
    return train(table, dataset_of(table), name="told", budget=TINY, scores=[])[0]


TOLD = {
    "brightness": ("spectral_centroid", "rolloff"),
    "timbre": ("mfcc",),
    "pitch": ("chroma_stft",),
    "percussion": ("harmony", "perceptr"),
    "tempo": ("tempo",),
}


@pytest.mark.parametrize("aspect", TOLD)
def test_what_alone_tells_the_labels_apart_is_named_first(aspect):
    table = told_by(TOLD[aspect])
    bundle = trained(table)
    for row in (0, 7, 25, 33):
        reasons = why(bundle, table.X[[row]])
        assert reasons[0].family == aspect
        # Without it the model knows next to nothing: a half instead of nearly one.
        assert reasons[0].push > 0.3
        assert all(abs(reason.push) < 0.5 * reasons[0].push for reason in reasons[1:])


def test_with_the_columns_of_the_larger_schema_as_well():
    table = told_by(("onset",), schema=EXTENDED)
    reasons = why(trained(table), table.X[[3]])
    assert reasons[0].family == "movement"
    assert {reason.family for reason in reasons} == {aspect.name for aspect in ASPECTS}


@pytest.fixture(scope="module")
def bright():
    table = told_by(TOLD["brightness"])
    return table, trained(table)


def test_what_speaks_for_one_of_two_labels_speaks_against_the_other(bright):
    table, bundle = bright
    for row in (0, 20):
        towards = {reason.family: reason for reason in why(bundle, table.X[[row]], label="high")}
        away = {reason.family: reason for reason in why(bundle, table.X[[row]], label="low")}
        assert towards.keys() == away.keys()
        for family, reason in towards.items():
            # exp(-push) is how many times as probable the label is without the aspect.
            assert reason.push * away[family].push <= 0
        expected = 1 if row == 0 else -1
        assert np.sign(towards["brightness"].push) == expected
        assert np.sign(away["brightness"].push) == -expected


def test_a_push_is_what_the_definition_says(bright):
    """One aspect of one column, replaced by hand in rows of the table."""
    table = told_by(("tempo",))
    bundle = trained(table)
    place = GTZAN57.columns.index("tempo")
    rows = np.repeat(table.X[[4]], 200, axis=0)
    # The whole table five times over is the sample: twenty of each label, one hundred times.
    rows[:, place] = table.X[_sample(bundle.neighbourhood.labels, count=200), place]
    without = bundle.predict_proba(rows).mean(axis=0)
    said = bundle.predict_proba(table.X[[4]])[0]
    expected = np.log(said / without)[bundle.labels.index("high")]
    (found,) = [reason for reason in why(bundle, table.X[[4]]) if reason.family == "tempo"]
    # Training rows are kept in single precision, and trees cut between them.
    assert found.push == pytest.approx(expected, rel=1e-4)


def test_segments_are_weighed(bright):
    table, bundle = bright
    X = table.X[[0, 21]]
    heavy = why(bundle, X, weights=np.array([1.0, 1e-9]))
    first = {reason.family: reason for reason in heavy}["brightness"]
    # Half of the sample is asked of each segment, so that means differ a little.
    (alone,) = [reason for reason in why(bundle, X[:1]) if reason.family == "brightness"]
    assert first.push == pytest.approx(alone.push, abs=0.1)
    assert first.words == alone.words


def test_segments_that_count_for_nothing_are_not_asked(bright):
    table, bundle = bright
    weights = np.zeros(40)
    weights[[3, 30]] = 1.0
    assert why(bundle, table.X, weights=weights) == why(bundle, table.X[[3, 30]])


def test_a_long_tape_takes_no_longer_than_a_short_one(bright, monkeypatch):
    table, bundle = bright
    asked = []
    real = type(bundle.classifier).predict_proba

    def spy(self, X):
        asked.append(len(X))
        return real(self, X)

    monkeypatch.setattr(type(bundle.classifier), "predict_proba", spy)
    why(bundle, np.tile(table.X, (10, 1)))
    assert max(asked) <= 200
    assert sum(asked) <= 8 + 200 * len(ASPECTS)


def test_the_same_recording_has_the_same_reasons(bright):
    table, bundle = bright
    assert why(bundle, table.X[[5]]) == why(bundle, table.X[[5]])


def test_gain_changes_no_reason(bright):
    table, bundle = bright
    row, gain = table.X[[5]].copy(), 0.25
    for column in ("rms_mean", "harmony_mean", "perceptr_mean"):
        row[0, GTZAN57.columns.index(column)] *= gain
    for column in ("rms_var", "harmony_var", "perceptr_var"):
        row[0, GTZAN57.columns.index(column)] *= gain**2
    row[0, GTZAN57.columns.index("mfcc1_mean")] += 20 * np.log10(gain) * np.sqrt(128)
    for one, other in zip(why(bundle, table.X[[5]]), why(bundle, row), strict=True):
        assert (one.family, one.words) == (other.family, other.words)
        assert one.push == pytest.approx(other.push, abs=1e-6)


@pytest.mark.parametrize("number", [pytest.param(1, marks=under_its_series), 2])
def test_old_bundles_have_reasons(number):
    bundle = load_bundle(GOLDEN / f"format{number}")
    reasons = why(bundle, bundle.probe.rows[:1])
    assert {reason.family for reason in reasons} == {aspect.name for aspect in ASPECTS[:6]}
    assert all(np.isfinite(reason.push) for reason in reasons)


def loud_table(seed=0):
    """Two labels that differ in nothing but a gain of 20."""
    table = told_by((), seed=seed)
    columns = list(GTZAN57.columns)
    X = rescaled(table.X, 20.0 ** np.repeat([1.0, 0.0], 20) * table.X[:, 2], columns=columns)
    frame = table.frame.copy()
    frame[columns] = X
    return dataclasses.replace(table, frame=frame)


def test_a_model_that_keeps_the_level_is_asked_about_it_too():
    table = loud_table()
    dataset = dataset_of(table)
    bundle = train(table, dataset, name="loud", budget=TINY, scores=[], level_invariant=False)[0]
    first = why(bundle, table.X[[0]])[0]
    assert first.family == "level"
    assert first.push > 0.3
    typical = np.median(table.X[:20, 2])
    away = 20 * np.log10(table.X[0, 2] / typical)
    side = "louder" if away > 0 else "softer"
    assert first.words.startswith(f"{abs(away):.1f} dB {side} than the typical high clip: level ")
    assert first.words.endswith(f"{20 * np.log10(table.X[0, 2]):.1f} dBFS")


def test_where_the_level_is_taken_out_it_is_no_reason():
    table = loud_table()
    reasons = why(trained(table), table.X[[0]])
    assert "level" not in {reason.family for reason in reasons}


def test_without_an_answer_there_is_no_push():
    assert _push(float("nan"), 0.5) == _push(0.5, float("nan")) == 0.0
    assert _push(0.5, 0.25) == pytest.approx(np.log(2), rel=1e-12)
    assert np.isfinite(_push(0.5, 0.0))


def test_rows_of_another_recipe_have_no_reasons(bright):
    table, bundle = bright
    schema = bundle.info.schema | {"name": "unheard of"}
    other = dataclasses.replace(bundle, info=dataclasses.replace(bundle.info, schema=schema))
    assert why(other, table.X[[0]]) == ()


def test_huge_numbers_give_finite_reasons(tiny):
    table = feature_table(1)
    table.frame.loc[1, "mfcc8_mean"] = 1e45
    for prediction in predict_table(table, tiny, explain=True):
        assert all(np.isfinite(reason.push) for reason in prediction.reasons)
        assert len(prediction.neighbours) == 5


# Words -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gtzan():
    return load_bundle(resolve_model("default").path)


def test_shares_in_words_are_those_of_the_published_table(gtzan, gtzan_data):
    """Percentiles of raw columns, straight from the table."""
    frame = pd.read_csv(gtzan_data / "features_30_sec.csv")
    columns = list(GTZAN57.columns)
    said = {
        "spectral centroid": ("spectral_centroid_mean", "brighter", "darker"),
        "spectral bandwidth": ("spectral_bandwidth_mean", "wider", "narrower"),
        "mean chroma": ("chroma_stft_mean", "denser", "sparser"),
        "tempo": ("tempo", "faster", "slower"),
    }
    checked = 0
    for row in range(0, 1000, 167):
        for reason in why(gtzan, frame.loc[[row], columns].to_numpy(float)):
            match = re.fullmatch(
                r"(\w+).* than (?:(\d+) %|all) of the (\w+) clips: ([a-z ]+) ([\d,.]+).*",
                reason.words,
            )
            if match is None or match[4] not in said:
                continue
            column, more, less = said[match[4]]
            mine = frame.loc[frame["label"] == match[3], column]
            value = frame.loc[row, column]
            assert match[1] in {more, less}
            share = 100 * ((mine < value) if match[1] == more else (mine > value)).mean()
            # Neighbouring values may be one in single precision: one clip in a hundred.
            assert int(match[2] or 100) == pytest.approx(share, abs=1.0 + 1e-9)
            assert reason.percentile == pytest.approx(share, abs=1.0 + 1e-9)
            shown = float(match[5].replace(",", ""))
            assert shown == pytest.approx(value, rel=0.02 if value < 1 else 0.005)
            checked += 1
    assert checked > 6


def test_levels_and_parts_have_the_values_of_their_formulas(gtzan):
    probe = dict(zip(GTZAN57.columns, gtzan.probe.rows[3], strict=True))
    words = " ".join(reason.words for reason in why(gtzan, gtzan.probe.rows[[3]]))
    spread = 100 * np.sqrt(probe["rms_var"]) / probe["rms_mean"]
    assert f"level varies by {spread:.0f} % of its mean" in words
    parts = {"percussive": "perceptr_var", "sustained": "harmony_var"}
    found = {
        name: 10 * np.log10(probe[column] / probe["rms_mean"] ** 2)
        for name, column in parts.items()
    }
    assert any(f"{name} part {value:.1f} dB" in words for name, value in found.items())


def test_extremes_and_the_middle_have_words(gtzan):
    kept = [GTZAN57.columns[k] for k in gtzan.neighbourhood.space.steps[0].values["kept"]]
    aspects = aspects_of(GTZAN57, kept)
    tempo = next(aspect for aspect in aspects if aspect.name == "tempo")
    rows = gtzan.neighbourhood.rows[gtzan.neighbourhood.labels == "pop"].astype(float)

    def words(here):
        return standing(here, tempo, aspects[tempo], bundle=gtzan, label="pop")

    assert words(rows.max(axis=0) + 1).words.startswith("faster than all of the pop clips: tempo ")
    assert words(rows.max(axis=0) + 1).percentile == 100
    assert words(rows.min(axis=0) - 1).words.startswith("slower than all of the pop clips: tempo ")
    middle = words(np.median(rows, axis=0))
    assert middle.words.startswith("in the middle of the pop clips: tempo ")
    assert middle.percentile is None


def test_aspects_of_many_columns_are_measured_from_their_middle(gtzan):
    kept = [GTZAN57.columns[k] for k in gtzan.neighbourhood.space.steps[0].values["kept"]]
    aspects = aspects_of(GTZAN57, kept)
    timbre = next(aspect for aspect in aspects if aspect.name == "timbre")
    rows = gtzan.neighbourhood.rows[gtzan.neighbourhood.labels == "pop"].astype(float)
    middle = np.median(rows, axis=0)
    assert standing(middle, timbre, aspects[timbre], bundle=gtzan, label="pop").words == (
        "farther from the middle of the pop clips than hardly any of them: timbre off by 0.0 "
        "standard deviations a column"
    )
    out = middle + 9.0
    out[kept.index("mfcc2_mean")] = middle[kept.index("mfcc2_mean")]
    said = standing(out, timbre, aspects[timbre], bundle=gtzan, label="pop")
    assert said.words.startswith("farther from the middle of the pop clips than all of them: timb")
    assert said.percentile == 100


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=lambda schema: schema.name)
def test_every_family_stands_in_one_aspect(schema):
    counts = [
        sum(family.name in aspect.families for aspect in ASPECTS) for family in schema.features
    ]
    assert set(counts) == {1}
    found = aspects_of(schema, schema.columns)
    assert sorted(itertools.chain(*found.values())) == list(range(len(schema.columns)))
    for aspect in ASPECTS:
        for scale in aspect.scales:
            assert scale.column in EXTENDED.columns


def test_a_family_that_nobody_sorted_is_an_aspect_of_its_own():
    new = dataclasses.replace(GTZAN57.features[0], name="brand_new", names=("x",))
    schema = dataclasses.replace(GTZAN57, features=(*GTZAN57.features, new))
    last, places = list(aspects_of(schema, schema.columns).items())[-1]
    assert (last.name, places) == ("brand_new", [57, 58])


def test_an_aspect_without_words_is_measured_from_the_middle(gtzan):
    bare = dataclasses.replace(ASPECTS[5], scales=())
    kept = [GTZAN57.columns[k] for k in gtzan.neighbourhood.space.steps[0].values["kept"]]
    place = kept.index("tempo")
    here = gtzan.neighbourhood.rows.max(axis=0) + 1
    said = standing(here, bare, [place], bundle=gtzan, label="pop").words
    assert said.startswith("farther from the middle of the pop clips than all of them: tempo off")


def test_samples_take_all_labels_in_turn():
    labels = np.repeat(["a", "b", "c"], [50, 5, 500])
    rows = _sample(labels, count=30)
    assert labels[rows].tolist() == ["a", "b", "c"] * 10
    assert len(np.unique(rows[::3])) == len(np.unique(rows[2::3])) == 10
    assert rows.max() == 554


@pytest.mark.parametrize(
    ("push", "effect"),
    [
        (np.log(2), "makes it 2.0 times more likely"),
        (-np.log(3), "makes it 3.0 times less likely"),
        (0.04, "hardly matters"),
        (-0.04, "hardly matters"),
    ],
)
def test_effects_are_said_as_factors(push, effect):
    assert Reason("tempo", push, "").effect == effect


def test_reasons_are_told_in_json_the_strongest_first_and_only_when_asked(tiny):
    table = feature_table(1)
    assert predict_table(table, tiny)[0].reasons == ()
    prediction = predict_table(table, tiny, explain=True)[0]
    said = prediction.as_dict()["reasons"]
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    sizes = [abs(reason["push"]) for reason in said]
    assert sizes == sorted(sizes, reverse=True)
    assert len(said) == 6
