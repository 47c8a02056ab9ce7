"""From rows to a prediction: pooling, order, identities, and what is refused."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from genre_audio.audio import find_recordings
from genre_audio.config import AnalysisConfig, Segmentation
from genre_audio.errors import AudioError, ModelError, TableError
from genre_audio.extraction import extract, extract_recording
from genre_audio.features import EXTENDED, GTZAN57
from genre_audio.prediction import (
    Prediction,
    SegmentPrediction,
    predict_extracted,
    predict_recording,
    predict_table,
    schema_for,
)
from genre_audio.tables import read_table
from sample_tables import feature_table
from signals import music, noise, silence, tone


@pytest.fixture(scope="module")
def short(tiny):
    """The tiny model for segments of two seconds."""
    seconds = Segmentation(2)
    said = {"seconds": seconds.seconds, "digest": seconds.digest}
    return dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, segmentation=said))


@pytest.fixture
def take(write_audio):
    """Nine seconds, four segments of two and one of one, all different."""
    y = np.concatenate([music(4.0), noise(2.0), tone(seconds=3.0)])
    return write_audio(y, name="take.wav")


def shuffled(table, order):
    return dataclasses.replace(table, frame=table.frame.iloc[order].reset_index(drop=True))


def test_every_answer_is_a_probability(tiny):
    for prediction in predict_table(feature_table(4, segments=3), tiny):
        for said in (prediction, *prediction.segments):
            values = np.array(list(said.probabilities.values()))
            assert list(said.probabilities) == tiny.labels
            assert values.min() >= 0
            assert values.sum() == pytest.approx(1, rel=1e-12)
        assert 0 <= prediction.distance_percentile <= 100


def test_most_recordings_of_the_kind_learned_are_recognised(tiny):
    table = feature_table()
    predictions = predict_table(table, tiny)
    assert [p.recording for p in predictions] == table.frame["filename"].tolist()
    hits = [p.label == label for p, label in zip(predictions, table.labels, strict=True)]
    assert np.mean(hits) > 0.95


def test_the_order_of_segments_changes_nothing_in_the_whole(tiny, rng):
    table = feature_table(3, segments=4)
    order = rng.permutation(len(table.frame))
    plain = {p.recording: p for p in predict_table(table, tiny)}
    mixed = predict_table(shuffled(table, order), tiny)
    first = list(dict.fromkeys(table.frame["recording"].iloc[order]))
    assert [p.recording for p in mixed] == first, "recordings stand as they first appear"
    for prediction in mixed:
        expected = plain[prediction.recording]
        # Matrix products over rows in another order differ in the last digits.
        assert prediction.probabilities == pytest.approx(expected.probabilities, rel=1e-9)
        assert [s.start for s in prediction.segments] == [0, 30, 60, 90], "in order of time"


def test_segments_weigh_as_much_as_they_last(tiny):
    table = feature_table(1, segments=2)
    table.frame.loc[::2, "length"] = 3 * table.frame.loc[1::2, "length"].to_numpy()
    table.frame.loc[1::2, "start"] = 90.0
    for prediction in predict_table(table, tiny):
        long, brief = (list(s.probabilities.values()) for s in prediction.segments)
        expected = 0.75 * np.array(long) + 0.25 * np.array(brief)
        np.testing.assert_allclose(list(prediction.probabilities.values()), expected, rtol=1e-12)
        assert prediction.segments[0].stop == 90
    percentiles = tiny.neighbourhood.percentile(table.X).reshape(-1, 2) @ [0.75, 0.25]
    got = [p.distance_percentile for p in predict_table(table, tiny)]
    np.testing.assert_allclose(got, percentiles, rtol=1e-9)


def test_a_table_without_lengths_weighs_rows_equally(tiny):
    table = feature_table(1, segments=2)
    bare = dataclasses.replace(table, frame=table.frame.drop(columns=["length", "start", "stop"]))
    for with_lengths, without in zip(
        predict_table(table, tiny), predict_table(bare, tiny), strict=True
    ):
        assert without.probabilities == pytest.approx(with_lengths.probabilities, rel=1e-12)


def test_a_recording_and_its_row_in_a_table_are_told_the_same(short, take, tmp_path):
    from_audio = predict_recording(take, short)
    extract(find_recordings([take]), output=tmp_path / "t.csv", segmentation=Segmentation(2))
    (from_table,) = predict_table(read_table(tmp_path / "t.csv"), short)
    assert from_table.recording == from_audio.recording == "take.wav"
    assert from_table.probabilities == from_audio.probabilities
    assert from_table.distance_percentile == from_audio.distance_percentile
    assert from_table.unlike == from_audio.unlike
    assert from_table.segments == from_audio.segments
    assert from_table.model == from_audio.model
    assert [s.stop - s.start for s in from_audio.segments] == [2, 2, 2, 2, 1]


def test_one_by_one_or_all_at_once(short, write_audio):
    paths = [write_audio(music(3.0, seed=k), name=f"{k}.wav") for k in range(3)]
    described = [
        extract_recording(source, segmentation=short.segmentation)
        for source in find_recordings(paths)
    ]
    together = predict_extracted(described, short)
    assert [p.recording for p in together] == ["0.wav", "1.wav", "2.wav"]
    for path, prediction in zip(paths, together, strict=True):
        alone = predict_recording(path, short)
        assert alone.probabilities == pytest.approx(prediction.probabilities, rel=1e-9)
        assert prediction.quality["seconds"] == 3
    assert predict_extracted([], short) == []


def test_a_refused_segment_is_told_and_has_no_say(short, write_audio):
    y = np.concatenate([music(4.0), silence(2.0), np.full(44100, np.nan, dtype=np.float32)])
    prediction = predict_recording(write_audio(y), short)
    assert [s.start for s in prediction.segments] == [0, 2]
    assert [r.kind for r in prediction.refused] == ["silent", "not_finite"]
    said = prediction.as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert [r["start"] for r in said["refused"]] == [4, 6]


@pytest.mark.parametrize(
    ("y", "kind"), [(silence(3.0), "silent"), (tone(seconds=0.5), "too_short")]
)
def test_what_cannot_be_described_is_not_guessed(short, write_audio, y, kind):
    with pytest.raises(AudioError) as caught:
        predict_recording(write_audio(y), short)
    assert caught.value.kind == kind


def test_a_file_that_is_not_there(short, tmp_path):
    with pytest.raises(AudioError, match="cannot be read"):
        predict_recording(tmp_path / "nowhere.wav", short)


def test_rows_of_another_recipe_or_length_are_refused(tiny):
    table = feature_table(1)
    other = dataclasses.replace(GTZAN57, config=AnalysisConfig(n_fft=1024))
    with pytest.raises(ModelError, match="train it again"):
        predict_table(dataclasses.replace(table, schema=other), tiny)
    with pytest.raises(ModelError, match="extract with --segment-seconds 30"):
        predict_table(dataclasses.replace(table, segmentation=Segmentation(5)), tiny)


@pytest.mark.parametrize("name", ["gtzan57", "unheard of"])
def test_a_model_of_another_recipe_is_refused_before_audio_is_read(tiny, tmp_path, name):
    schema = {"name": name, "version": 7, "digest": "0123456789abcdef"}
    other = dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, schema=schema))
    with pytest.raises(ModelError, match=f"trained on {name} version 7"):
        schema_for(other)
    with pytest.raises(ModelError, match="train it again"):
        predict_recording(tmp_path / "nowhere.wav", other)
    assert schema_for(tiny) is GTZAN57


def test_a_table_of_more_columns_serves_a_model_of_fewer(tiny):
    table = feature_table(1)
    added = list(EXTENDED.columns[len(GTZAN57.columns) :])
    more = pd.DataFrame(0.5, index=table.frame.index, columns=added)
    frame = pd.concat([table.frame, more], axis=1)
    wide = dataclasses.replace(table, frame=frame, schema=EXTENDED)
    assert predict_table(wide, tiny) == predict_table(table, tiny)


def test_a_table_of_fewer_columns_does_not_serve_a_model_of_more(tiny):
    schema = {"name": "extended", "version": 1, "digest": EXTENDED.digest}
    wide = dataclasses.replace(tiny, info=dataclasses.replace(tiny.info, schema=schema))
    with pytest.raises(ModelError, match="trained on extended version 1"):
        predict_table(feature_table(1), wide)


def test_a_table_without_rows_has_no_predictions(tiny):
    assert predict_table(shuffled(feature_table(1), []), tiny) == []


@pytest.mark.parametrize(("threshold", "unlike"), [(-1.0, True), (100.0, False)])
def test_the_models_own_threshold_decides_what_is_unlike(tiny, threshold, unlike):
    info = dataclasses.replace(tiny.info, thresholds={"unlike_percentile": threshold})
    predictions = predict_table(feature_table(2), dataclasses.replace(tiny, info=info))
    assert {p.unlike for p in predictions} == {unlike}


def test_strange_rows_are_unlike_and_known_ones_are_not(tiny):
    table = feature_table()
    assert np.mean([p.unlike for p in predict_table(table, tiny)]) < 0.1
    strange = dataclasses.replace(table, frame=table.frame.copy())
    columns = list(GTZAN57.columns)
    strange.frame[columns] = strange.frame[columns] ** 5
    assert np.mean([p.unlike for p in predict_table(strange, tiny)]) == 1


def test_short_recordings_are_compared_as_short_ones(tiny):
    table = feature_table(4)
    whole = [p.distance_percentile for p in predict_table(table, tiny)]
    table.frame["length"] = table.frame["length"] / 16
    short = [p.distance_percentile for p in predict_table(table, tiny)]
    # The square root of 16 is 4, of 1 it is 1.
    expected = tiny.neighbourhood.percentile(table.X, shortness=np.full(12, 3.0))
    np.testing.assert_allclose(short, expected, rtol=1e-12)
    assert np.mean(np.array(short) != whole) > 0.5


@pytest.mark.parametrize("value", [1e160, -1e160])
def test_a_number_too_large_to_calculate_with_is_said(tiny, value):
    table = feature_table(2)
    table.frame.loc[4, "mfcc8_mean"] = value
    with pytest.raises(TableError, match=r"for polka\.00004\.wav: among .* is 1e\+.* extract it"):
        predict_table(table, tiny)


def test_a_large_number_is_answered_and_unlike(tiny):
    table = feature_table(2)
    table.frame.loc[4, "mfcc8_mean"] = 1e45  # more than single precision holds
    prediction = predict_table(table, tiny)[4]
    assert sum(prediction.probabilities.values()) == pytest.approx(1, rel=1e-12)
    assert (prediction.distance_percentile, prediction.unlike) == (100, True)


def test_the_same_of_a_recording_is_its_own_error(short, take):
    (source,) = find_recordings([take])
    described = extract_recording(source, segmentation=short.segmentation)
    row = described.rows[0]
    strange = dataclasses.replace(row, values=[*row.values[:-2], 1e160, row.values[-1]])
    with pytest.raises(AudioError, match=r"no answer for take\.wav") as caught:
        predict_extracted([dataclasses.replace(described, rows=(strange,))], short)
    assert caught.value.kind == "not_finite"


def test_ties_stand_in_the_models_order():
    even = {"b": 0.25, "a": 0.25, "d": 0.5, "c": 0.0}
    prediction = Prediction("x", even, (SegmentPrediction(0, 1, even),), (), 0.0, False)
    assert prediction.ranking(9) == [("d", 0.5), ("b", 0.25), ("a", 0.25), ("c", 0.0)]
    assert prediction.ranking(1) == [(prediction.label, prediction.probability)] == [("d", 0.5)]
    level = dict.fromkeys("zya", 1 / 3)
    tied = Prediction("x", level, (SegmentPrediction(0, 1, level),), (), 0.0, False)
    assert tied.label == tied.segments[0].label == "z"


def test_everything_can_be_said_in_json(short, take):
    prediction = predict_recording(take, short)
    said = prediction.as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert {"recording", "label", "probability", "probabilities", "segments"} <= set(said)
    assert said["probabilities"][said["label"]] == said["probability"]
    assert said["schema"]["digest"] == GTZAN57.digest
    assert said["model"]["name"] == "tiny"
    assert said["model"]["segment_seconds"] == 2
    assert said["model"]["training_table"] == short.info.training["digest"]
    assert set(said["segments"][0]) == {"start", "stop", "label", "probability", "probabilities"}


def test_the_identity_of_a_stored_model_is_in_its_answers(tiny_folder):
    from genre_audio.training import load_bundle

    bundle = load_bundle(tiny_folder)
    (prediction,) = predict_table(shuffled(feature_table(1), [0]), bundle)
    assert prediction.model["digest"] == bundle.digest != ""


def test_genres_are_ruled_out_by_the_mean_of_a_recordings_segments(tiny):
    for coverage in (None, 0.5, 0.99):
        for prediction in predict_table(feature_table(4, segments=3), tiny, coverage=coverage):
            p = np.array(list(prediction.probabilities.values()))
            (kept,) = tiny.conformal.sets(p[None], coverage=coverage or 0.9)
            left = prediction.genres_not_ruled_out
            assert left == tuple(label for label, _ in prediction.ranking(3) if label in left)
            assert set(left) == set(np.array(tiny.labels)[kept])
            assert prediction.coverage == (coverage or 0.9)
            said = prediction.as_dict()
            assert said["genres_not_ruled_out"] == list(left)
            assert said["coverage_guaranteed"] is not prediction.unlike


def test_coverage_reaches_recordings_as_well(short, take):
    assert predict_recording(take, short, coverage=0.75).coverage == 0.75


def test_a_model_without_sets_rules_nothing_out(tiny):
    older = dataclasses.replace(
        tiny, conformal=None, info=dataclasses.replace(tiny.info, conformal=None)
    )
    prediction = predict_table(feature_table(1), older)[0]
    said = prediction.as_dict()
    assert prediction.genres_not_ruled_out is None
    assert said["genres_not_ruled_out"] is said["coverage"] is said["coverage_guaranteed"] is None
    with pytest.raises(ModelError, match="rules no genre out"):
        predict_table(feature_table(1), older, coverage=0.9)
