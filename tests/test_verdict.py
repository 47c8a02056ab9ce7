"""Every prediction has one verdict, by the rules, and its words say what the figures say."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.prediction import (
    ContentTimeline,
    Prediction,
    SegmentPrediction,
    Stretch,
    predict_table,
)
from genre_audio.prediction.verdict import KINDS, LEAST_MUSIC, Verdict, verdict_of
from genre_audio.segment import Refused
from sample_tables import feature_table

LABELS = st.lists(
    st.text("abcdefgh_", min_size=1, max_size=8), min_size=2, max_size=12, unique=True
)
SETS = {"coverage": 0.9, "measured_coverage": 0.905, "mean_set_size": 3.0}


@st.composite
def predictions(draw: st.DrawFn) -> Prediction:
    labels = draw(LABELS)
    shares = draw(st.lists(st.floats(1e-6, 1.0), min_size=len(labels), max_size=len(labels)))
    p = {label: share / sum(shares) for label, share in zip(labels, shares, strict=True)}
    lengths = draw(st.lists(st.floats(0.5, 60.0), max_size=4))
    segments, start = [], 0.0
    for length in lengths:
        segments.append(SegmentPrediction(start, start + length, p))
        start += length
    plain = Prediction("x", p, tuple(segments), (), 0.0, unlike=False)
    left = coverage = None
    if draw(st.booleans()):
        ranked = [label for label, _ in plain.ranking(len(p))]
        others = draw(st.sets(st.sampled_from(ranked)))
        left = tuple(label for label in ranked if label in others or label == ranked[0])
        coverage = draw(st.sampled_from([0.8, 0.9, 0.95]))
    grouping = draw(st.sampled_from(["artist", "recording", "village", None]))
    return dataclasses.replace(
        plain,
        distance_percentile=draw(st.floats(0.0, 100.0)),
        unlike=draw(st.booleans()),
        genres_not_ruled_out=left,
        coverage=coverage,
        model=draw(st.sampled_from([{}, {"grouping": grouping, "sets": SETS}])),
    )


def expected_kind(prediction: Prediction, music: float | None) -> str:
    """The rules, from the other end: which kinds fit, and the first of them."""
    heard = sum(segment.stop - segment.start for segment in prediction.segments)
    left = prediction.genres_not_ruled_out
    if left is None:
        shares = sorted(prediction.probabilities.values(), reverse=True)
        size = next(k for k in range(1, 13) if sum(shares[:k]) >= 0.9 - 1e-9)
    else:
        size = len(left)
    fits = {
        "no_music": music is not None
        and (0 < music < LEAST_MUSIC or (music == 0 and prediction.unlike)),
        "too_short": 0 < heard < 3 and not prediction.unlike,
        "unlike": prediction.unlike,
        "label": size == 1,
        "either": size == 2,
        "cannot_tell": size > 2,
    }
    return next(kind for kind in KINDS if fits[kind])


@given(predictions(), st.none() | st.floats(0.0, 1.0))
def test_every_prediction_has_the_verdict_of_the_rules(prediction, music):
    verdict = verdict_of(prediction, music=music)
    assert verdict.kind == expected_kind(prediction, music)
    assert verdict.words
    assert set(verdict.labels) <= set(prediction.probabilities)


@given(predictions(), st.none() | st.floats(0.0, 1.0))
def test_no_verdict_hides_the_ranking(prediction, music):
    reason = verdict_of(prediction, music=music).reason
    ranked = ", ".join(f"{label} {p:.2f}" for label, p in prediction.ranking(3))
    assert reason.startswith(f"Likeliest: {ranked}.")


@given(predictions(), st.none() | st.floats(0.0, 1.0))
def test_nothing_is_promised_where_nothing_is_known(prediction, music):
    verdict = verdict_of(prediction, music=music)
    promised = "hold the right label" in verdict.reason or "held it" in verdict.reason
    if verdict.kind in {"no_music", "too_short", "unlike"}:
        assert not promised
        assert "guaranteed here" in verdict.reason
    else:
        assert promised is (prediction.coverage is not None)


@given(predictions())
def test_the_figure_of_an_unlike_recording_is_never_too_high(prediction):
    prediction = dataclasses.replace(prediction, unlike=True)
    words = verdict_of(prediction).words
    match = re.fullmatch(
        r"resembles most (\w+), but farther than (?:(\d+|less than 1) % of the|(all)) training "
        r"recordings",
        words,
    )
    assert match[1] == prediction.label
    percentile = prediction.distance_percentile
    if match[3]:
        assert percentile == 100
    elif match[2] == "less than 1":
        assert percentile < 1
    else:
        assert int(match[2]) <= percentile < int(match[2]) + 1


@given(predictions())
def test_what_is_left_is_named_and_counted(prediction):
    prediction = dataclasses.replace(prediction, unlike=False, segments=())
    verdict = verdict_of(prediction)
    labels = ", ".join(verdict.labels)
    count = len(prediction.probabilities)
    assert (
        verdict.words
        == {
            "label": f"resembles most {verdict.labels[0]}",
            "either": f"resembles most {' or '.join(verdict.labels)}",
            "cannot_tell": f"cannot tell: none of {count} labels is ruled out"
            if len(verdict.labels) == count
            else f"cannot tell: any of {len(verdict.labels)} ({labels})",
        }[verdict.kind]
    )
    if prediction.coverage is None:
        total = sum(prediction.probabilities[label] for label in verdict.labels)
        found = re.search(
            r"Together (\d+) of (\d+) labels have a probability of ([\d.]+)\.", verdict.reason
        )
        assert (int(found[1]), int(found[2])) == (len(verdict.labels), count)
        assert float(found[3]) == pytest.approx(total, abs=0.005001)
        assert "not known" in verdict.reason
    elif len(verdict.labels) < count:
        assert f"{count - len(verdict.labels)} of {count} labels are ruled out." in verdict.reason


def prediction_of(*, coverage=0.9, **model):
    p = {"blues": 0.7, "jazz": 0.2, "rock": 0.1}
    sets = {"genres_not_ruled_out": ("blues",), "coverage": coverage}
    return Prediction("x", p, (), (), 50.0, unlike=False, model=model, **sets)


def test_the_measured_coverage_is_said_with_what_it_was_measured_on():
    reason = verdict_of(prediction_of(grouping="artist", sets=SETS)).reason
    assert reason.endswith(
        "Such sets are made to hold the right label in 90 % of cases; on new recordings like "
        "those trained on, with no artist heard before, they held it in 90.5 %; on others "
        "nobody knows."
    )


def test_without_groups_no_unheard_artists_are_claimed():
    reason = verdict_of(prediction_of(grouping="recording", sets=SETS)).reason
    assert "heard before" not in reason
    assert "they held it in 90.5 %" in reason


@pytest.mark.parametrize(
    ("coverage", "sets"),
    [(0.8, SETS), (0.9, None), (0.9, SETS | {"measured_coverage": None})],
)
def test_a_coverage_that_was_not_measured_is_an_aim_only(coverage, sets):
    reason = verdict_of(prediction_of(coverage=coverage, grouping="artist", sets=sets)).reason
    assert f"made to hold the right label in {100 * coverage:g} % of cases, on new" in reason
    assert "they held" not in reason


QUALITY = {"sr": 44100, "channels": 1, "seconds": 30.0, "bandwidth_hz": 16000, "clipped": 0.0}


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({}, ""),
        ({"bandwidth_hz": 4000}, "The recording's bandwidth can change a label: not"),
        (
            {"bandwidth_hz": 4000, "clipped": 0.1},
            "The recording's clipping and bandwidth can change a label: not",
        ),
        (
            {"bandwidth_hz": 4000, "clipped": 0.1, "seconds": 4.0},
            "The recording's clipping, bandwidth and length can change a label: not",
        ),
    ],
)
def test_quality_that_changes_labels_takes_the_promise_back(figures, said):
    prediction = dataclasses.replace(prediction_of(), quality=QUALITY | figures)
    assert prediction.verdict.kind == "label"
    assert said in prediction.verdict.reason
    assert prediction.verdict.reason.endswith("not guaranteed here.") is bool(said)


@pytest.mark.parametrize(("refused_until", "kind"), [(20.0, "label"), (200.0, "no_music")])
def test_what_is_known_of_the_content_reaches_the_verdict(refused_until, kind):
    p = {"blues": 0.7, "jazz": 0.2, "rock": 0.1}
    refused = (Refused(20.0, refused_until, "silent", ""),)
    parts = (Stretch(0.0, 10.0, "instrumental", 0.9), Stretch(10.0, refused_until, "speech", 0.9))
    prediction = dataclasses.replace(
        prediction_of(),
        segments=(SegmentPrediction(0.0, 20.0, p),),
        refused=refused,
        content=ContentTimeline(parts),
    )
    assert prediction.verdict.kind == kind


def test_short_recordings_are_told_how_much_was_heard():
    short = dataclasses.replace(
        prediction_of(), segments=(SegmentPrediction(0.0, 1.25, {"blues": 1.0}),)
    )
    assert short.verdict.words == "too short to tell: 1.2 s were heard; resembles most blues"
    assert dataclasses.replace(short, unlike=True).verdict.kind == "unlike"


def test_what_segments_share_is_heard_once():
    p = {"blues": 1.0}
    spans = [(0.0, 2.0), (1.0, 2.5), (1.0, 2.0)]
    parts = tuple(SegmentPrediction(start, stop, p) for start, stop in spans)
    assert dataclasses.replace(prediction_of(), segments=parts).heard == 2.5
    assert dataclasses.replace(prediction_of(), segments=parts).too_short_to_tell
    apart = (SegmentPrediction(0.0, 2.0, p), SegmentPrediction(10.0, 12.0, p))
    assert dataclasses.replace(prediction_of(), segments=apart).heard == 4.0


@pytest.mark.parametrize(
    ("music", "words"),
    [
        (0.004, "sounds like speech rather than music (less than 1 % music heard)"),
        (0.0999, "sounds like speech rather than music (9 % music heard)"),
        (0.1, "resembles most blues"),
    ],
)
def test_a_recording_that_sounds_like_no_music_may_be_some_all_the_same(music, words):
    parts = (Stretch(0.0, 9.0, "speech", 0.9), Stretch(9.0, 10.0, "noise", 0.9))
    heard = dataclasses.replace(prediction_of(), content=ContentTimeline(parts))
    if music < 0.1:
        words += "; if it is music, resembles most blues"
    assert verdict_of(heard, music=music).words == words


def test_where_no_music_was_found_the_likeness_decides_whether_there_is_none():
    # Of 234 clips of GTZAN the shipped model of contents finds no music in 45, most of them
    # metal, and takes them for noise or speech; one of them is unlike the training recordings.
    like = prediction_of()
    assert verdict_of(like, music=0.0).kind == verdict_of(like).kind == "label"
    assert "Nothing in it was taken for music" in verdict_of(like, music=0.0).reason
    assert "Nothing in it was taken for music" not in verdict_of(like).reason
    unlike = dataclasses.replace(like, unlike=True, distance_percentile=99.5)
    said = verdict_of(unlike, music=0.0)
    assert said.kind == "no_music"
    assert "(no music heard)" in said.words


@given(predictions())
def test_words_are_right_for_labels_that_are_no_genres(prediction):
    # What a model tells apart may be healing songs, villages or contents.
    verdict = verdict_of(prediction)
    assert "genre" not in verdict.words + verdict.reason
    assert "music" not in verdict.words + verdict.reason


def test_a_verdict_can_be_said_in_json(tiny):
    for prediction in predict_table(feature_table(2), tiny):
        said = prediction.as_dict()["verdict"]
        assert json.loads(json.dumps(said)) == said
        assert said["kind"] in KINDS
        assert Verdict(**said | {"labels": tuple(said["labels"])}) == prediction.verdict


def test_the_models_own_figures_reach_its_verdicts(tiny):
    (prediction, *_) = predict_table(feature_table(1), tiny)
    assert prediction.model["sets"]["coverage"] == 0.9
    assert prediction.model["grouping"] == "recording"
    assert prediction.model["task"] == "genre"
    older = dataclasses.replace(
        tiny, conformal=None, info=dataclasses.replace(tiny.info, conformal=None)
    )
    assert predict_table(feature_table(1), older)[0].model["sets"] is None
