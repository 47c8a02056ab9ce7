"""The page on many recordings: counts, links, a map, and thousands of lines."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from genre_audio.learning.plane import Plane
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.index_page import IndexRow, index_page
from genre_audio.reporting.map_figure import MOST_NUMBERED, MOST_SHOWN, map_figure
from pages import check_page, elements, table, words
from sample_predictions import (
    BREAKING,
    LABELS,
    full_prediction,
    index_of,
    neighbourhood,
    plain_prediction,
    rows_of,
)


def links_of(rows):
    return {row.link for row in rows}


def test_each_recording_has_a_line_with_a_link_and_its_verdict():
    rows = rows_of(30)
    page = check_page(index_of(rows), links=links_of(rows))
    lines = table(page, "recordings")[1:]
    assert [line[1] for line in lines] == [str(k) for k in range(1, 31)]
    assert [line[2] for line in lines] == [words_of(row.verdict) for row in rows]
    leading = [each for each in elements(page, "a") if each.get("href") in links_of(rows)]
    assert [each.get("href") for each in leading] == [row.link for row in rows]
    assert words(leading[0]) == "<script>alert(1)</script> 0"
    assert lines[1][5] == "unlike training, parts refused"
    assert lines[1][6] == "2:00"


def words_of(text):
    return " ".join(text.split())


def test_counts_by_genre_are_those_of_the_lines():
    rows = rows_of(31)
    page = check_page(index_of(rows), links=links_of(rows))
    counted = {line[0]: line[1:] for line in table(page, "genres")[1:]}
    # 16 plain ones: the first label, no sets; 15 full ones: the second, two left, unlike.
    assert counted[LABELS[0]] == ["16", "0", "0", "15"]
    assert counted[LABELS[1]] == ["15", "0", "15", "15"]
    assert sum(int(line[0]) for line in counted.values()) == 31
    said = words(page)
    assert "15 lie farther from the training recordings" in said


def test_verdicts_of_one_label_are_counted():
    certain = plain_prediction(genres_not_ruled_out=LABELS[:1], coverage=0.9)
    row = IndexRow.of(certain)
    page = check_page(index_of([dataclasses.replace(row, place=(0.0, 0.0))]))
    assert table(page, "genres")[1][:3] == [LABELS[0], "1", "1"]
    assert words(page).count("1 recording.") == 1


def test_what_could_not_be_read_is_listed():
    rows = rows_of(2)
    page = check_page(index_of(rows, failures=[(BREAKING, "no <b>")]), links=links_of(rows))
    assert table(page, "not read")[1][1] == "no <b>"
    assert "and 1 that could not be read" in words(page)


def test_without_places_there_is_no_map_and_without_pages_no_links():
    rows = [IndexRow.of(plain_prediction()), IndexRow.of(full_prediction())]
    text = index_page(rows, labels=LABELS)
    assert "<svg" not in text
    assert 'href="recordings' not in text
    assert "Among the training recordings" not in text


# The map ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def training():
    near = neighbourhood()
    return near, Plane.fit(near.rows, labels=near.labels)


def drawn(training, places):
    near, plane = training
    figure = map_figure(plane, learned=plane.place(near.rows), labels=near.labels, places=places)
    return figure.axes[0]


def marks(axes, marker):
    found = [line.get_xydata() for line in axes.lines if line.get_marker() == marker]
    return found[-1] if found else np.empty((0, 2))


def test_recordings_lie_where_they_are_and_far_ones_at_the_border(training):
    with drawing():
        axes = drawn(training, [[0.5, -0.25], [1e6, 0.0], [np.nan, np.nan]])
    np.testing.assert_allclose(marks(axes, "o"), [[0.5, -0.25]])
    (star,) = marks(axes, "*")
    left, right = axes.get_xlim()
    assert left < star[0] < right
    assert star[0] > right - 0.02 * (right - left)
    assert star[1] == 0.0


def test_few_recordings_have_numbers_that_do_not_hide_each_other(training):
    places = np.random.default_rng(0).normal(scale=3.0, size=(MOST_NUMBERED, 2))
    with drawing():
        axes = drawn(training, places)
        boxes = [text.get_window_extent() for text in axes.texts]
    assert len(boxes) > MOST_NUMBERED // 2
    overlaps = [a.overlaps(b) for k, a in enumerate(boxes) for b in boxes[:k]]
    assert not any(overlaps)


def test_of_thousands_a_sample_is_drawn_and_said(training):
    rows = rows_of(MOST_SHOWN + 200)
    with drawing():
        axes = drawn(training, [row.place for row in rows])
    assert len(marks(axes, "o")) + len(marks(axes, "*")) == MOST_SHOWN
    assert not axes.texts
    page = check_page(index_of(rows), links=links_of(rows))
    assert f"{MOST_SHOWN} of {len(rows)} drawn at random" in words(page)


def test_each_centre_is_marked_where_the_plane_says(training):
    _, plane = training
    with drawing():
        axes = drawn(training, [[0.0, 0.0]])
        single = [line.get_xydata()[0] for line in axes.lines if len(line.get_xdata()) == 1]
    for centre in plane.centres:
        assert any(np.allclose(centre, each) for each in single)


def test_the_map_in_words_counts_the_nearest_middles(training):
    _, plane = training
    rows = [
        dataclasses.replace(row, place=tuple(plane.centres[k % 2].tolist()))
        for k, row in enumerate(rows_of(5))
    ]
    page = check_page(index_of(rows), links=links_of(rows))
    (svg,) = elements(page, "svg")
    (description,) = elements(svg, "desc")
    assert f"{plane.labels[0]} 3" in words(description)
    assert f"{plane.labels[1]} 2" in words(description)


def test_thousands_of_recordings_make_a_page_of_a_size_that_opens():
    rows = rows_of(3000)
    assert len(index_of(rows)) < 2_500_000
