"""Columns against numpy, scipy and scikit-learn, and against structure that was put in."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from sklearn.preprocessing import StandardScaler

from genre_audio.errors import ParameterError, TableError
from genre_audio.exploration.boxes import boxes_of
from genre_audio.exploration.components import components_of
from genre_audio.exploration.constants import constant_columns
from genre_audio.exploration.correlations import correlations_of
from genre_audio.exploration.matrix import labels_of, matrix, names_of, standardised
from genre_audio.exploration.near_copies import near_duplicates

# Sums in another order.
CLOSE = 1e-10


def names(X):
    return [f"c{k:02d}" for k in range(X.shape[1])]


def mixed(rng, *, rows=80, columns=6):
    """Columns that depend on each other, some of them heavy-tailed, on scales of their own."""
    X = rng.normal(size=(rows, columns)) @ rng.normal(size=(columns, columns))
    X[:, 1] = np.exp(X[:, 1] / 3)
    return X * 10.0 ** rng.integers(-6, 7, size=columns) + rng.normal(size=columns)


def with_gaps(X, rng, *, share=0.2):
    return np.where(rng.random(X.shape) < share, np.nan, X)


# Frames to arrays ------------------------------------------------------------------------


def test_numbers_are_taken_as_they_are_and_infinity_is_a_gap():
    frame = pd.DataFrame(
        {
            "a": [1.5, np.inf, -np.inf],
            "b": pd.array([1, None, 3], dtype="Int64"),
            "c": pd.array([True, None, False], dtype="boolean"),
            "d": [None, None, None],
        }
    )
    found = matrix(frame, columns=["a", "b", "c", "d"])
    gap = np.nan
    np.testing.assert_array_equal(found, [[1.5, 1, 1, gap], [gap, gap, gap, gap], [gap, 3, 0, gap]])


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (pd.DataFrame({"b": [1]}), "no column 'a'; it has b"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "2 columns 'a'"),
        (pd.DataFrame({"a": ["x"]}), "column 'a' holds .*, not numbers"),
        (pd.DataFrame({"a": [1j]}), "column 'a' holds complex"),
    ],
)
def test_what_holds_no_numbers_is_refused(frame, message):
    with pytest.raises(TableError, match=message):
        matrix(frame, columns=["a"])


def test_labels_are_text_and_blank_ones_are_none():
    given = ["jazz", " jazz ", "", "  ", None, np.nan, pd.NA, 3, 3.0, 2.5, True]
    found = labels_of(pd.DataFrame({"label": pd.Series(given, dtype=object)}), label="label")
    expected = ["jazz", "jazz", None, None, None, None, None, "3", "3", "2.5", "True"]
    assert found.tolist() == expected


def test_rows_without_a_name_are_numbered():
    frame = pd.DataFrame({"id": ["x", None, "z"]}, index=[7, 7, 7])
    assert names_of(frame, names="id").tolist() == ["x", "row 2", "z"]


def test_rows_without_a_name_are_told_by_their_place():
    frame = pd.DataFrame({"id": ["x", None]})
    places = ("row 2", "row 3")
    assert names_of(frame, names="id", places=places).tolist() == ["x", "row 3"]
    assert names_of(frame, names=None, places=places).tolist() == ["row 2", "row 3"]
    with pytest.raises(ParameterError, match="1 places were given for 2 rows"):
        names_of(frame, names=None, places=("row 2",))


def test_standardised_columns_are_scikit_learns(rng):
    X = mixed(rng)
    np.testing.assert_allclose(standardised(X), StandardScaler().fit_transform(X), atol=1e-8)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 1e300])
def test_no_scale_is_too_large_or_too_small(scale, rng):
    X = rng.normal(size=(20, 2))
    np.testing.assert_allclose(standardised(X * scale), standardised(X), atol=1e-8)


# Constant and near-duplicate columns -----------------------------------------------------


def test_constant_columns_are_found(rng):
    X = rng.normal(size=(200, 5))
    X[:, 0] = 0.1
    X[:, 1] = np.where(np.arange(200) < 198, 3.0, X[:, 1])  # 99 %
    X[:, 2] = np.where(np.arange(200) < 197, 3.0, X[:, 2])  # less
    X[:, 3] = np.nan
    found = constant_columns(X, columns=list("abcde"))
    assert [(c.name, c.constant, c.known) for c in found] == [
        ("a", True, 200),
        ("b", False, 200),
        ("d", True, 0),
    ]
    assert found[1].share == 0.99
    assert np.isnan(found[2].value)


def test_columns_that_are_copies_of_each_other_are_told_by_their_kind(rng):
    x = rng.normal(size=300)
    X = np.column_stack(
        [x, rng.normal(size=300), x, 5 - 4e6 * x, x + 0.01 * rng.normal(size=300), x**3]
    )
    found = near_duplicates(X, correlations=correlations_of(X, columns=list("abcdef")))
    kinds = {(pair.first, pair.second): pair.kind for pair in found}
    assert kinds == {
        ("a", "c"): "equal",
        ("a", "d"): "scaled",
        ("c", "d"): "scaled",
        ("a", "e"): "correlated",
        ("c", "e"): "correlated",
        ("d", "e"): "correlated",
    }
    scaled = found[1]
    assert (scaled.slope, scaled.intercept) == pytest.approx((-4e6, 5), rel=1e-6)


def test_a_copy_written_with_seven_digits_is_a_scaled_one(rng):
    x = rng.normal(size=100)
    X = np.column_stack([x, np.array([float(f"{value:.7g}") for value in 3 * x])])
    (found,) = near_duplicates(X, correlations=correlations_of(X, columns=["a", "b"]))
    assert found.kind == "scaled"


def test_of_few_rows_a_correlation_is_no_copy(rng):
    x = np.arange(9.0)
    X = np.column_stack([x, x + 1e-3 * rng.normal(size=9), 2 * x])
    found = near_duplicates(X, correlations=correlations_of(X, columns=["a", "b", "c"]))
    assert [(pair.first, pair.second) for pair in found] == [("a", "c")]
    X = np.concatenate([X, [[9, 9, 18]]])
    assert len(near_duplicates(X, correlations=correlations_of(X, columns=["a", "b", "c"]))) == 3


def test_gaps_do_not_hide_a_copy(rng):
    X = np.repeat(rng.normal(size=(50, 1)), 2, axis=1)
    X[:20, 0] = np.nan
    X[30:, 1] = np.nan
    (found,) = near_duplicates(X, correlations=correlations_of(X, columns=["a", "b"]))
    assert (found.kind, found.rows) == ("equal", 10)


# Correlations ----------------------------------------------------------------------------


def test_correlations_are_numpys_and_scipys(rng):
    X = mixed(rng)
    found = correlations_of(X, columns=names(X))
    np.testing.assert_allclose(found.pearson, np.corrcoef(X.T), atol=CLOSE)
    np.testing.assert_allclose(found.spearman, scipy.stats.spearmanr(X).statistic, atol=CLOSE)


def test_with_gaps_each_pair_is_correlated_where_both_are_known(rng):
    X = with_gaps(mixed(rng), rng)
    found = correlations_of(X, columns=names(X))
    pairs = {(p.first, p.second): p for p in found.by_pearson + found.by_spearman}
    for i in range(X.shape[1]):
        for j in range(i):
            both = ~np.isnan(X[:, i]) & ~np.isnan(X[:, j])
            x, y = X[both, i], X[both, j]
            assert found.pearson[i, j] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=CLOSE)
            rho = scipy.stats.spearmanr(x, y).statistic
            assert found.spearman[i, j] == pytest.approx(rho, abs=CLOSE)
            assert pairs[f"c{j:02d}", f"c{i:02d}"].rows == both.sum()


def test_a_large_table_with_gaps_is_ranked_by_a_sample(rng):
    X = rng.normal(size=(12_000, 2))
    X[:, 1] += X[:, 0]
    X[0, 0] = np.nan
    found = correlations_of(X, columns=["a", "b"])
    assert found.spearman_rows == 10_000
    # Of 10,000 rows a rank correlation is known to some 0.007.
    whole = scipy.stats.spearmanr(X[1:]).statistic
    assert found.spearman[0, 1] == pytest.approx(whole, abs=0.02)
    assert found.pearson[0, 1] == pytest.approx(np.corrcoef(X[1:].T)[0, 1], abs=CLOSE)


@hypothesis.given(st.integers(0, 2**32 - 1), st.integers(3, 30), st.integers(2, 6))
@hypothesis.settings(max_examples=30)
def test_scales_and_orders_change_no_correlation(seed, rows, columns):
    rng = np.random.default_rng(seed)
    X = with_gaps(rng.normal(size=(rows, columns)), rng, share=0.1)
    found = correlations_of(X, columns=names(X))
    by_row, by_column = rng.permutation(rows), rng.permutation(columns)
    scales = 10.0 ** rng.integers(-5, 6, size=columns) * rng.choice([-1, 1], size=columns)
    moved = (X * scales + rng.normal(size=columns))[by_row][:, by_column]
    again = correlations_of(moved, columns=[names(X)[k] for k in by_column])
    signs = np.sign(np.outer(scales, scales))
    # A shift costs digits: up to 1e5 of a column that varies by 1e-5.
    for kind in ("pearson", "spearman"):
        expected = (getattr(found, kind) * signs)[np.ix_(by_column, by_column)]
        np.testing.assert_allclose(getattr(again, kind), expected, atol=1e-5)


def test_pairs_are_listed_both_ways_and_by_sign(rng):
    x = rng.normal(size=400)
    noise = rng.normal(size=(400, 3))
    X = np.column_stack([x, np.exp(4 * x), -x + 0.5 * noise[:, 0], noise[:, 1:]])
    found = correlations_of(X, columns=list("abcde"))
    # In order they are one, on a line they are not.
    assert (found.by_spearman[0].first, found.by_spearman[0].second) == ("a", "b")
    assert found.by_spearman[0].spearman == 1
    assert (found.by_pearson[0].first, found.by_pearson[0].second) == ("a", "c")
    assert found.pearson_negative[0] == found.by_pearson[0]
    assert found.spearman_positive[0] == found.by_spearman[0]
    assert all(p.pearson > 0 for p in found.pearson_positive)
    assert all(p.spearman < 0 for p in found.spearman_negative)
    sizes = [abs(p.pearson) for p in found.by_pearson]
    assert sizes == sorted(sizes, reverse=True)


def test_what_does_not_vary_correlates_with_nothing():
    X = np.column_stack([np.arange(5.0), np.full(5, 0.1), [np.nan] * 5])
    found = correlations_of(X, columns=["a", "b", "c"])
    assert found.by_pearson == found.by_spearman == found.groups == ()
    assert np.isnan(found.pearson[1:]).all()
    assert np.isnan(found.pearson[0, 1:]).all()


def test_columns_that_measure_the_same_are_grouped_whatever_their_sign(rng):
    three, two = rng.normal(size=(2, 500, 1))
    X = np.hstack(
        [
            three * [1, -3, 0.1] + [0, 9, 5] + 0.2 * rng.normal(size=(500, 3)) * [1, 3, 0.1],
            np.exp(two + 0.2 * rng.normal(size=(500, 2))),
            rng.normal(size=(500, 3)),
        ]
    )
    found = correlations_of(X, columns=list("abcdefgh"))
    assert [group.columns for group in found.groups] == [("a", "b", "c"), ("d", "e")]
    rho = np.abs(scipy.stats.spearmanr(X).statistic)
    assert found.groups[0].mean == pytest.approx((rho[0, 1] + rho[0, 2] + rho[1, 2]) / 3)
    assert sorted(found.order) == list(range(8))
    places = [found.order.index(k) for k in (0, 1, 2)]
    assert max(places) - min(places) == 2  # side by side


def test_the_tree_is_cut_at_a_mean_correlation_of_eight_tenths(rng):
    x = rng.normal(size=2000)
    for noise, grouped in ((0.6, True), (0.9, False)):  # rho .85 and .74
        X = np.column_stack([x, x + noise * rng.normal(size=2000)])
        found = correlations_of(X, columns=["a", "b"])
        assert (len(found.groups) == 1) is grouped
        assert bool(abs(found.spearman[0, 1]) > 1 - found.cut) is grouped


# Components ------------------------------------------------------------------------------


def test_components_are_those_of_a_singular_value_decomposition(rng):
    X = mixed(rng)
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    _, s, V = np.linalg.svd(Z, full_matrices=False)
    found = components_of(X, columns=names(X))
    np.testing.assert_allclose(found.explained, s**2 / (s**2).sum(), atol=CLOSE)
    np.testing.assert_allclose(found.cumulative, np.cumsum(s**2) / (s**2).sum(), atol=CLOSE)
    # Directions, without their sign.
    np.testing.assert_allclose(np.abs(found.weights), np.abs(V.T), atol=1e-7)
    np.testing.assert_allclose(found.scores, Z @ found.weights, atol=1e-7)


def test_loadings_are_correlations_of_columns_with_components(rng):
    X = mixed(rng)
    found = components_of(X, columns=names(X))
    both = np.corrcoef(X.T, found.scores.T)[: X.shape[1], X.shape[1] :]
    np.testing.assert_allclose(found.loadings, both, atol=1e-7)


def test_the_largest_weight_is_positive_and_the_order_of_columns_turns_nothing(rng):
    X = mixed(rng)
    found = components_of(X, columns=names(X))
    assert (found.weights[np.abs(found.weights).argmax(axis=0), np.arange(6)] > 0).all()
    order = rng.permutation(6)
    again = components_of(X[:, order], columns=[names(X)[k] for k in order])
    np.testing.assert_allclose(again.weights, found.weights[order], atol=1e-7)
    np.testing.assert_allclose(again.scores, found.scores, atol=1e-7)


def test_of_equally_large_weights_that_of_the_first_name_is_positive(rng):
    X = rng.normal(size=(50, 2)) @ [[1, -0.5], [-0.5, 1]]
    one = components_of(X, columns=["a", "b"])  # of two columns, all weights are equal
    other = components_of(X[:, ::-1], columns=["b", "a"])
    assert (one.weights[0] > 0).all()
    assert (other.weights[1] > 0).all()


def test_as_many_components_as_needed_and_not_one_less(rng):
    X = rng.normal(size=(300, 12)) @ rng.normal(size=(12, 12))
    found = components_of(X, columns=names(X))
    assert set(found.needed) == {85, 90, 95}
    for share, count in found.needed.items():
        assert found.cumulative[count - 1] >= share / 100
        assert found.cumulative[count - 2] < share / 100


def test_gaps_are_filled_with_the_median_and_counted(rng):
    X = with_gaps(mixed(rng), rng)
    gaps = np.isnan(X)
    found = components_of(X, columns=names(X))
    filled = pd.DataFrame(X).fillna(pd.DataFrame(X).median()).to_numpy()
    expected = components_of(filled, columns=names(X))
    assert (found.filled, found.filled_rows) == (gaps.sum(), gaps.any(axis=1).sum())
    assert expected.filled == 0
    np.testing.assert_allclose(found.explained, expected.explained, atol=1e-9)
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-7)


def test_columns_that_do_not_vary_take_no_part(rng):
    X = np.column_stack([rng.normal(size=(20, 2)), np.full(20, 0.1), np.full(20, np.nan)])
    found = components_of(X, columns=["a", "b", "c", "d"])
    assert found.columns == ("a", "b")
    assert found.filled == 0
    assert found.cumulative[-1] == pytest.approx(1)


@pytest.mark.parametrize("X", [np.ones((1, 3)), np.ones((4, 2)), np.full((4, 2), np.nan)])
def test_without_rows_that_differ_there_are_no_components(X):
    assert components_of(X, columns=names(X)) is None


def test_more_columns_than_rows_have_as_many_components_as_rows_less_one(rng):
    X = rng.normal(size=(6, 20))
    found = components_of(X, columns=names(X))
    assert found.explained.shape == (5,)
    assert found.cumulative[-1] == pytest.approx(1)
    assert found.scores.shape == (6, 5)


# Boxes -----------------------------------------------------------------------------------


def test_boxes_are_matplotlibs(rng):
    from matplotlib.cbook import boxplot_stats

    values = rng.standard_t(2, size=200)
    values[::7] = np.nan
    rows = {"jazz": np.arange(0, 120), None: np.arange(120, 200)}
    for box, own in zip(boxes_of(values, column="x", rows=rows).boxes, rows.values(), strict=True):
        known = values[own][~np.isnan(values[own])]
        (stats,) = boxplot_stats(known)
        found = [box.low, box.lower_quartile, box.median, box.upper_quartile, box.high]
        expected = [stats[key] for key in ("whislo", "q1", "med", "q3", "whishi")]
        np.testing.assert_allclose(found, expected, rtol=1e-12)
        assert (box.count, box.beyond) == (len(known), len(stats["fliers"]))
        assert (box.minimum, box.maximum) == (known.min(), known.max())


def test_a_genre_without_values_has_an_empty_box():
    (box,) = boxes_of(np.array([np.nan]), column="x", rows={"jazz": np.array([0])}).boxes
    assert (box.count, box.beyond) == (0, 0)
    assert np.isnan(box.median)
