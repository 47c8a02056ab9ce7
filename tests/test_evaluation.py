"""Scores against scikit-learn's, intervals against what intervals must do, folds against spies."""

from __future__ import annotations

import dataclasses
import json
from typing import ClassVar

import numpy as np
import pytest
import scipy.stats
from sklearn import metrics

from genre_audio.errors import TableError
from genre_audio.evaluation import (
    SCORES,
    Evaluation,
    Procedure,
    Protocol,
    evaluate,
    evaluate_procedures,
    grouped_protocol,
    random_protocol,
)
from genre_audio.evaluation.bootstrap import RESAMPLES, drawn_groups
from genre_audio.evaluation.words import learned
from genre_audio.learning import Budget, GenreStack
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
    expected = metrics.brier_score_loss(y, it.probabilities, scale_by_half=False)
    assert it.brier == pytest.approx(expected, rel=1e-12)
    said = it.as_dict()
    assert said["macro_precision"] == pytest.approx(precision.mean(), rel=1e-12)
    assert said["macro_recall"] == pytest.approx(recall.mean(), rel=1e-12)
    assert said["support"] == support.tolist()


def test_balanced_accuracy_leaves_out_genres_that_are_not_there():
    truth = np.array([0, 0, 1])
    it = evaluation(truth, np.eye(4)[[0, 1, 1]])
    assert it.balanced_accuracy == metrics.balanced_accuracy_score(truth, [0, 1, 1]) == 0.75


def test_macro_f1_leaves_out_genres_that_are_neither_there_nor_called():
    truth = np.array([0, 0, 1])
    it = evaluation(truth, np.eye(4)[[0, 1, 1]])
    expected = metrics.f1_score(truth, [0, 1, 1], average="macro")
    assert it.macro_f1 == pytest.approx(expected, rel=1e-12)
    assert it.intervals["macro_f1"].low <= it.macro_f1 <= it.intervals["macro_f1"].high
    said = it.as_dict()
    for name, score in (("precision", metrics.precision_score), ("recall", metrics.recall_score)):
        expected = score(truth, [0, 1, 1], average="macro")
        assert said[f"macro_{name}"] == pytest.approx(expected, rel=1e-12)


def test_log_loss_of_a_certain_error_is_finite():
    it = evaluation(np.array([0]), np.eye(4)[[1]])
    assert it.log_loss == pytest.approx(-np.log(1e-15))


def test_baseline_is_the_largest_genre(rng):
    truth = np.repeat([0, 1, 2, 3], [1, 5, 2, 2])
    assert evaluation(truth, rng.dirichlet(np.ones(4), size=10)).baseline == 0.5


def test_the_guess_is_that_of_the_training_part_unless_a_constant_one_is_better(rng):
    truth = np.array([0, 0, 0, 1, 1, 2])
    p = rng.dirichlet(np.ones(4), size=6)
    # A fold that holds out much of a genre leaves another one the most frequent.
    contrary = np.eye(4)[[1, 1, 1, 0, 0, 0]] * 0.7 + 0.075
    it = dataclasses.replace(evaluation(truth, p), shares=contrary)
    assert it.baseline == 0.5
    assert it.baseline_log_loss == pytest.approx(-np.log(0.075))
    helpful = np.eye(4)[[0, 0, 0, 1, 1, 1]] * 0.7 + 0.075
    it = dataclasses.replace(it, shares=helpful)
    assert it.baseline == pytest.approx(5 / 6)
    expected = -(5 * np.log(0.775) + np.log(0.075)) / 6
    assert it.baseline_log_loss == pytest.approx(expected, rel=1e-12)
    assert it.gain.value == pytest.approx(it.accuracy - 5 / 6, abs=1e-12)


def test_verdicts():
    truth = np.repeat([0, 1], 50)
    right = evaluation(truth, np.eye(4)[truth])
    assert right.verdict.startswith("better than guessing by frequency")
    assert evaluation(truth, np.eye(4)[0 * truth]).verdict == (
        "not better than guessing by frequency (accuracy 0.500 against 0.500, "
        "difference +0.00, 95 % interval +0.00 to +0.00)"
    )
    assert evaluation(truth, np.eye(4)[1 - truth]).verdict.startswith("worse than guessing")


