"""F and mutual information against scikit-learn, and chance against chance."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import scipy.stats
from sklearn.feature_selection import f_classif
from sklearn.metrics import mutual_info_score

from genre_audio.exploration.separation import separation_of
from genre_audio.exploration.shuffles import Shuffled

FEW = 200  # shuffles, where their number does not matter


def planted(rng, *, rows=90, columns=5, shift=2.0):
    """Three genres that differ in the mean of c1 and in the spread of c3, in nothing else."""
    labels = np.array([f"g{k % 3}" for k in range(rows)], dtype=object)
    X = rng.normal(size=(rows, columns))
    X[:, 1] += shift * (labels == "g1")
    X[:, 3] *= np.where(labels == "g2", 12.0, 1.0)
    return X, labels


def names(X):
    return [f"c{k}" for k in range(X.shape[1])]


def separation(X, labels, **how):
    return separation_of(X, columns=names(X), labels=labels, **{"permutations": FEW} | how)


def test_f_is_scikit_learns(rng):
    X, labels = planted(rng)
    X *= 10.0 ** rng.integers(-8, 9, size=5)
    found = {f.name: f.f for f in separation(X, labels).features}
    expected = f_classif(X, labels.astype(str))[0]
    np.testing.assert_allclose([found[name] for name in names(X)], expected, rtol=1e-9)


def test_with_gaps_f_is_scipys_on_the_rows_that_are_known(rng):
    X, labels = planted(rng)
    X[rng.random(X.shape) < 0.2] = np.nan
    for feature in separation(X, labels).features:
        column = X[:, int(feature.name[1:])]
        known = ~np.isnan(column)
        parts = [column[known & (labels == genre)] for genre in ("g0", "g1", "g2")]
        assert feature.f == pytest.approx(scipy.stats.f_oneway(*parts).statistic, rel=1e-9)
        assert feature.rows == known.sum()
        between = sum(len(p) * (p.mean() - column[known].mean()) ** 2 for p in parts)
        assert feature.explained == pytest.approx(between / (known.sum() * column[known].var()))


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_mutual_information_is_scikit_learns_in_bits_of_tenths(gaps, rng):
    X, labels = planted(rng, rows=200)
    X[:, 4] = rng.integers(0, 3, size=200)  # equal values share a bin
    X[rng.random(X.shape) < gaps] = np.nan
    for feature in separation(X, labels).features:
        column = X[:, int(feature.name[1:])]
        known = ~np.isnan(column)
        shares = (scipy.stats.rankdata(column[known]) - 0.5) / known.sum()
        nats = mutual_info_score(np.floor(10 * shares), labels[known].astype(str))
        assert feature.mutual_information == pytest.approx(nats / np.log(2), abs=1e-9)


@hypothesis.given(st.integers(0, 2**32 - 1))
@hypothesis.settings(max_examples=20)
def test_orders_and_scales_change_no_score(seed):
    rng = np.random.default_rng(seed)
    X, labels = planted(rng, rows=30)
    X[rng.random(X.shape) < 0.1] = np.nan
    by_row, by_column = rng.permutation(30), rng.permutation(5)
    moved = (X * 3.7 + 11)[by_row][:, by_column]
    again = separation_of(
        moved, columns=[names(X)[k] for k in by_column], labels=labels[by_row], permutations=20
    )
    found = separation(X, labels, permutations=20)
    for one, other in zip(found.features, again.features, strict=True):
        assert one.name == other.name
        assert one.f == pytest.approx(other.f, rel=1e-9)
        assert one.mutual_information == pytest.approx(other.mutual_information, abs=1e-9)


def test_means_show_in_f_and_spreads_only_in_mutual_information(rng):
    found = separation(*planted(rng, rows=300))
    assert [f.name for f in found.beyond_chance] == ["c1"]
    assert {f.name for f in found.informative} == {"c1", "c3"}
    assert found.features[0].name == "c1"
    by_name = {f.name: f for f in found.features}
    assert by_name["c1"].p_f == by_name["c3"].p_mutual_information == 1 / (FEW + 1)
    assert by_name["c0"].p_f > 0.05


def test_the_baseline_of_one_feature_is_the_f_distribution(rng):
    labels = np.repeat(["a", "b", "c"], 30).astype(object)
    found = separation(rng.normal(size=(90, 1)), labels, permutations=4000)
    # A 95th percentile of 4,000 lies within 94 and 96 %, a 99th within 98.5 and 99.5 %.
    for threshold, low, high in ((found.f_95, 0.94, 0.96), (found.f_99, 0.985, 0.995)):
        expected = scipy.stats.f.ppf([low, high], 2, 87)
        assert expected[0] < threshold < expected[1]


def test_the_best_of_many_features_by_chance_is_seldom_beyond_chance(rng):
    labels = np.repeat(["a", "b"], 20).astype(object)
    best, informative = 0, 0
    for seed in range(100):
        found = separation(rng.normal(size=(40, 30)), labels, permutations=100, seed=seed)
        best += len(found.beyond_chance) > 0
        informative += len(found.informative) > 0
    # 1 to 2 in a hundred tables; a bound that one feature at a time breaks 26 times.
    assert best <= 7
    assert informative <= 7


def test_parting_rows_perfectly_is_infinite_and_of_few_rows_no_proof():
    X = np.array([[0.0], [0], [1], [1]])
    labels = np.array(["a", "a", "b", "b"], dtype=object)
    found = separation(X, labels)
    assert found.features[0].f == np.inf
    assert found.beyond_chance == found.informative == ()
    # A third of all ways to part four rows in two pairs.
    assert found.features[0].p_f == pytest.approx(1 / 3, abs=0.12)


def test_the_same_parting_in_another_order_is_as_good(rng):
    X = np.array([[0.0], [0.1], [0.7], [0.8]])
    labels = np.array(["a", "a", "b", "b"], dtype=object)
    # Sums in another order differ in their last bits; again a third of all ways.
    assert separation(X, labels).features[0].p_f == pytest.approx(1 / 3, abs=0.12)


def test_what_does_not_vary_separates_nothing(rng):
    X, labels = planted(rng)
    X[:, 0], X[:, 2] = 0.1, np.nan
    found = {f.name: f for f in separation(X, labels).features}
    for name in ("c0", "c2"):
        assert np.isnan(found[name].f)
        assert found[name].mutual_information == 0
        assert found[name].p_f == found[name].p_mutual_information == 1
    assert np.isfinite(found["c1"].f)


@pytest.mark.parametrize("labels", [["a", "a", "a"], [None, None, None], ["a", None, "a"]])
def test_with_one_genre_there_is_nothing_to_separate(labels):
    X = np.arange(6.0).reshape(3, 2)
    assert separation(X, np.array(labels, dtype=object)) is None


def test_where_each_row_is_a_genre_f_says_nothing(rng):
    labels = np.array(list("abcde"), dtype=object)
    found = separation(rng.normal(size=(5, 2)), labels)
    assert np.isnan([f.f for f in found.features]).all()
    assert found.beyond_chance == found.informative == ()


def test_rows_without_a_label_take_no_part(rng):
    X, labels = planted(rng)
    more = np.concatenate([X, rng.normal(size=(10, 5)) + 50])
    with_none = np.concatenate([labels, np.full(10, None, dtype=object)])
    assert separation(more, with_none).features == separation(X, labels).features


def test_of_a_large_table_a_sample_is_taken_and_told(rng):
    X, labels = planted(rng, rows=10_500)
    found = separation(X, labels, permutations=20)
    assert (found.rows, found.of_rows) == (10_000, 10_500)
    assert found.features[0].rows == 10_000
    assert separation(X, labels, permutations=20).features == found.features
    assert separation(X, labels, permutations=20, seed=1).features != found.features


def test_a_shuffle_is_another_order_of_rows(rng):
    X, labels = planted(rng)
    labels = np.sort(labels.astype(str))
    ready = Shuffled.of(X, sizes=np.array([30, 30, 30]), bins=10)
    order = rng.permutation(90)
    np.testing.assert_allclose(ready.f(order), f_classif(X[order], labels)[0], rtol=1e-9)
