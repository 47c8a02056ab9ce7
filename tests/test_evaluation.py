"""Scores against scikit-learn's, intervals against what intervals must do, folds against spies."""

from __future__ import annotations

import json
from typing import ClassVar

import numpy as np
import pytest
from sklearn import metrics

from genre_audio.errors import TableError
from genre_audio.evaluation import Evaluation, Protocol, evaluate, grouped_protocol
from genre_audio.tables import Dataset

LABELS = ("blues", "jazz", "metal", "polka")


def evaluation(truth, probabilities, *, groups=None, labels=LABELS):
    names = np.array([f"r{k:04d}" for k in range(len(truth))])
    return Evaluation(
        labels, truth, probabilities, names if groups is None else groups, names, "by hand"
    )


def random_evaluation(rng, n=80, *, silent=()):
    """Every genre is in the truth; those in `silent` are never called."""
    truth = np.r_[np.arange(4), rng.integers(4, size=n - 4)]
    probabilities = rng.dirichlet(np.ones(4), size=n)
    probabilities[:, list(silent)] *= 1e-3
    return evaluation(truth, probabilities / probabilities.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("silent", [(), (2,), (0, 3), (0, 1, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_scores_are_scikit_learns(silent, seed):
    it = random_evaluation(np.random.default_rng(seed), silent=silent)
    y, called = it.truth, it.probabilities.argmax(axis=1)
    assert set(silent).isdisjoint(called)
    assert it.predicted.tolist() == called.tolist()
    assert it.confusion.tolist() == metrics.confusion_matrix(y, called, labels=range(4)).tolist()
    options = {"labels": range(4), "average": None, "zero_division": 0}
    precision, recall, f1, support = metrics.precision_recall_fscore_support(y, called, **options)
    # Both divide the same integers; 1e-12 allows for another order of operations.
    close = {"rtol": 1e-12, "atol": 0}
    np.testing.assert_allclose(it.precision, precision, **close)
    np.testing.assert_allclose(it.recall, recall, **close)
    np.testing.assert_allclose(it.f1, f1, **close)
    assert it.accuracy == pytest.approx(metrics.accuracy_score(y, called), rel=1e-12)
    expected = metrics.balanced_accuracy_score(y, called)
    assert it.balanced_accuracy == pytest.approx(expected, rel=1e-12)
    expected = metrics.f1_score(y, called, average="macro", zero_division=0)
    assert it.macro_f1 == pytest.approx(expected, rel=1e-12)
    assert it.log_loss == pytest.approx(metrics.log_loss(y, it.probabilities), rel=1e-12)
    said = it.as_dict()
    assert said["macro_precision"] == pytest.approx(precision.mean(), rel=1e-12)
    assert said["macro_recall"] == pytest.approx(recall.mean(), rel=1e-12)
    assert said["support"] == support.tolist()


def test_balanced_accuracy_leaves_out_genres_that_are_not_there():
    truth = np.array([0, 0, 1])
    it = evaluation(truth, np.eye(4)[[0, 1, 1]])
    assert it.balanced_accuracy == metrics.balanced_accuracy_score(truth, [0, 1, 1]) == 0.75


def test_log_loss_of_a_certain_error_is_finite():
    it = evaluation(np.array([0]), np.eye(4)[[1]])
    assert it.log_loss == pytest.approx(-np.log(1e-15))


def test_baseline_is_the_largest_genre(rng):
    truth = np.repeat([0, 1, 2, 3], [1, 5, 2, 2])
    assert evaluation(truth, rng.dirichlet(np.ones(4), size=10)).baseline == 0.5


def test_everything_can_be_said_in_json(rng):
    said = random_evaluation(rng).as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["protocol"] == "by hand"
    assert said["recordings"] == said["groups"] == sum(said["support"]) == 80


@pytest.mark.parametrize("name", ["accuracy", "macro_f1"])
@pytest.mark.parametrize("seed", range(5))
def test_intervals_hold_the_value_and_are_the_same_each_time(name, seed):
    it, again = (random_evaluation(np.random.default_rng(seed)) for _ in range(2))
    interval = it.intervals[name]
    assert interval.low <= interval.value <= interval.high
    assert interval.value == getattr(it, name)
    assert interval.high > interval.low
    assert interval == again.intervals[name]


def test_intervals_agree_with_the_normal_approximation(rng):
    hits = rng.random(400) < 0.7
    truth = np.zeros(400, dtype=int)
    interval = evaluation(truth, np.eye(4)[np.where(hits, 0, 1)]).intervals["accuracy"]
    half = 1.96 * np.sqrt(hits.mean() * (1 - hits.mean()) / 400)
    # 2,000 resamples know a quantile to about 5 % of the interval; rows come in 1/400ths.
    assert interval.high - interval.low == pytest.approx(2 * half, rel=0.1)
    assert interval.low == pytest.approx(hits.mean() - half, abs=0.2 * half)


@pytest.mark.parametrize("name", ["accuracy", "macro_f1"])
def test_intervals_shrink_with_the_number_of_recordings(name):
    few = random_evaluation(np.random.default_rng(0), 50).intervals[name]
    many = random_evaluation(np.random.default_rng(0), 5000).intervals[name]
    # The width goes with the root of the number: ten times narrower, give or take.
    assert 5 < (few.high - few.low) / (many.high - many.low) < 20


def test_intervals_over_correlated_groups_are_wider(rng):
    groups = np.repeat(np.arange(20), 10)
    truth = np.repeat(rng.integers(4, size=20), 10)
    called = np.where(np.repeat(rng.random(20) < 0.6, 10), truth, (truth + 1) % 4)
    rows = evaluation(truth, np.eye(4)[called]).intervals["accuracy"]
    whole = evaluation(truth, np.eye(4)[called], groups=groups).intervals["accuracy"]
    assert whole.value == rows.value
    # Ten equal rows say as much as one: the root of ten wider.
    assert (whole.high - whole.low) / (rows.high - rows.low) == pytest.approx(10**0.5, rel=0.2)


def test_a_rare_genre_does_not_push_the_interval_below_its_value():
    # Half of all resamples lack a genre that one group makes up.
    truth = np.array([0, 1, 2, 3])
    interval = evaluation(truth, np.eye(4)[truth]).intervals["macro_f1"]
    assert interval == (1.0, 1.0, 1.0)


class Frequencies:
    """Gives every row the training frequencies; notes what it was fitted on."""

    fits: ClassVar[list] = []

    def fit(self, X, y, *, groups):
        self.classes_, counts = np.unique(y, return_counts=True)
        self.frequencies_ = counts / counts.sum()
        self.seen_, self.groups_ = set(X[:, 0]), groups
        return self

    def predict_proba(self, X):
        assert self.seen_.isdisjoint(X[:, 0]), "a held-out row, or its copy, was learned"
        self.fits.append((self, X[:, 0]))
        return np.tile(self.frequencies_, (len(X), 1))


@pytest.fixture
def spy():
    Frequencies.fits = []
    return Frequencies


def dataset(n_groups=12, rows=3, *, X=None):
    groups = np.repeat(np.arange(n_groups), rows)
    names = np.array([f"take{k:03d}" for k in range(len(groups))])
    y = np.array(["jazz", "polka"])[groups % 2]
    X = np.arange(len(groups), dtype=float)[:, None] if X is None else X
    return Dataset(X, y, groups.astype(str), names, ("x",), grouping="artist")


def test_every_fold_has_a_learner_of_its_own_and_every_row_is_held_out_once(spy):
    data, steps = dataset(), []
    protocol = grouped_protocol(data, n_splits=3, seed=0)
    it = evaluate(spy, data, protocol=protocol, on_fold=lambda *step: steps.append(step))
    assert len({id(model) for model, _ in spy.fits}) == 3
    held_out = np.concatenate([rows for _, rows in spy.fits])
    assert sorted(held_out) == data.X[:, 0].tolist()
    assert steps == [(0, 3), (1, 3), (2, 3)]
    assert it.names.tolist() == data.names.tolist()
    assert [it.labels[k] for k in it.truth] == data.y.tolist()
    assert it.protocol == protocol.name


def test_no_group_is_ever_on_both_sides_and_learners_are_told_the_groups(spy):
    data = dataset()
    evaluate(spy, data, protocol=grouped_protocol(data, n_splits=3, seed=0))
    for model, held_out in spy.fits:
        inside = {int(row) // 3 for row in model.seen_}
        assert inside.isdisjoint(int(row) // 3 for row in held_out)
        assert len(set(model.groups_)) == len(inside)


def test_exact_copies_are_kept_together_whatever_their_groups(spy):
    # Groups 0 and 2 share a copied row, as do 2 and 4: one group of three.
    X = np.arange(36.0)[:, None]
    X[6], X[13] = X[0], X[7]
    data = dataset(X=X)
    protocol = grouped_protocol(data, n_splits=3, seed=0)
    assert len(set(protocol.groups[[0, 6, 12]])) == 1
    evaluate(spy, data, protocol=protocol)  # the spy objects to copies
    ungrouped = Protocol("naive", [(np.r_[0:6, 15:36], np.r_[6:15])], np.arange(36))
    with pytest.raises(AssertionError, match="its copy"):
        evaluate(spy, data, protocol=ungrouped)


class Told:
    """Says the probabilities that stand in the row."""

    def fit(self, X, y, *, groups):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.column_stack([X[:, 0], 1 - X[:, 0]])


def test_segments_of_a_recording_are_averaged():
    X = np.array([[0.9], [0.5], [0.1], [0.2], [0.4]])
    names = np.array(["a", "a", "b", "b", "b"])
    y = np.array(["jazz", "jazz", "polka", "polka", "polka"])
    data = Dataset(X, y, names, names, ("x",))
    protocol = Protocol("one part", [(np.arange(5), np.array([4, 0, 2, 1, 3]))], np.arange(5))
    it = evaluate(Told, data, protocol=protocol)
    assert it.names.tolist() == ["a", "b"]
    np.testing.assert_allclose(it.probabilities[:, 0], [0.7, 0.7 / 3], rtol=1e-12)
    assert it.accuracy == 1.0
    assert len(it) == 2


def test_a_recording_with_two_labels_counts_for_each():
    names = np.array(["a", "a"])
    data = Dataset(np.array([[0.9], [0.9]]), np.array(["jazz", "polka"]), names, names, ("x",))
    it = evaluate(Told, data, protocol=Protocol("all", [(np.arange(2), np.arange(2))], names))
    assert it.accuracy == 0.5


def test_a_training_part_without_a_genre_is_refused(spy):
    data = dataset()
    jazz = np.flatnonzero(data.y == "jazz")
    protocol = Protocol("bad", [(jazz, np.flatnonzero(data.y == "polka"))], np.arange(36))
    with pytest.raises(TableError, match="a training part lacks a genre"):
        evaluate(spy, data, protocol=protocol)


def test_too_many_folds_are_refused():
    with pytest.raises(TableError, match=r"class 'jazz' has 6 independent group\(s\), but 7"):
        grouped_protocol(dataset(), n_splits=7, seed=0)


@pytest.mark.parametrize(
    ("grouping", "said"),
    [
        ("recording", "4 folds, every recording by itself, exact duplicates together"),
        ("artist", "4 folds, no artist on both sides, exact duplicates together"),
    ],
)
def test_a_protocol_says_what_it_keeps_apart(grouping, said):
    data = dataset()
    named = Dataset(data.X, data.y, data.groups, data.names, data.columns, grouping=grouping)
    assert grouped_protocol(named, n_splits=4, seed=0).name == said


def test_the_seed_decides_the_folds():
    one, same, other = (grouped_protocol(dataset(), n_splits=3, seed=s).folds for s in (1, 1, 2))
    assert [t.tolist() for _, t in one] == [t.tolist() for _, t in same]
    assert [t.tolist() for _, t in one] != [t.tolist() for _, t in other]


def test_random_folds_flatter_where_identity_dominates(rng):
    # Rows of a track are near copies; their genre says nothing that carries over.
    from sklearn.neighbors import KNeighborsClassifier

    class Nearest(KNeighborsClassifier):
        def fit(self, X, y, *, groups):
            return super().fit(X, y)

    tracks = np.repeat(np.arange(40), 5)
    X = rng.normal(size=(40, 6))[tracks] + 0.01 * rng.normal(size=(200, 6))
    y = np.array(["jazz", "polka"])[rng.permutation(np.arange(40) % 2)[tracks]]
    names = np.array([f"{k:03d}" for k in range(200)])

    def accuracy(groups):
        data = Dataset(X, y, groups, names, tuple("abcdef"))
        protocol = grouped_protocol(data, n_splits=4, seed=0)
        return evaluate(lambda: Nearest(n_neighbors=1), data, protocol=protocol).accuracy

    # Now and then chance holds out a whole track of five.
    assert accuracy(names) > 0.95
    # Forty coin tosses: two standard deviations are 0.16.
    assert accuracy(tracks.astype(str)) == pytest.approx(0.5, abs=0.2)
