"""What a recording holds, what that weighs, and the model that ships for it."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio import Source
from genre_audio.errors import ModelError
from genre_audio.extraction import extract_recording
from genre_audio.prediction import (
    ContentTimeline,
    Stretch,
    content_timeline,
    music_weights,
    predict_extracted,
    predict_recording,
    schema_for,
)
from genre_audio.prediction.content import MUSIC, SILENCE
from genre_audio.tables import dataset_of
from genre_audio.training import load_bundle, resolve_model, train
from genre_audio.training.card import card_text
from sample_tables import TINY, feature_table
from signals import music, noise, silence, tone

CONTENTS = ["choir_singing", "instrumental", "noise", "solo_singing", "speech"]


@pytest.fixture(scope="module")
def shipped_content():
    return load_bundle(resolve_model("default", task="content").path)


def timeline_from(parts):
    """A timeline of contents and seconds."""
    stretches, start = [], 0.0
    for content, seconds in parts:
        stretches.append(Stretch(start, start + seconds, content, 1.0))
        start += seconds
    return ContentTimeline(tuple(stretches))


@given(
    st.lists(
        st.tuples(st.sampled_from([*CONTENTS, SILENCE]), st.floats(0.5, 60.0)),
        min_size=1,
        max_size=8,
    ),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_the_share_of_music_is_what_counting_moments_gives(parts, one, other):
    timeline = timeline_from(parts)
    start, stop = min(one, other), max(one, other)
    if stop - start < 0.1:
        return
    times = np.linspace(start, stop, 4001)
    inside = [any(s.music and s.start <= t < s.stop for s in timeline.stretches) for t in times]
    # 4,001 moments; each edge is wrong by one of them at most.
    assert timeline.share_of_music(start, stop) == pytest.approx(np.mean(inside), abs=0.006)


def test_stretches_are_exported_as_spans():
    spans = timeline_from([("speech", 3.0), ("noise", 2.0)]).spans
    assert [(s.start, s.stop, s.label, s.probability) for s in spans] == [
        (0.0, 3.0, "speech", 1.0),
        (3.0, 5.0, "noise", 1.0),
    ]


def test_seconds_add_up():
    timeline = timeline_from([("speech", 3.0), ("noise", 2.0), ("speech", 4.0)])
    assert timeline.seconds == {"speech": 7.0, "noise": 2.0}


def test_speech_noise_and_silence_weigh_nothing():
    contents = [*sorted(MUSIC), "speech", "noise", SILENCE]
    timeline = timeline_from([(content, 30.0) for content in contents])
    places = [(30.0 * k, 30.0 * k + 30.0) for k in range(6)]
    weights, how = music_weights(np.full(6, 2.0), places, timeline)
    assert (weights.tolist(), how) == ([2.0, 2.0, 2.0, 0.0, 0.0, 0.0], "music")


@pytest.mark.parametrize(
    ("timeline", "whole", "how"),
    [
        (None, False, "length"),
        (timeline_from([("speech", 60.0)]), True, "length"),
        (timeline_from([("speech", 60.0)]), False, "length: no music found"),
    ],
)
def test_length_counts_where_music_does_not(timeline, whole, how):
    lengths = np.array([30.0, 17.0])
    found, said = music_weights(lengths, [(0.0, 30.0), (30.0, 47.0)], timeline, whole=whole)
    assert said == how
    assert found.tolist() == lengths.tolist()


@pytest.fixture
def tape(write_audio):
    """Music, then noise, a minute each."""
    return write_audio(np.concatenate([music(60.0), noise(60.0)]), name="tape.wav")


def test_a_recording_sounds_like_its_music(tiny, tape):
    extracted = extract_recording(Source("tape.wav", tape), schema=schema_for(tiny))
    (alone,) = predict_extracted([extracted], tiny)
    timeline = timeline_from([("instrumental", 60.0), ("noise", 60.0)])
    (weighted,) = predict_extracted([extracted], tiny, contents=[timeline])
    assert weighted.weighting == "music"
    assert weighted.segments == alone.segments
    for label in tiny.labels:
        expected = np.mean([segment.probabilities[label] for segment in alone.segments[:2]])
        assert weighted.probabilities[label] == pytest.approx(expected, rel=1e-12)
    (whole,) = predict_extracted([extracted], tiny, contents=[timeline], whole=True)
    assert whole.weighting == "length"
    assert whole.probabilities == alone.probabilities
    said = json.loads(json.dumps(weighted.as_dict()))
    assert said["weighting"] == "music"
    assert said["content"]["seconds"] == {"instrumental": 60.0, "noise": 60.0}
    assert alone.as_dict()["content"] is None


def test_a_recording_is_asked_both(tiny, tape, shipped_content):
    prediction = predict_recording(tape, tiny, content=shipped_content)
    assert prediction.content == content_timeline(tape, shipped_content)
    assert prediction.content.model["name"] == "content57"


def test_the_shipped_model_tells_content(shipped_content):
    info = shipped_content.info
    assert (info.task, info.labels) == ("content", CONTENTS)
    assert info.segmentation["seconds"] == 5.0
    assert "Marolt" in info.training["source"]
    card = card_text(info)
    assert "research use" in card
    assert "genre" not in card.lower().replace("genre-audio", "")
    with pytest.raises(ModelError, match="tells content, not genre"):
        resolve_model("content57")


def test_the_shipped_model_answers_by_itself(write_audio):
    """Neither scikit-learn nor XGBoost is loaded to tell what a recording holds."""
    path = write_audio(np.concatenate([tone(seconds=4.0), silence(3.0)]), name="a.wav")
    code = (
        "import sys\n"
        "from genre_audio.training import load_bundle, resolve_model\n"
        "from genre_audio.prediction import content_timeline\n"
        "model = load_bundle(resolve_model(task='content').path)\n"
        f"print([s.content for s in content_timeline({str(path)!r}, model).stretches])\n"
        "print({'sklearn', 'xgboost'} & set(sys.modules))\n"
    )
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, capture_output=True, text=True, check=True).stdout.split("\n")
    assert said[0].endswith("'silence']")
    assert said[1] == "set()"


def test_each_task_has_its_own_variable(monkeypatch, tiny_folder, home):
    monkeypatch.setenv("GENRE_AUDIO_MODEL", str(tiny_folder))
    assert resolve_model().info.name == "tiny"
    assert resolve_model(task="content").info.name == "content57"
    monkeypatch.setenv("GENRE_AUDIO_CONTENT_MODEL", str(tiny_folder))
    with pytest.raises(ModelError, match="tells genre, not content"):
        resolve_model(task="content")


def test_a_model_of_ones_own_may_tell_content():
    table = feature_table()
    bundle, _ = train(
        table,
        dataset_of(table),
        name="mine",
        task="content",
        learners=["support_vectors", "qda"],
        source="tapes of our own",
        budget=TINY,
        scores=[],
    )
    assert bundle.info.task == "content"
    assert bundle.info.learning["learners"] == ["support_vectors", "qda"]
    assert "Source: tapes of our own" in card_text(bundle.info)


def test_clips_of_field_recordings_are_told_apart(data_folder, shipped_content):
    folder = data_folder / "field" / "sefire"
    if not (folder / "03656.ogg").is_file():
        pytest.skip("GENRE_AUDIO_DATA holds no field/sefire")
    # It learned from these very clips: that the way from audio to answer is whole.
    timeline = content_timeline(folder / "03656.ogg", shipped_content)
    assert [stretch.content for stretch in timeline.stretches] == ["speech"]
    timeline = content_timeline(folder / "00007.ogg", shipped_content)
    assert [stretch.content for stretch in timeline.stretches] == ["choir_singing"]