@pytest.mark.parametrize(("groups", "shown"), [(1, False), (5, False), (6, True)])
def test_few_groups_show_nothing_however_narrow_the_interval(groups, shown):
    truth = np.tile([0, 1], 30)
    it = evaluation(truth, np.eye(4)[truth], groups=np.repeat(np.arange(groups), 60 // groups))
    assert it.gain.low > 0
    assert learned(it) is shown
    assert it.verdict.startswith("better than") is shown
    assert it.verdict.startswith("not shown to be better than guessing by frequency") is not shown
    few = f" of {groups} group{'s' if groups > 1 else ''}, too few to tell)"
    assert it.verdict.endswith(few) is not shown


def test_sets_are_scored(rng):
    it = random_evaluation(rng, 4)
    assert it.coverage is None
    assert it.mean_set_size is None
    sets = np.zeros((4, 4), dtype=bool)
    sets[np.arange(3), it.truth[:3]] = True
    sets[0] = True
    it = dataclasses.replace(it, sets=sets)
    assert (it.coverage, it.mean_set_size) == (0.75, 1.5)


def test_everything_can_be_said_in_json(rng):
    said = random_evaluation(rng).as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["protocol"] == "by hand"
    assert said["recordings"] == said["groups"] == sum(said["support"]) == 80


@pytest.mark.parametrize("name", SCORES)
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


def test_draws_have_the_moments_of_a_multinomial():
    drawn = np.concatenate(list(drawn_groups(50)))
    assert drawn.shape == (RESAMPLES, 50)
    assert (drawn.sum(axis=1) == 50).all()
    # 100,000 counts: their mean is one exactly, their variance 1 - 1/50 within a percent.
    assert drawn.mean() == 1.0
    assert drawn.var() == pytest.approx(1 - 1 / 50, rel=0.02)


def test_the_interval_of_a_mean_is_scipys(rng):
    it = random_evaluation(rng, 200)
    found = it.intervals["log_loss"]
    again = scipy.stats.bootstrap(
        (it.losses,), np.mean, n_resamples=4000, method="percentile", rng=rng
    ).confidence_interval
    width = found.high - found.low
    # Both know a quantile to some 5 % of the interval.
    assert found.low == pytest.approx(again.low, abs=0.1 * width)
    assert found.high == pytest.approx(again.high, abs=0.1 * width)


def test_every_score_of_a_resample_is_that_of_the_entries_it_drew(rng):
    it = random_evaluation(rng, 60)
    it = dataclasses.replace(it, groups=np.repeat(np.arange(20), 3))
    drawn = np.concatenate(list(drawn_groups(20)))
    for number in (0, 777, 1999):
        chosen = np.repeat(np.arange(60), np.repeat(drawn[number].astype(int), 3))
        part = it.only(chosen)
        for name in SCORES:
            if name != "expected_calibration_error":  # moved, see below
                # Sums in another order.
                assert it.resamples[name][number] == pytest.approx(getattr(part, name), abs=1e-12)


def test_resamples_of_the_calibration_error_are_moved_onto_its_value(rng):
    truth, said = rng.integers(2, size=60), rng.uniform(0.5, 1.0, size=60)
    called = np.where(rng.random(60) < 0.3, truth, 1 - truth)
    p = np.where(np.eye(2)[called] == 1, said[:, None], 1 - said[:, None])
    it = evaluation(truth, p, labels=("jazz", "rock"))
    drawn = np.concatenate(list(drawn_groups(60)))[::50].astype(int)
    parts = [it.only(np.repeat(np.arange(60), counts)) for counts in drawn]
    raw = np.array([part.expected_calibration_error for part in parts])
    moved = it.resamples["expected_calibration_error"]
    # So far off that nothing is clipped; sums in another order.
    np.testing.assert_allclose(moved[::50] - raw, moved[0] - raw[0], atol=1e-12)
    assert moved.mean() == pytest.approx(it.expected_calibration_error, abs=1e-12)


def test_the_interval_of_the_calibration_error_holds_the_true_one():
    # Said is 0.15 too much, whatever is said: that is the true error.
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        said = rng.uniform(0.7, 0.95, size=100)
        truth = (rng.random(100) >= said - 0.15).astype(int)
        p = np.stack([said, 1 - said], axis=1)
        it = evaluation(truth, p, labels=("jazz", "rock")).intervals["expected_calibration_error"]
        held += it.low <= 0.15 <= it.high
    # 57 of 60 are promised; resamples left where they are hold it in far fewer.
    assert held >= 50


def test_a_recording_that_is_tested_twice_is_drawn_with_both(rng):
    once = random_evaluation(rng, 80)
    twice = once.only(np.tile(np.arange(80), 2))
    # The same said again is no further evidence.
    for name in ("accuracy", "log_loss", "brier"):
        np.testing.assert_allclose(twice.intervals[name], once.intervals[name], rtol=1e-9)


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


def test_segments_count_as_much_as_they_are_long():
    names, y = np.array(["a", "a", "b"]), np.array(["jazz", "jazz", "polka"])
    lengths = np.array([30.0, 10.0, 30.0])
    X = np.array([[0.8], [0.4], [0.1]])
    data = Dataset(X, y, names, names, ("x",), lengths=lengths)
    it = evaluate(Told, data, protocol=Protocol("all", [(np.arange(3), np.arange(3))], names))
    np.testing.assert_allclose(it.probabilities[:, 0], [0.7, 0.1], rtol=1e-12)


def test_a_recording_with_two_labels_counts_for_each():
    names = np.array(["a", "a"])
    data = Dataset(np.array([[0.9], [0.9]]), np.array(["jazz", "polka"]), names, names, ("x",))
    it = evaluate(Told, data, protocol=Protocol("all", [(np.arange(2), np.arange(2))], names))
    assert it.accuracy == 0.5


def test_repeats_are_entries_of_their_own_with_a_mean_and_a_spread(spy):
    data = dataset()
    it = evaluate(Told, data, protocol=random_protocol(data, repeats=4))
    assert len(it) == 4 * 8
    assert it.repeat.tolist() == np.repeat(np.arange(4), 8).tolist()
    assert it.fold.tolist() == it.repeat.tolist()
    each = [it.only(it.repeat == k).accuracy for k in range(4)]
    assert it.by_repeat["accuracy"].mean == pytest.approx(np.mean(each))
    assert it.by_repeat["accuracy"].sd == pytest.approx(np.std(each, ddof=1))
    assert set(it.by_repeat) == set(SCORES)
    once = evaluate(Told, data, protocol=grouped_protocol(data, n_splits=3, seed=0))
    assert once.by_repeat == {}
    assert sorted(set(once.fold)) == [0, 1, 2]


def test_what_is_said_without_a_model_is_of_the_training_part():
    y = np.array(["jazz"] * 6 + ["polka"] * 3)
    names = np.array(list("aabcdefgh"))  # the first recording has two segments
    data = Dataset(np.arange(9.0)[:, None], y, names, names, ("x",))
    fold = np.array([0, 1, 2, 6]), np.array([3, 4, 5, 7, 8])
    it = evaluate(Told, data, protocol=Protocol("one", [fold], names))
    np.testing.assert_allclose(it.shares, [[2 / 3, 1 / 3]] * 5, rtol=1e-12)


class Sure(Told):
    """Has conformal sets: all genres that have a probability above what is asked."""

    def fit(self, X, y, *, groups):
        self.conformal_ = self
        return super().fit(X, y, groups=groups)

    def sets(self, probabilities, coverage):
        return probabilities > 1 - coverage


def test_conformal_sets_are_those_of_the_pooled_probabilities():
    X, names = np.array([[0.9], [0.5], [0.1]]), np.array(["a", "a", "b"])
    data = Dataset(X, np.array(["jazz", "jazz", "polka"]), names, names, ("x",))
    protocol = Protocol("one", [(np.arange(3), np.arange(3))], names)
    it = evaluate(Sure, data, protocol=protocol, coverage=0.75)
    assert it.sets.tolist() == [[True, True], [False, True]]
    assert evaluate(Told, data, protocol=protocol).sets is None


def test_a_learner_that_finds_too_little_is_named_with_its_protocol():
    class Picky(Told):
        def fit(self, X, y, *, groups):
            raise TableError("too few of class 'polka'")

    data = dataset()
    protocol = grouped_protocol(data, n_splits=3, seed=0)
    with pytest.raises(TableError, match=r"3 folds, .*too few of class 'polka'"):
        evaluate(Picky, data, protocol=protocol)


def test_a_training_part_without_a_genre_is_refused(spy):
    data = dataset()
    jazz = np.flatnonzero(data.y == "jazz")
    protocol = Protocol("bad", [(jazz, np.flatnonzero(data.y == "polka"))], np.arange(36))
    said = "a training part lacks a genre, 'polka'; add recordings of it to that, or leave"
    with pytest.raises(TableError, match=said):
        evaluate(spy, data, protocol=protocol)


def test_one_genre_is_refused_before_anything_is_learned(spy):
    data = dataclasses.replace(dataset(), y=np.full(36, "jazz"))
    with pytest.raises(TableError, match="all recordings are of one genre, 'jazz'"):
        evaluate(spy, data, protocol=grouped_protocol(data, n_splits=2, seed=0))


def test_what_the_last_protocol_lacks_is_said_before_anything_is_learned():
    data, learned_from = dataset(), []

    class Watched(Procedure):
        def make(self, **_settings):
            learned_from.append("a fold")
            raise AssertionError

    jazz = np.flatnonzero(data.y == "jazz")
    lists = Protocol("lists", [(jazz, np.flatnonzero(data.y == "polka"))], np.arange(36))
    protocols = [grouped_protocol(data, n_splits=2, seed=0), lists]
    with pytest.raises(TableError, match="lists: a training part lacks a genre, 'polka'"):
        evaluate_procedures([Watched("watched")], data, protocols=protocols)
    assert learned_from == []


def test_genres_that_no_fold_touches_are_not_asked_for(spy):
    data = dataset()
    y = data.y.astype("<U10")
    y[:3], y[-3:] = "a cappella", "zydeco"
    data = dataclasses.replace(data, y=y)
    rows = np.arange(3, 33)
    fold = rows[rows % 2 == 0], rows[rows % 2 == 1]
    it = evaluate(spy, data, protocol=Protocol("lists", [fold], np.arange(36)))
    assert it.labels == ("jazz", "polka")
    assert [it.labels[k] for k in it.truth] == [
        str(data.y[data.names == name][0]) for name in it.names
    ]
    assert it.probabilities.shape[1] == it.baseline_shares.shape[1] == 2


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


def test_sets_are_learned_for_recordings_where_the_learner_can():
    seen = []

    class Knowing(GenreStack):
        def fit(self, X, y, groups=None, recordings=None):
            seen.append((len(X), recordings))
            return super().fit(X, y, groups=groups, recordings=recordings)

    rng, y = np.random.default_rng(0), np.repeat(["jazz", "rock"], 24)
    names = np.repeat(np.arange(24), 2).astype(str)
    dataset = Dataset(rng.normal(size=(48, 3)), y, names, names, ("a", "b", "c"))
    protocol = grouped_protocol(dataset, n_splits=2, seed=0)
    evaluate(lambda: Knowing(learners=("qda",), budget=Budget("none")), dataset, protocol=protocol)
    for (rows, recordings), (train, _) in zip(seen, protocol.folds, strict=True):
        assert rows == len(train)
        assert recordings.tolist() == names[train].tolist()
