"""Folds are checked against their definition, on random groups and classes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.neighbors import KNeighborsClassifier

from genre_audio.errors import TableError
from genre_audio.tables.splits import exact_duplicates, grouped_folds, merge_groups

small = st.integers(0, 6)


@given(st.lists(st.tuples(small, small), min_size=2, max_size=40))
def test_merged_groups_are_the_closure_of_the_links(pairs):
    groups = np.array([group for group, _ in pairs])
    rows = len(pairs)
    links = [(i % rows, (i + other) % rows) for i, (_, other) in enumerate(pairs[::3])]
    merged = merge_groups(groups, duplicates=links)
    # By definition: the closure, by squaring the relation until nothing changes.
    tied = groups[:, None] == groups[None, :]
    for a, b in links:
        tied[a, b] = tied[b, a] = True
    while (closer := (tied.astype(int) @ tied.astype(int)) > 0).sum() > tied.sum():
        tied = closer
    np.testing.assert_array_equal(merged[:, None] == merged[None, :], tied)


def test_merged_groups_are_numbered_as_they_appear():
    assert merge_groups(["z", "a", "z", "m"], duplicates=[]).tolist() == [0, 1, 0, 2]
    assert merge_groups([], duplicates=[]).tolist() == []


def test_a_set_of_three_copies_merges_three_groups():
    assert merge_groups([0, 1, 2, 3], duplicates=[(0, 2, 3)]).tolist() == [0, 1, 0, 0]


@given(st.lists(st.lists(st.sampled_from([0.0, -0.0, 1.5]), min_size=2, max_size=2), max_size=30))
def test_duplicates_are_the_equal_rows(rows):
    X = np.array(rows).reshape(-1, 2)
    found = exact_duplicates(X)
    together = {(a, b) for numbers in found for a in numbers for b in numbers if a < b}
    expected = {(a, b) for b in range(len(X)) for a in range(b) if (X[a] == X[b]).all()}
    assert together == expected


@settings(max_examples=60, deadline=None)
@given(
    owners=st.lists(st.integers(0, 11), min_size=12, max_size=80),
    n_splits=st.integers(2, 4),
    seed=st.integers(0, 1000),
)
def test_folds_partition_and_never_share_a_group(owners, n_splits, seed):
    groups = np.array(owners)
    y = np.array(["a", "b", "c"])[groups % 3]
    try:
        folds = grouped_folds(y, groups=groups, n_splits=n_splits, seed=seed)
    except TableError:
        assume(False)
    held_out = np.concatenate([test for _, test in folds])
    assert sorted(held_out) == list(range(len(y)))
    for train, test in folds:
        assert sorted([*train, *test]) == list(range(len(y)))
        assert not set(groups[train]) & set(groups[test])
        assert set(y[train]) == set(y)


def test_the_same_seed_gives_the_same_folds_and_another_does_not():
    y, groups = np.tile(["a", "b"], 30), np.arange(60)
    first, again, other = (
        [test.tolist() for _, test in grouped_folds(y, groups=groups, n_splits=3, seed=seed)]
        for seed in (4, 4, 5)
    )
    assert first == again != other


def test_a_class_with_few_groups_is_refused():
    y, groups = ["rare"] * 4 + ["common"] * 8, [0, 0, 1, 1, *range(2, 10)]
    with pytest.raises(TableError, match=r"'rare' has 2 independent group\(s\), but 3 folds"):
        grouped_folds(y, groups=groups, n_splits=3, seed=0)


def test_a_training_part_without_a_class_is_refused(monkeypatch):
    from genre_audio.tables import splits

    class Unlucky:
        def __init__(self, **_):
            pass

        def split(self, X, y, groups):
            return [(np.array([2, 3]), np.array([0, 1])), (np.array([0, 1]), np.array([2, 3]))]

    monkeypatch.setattr(splits, "StratifiedGroupKFold", Unlucky)
    with pytest.raises(TableError, match=r"would hold 0 row\(s\) of class 'a'.*fewer folds"):
        grouped_folds(["a", "a", "b", "b"], groups=range(4), n_splits=2, seed=0)


def test_an_empty_fold_is_refused(monkeypatch):
    from genre_audio.tables import splits

    class Idle:
        def __init__(self, **_):
            pass

        def split(self, X, y, groups):
            return [(np.arange(4), np.arange(0))]

    monkeypatch.setattr(splits, "StratifiedGroupKFold", Idle)
    with pytest.raises(TableError, match=r"a fold 0 row\(s\) in all"):
        grouped_folds(["a", "a", "b", "b"], groups=range(4), n_splits=2, seed=0)


def test_grouped_folds_do_not_reward_recognising_a_track(rng):
    # Tracks are far apart and their segments close; classes are drawn per track by lot.
    tracks, segments = 60, 6
    groups = np.repeat(np.arange(tracks), segments)
    y = np.array(["a", "b"])[np.arange(tracks) % 2][groups]
    X = rng.normal(size=(tracks, 5))[groups] + 0.01 * rng.normal(size=(tracks * segments, 5))

    def score(owners):
        folds = grouped_folds(y, groups=owners, n_splits=5, seed=0)
        one = KNeighborsClassifier(1)
        return np.mean([np.mean(one.fit(X[a], y[a]).predict(X[b]) == y[b]) for a, b in folds])

    assert score(np.arange(len(y))) > 0.99
    # Chance is 0.5; 60 independent tracks leave a standard error of 0.065.
    assert score(groups) < 0.7


def test_more_rows_than_one_may_be_asked_for():
    y, groups = ["rare"] * 2 + ["common"] * 8, range(10)
    assert len(grouped_folds(y, groups=groups, n_splits=2, seed=0)) == 2
    with pytest.raises(TableError, match=r"would hold 1 row\(s\) of class 'rare'"):
        grouped_folds(y, groups=groups, n_splits=2, seed=0, least_rows=2)
