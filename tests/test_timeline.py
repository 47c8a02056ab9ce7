"""Genres over time: moments, the smoothed path, spans and changes."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.errors import ParameterError
from genre_audio.prediction import (
    Change,
    Prediction,
    SegmentPrediction,
    Span,
    genre_timeline,
    moments,
    predict_table,
)
from genre_audio.prediction.places import seconds_covered
from genre_audio.prediction.timeline import STEADINESS
from genre_audio.tables.weights import counted_once
from sample_tables import feature_table

GENRES = ("blues", "jazz", "polka")


def said(*shares: float) -> dict[str, float]:
    total = sum(shares)
    return {genre: share / total for genre, share in zip(GENRES, shares, strict=True)}


JAZZ, POLKA = said(0.1, 0.8, 0.1), said(0.1, 0.1, 0.8)
PROBABILITIES = st.tuples(*[st.integers(0, 20)] * 3).filter(any).map(lambda p: said(*p))


@st.composite
def grids(draw: st.DrawFn, hop: int | None = None) -> list[SegmentPrediction]:
    """Segments as recordings are cut into, in whole seconds, some of them refused."""
    length = draw(st.integers(1, 30))
    hop = draw(st.integers(1, length)) if hop is None else length
    segments = [
        SegmentPrediction(float(k * hop), float(k * hop + length), draw(PROBABILITIES))
        for k in range(draw(st.integers(1, 12)))
    ]
    return [segment for segment in segments if draw(st.integers(0, 4))] or segments[:1]


ANY_SEGMENTS = st.lists(
    st.builds(
        lambda start, lasting, p: SegmentPrediction(float(start), float(start + lasting), p),
        st.integers(0, 60),
        st.integers(1, 40),
        PROBABILITIES,
    ),
    min_size=1,
    max_size=10,
)
STEADY = st.sampled_from([1.0, 2.0, STEADINESS, 100.0])


def heard_at(segments: list[SegmentPrediction], second: int) -> list[SegmentPrediction]:
    return [each for each in segments if each.start <= second < each.stop]


# Moments ----------------------------------------------------------------------------------


@given(ANY_SEGMENTS | grids())
def test_moments_say_of_each_second_the_mean_of_the_segments_that_hold_it(
    segments: list[SegmentPrediction],
) -> None:
    found = moments(segments)
    for second in range(-1, 101):
        (*here,) = [moment for moment in found if moment.start <= second < moment.stop]
        holding = heard_at(segments, second)
        assert len(here) == bool(holding)
        if holding:
            values = [list(each.probabilities.values()) for each in holding]
            mean = list(here[0].probabilities.values())
            np.testing.assert_allclose(mean, np.mean(values, axis=0), rtol=1e-12)
            lengths = [each.stop - each.start for each in holding]
            assert here[0].segment_seconds == pytest.approx(np.mean(lengths), rel=1e-12)
    for before, after in itertools.pairwise(found):
        assert before.stop <= after.start


@given(ANY_SEGMENTS | grids())
def test_the_mean_over_moments_is_that_of_segments_that_count_once(
    segments: list[SegmentPrediction],
) -> None:
    first = np.array([each.start for each in segments])
    lengths = np.array([each.stop - each.start for each in segments])
    weights = counted_once(first, lengths, recordings=np.zeros(len(segments), dtype=int))
    p = np.array([list(each.probabilities.values()) for each in segments])
    found = moments(segments)
    lasting = np.array([moment.stop - moment.start for moment in found])
    q = np.array([list(moment.probabilities.values()) for moment in found])
    np.testing.assert_allclose(lasting @ q, weights @ p, rtol=1e-9, atol=1e-12)
    assert lasting.sum() == pytest.approx(weights.sum(), rel=1e-12)
    covered = seconds_covered((each.start, each.stop) for each in segments)
    assert lasting.sum() == pytest.approx(covered, rel=1e-12)


def test_edges_that_differ_by_rounding_are_one() -> None:
    third = 1 / 3
    segments = [
        SegmentPrediction(0.0, 3 * third + 1e-12, JAZZ),
        SegmentPrediction(1.0, 2.0, JAZZ),
        SegmentPrediction(2.0 - 1e-12, 3.0, POLKA),
    ]
    edges = [(m.start, m.stop) for m in moments(segments)]
    assert edges == [pytest.approx(each, abs=1e-9) for each in [(0, 1), (1, 2), (2, 3)]]
    assert edges[0][1] == edges[1][0], "or there would be a gap"
    assert genre_timeline(segments).spans[0].start == 0
    assert len(genre_timeline(segments, steadiness=1).spans) == 2


# Spans ------------------------------------------------------------------------------------


@given(ANY_SEGMENTS | grids(), STEADY)
def test_spans_are_in_order_apart_and_cover_what_was_heard(
    segments: list[SegmentPrediction], steadiness: float
) -> None:
    timeline = genre_timeline(segments, steadiness=steadiness)
    for span in timeline.spans:
        assert span.start < span.stop
        assert span.label in GENRES
        assert 0 <= span.probability <= 1
    for before, after in itertools.pairwise(timeline.spans):
        assert before.stop <= after.start
        assert before.stop < after.start or before.label != after.label, "two that are one"
    for second in range(-1, 101):
        covering = [span for span in timeline.spans if span.start <= second < span.stop]
        assert len(covering) == bool(heard_at(segments, second))
    edges = {edge for each in segments for edge in (each.start, each.stop)}
    assert {edge for span in timeline.spans for edge in (span.start, span.stop)} <= edges


@given(ANY_SEGMENTS | grids(), STEADY)
def test_changes_are_where_labels_change(
    segments: list[SegmentPrediction], steadiness: float
) -> None:
    timeline = genre_timeline(segments, steadiness=steadiness)
    expected = [
        Change(after.start, before.label, after.label)
        for before, after in itertools.pairwise(timeline.spans)
        if before.label != after.label
    ]
    assert list(timeline.changes) == expected


@given(grids(), PROBABILITIES, STEADY)
def test_smoothing_changes_nothing_that_is_constant(
    segments: list[SegmentPrediction], p: dict[str, float], steadiness: float
) -> None:
    same = [SegmentPrediction(each.start, each.stop, p) for each in segments]
    timeline = genre_timeline(same, steadiness=steadiness)
    assert timeline.changes == ()
    for span in timeline.spans:
        assert span.label == same[0].label
        assert span.probability == pytest.approx(p[span.label], rel=1e-12)


@given(ANY_SEGMENTS | grids(), st.randoms(), STEADY)
def test_the_order_of_segments_changes_nothing(segments, random, steadiness) -> None:
    mixed = sorted(segments, key=lambda _: random.random())
    one, other = (genre_timeline(each, steadiness=steadiness) for each in (segments, mixed))
    assert len(one.spans) == len(other.spans)
    for span, same in zip(one.spans, other.spans, strict=True):
        assert (span.start, span.stop, span.label) == (same.start, same.stop, same.label)
        assert span.probability == pytest.approx(same.probability, rel=1e-9)
    assert genre_timeline(segments, steadiness=steadiness) == one, "and it is the same twice"


def every_path(segments: list[SegmentPrediction], steadiness: float) -> float:
    """The best of all paths through segments side by side, each of them tried."""
    best = -math.inf
    for path in itertools.product(GENRES, repeat=len(segments)):
        total = sum(
            math.log(max(each.probabilities[label], 0.001))
            for each, label in zip(segments, path, strict=True)
        )
        for (one, label), (two, other) in itertools.pairwise(zip(segments, path, strict=True)):
            total -= math.log(steadiness) * (label != other and one.stop == two.start)
        best = max(best, total)
    return best


@given(grids(hop=0), STEADY)
def test_the_path_is_the_best_there_is(
    segments: list[SegmentPrediction], steadiness: float
) -> None:
    segments = segments[:6]  # 729 paths
    timeline = genre_timeline(segments, steadiness=steadiness)
    total = 0.0
    for each in segments:
        (label,) = [s.label for s in timeline.spans if s.start <= each.start < s.stop]
        total += math.log(max(each.probabilities[label], 0.001))
    adjacent = [a.stop == b.start for a, b in itertools.pairwise(timeline.spans)]
    total -= math.log(steadiness) * sum(adjacent)
    # Two paths may be equally good, so totals are compared; sums differ by rounding.
    assert total == pytest.approx(every_path(segments, steadiness), abs=1e-9)


@given(grids(hop=0))
def test_without_steadiness_every_segment_has_its_own_label(
    segments: list[SegmentPrediction],
) -> None:
    timeline = genre_timeline(segments, steadiness=1)
    for each in segments:
        (span,) = [span for span in timeline.spans if span.start <= each.start < span.stop]
        assert each.probabilities[span.label] == max(each.probabilities.values())


def test_a_single_odd_segment_is_smoothed_over_and_a_sure_one_is_not() -> None:
    def labels(odd: dict[str, float]) -> list[str]:
        each = [JAZZ, JAZZ, odd, JAZZ, JAZZ]
        segments = [SegmentPrediction(30.0 * k, 30.0 * k + 30, p) for k, p in enumerate(each)]
        return [span.label for span in genre_timeline(segments).spans]

    assert labels(said(0, 0.3, 0.7)) == ["jazz"]
    # Two changes cost a factor of 4 each: what is 16 times likelier is believed.
    assert labels(said(0, 1, 15)) == ["jazz"]
    assert labels(said(0, 1, 17)) == ["jazz", "polka", "jazz"]


@pytest.mark.parametrize("hop", [30, 10, 5, 2])
def test_a_change_is_found_where_it_is_whatever_the_hop(hop: int) -> None:
    """Segments say of both genres as much as they hold of them; the change is at 150 s."""
    segments = []
    for start in range(0, 300 - 30 + 1, hop):
        jazz = min(max((150 - start) / 30, 0.02), 0.98)
        segments.append(SegmentPrediction(start, start + 30, said(0.01, jazz, 1 - jazz)))
    (change,) = genre_timeline(segments).changes
    assert abs(change.time - 150) <= hop / 2
    assert (change.before, change.after) == ("jazz", "polka")


@pytest.mark.parametrize(("odds", "spans"), [(15, 1), (17, 3)])
def test_segments_that_lie_over_each_other_are_one_voice(odds: float, spans: int) -> None:
    segments = [
        SegmentPrediction(30.0 * k, 30.0 * k + 30, said(0, 1, odds) if k == 2 else JAZZ)
        for k in range(5)
    ]
    for times in (1, 2, 6):
        over = [each for each in segments for _ in range(times)]
        assert len(genre_timeline(over).spans) == spans


def test_after_a_gap_everything_is_open_again() -> None:
    faint = said(0, 0.45, 0.55)
    side_by_side = [SegmentPrediction(0, 30, JAZZ), SegmentPrediction(30, 60, faint)]
    assert len(genre_timeline(side_by_side).spans) == 1
    apart = [SegmentPrediction(0, 30, JAZZ), SegmentPrediction(60, 90, faint)]
    timeline = genre_timeline(apart)
    assert [(span.start, span.stop, span.label) for span in timeline.spans] == [
        (0, 30, "jazz"),
        (60, 90, "polka"),
    ]
    assert timeline.changes == (Change(60, "jazz", "polka"),)


def test_what_holds_no_music_has_no_say() -> None:
    segments = [
        SegmentPrediction(30.0 * k, 30.0 * k + 30, p) for k, p in enumerate([JAZZ, POLKA, JAZZ])
    ]

    def music(start: float, stop: float) -> float:
        return 0.0 if (start, stop) == (30, 60) else 1.0

    (span,) = genre_timeline(segments, steadiness=1.1, weight=music).spans
    assert (span.start, span.stop, span.label) == (0, 90, "jazz")
    assert span.probability == pytest.approx(0.8)
    assert len(genre_timeline(segments, steadiness=1.1).spans) == 3
    (silent,) = genre_timeline(segments[1:2], weight=lambda start, stop: 0.0).spans
    assert silent.probability == pytest.approx(said(0.1, 0.1, 0.8)[silent.label])


def test_one_impossible_answer_does_not_decide_alone() -> None:
    segments = [
        SegmentPrediction(30.0 * k, 30.0 * k + 30, p)
        for k, p in enumerate([said(0, 0, 1), *[said(0, 0.9, 0.1)] * 9])
    ]
    assert [s.label for s in genre_timeline(segments, steadiness=2000).spans] == ["jazz"]


@pytest.mark.parametrize("steadiness", [0.99, 0, -1, math.nan, math.inf])
def test_a_steadiness_that_is_none(steadiness: float) -> None:
    with pytest.raises(ParameterError, match="choose 1 or more"):
        genre_timeline([], steadiness=steadiness)


def test_nothing_heard_is_no_span() -> None:
    assert genre_timeline([]).as_dict() == {"spans": [], "changes": []}


# Predictions ------------------------------------------------------------------------------


def test_a_prediction_has_its_timeline(tiny) -> None:
    for prediction in predict_table(feature_table(2, segments=4), tiny):
        timeline = prediction.timeline
        assert timeline == genre_timeline(prediction.segments)
        assert (timeline.spans[0].start, timeline.spans[-1].stop) == (0, 120)
        told = prediction.as_dict()["timeline"]
        assert json.loads(json.dumps(told, allow_nan=False)) == told
        assert [Span(**span) for span in told["spans"]] == list(timeline.spans)
        assert [Change(**change) for change in told["changes"]] == list(timeline.changes)


def test_a_single_span_has_the_recordings_own_probability(tiny) -> None:
    found = predict_table(feature_table(4, segments=3), tiny)
    whole = [prediction for prediction in found if len(prediction.timeline.spans) == 1]
    assert whole
    for prediction in whole:
        (span,) = prediction.timeline.spans
        assert span.probability == pytest.approx(prediction.probabilities[span.label], rel=1e-12)


def test_a_prediction_without_one_says_so() -> None:
    bare = Prediction("a.wav", JAZZ, (SegmentPrediction(0, 30, JAZZ),), (), 50.0, unlike=False)
    assert bare.timeline is None
    assert bare.as_dict()["timeline"] is None
