"""The figure of balancing: marks stand at the shares, and say which way they moved."""

from __future__ import annotations

import matplotlib.colors
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.reporting.balance_figure import balance_figure
from genre_audio.reporting.drawing import PALETTE, drawing

SHARES = st.floats(0, 1)


def drawn(before, after, **how):
    labels = how.get("labels", [f"genre {k}" for k in range(len(before))])
    methods = how.get("methods", [f"method {k}" for k in range(len(after))])
    with drawing():
        (axes,) = balance_figure(before, after, labels=labels, methods=methods).axes
    return axes


@settings(max_examples=20)
@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_lines_run_from_what_was_to_what_became(data, genres, methods):
    before = data.draw(st.lists(SHARES, min_size=genres, max_size=genres))
    rows = st.lists(SHARES, min_size=genres, max_size=genres)
    after = data.draw(st.lists(rows, min_size=methods, max_size=methods))
    axes = drawn(before, after)
    moves = [line for line in axes.lines if len(line.get_xdata()) == 2]
    expected = [[old, new] for old, news in zip(before, zip(*after, strict=True), strict=True)
                for new in news]  # fmt: skip
    assert [list(line.get_xdata()) for line in moves] == expected
    colours = [PALETTE["mark" if new >= old else "warn"][0] for old, new in expected]
    assert [matplotlib.colors.to_hex(line.get_color()) for line in moves] == colours


def test_the_start_is_hollow_and_the_end_is_filled():
    _line, start, end = drawn([0.3], [[0.8]]).lines
    assert matplotlib.colors.to_hex(start.get_markerfacecolor()) == PALETTE["paper"][0]
    assert (float(start.get_xdata()[0]), float(end.get_xdata()[0])) == (0.3, 0.8)
    assert matplotlib.colors.to_hex(end.get_markerfacecolor()) == PALETTE["mark"][0]


def test_every_line_is_said_in_figures_under_its_genre():
    axes = drawn([0.1, 0.9], [[0.4, 0.7]], labels=["jazz\n", "<b>"], methods=["smote"])
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["jazz\\x0a", "smote", "0.100 → 0.400", "<b>", "smote", "0.900 → 0.700"]
    assert axes.yaxis_inverted()
    assert axes.get_xlim() == (0, 1)


def test_long_names_are_told_apart():
    methods = [f"a very long name of a way to balance {k}" for k in range(3)]
    axes = drawn([0.5], np.full((3, 1), 0.5), labels=["genre " * 30], methods=methods)
    shown = [text.get_text() for text in axes.texts]
    assert len(set(shown[1::2])) == 3
    assert max(map(len, shown)) <= 48


@pytest.mark.parametrize(("genres", "methods"), [(1, 1), (2, 4), (10, 4)])
def test_rows_are_as_high_whatever_their_number(genres, methods):
    axes = drawn(np.zeros(genres), np.ones((methods, genres)))
    figure = axes.get_figure()
    rows = genres * (methods + 1)
    assert figure.get_figheight() * 72 == pytest.approx(24 * rows + 44)
