"""Figures: what they say is what they were given, in SVG that can live in any page."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.reporting.drawing import PALETTE, drawing, inline_svg
from genre_audio.reporting.figures import (
    confusion_figure,
    difference_figure,
    reliability_figure,
    score_figure,
)

LABELS = ["blues", "jazz & <b>soul</b>", "$x_1$ 日本"]


@pytest.fixture(autouse=True)
def _settings_of_ours():
    with drawing():
        yield


def texts(axes):
    return [text.get_text() for text in axes.texts]


def cells(axes):
    """What is written in each cell, from top to bottom: by row and column."""
    found = {}
    for text in axes.texts:
        x, y = text.get_position()
        found.setdefault((int(y), int(x)), []).append(text.get_text())
    return found


def svg(figure, prefix="f", title="Title", description="Said in words."):
    return inline_svg(figure, prefix=prefix, title=title, description=description)


def figures():
    yield confusion_figure(np.arange(9).reshape(3, 3), labels=LABELS)
    yield reliability_figure(confidence=[0.4, 0.6], accuracy=[0.5, 0.7], counts=[3, 4])
    yield score_figure(LABELS, [(0.5, 0.4, 0.6)] * 3, baselines=[0.1] * 3, unit="accuracy")
    yield difference_figure(LABELS, [(0.1, -0.1, 0.3)] * 3, unit="accuracy")


# What they say ---------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(st.data(), st.integers(1, 6))
def test_cells_hold_counts_and_shares_of_the_row(data, side):
    rows = st.lists(st.integers(0, 2000), min_size=side, max_size=side)
    counts = np.array(data.draw(st.lists(rows, min_size=side, max_size=side)))
    with drawing():
        found = cells(confusion_figure(counts, labels=list("abcdef")[:side]).axes[0])
    for place in itertools.product(range(side), repeat=2):
        if counts[place]:
            share = f"{100 * counts[place] / counts[place[0]].sum():.0f} %"
            assert found[place] == [str(counts[place]), share]
        else:
            assert found[place] == ["·"]


def test_rows_are_the_truth_from_the_top():
    axes = confusion_figure([[5, 1], [0, 2]], labels=["jazz", "rock"]).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("called", "truth")
    assert axes.yaxis_inverted()
    for axis in (axes.xaxis, axes.yaxis):
        assert [label.get_text() for label in axis.get_ticklabels()] == ["jazz", "rock"]


def test_right_and_wrong_differ_in_colour_and_depth_tells_the_share():
    axes = confusion_figure([[3, 1], [0, 4]], labels=["a", "b"]).axes[0]
    shades = {tuple(map(int, box.get_xy())): box.get_facecolor() for box in axes.patches}
    hit, miss = (matplotlib.colors.to_rgb(PALETTE[part][0]) for part in ("hit", "miss"))
    assert shades[0, 0][:3] == shades[1, 1][:3] == hit
    assert shades[1, 0][:3] == shades[0, 1][:3] == miss
    shares = [shades[place][3] ** 2 for place in ((0, 0), (1, 0), (0, 1), (1, 1))]
    np.testing.assert_allclose(shares, [0.75, 0.25, 0, 1])


def test_long_names_of_many_genres_are_told_apart():
    labels = [f"songs that are sung while walking, number {k}, in the north" for k in range(20)]
    axes = confusion_figure(np.eye(20, dtype=int), labels=labels).axes[0]
    shown = [label.get_text() for label in axes.get_yticklabels()]
    assert len(set(shown)) == 20
    assert max(map(len, shown)) <= 22


def test_reliability_points_and_bars_stand_where_they_should():
    x, y, n = [0.3, 0.5, 0.9], [0.35, 0.4, 1.0], [7, 7, 6]
    above, below = reliability_figure(confidence=x, accuracy=y, counts=n).axes
    diagonal, points = above.lines
    assert diagonal.get_xydata().tolist() == [[0, 0], [1, 1]]
    assert points.get_xydata().tolist() == [list(pair) for pair in zip(x, y, strict=True)]
    gaps = [segment.tolist() for segment in above.collections[0].get_segments()]
    assert gaps == [[[a, min(a, b)], [a, max(a, b)]] for a, b in zip(x, y, strict=True)]
    bars = [segment.tolist() for segment in below.collections[0].get_segments()]
    assert bars == [[[a, 0], [a, k]] for a, k in zip(x, n, strict=True)]


def test_scores_stand_between_their_ends_beside_their_baseline():
    spreads = [(0.5, 0.4, 0.6), (0.7, 0.65, 0.72)]
    figure = score_figure(["artists", "random"], spreads, baselines=[0.1, 0.2], unit="accuracy")
    (axes,) = figure.axes
    assert texts(axes) == [
        "artists",
        "0.500 (0.400 to 0.600)",
        "random",
        "0.700 (0.650 to 0.720)",
    ]
    bars, marks = axes.lines[::2], axes.lines[1::2]
    assert [list(bar.get_xdata()) for bar in bars] == [[0.4, 0.6], [0.65, 0.72]]
    assert [float(mark.get_xdata()[0]) for mark in marks] == [0.5, 0.7]
    assert [segment[0, 0] for segment in axes.collections[0].get_segments()] == [0.1, 0.2]


@pytest.mark.parametrize(
    ("spread", "filled"),
    [((0.1, 0.01, 0.2), True), ((0.1, -0.01, 0.2), False), ((-0.1, -0.2, -0.05), True)],
)
def test_only_differences_that_leave_zero_out_are_filled(spread, filled):
    (axes,) = difference_figure(["b − a"], [spread], unit="accuracy").axes
    face = matplotlib.colors.to_hex(axes.lines[1].get_markerfacecolor())
    assert (face == PALETTE["mark"][0]) is filled
    low, high = axes.get_xlim()
    assert low == -high
    assert low < spread[1]
    assert high > spread[2]


# SVG -------------------------------------------------------------------------------------


@pytest.fixture(params=range(4), ids=["confusion", "reliability", "score", "gain"])
def figure(request):
    return list(figures())[request.param]


def test_svg_stands_by_itself(figure):
    text = svg(figure, prefix="p7")
    root = ET.fromstring(text)
    tags = {element.tag for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "defs", "g", "path", "use", "text", "clipPath", "rect"}
    assert "://" not in text
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b(?!-)", text.replace("#p7-", "")), "a bare colour"
    assert "font-family" not in text
    assert root.attrib["role"] == "img"
    words = {element.get("id"): element.text for element in root.iter() if element.get("id")}
    first, second = root.attrib["aria-labelledby"].split()
    assert (words[first], words[second]) == ("Title", "Said in words.")


def test_references_lead_to_ids_of_the_same_figure(figure):
    text = svg(figure, prefix="mine")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)
    assert all(name.startswith("mine-") for name in ids)
    targets = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    assert {first or second for first, second in targets} <= set(ids)


def test_figures_with_their_own_prefix_share_no_id():
    both = [svg(figure, prefix=f"f{k}") for k, figure in enumerate(figures())]
    found = re.findall(r'\bid="([^"]+)"', "".join(both))
    assert len(set(found)) == len(found)


def test_names_are_escaped_and_not_taken_for_formulas():
    root = ET.fromstring(svg(confusion_figure(np.eye(3, dtype=int), labels=LABELS)))
    shown = [element.text for element in root.iter("text")]
    assert all(shown.count(label) == 2 for label in LABELS)


def test_the_same_figure_gives_the_same_bytes_whatever_the_user_has_set():
    first = [svg(figure) for figure in figures()]
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "lines.linewidth": 9}):
        with drawing():
            assert [svg(figure) for figure in figures()] == first
        assert matplotlib.rcParams["font.size"] == 30


def test_matplotlib_is_loaded_for_figures_only_and_never_pyplot():
    code = (
        "import sys, genre_audio.reporting.evaluation_page, genre_audio.reporting.figures\n"
        "from genre_audio.reporting import drawing\n"
        "assert not {'matplotlib', 'jinja2'} & set(sys.modules)\n"
        "with drawing.drawing():\n"
        "    figure = genre_audio.reporting.figures.confusion_figure([[1]], labels=['a'])\n"
        "    drawing.inline_svg(figure, prefix='a', title='b', description='c')\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Colours ---------------------------------------------------------------------------------


def luminance(rgb):
    """Relative luminance as WCAG 2.2 defines it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(first, second):
    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


@pytest.fixture(params=[0, 1], ids=["light", "dark"])
def colours(request):
    return {
        part: np.array(matplotlib.colors.to_rgb(both[request.param]))
        for part, both in PALETTE.items()
    }


@pytest.mark.parametrize("part", ["ink", "muted", "mark", "warn"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_text_is_readable(colours, part, ground):
    # 4.5 is what WCAG asks of text at level AA.
    assert contrast(colours[part], colours[ground]) >= 4.5


@pytest.mark.parametrize("part", ["hit", "miss"])
def test_figures_are_readable_in_cells_of_every_depth(colours, part):
    for depth in np.linspace(0, 1, 101):
        ground = depth * colours[part] + (1 - depth) * colours["paper"]
        assert contrast(colours["ink"], ground) >= 4.5


def test_colours_of_light_pages_differ_for_they_stand_for_the_dark_ones():
    assert len({light for light, _ in PALETTE.values()}) == len(PALETTE)
