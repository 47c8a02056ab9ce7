"""The figures of tables: what they show is what they were given."""

from __future__ import annotations

import itertools

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.reporting.cloud_figure import cloud_figure, sampled
from genre_audio.reporting.component_figures import loading_figure, scree_figure
from genre_audio.reporting.correlation_figure import NUMBERED, correlation_figure
from genre_audio.reporting.drawing import PALETTE, drawing, inline_svg
from genre_audio.reporting.series import series_of
from genre_audio.reporting.table_figures import Spread, count_figure, spread_figure


@pytest.fixture(autouse=True)
def _settings_of_ours():
    with drawing():
        yield


def texts(axes):
    return [text.get_text() for text in axes.texts]


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]


def correlations(side, seed=0):
    X = np.random.default_rng(seed).normal(size=(30, side))
    X[:, side // 2 :] += X[:, :1]
    return np.corrcoef(X.T), np.corrcoef(np.argsort(np.argsort(X, axis=0), axis=0).T)


# Correlations ----------------------------------------------------------------------------


def test_few_columns_have_numbers_pearson_below_and_spearman_above():
    pearson, spearman = correlations(8)
    names = [f"column {k}" for k in range(8)]
    axes = correlation_figure(pearson, spearman, names=names).axes[0]
    assert ticks(axes.xaxis) == ticks(axes.yaxis) == names
    assert len(axes.patches) == len(axes.texts) == 8 * 8 - 8
    for box, text in zip(axes.patches, axes.texts, strict=True):
        column, row = map(int, box.get_xy())
        value = pearson[row, column] if row > column else spearman[row, column]
        assert float(text.get_text().replace("−", "-")) == pytest.approx(value, abs=0.005)
        colour = matplotlib.colors.to_rgb(PALETTE["hit" if value >= 0 else "miss"][0])
        assert box.get_facecolor() == (*colour, pytest.approx(abs(value)))


@pytest.mark.parametrize("side", [NUMBERED + 1, 57, 196])
def test_many_columns_are_an_image_of_one_pixel_each(side):
    pearson, spearman = correlations(side)
    names = [f"column {k}" for k in range(side)]
    axes = correlation_figure(pearson, spearman, names=names).axes[0]
    image = axes.images[0].get_array()
    assert image.shape == (side, side, 4)
    assert ticks(axes.yaxis) == names
    expected = np.tril(pearson, -1) + np.triu(spearman, 1)
    np.testing.assert_allclose(image[..., 3] / 255, np.abs(expected), atol=0.5 / 255)
    blue = image[..., 2] > image[..., 0]
    off = ~np.eye(side, dtype=bool)
    assert (blue == (expected >= 0))[off].all()
    assert not axes.texts


def test_an_image_stays_small_in_svg_and_is_not_smoothed():
    pearson, spearman = correlations(57)
    figure = correlation_figure(pearson, spearman, names=[f"column {k}" for k in range(57)])
    text = inline_svg(figure, prefix="f", title="Title", description="Said.")
    assert text.count("data:image/png;base64,") == 2
    assert "pixelated" in text
    assert len(text) < 60_000


def test_coefficients_that_are_not_there_are_grey_and_have_a_dash():
    nothing = [[1.0, np.nan], [np.nan, np.nan]]
    axes = correlation_figure(nothing, nothing, names="ab").axes[0]
    assert texts(axes) == ["–", "–"]
    grey = matplotlib.colors.to_rgb(PALETTE["line"][0])
    assert all(box.get_facecolor()[:3] == grey for box in axes.patches)


def test_extremes_of_numbers_in_cells():
    pearson = [[1, 1, -1], [1, 1, -0.004], [-1, -0.004, 1]]
    axes = correlation_figure(pearson, pearson, names="abc").axes[0]
    assert texts(axes) == ["1.0", "−1.0", "1.0", ".00", "−1.0", ".00"]


def test_groups_are_framed():
    pearson, spearman = correlations(6)
    axes = correlation_figure(pearson, spearman, names="abcdef", blocks=[(1, 3), (4, 5)]).axes[0]
    frames = [box for box in axes.patches if not box.get_fill()]
    assert [(box.get_xy(), box.get_width()) for box in frames] == [((1, 1), 3), ((4, 4), 2)]


# Genres ----------------------------------------------------------------------------------


def test_a_hundred_genres_are_drawn_each_in_its_own_way():
    series = series_of([str(k) for k in range(100)])
    assert len(set(series.values())) == 100
    assert len({each.colour for each in list(series.values())[:10]}) == 10
    assert len({each.marker for each in list(series.values())[:10]}) == 10


# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as it looks, in linear RGB, to
# eyes that lack one sort of cones.
EYES = {
    "all cones": np.eye(3),
    "no red": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# OKLab (Ottosson 2020): from linear RGB to cones, and from there to lightness and hues.
CONES = [
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
]
OKLAB = [
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
]


def linear(colours):
    rgb = np.array([matplotlib.colors.to_rgb(colour) for colour in colours])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_of_genres_differ_for_every_eye(eyes, scheme):
    names = [both[scheme] for part, both in PALETTE.items() if part.startswith("series-")]
    assert len(names) == 10
    seen = np.clip(linear(names) @ np.transpose(EYES[eyes]), 0, 1)
    lab = np.cbrt(seen @ np.transpose(CONES)) @ np.transpose(OKLAB)
    for first, second in itertools.combinations(lab, 2):
        # 0.02 is just to be seen side by side; marks lie apart.
        assert np.linalg.norm(first - second) >= 0.11


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_marks_stand_out_from_the_paper(scheme):
    weights = [0.2126, 0.7152, 0.0722]
    paper = float(linear([PALETTE["paper"][scheme]])[0] @ weights)
    names = [both[scheme] for part, both in PALETTE.items() if part.startswith("series-")]
    for luminance in linear(names) @ weights:
        low, high = sorted([paper, float(luminance)])
        assert (high + 0.05) / (low + 0.05) >= 3.0  # WCAG asks it of what is not text


def test_counts_have_a_bar_each_under_their_name():
    counts = {"rock": 30, "jazz & <b>": 10}
    series = series_of(list(counts))
    axes = count_figure(counts, series=series).axes[0]
    assert [bar.get_width() for bar in axes.patches] == [30, 10]
    colours = [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in axes.patches]
    assert colours == [each.colour for each in series.values()]
    assert texts(axes) == ["rock", "30 (75 %)", "jazz & <b>", "10 (25 %)"]


# Distributions ---------------------------------------------------------------------------


def test_a_spread_shows_its_seven_numbers():
    spread = Spread("a", -9.0, -2.0, -1.0, 0.5, 1.0, 3.0, 8.0)
    nothing = Spread("b", *[float("nan")] * 7)
    (axes,) = spread_figure([spread, nothing], series=series_of("ab"), unit="mfcc1").axes
    shown = [list(map(float, line.get_xdata())) for line in axes.lines]
    assert shown == [[-9.0, 8.0], [-2.0, 3.0], [-1.0, 1.0], [0.5]]
    assert ticks(axes.yaxis) == ["a", "b"]
    assert (axes.get_xlabel(), axes.get_xscale()) == ("mfcc1", "linear")


def test_positive_values_that_reach_far_have_a_logarithmic_axis():
    wide = Spread("a", 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 31.0)
    (axes,) = spread_figure([wide], series=series_of("a"), unit="rms_var").axes
    assert axes.get_xscale() == "log"
    assert axes.get_xlabel() == "rms_var (logarithmic axis)"
    near = Spread("a", 0.0, 0.2, 0.5, 1.0, 2.0, 4.0, 31.0)
    (axes,) = spread_figure([near], series=series_of("a"), unit="rms_var").axes
    assert axes.get_xscale() == "linear"


# Clouds ----------------------------------------------------------------------------------


def test_rows_stand_where_they_lie_in_the_colours_of_their_genres():
    x, y = np.arange(6.0), np.arange(6.0) ** 2
    labels = ["a", "b", None, "a", "b", "b"]
    series = series_of("abc")
    (axes,) = cloud_figure(x, y, labels=labels, series=series, axes_names=("x", "y")).axes
    unlabelled, a, b, middle_a, middle_b = axes.lines
    assert unlabelled.get_xydata().tolist() == [[2, 4]]
    assert a.get_xydata().tolist() == [[0, 0], [3, 9]]
    assert b.get_xydata().tolist() == [[1, 1], [4, 16], [5, 25]]
    assert (a.get_color(), a.get_marker()) == (series["a"].colour, series["a"].marker)
    assert middle_a.get_xydata().tolist() == [[1.5, 4.5]]
    assert middle_b.get_xydata().tolist() == [[4, 16]]
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["a", "b", "without a label"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "y")


def test_without_genres_there_is_no_key():
    (axes,) = cloud_figure([0, 1], [1, 0], labels=[None] * 2, series={}, axes_names=("", "")).axes
    assert axes.get_legend() is None


@given(
    st.lists(st.sampled_from([None, "a", "b", "c"]), min_size=1, max_size=300), st.integers(1, 50)
)
def test_a_sample_keeps_the_shares_of_genres_to_one_row(labels, most):
    column = np.array(labels, dtype=object)
    chosen = sampled(column, most=most, seed=0)
    assert len(chosen) == min(most, len(labels))
    assert (np.diff(chosen) > 0).all()
    for label in {None, "a", "b", "c"}:
        exact = sum(each == label for each in labels) * len(chosen) / len(labels)
        assert abs(sum(each == label for each in column[chosen]) - exact) <= 1


def test_many_marks_share_their_style_in_svg():
    x = np.random.default_rng(0).normal(size=(2, 2000))
    labels = ["a", "b"] * 1000
    figure = cloud_figure(*x, labels=labels, series=series_of("ab"), axes_names=("x", "y"))
    text = inline_svg(figure, prefix="f", title="Title", description="Said.")
    assert text.count("<use") >= 2000
    assert len(text) < 60 * text.count("<use")


# Components ------------------------------------------------------------------------------


def test_curves_and_marks_of_components():
    explained = np.array([0.5, 0.3, 0.12, 0.05, 0.03])
    needed = {85: 3, 90: 3, 95: 4}
    above, below = scree_figure(explained, explained.cumsum(), needed=needed).axes
    curve = above.lines[0]
    np.testing.assert_allclose(curve.get_xdata(), [1, 2, 3, 4, 5])
    np.testing.assert_allclose(curve.get_ydata(), explained.cumsum())
    assert texts(above) == ["3", "3", "4"]
    marks = [line.get_xydata()[-1].tolist() for line in above.lines[2::2]]
    assert marks == [[3, 0.85], [3, 0.9], [4, 0.95]]
    assert [bar.get_height() for bar in below.patches] == explained.tolist()
    assert {"85 %", "90 %", "95 %", "100 %"} <= set(ticks(above.yaxis))


def test_the_longest_loadings_are_arrows_with_their_names():
    loadings = np.array([[0.9, 0.1], [-0.8, 0.2], [0.1, 0.1], [0.0, -0.7]])
    names = ["tempo", "energy", "short", "speech"]
    figure = loading_figure(loadings, names=names, axes_names=("one", "two"), most=3)
    (axes,) = figure.axes
    assert sorted(filter(None, texts(axes))) == ["energy", "speech", "tempo"]
    tips = {tuple(text.xy) for text in axes.texts if hasattr(text, "xy") and not text.get_text()}
    assert tips == {(0.9, 0.1), (-0.8, 0.2), (0.0, -0.7)}
    assert axes.get_xlabel().startswith("one")
    assert "two" in axes.get_title()


def test_names_of_arrows_do_not_lie_on_each_other():
    loadings = np.column_stack([np.linspace(0.9, 0.95, 10), np.linspace(0.1, 0.12, 10)])
    names = [f"column {k}" for k in range(10)]
    (axes,) = loading_figure(loadings, names=names, axes_names=("one", "two")).axes
    heights = sorted(text.get_position()[1] for text in axes.texts if text.get_text())
    assert len(heights) == 10
    assert min(np.diff(heights)) >= 0.16 - 1e-9
