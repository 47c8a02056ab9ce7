"""Balancing and margins, against closed forms and scikit-learn's own weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.class_weight import compute_class_weight

from genre_audio.errors import ParameterError
from genre_audio.learning import BALANCES
from genre_audio.learning.balancing import (
    BalancedClassifier,
    class_weights,
    known_balance,
    resampled,
)
from genre_audio.learning.margins import TemperedMargins


def rows_of(counts, *, seed=0, apart=1.0):
    """Rows of as many classes as there are counts, each around its own number."""
    y = np.repeat(np.arange(len(counts)), counts)
    X = np.random.default_rng(seed).normal(size=(len(y), 3)) + apart * y[:, None]
    return X, y


counts_of_classes = st.lists(st.integers(2, 15), min_size=2, max_size=4)


@given(counts=counts_of_classes, seed=st.integers(0, 99))
def test_undersampling_leaves_as_many_real_rows_of_each(counts, seed):
    X, y = rows_of(counts, seed=seed)
    rows, labels = resampled(X, y, balance="undersample", seed=seed)
    assert np.bincount(labels).tolist() == [min(counts)] * len(counts)
    known = {(*row, label) for row, label in zip(X.tolist(), y.tolist(), strict=True)}
    found = {(*row, label) for row, label in zip(rows.tolist(), labels.tolist(), strict=True)}
    assert found <= known
    assert len(found) == len(rows)  # none twice


@given(counts=counts_of_classes, seed=st.integers(0, 99))
def test_oversampling_keeps_every_row_and_adds_copies(counts, seed):
    X, y = rows_of(counts, seed=seed)
    rows, labels = resampled(X, y, balance="oversample", seed=seed)
    assert np.bincount(labels).tolist() == [max(counts)] * len(counts)
    assert {tuple(row) for row in rows.tolist()} == {tuple(row) for row in X.tolist()}


@given(counts=counts_of_classes, seed=st.integers(0, 99))
def test_smote_keeps_every_row_and_puts_new_ones_between_two_of_a_class(counts, seed):
    X, y = rows_of(counts, seed=seed)
    rows, labels = resampled(X, y, balance="smote", seed=seed)
    assert np.bincount(labels).tolist() == [max(counts)] * len(counts)
    np.testing.assert_array_equal(rows[: len(X)], X)
    for row, label in zip(rows[len(X) :], labels[len(X) :], strict=True):
        assert _between_two(row, X[y == label])


def _between_two(row, rows):
    """Whether the distances to two rows add up to that between them."""
    far = np.linalg.norm(rows - row, axis=1)
    across = np.linalg.norm(rows[:, None] - rows[None], axis=2)
    return bool(np.isclose(far[:, None] + far[None], across, rtol=1e-9, atol=1e-9).any())


@pytest.mark.parametrize("balance", ["none", "class_weight"])
def test_other_ways_touch_no_row(balance):
    X, y = rows_of([3, 5])
    rows, labels = resampled(X, y, balance=balance, seed=0)
    assert rows is X
    assert labels is y


def test_draws_are_seeded():
    X, y = rows_of([5, 50])
    first, again, other = (
        resampled(X, y, balance="undersample", seed=seed)[0].tolist() for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_smote_needs_two_rows_and_says_what_else_there_is():
    X, y = rows_of([1, 9])
    with pytest.raises(ParameterError, match=r"one row of one: .* oversample or class_weight"):
        resampled(X, y, balance="smote", seed=0)


def test_unknown_ways_are_refused():
    with pytest.raises(ParameterError, match="unknown balancing 'adasyn'; choose from none, under"):
        known_balance("adasyn")


@given(counts=st.lists(st.integers(1, 30), min_size=2, max_size=5))
def test_weights_are_scikit_learns(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    expected = compute_class_weight("balanced", classes=np.arange(len(counts)), y=y)
    np.testing.assert_allclose(class_weights(y), expected, rtol=1e-12)
    assert class_weights(y) @ np.bincount(y) == pytest.approx(len(y))


@pytest.mark.parametrize(
    ("plain", "weighted"),
    [
        (LogisticRegression(), LogisticRegression(class_weight="balanced")),
        (
            DecisionTreeClassifier(max_depth=3, random_state=0),
            DecisionTreeClassifier(max_depth=3, class_weight="balanced", random_state=0),
        ),
        # Weights of Gaussian classes are their priors, learned or given.
        (QuadraticDiscriminantAnalysis(), QuadraticDiscriminantAnalysis(priors=[1 / 3] * 3)),
    ],
)
def test_weighted_learners_are_scikit_learns(plain, weighted):
    X, y = rows_of([40, 15, 6])
    ours = BalancedClassifier(plain, balance="class_weight").fit(X, y)
    np.testing.assert_allclose(
        ours.predict_proba(X), weighted.fit(X, y).predict_proba(X), rtol=1e-6, atol=1e-9
    )


def test_neighbours_vote_by_the_weight_of_their_class():
    X, y = rows_of([30, 10])
    ours = BalancedClassifier(KNeighborsClassifier(7), balance="class_weight").fit(X, y)
    nearest = KNeighborsClassifier(7).fit(X, y).kneighbors(X, return_distance=False)
    votes = np.stack([(y[nearest] == k).sum(axis=1) * class_weights(y)[k] for k in (0, 1)], axis=1)
    np.testing.assert_allclose(
        ours.predict_proba(X), votes / votes.sum(axis=1, keepdims=True), rtol=1e-12
    )


class Counting(DecisionTreeClassifier):
    """A tree that notes how many rows of each class it is given."""

    seen: list = []  # noqa: RUF012 - shared by clones on purpose

    def fit(self, X, y, sample_weight=None):
        Counting.seen.append(np.bincount(y).tolist())
        return super().fit(X, y, sample_weight=sample_weight)


@pytest.mark.parametrize("balance", BALANCES)
def test_the_learner_meets_balanced_rows(balance):
    X, y = rows_of([20, 8])
    Counting.seen.clear()
    BalancedClassifier(Counting(), balance=balance).fit(X, y)
    expected = {"undersample": [8, 8], "oversample": [20, 20], "smote": [20, 20]}
    assert Counting.seen == [expected.get(balance, [20, 8])]


@pytest.mark.parametrize("counts", [[30, 20], [20, 20, 20]])
def test_tempering_changes_how_sure_a_machine_is_and_not_what_it_says(counts):
    X, y = rows_of(counts)
    found = TemperedMargins(SVC()).fit(X, y, groups=np.arange(len(y)))
    machine = SVC(break_ties=True).fit(X, y)
    said = found.predict_proba(X)
    assert said.argmax(axis=1).tolist() == machine.predict(X).tolist()
    np.testing.assert_allclose(said.sum(axis=1), 1.0, rtol=1e-12)
    assert found.factor_ != 1.0


class Fixed(DecisionTreeClassifier):
    """A machine whose margin is its first column, whatever it was fitted on."""

    def decision_function(self, X):
        return np.asarray(X)[:, 0]


def test_the_factor_makes_margins_as_sure_as_they_are_right():
    # Right 9 times in 10 at every margin of 1: the log odds are log 9.
    X, y = np.repeat([[1.0], [-1.0]], 100, axis=0), np.repeat([1, 0], 100)
    y[:10], y[100:110] = 0, 1
    found = TemperedMargins(Fixed()).fit(X, y, groups=np.arange(200))
    assert found.factor_ == pytest.approx(np.log(9), rel=1e-3)  # where its search stops


def test_balanced_margins_are_as_sure_as_classes_of_one_size_are_right():
    # Of class 1 nine in ten are right, of class 0, ten times as frequent, one in two.
    margins = np.r_[np.full(90, 1.0), np.full(10, -1.0), np.full(500, -1.0), np.full(500, 1.0)]
    y = np.repeat([1, 0], [100, 1000])
    tempered = TemperedMargins(Fixed(), balanced=True)
    found = tempered.fit(margins[:, None], y, groups=np.arange(1100))
    right = (0.9 + 0.5) / 2
    assert found.factor_ == pytest.approx(np.log(right / (1 - right)), rel=1e-3)


def test_groups_are_not_parted_by_the_folds_for_the_factor(monkeypatch):
    X, y = rows_of([30, 30])
    groups = np.arange(60) // 3
    parted = []

    class Spy(SVC):
        def fit(self, X_part, y_part, sample_weight=None):
            rows = [np.flatnonzero((row == X).all(axis=1))[0] for row in X_part]
            parted.append(set(groups[rows]) & set(np.delete(groups, rows)))
            return super().fit(X_part, y_part, sample_weight=sample_weight)

    TemperedMargins(Spy()).fit(X, y, groups=groups)
    assert parted == [set(), set(), set(), set()]  # three folds, then all rows


def test_too_few_groups_leave_margins_as_they_are():
    X, y = rows_of([10, 2])
    assert TemperedMargins(SVC()).fit(X, y, groups=np.arange(12)).factor_ == 1.0
