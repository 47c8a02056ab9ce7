"""The page on a prediction: what it says, where things stand, and that names are but names."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from genre_audio.prediction import ContentTimeline, SegmentPrediction, Stretch, genre_timeline
from genre_audio.prediction.likeness import Neighbour
from genre_audio.prediction.quality_words import Remark
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.lanes_figure import Lane, lanes_figure
from genre_audio.reporting.prediction_page import prediction_page
from genre_audio.reporting.prediction_parts import clock, flags_of, seconds_of, sentence
from genre_audio.reporting.report import Reported, recording_report
from genre_audio.reporting.timeline_lanes import content_lanes, genre_lanes, said_of_lanes
from genre_audio.segment import Refused
from pages import check_page, elements, table, tag, words
from sample_predictions import (
    BREAKING,
    LABELS,
    full_prediction,
    plain_prediction,
    prediction_sample,
    spread,
    tape,
)


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    return prediction_sample(tmp_path_factory.mktemp("tape"))


@pytest.fixture(scope="module")
def page(text):
    return check_page(text, links={"../index.html"})


# What it says ----------------------------------------------------------------------------


def test_the_verdict_comes_first_in_words(page):
    (main,) = elements(page, "main")
    said = [words(each) for each in main if tag(each) in {"h1", "h2", "p"}]
    verdict = full_prediction().verdict
    assert said[0] == "<script>alert(1)</script>"
    assert said[2] == sentence(verdict.words)
    assert said[3] == verdict.reason


def test_probabilities_stand_in_order_and_the_set_is_marked(page):
    rows = table(page, "probabilities")
    ranked = full_prediction().ranking(4)
    assert [row[0] for row in rows[1:]] == [label for label, _ in ranked]
    assert [row[1] for row in rows[1:]] == [f"{p:.2f}" for _, p in ranked]
    assert [row[2] for row in rows[1:]] == ["no", "no", "yes", "yes"]
    bars = [each for each in elements(page, "span") if "bar" in (each.get("class") or "").split()]
    widths = [float(re.search(r"width: ([\d.]+)%", each.get("style"))[1]) for each in bars[:4]]
    np.testing.assert_allclose(widths, [100 * p for _, p in ranked], atol=0.05)
    assert ["out" in each.get("class") for each in bars[:4]] == [False, False, True, True]


def test_neighbours_reasons_segments_and_refusals_are_tables(page):
    assert [row[4] for row in table(page, "nearest training recordings")[1:]] == ["3.25", "4.50"]
    reasons = table(page, "reasons")
    assert [row[:2] for row in reasons[1:]] == [["rhythm", "+0.70"], ["brightness", "−0.35"]]
    segments = table(page, "segments")
    assert [row[:2] for row in segments[1:]] == [
        ["0.0", "30.0"],
        ["60.0", "90.0"],
        ["90.0", "120.0"],
    ]
    assert [row[-1] for row in segments[1:]] == ["100 %", "100 %", "50 %"]
    assert table(page, "refused segments")[1][:3] == ["30.0", "60.0", "silent"]
    assert [row[2] for row in table(page, "contents")[1:]] == [
        "solo singing", "silence", "instrumental", "speech"
    ]  # fmt: skip


def test_it_says_where_it_comes_from(page):
    (listed,) = (each for each in elements(page, "dl") if "Model" in words(each))
    said = words(listed)
    for part in ("name: tiny", "digest: ab12", "sha256: ff00", "coverage: 0.9", "version: 2"):
        assert part in said
    assert "elsewhere" not in said


def test_an_excerpt_is_inside_and_the_policy_allows_it(page, text):
    (audio,) = elements(page, "audio")
    assert audio.get("src").startswith("data:audio/mpeg;base64,")
    assert audio.get("controls") is not None
    assert "1:02 to 1:28" in audio.get("aria-label")
    assert "media-src data:" in text
    assert len(text) < 1_500_000


def test_without_an_excerpt_no_sound_is_allowed(tmp_path):
    silent = recording_report(Reported(full_prediction(), path=tape(tmp_path)), sound=False)
    page = check_page(silent)
    assert not elements(page, "audio")
    assert "media-src" not in silent


def test_rows_of_a_table_have_no_pictures_of_the_sound():
    text = prediction_page(full_prediction())
    page = check_page(text)
    assert len(elements(page, "svg")) == 2
    assert "img-src" not in text


def test_little_that_is_known_is_a_page_as_well():
    page = check_page(prediction_page(plain_prediction()))
    assert table(page, "probabilities")[1][2] == "–"
    assert "rules no genre out" in words(page)
    assert not [each for each in elements(page, "h2") if words(each).startswith("Why")]


def with_remarks(monkeypatch, *remarks):
    kind = type(plain_prediction())
    monkeypatch.setattr(kind, "quality_remarks", property(lambda _: remarks))


LOUD = Remark("clipping", "1.2 % at full scale", "It sounds brighter.", matters=True)
CALM = Remark("channels", "one channel", "None.")


def test_remarks_that_matter_stand_out_and_take_the_promise_back(monkeypatch):
    with_remarks(monkeypatch, CALM, LOUD)
    prediction = plain_prediction(genres_not_ruled_out=LABELS[:1], coverage=0.9)
    page = check_page(prediction_page(prediction))
    said = words(page)
    assert "This one's clipping can change a label: nothing is guaranteed here." in said
    (loud,) = (each for each in elements(page, "dt") if words(each) == "1.2 % at full scale.")
    assert loud.get("class") == "leaks"
    hidden = [words(each) for each in elements(page, "details")]
    assert any("One channel. None." in each for each in hidden)
    assert not any("full scale" in each for each in hidden)
    assert flags_of(prediction) == ("clipping",)


def test_remarks_that_do_not_matter_are_no_doubts(monkeypatch):
    with_remarks(monkeypatch, CALM)
    prediction = plain_prediction(genres_not_ruled_out=LABELS[:1], coverage=0.9)
    said = words(check_page(prediction_page(prediction)))
    assert "Nothing stands out that would change a label." in said
    assert "nothing is guaranteed" not in said
    assert flags_of(prediction) == ()


def test_a_recording_that_was_trained_on_is_called_so():
    itself = Neighbour("a.wav", LABELS[0], None, None, 0.0004, 0.0)
    said = "The model was trained on this very recording"
    assert said not in prediction_page(full_prediction())
    assert said in prediction_page(plain_prediction(neighbours=(itself,)))


@pytest.mark.parametrize(
    ("task", "labels"),
    [("song function", LABELS), ("genre", ("healing", "dance", "love", "lullaby"))],
)
def test_labels_of_another_kind_are_not_called_genres(task, labels):
    prediction = plain_prediction(model={"task": task})
    p = dict(zip(labels, prediction.probabilities.values(), strict=True))
    segments = (SegmentPrediction(0.0, 30.0, p),)
    prediction = dataclasses.replace(prediction, probabilities=p, segments=segments)
    (main,) = elements(check_page(prediction_page(prediction)), "main")
    # What the model's description says of it, it says.
    assert "genre" not in words(main).lower().replace("task: genre", "")


@pytest.mark.parametrize("name", [BREAKING, "", "a" * 500, "\udcff.wav", "\x00\x1b[31m"])
def test_any_name_is_but_a_name(name):
    prediction = dataclasses.replace(full_prediction(name), content=None)
    page = check_page(prediction_page(prediction).encode("utf-8", "strict").decode())
    assert len(elements(page, "h1")) == 1
    assert not [each for each in elements(page, "script") if "alert" in words(each)]


# Where things stand ----------------------------------------------------------------------


def _over_time(page):
    (stack,) = (e for e in elements(page, "div") if e.get("class") == "scroll stack")
    return elements(stack, "svg")


def test_pictures_over_time_have_the_same_size_and_the_same_ticks(page):
    pictures = _over_time(page)
    assert len(pictures) == 4
    assert {each.get("viewBox").split()[2] for each in pictures} == {"720"}
    assert len({each.get("style") for each in pictures}) == 1
    ticks = [_ticks(each) for each in pictures]
    assert ticks[0] == {f"{k}": 90.0 + 558.0 * k / 120 for k in range(0, 121, 15)}
    assert ticks == [ticks[0]] * 4


def _ticks(svg):
    """Where the numbers of seconds stand, in pixels."""
    lowest = max(float(_place(each)[1]) for each in elements(svg, "text") if words(each) == "15")
    return {
        words(each): round(float(_place(each)[0]), 3)
        for each in elements(svg, "text")
        if words(each).isdigit() and float(_place(each)[1]) == lowest
    }


def _place(text):
    moved = re.search(r"translate\(([\d.]+) ([\d.]+)\)", text.get("transform") or "")
    return moved.groups() if moved else (text.get("x"), text.get("y"))


def test_a_stretch_begins_and_ends_where_its_seconds_are(page):
    contents = _over_time(page)[2]
    drawn = [_reach(each) for each in elements(contents, "path") if _reach(each)]
    for start, stop in ((0, 30), (30, 60), (60, 105), (105, 120)):
        expected = (90 + 558 * start / 120, 90 + 558 * stop / 120)
        # Written to some decimals of a pixel.
        assert any(np.allclose(each, expected, atol=0.001) for each in drawn)


def _reach(path):
    """Left and right of a rectangle, or None of another path."""
    numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*", path.get("d") or "")]
    x, y = numbers[::2], numbers[1::2]
    return (min(x), max(x)) if len(set(x)) == 2 == len(set(y)) else None


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("instrumental", "instrumental"),
        ("choir singing", "choir singing"),
        ("traditional country", "traditional\ncountry"),
        ("M" * 40, "MMM…MMM"),
        ("日本" * 20, "(日本)+日?…本?(日本)+"),  # how wide that is differs
        ("", ""),
    ],
)
def test_no_name_moves_or_widens_a_figure(name, shown):
    with drawing():
        figure = lanes_figure([Lane(name, ((0.0, 5.0),))], seconds=10.0)
        (axes,) = figure.axes
        box = axes.get_position()
        assert (box.x0, box.x1) == (pytest.approx(0.125), pytest.approx(0.9))
        assert figure.get_size_inches()[0] * 72 == pytest.approx(720)
        label = axes.get_yticklabels()[0]
        assert label.get_window_extent().x0 >= 0
        assert re.fullmatch(shown, label.get_text())


def test_steps_have_the_height_of_probabilities_and_gaps_are_empty():
    levels = ((0.0, 2.0, 0.5), (2.0, 4.0, 1.0), (6.0, 8.0, 0.25))
    with drawing():
        (axes,) = lanes_figure([Lane("a", (), levels)], seconds=10.0).axes
        (filled,) = (c for c in axes.collections if len(c.get_paths()) == 2)
        paths = [path.vertices for path in filled.get_paths()]
    assert paths[0][:, 0].max() == 4.0
    assert paths[0][:, 1].max() == pytest.approx(0.8)
    assert (paths[1][:, 0].min(), paths[1][:, 1].max()) == (6.0, pytest.approx(0.2))


# Parts -----------------------------------------------------------------------------------


def test_lanes_are_what_the_timelines_say():
    lanes = {lane.name: lane for lane in content_lanes(full_prediction())}
    assert list(lanes) == ["solo singing", "instrumental", "speech", "silence"]
    assert lanes["instrumental"].bars == ((60.0, 105.0),)
    assert [lane.strong for lane in lanes.values()] == [True, True, False, False]
    genres = {lane.name: lane for lane in genre_lanes(full_prediction())}
    assert genres[LABELS[0]].bars == ((0.0, 30.0),)
    assert genres[LABELS[1]].bars == ((60.0, 120.0),)
    assert genres[LABELS[1]].levels[1:] == ((60.0, 90.0, 0.7), (90.0, 120.0, 0.9))


def test_many_moments_are_drawn_as_means_of_some_at_a_time():
    rng = np.random.default_rng(0)
    p = rng.random(1000)
    segments = tuple(
        SegmentPrediction(float(k) + 5 * (k >= 500), k + 1.0 + 5 * (k >= 500), {"a": q, "b": 1 - q})
        for k, q in enumerate(p.tolist())
    )
    prediction = dataclasses.replace(
        plain_prediction(), probabilities={"a": 0.5, "b": 0.5}, segments=segments
    )
    levels = np.array(genre_lanes(prediction)[0].levels)
    assert len(levels) == 200
    np.testing.assert_allclose(levels[:, 2], p.reshape(200, 5).mean(axis=1))
    np.testing.assert_allclose(levels[:, 1] - levels[:, 0], 5.0)
    assert levels[100, 0] - levels[99, 1] == 5.0


def test_genres_that_are_never_likely_have_no_lane():
    p = dict.fromkeys("abcdefgh", 0.02) | {"a": 0.5, "b": 0.36}
    segments = (SegmentPrediction(0.0, 30.0, p),)
    prediction = dataclasses.replace(
        plain_prediction(), probabilities=p, segments=segments, timeline=genre_timeline(segments)
    )
    assert [lane.name for lane in genre_lanes(prediction)] == ["a", "b"]


def test_a_content_that_nobody_foresaw_has_its_lane():
    content = ContentTimeline((Stretch(0.0, 1.0, "applause", 1.0), Stretch(1.0, 2.0, "noise", 1.0)))
    prediction = dataclasses.replace(plain_prediction(), content=content)
    assert [lane.name for lane in content_lanes(prediction)] == ["noise", "applause"]


def test_many_stretches_are_summed_up_in_words():
    many = [(2.0 * k, 2.0 * k + 2, ("speech", "noise")[k % 2]) for k in range(30)]
    said = said_of_lanes(many)
    assert said.startswith("30 stretches; altogether speech 0:30, noise 0:30.")
    assert said_of_lanes([]) == "Nothing is in it."


def test_flags_name_every_doubt_once():
    refused = (Refused(0.0, 1.0, "silent", ""),)
    assert flags_of(plain_prediction()) == ()
    short = dataclasses.replace(
        plain_prediction(), segments=(SegmentPrediction(0.0, 2.0, spread(0.7)),), refused=refused
    )
    assert flags_of(short) == ("too short", "parts refused")
    assert flags_of(full_prediction()) == ("unlike training", "parts refused")
    cut_off = dataclasses.replace(
        plain_prediction(), refused=(Refused(30.0, 30.0, "decode", "it broke off"),)
    )
    assert flags_of(cut_off) == ("not read to its end",)


def test_the_length_is_the_measured_one_where_there_is_one():
    assert seconds_of(plain_prediction()) == 30.0
    assert seconds_of(plain_prediction(quality={"seconds": 31.5})) == 31.5


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "0:00"), (59.6, "1:00"), (3599.7, "1:00:00"), (7325, "2:02:05")]
)
def test_times_are_rounded_to_seconds(seconds, expected):
    assert clock(seconds) == expected
