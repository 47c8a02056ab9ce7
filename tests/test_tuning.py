"""Budgets, candidates and the choice among them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from genre_audio.errors import ParameterError, TableError
from genre_audio.learning import (
    ALL_LEARNERS,
    BUDGETS,
    Budget,
    LogPool,
    MixturePool,
    make_learner,
    search_space,
    tuning,
)
from genre_audio.learning.budget import budget_of
from genre_audio.learning.mixture import _shares
from genre_audio.learning.plain.pooling import lift
from genre_audio.learning.pool import _loss
from genre_audio.learning.tuning import candidates, tune


@pytest.fixture
def table(rng):
    y = np.repeat(np.arange(3), 20)
    return rng.normal(size=(60, 4)) + 2.0 * np.eye(3, 4)[y], y


@pytest.mark.parametrize("name", ALL_LEARNERS)
def test_every_candidate_can_be_set(name):
    learner = make_learner(name)
    for candidate in candidates(name, count=4, seed=0):
        learner.set_params(**candidate)
    assert set(search_space(name)) <= set(learner.get_params())


@pytest.mark.parametrize("name", ALL_LEARNERS)
def test_candidates_hold_the_defaults_and_repeat(name):
    drawn = candidates(name, count=5, seed=3)
    assert drawn[0] == {}
    assert drawn == candidates(name, count=5, seed=3)
    assert len(drawn) == 5


def test_a_small_grid_gives_what_it_has():
    assert len(candidates("knn", count=1000, seed=0)) == 19
    assert candidates("knn", count=1, seed=0) == [{}]


@pytest.mark.parametrize("name", ALL_LEARNERS)
def test_learners_are_seeded_and_single_threaded(name):
    parameters = make_learner(name, seed=7).get_params()
    assert parameters.get("estimator__random_state", 7) == 7
    assert parameters.get("estimator__n_jobs", 1) in (1, None)


def test_unknown_names_are_refused():
    for call in (make_learner, search_space):
        with pytest.raises(ParameterError, match="unknown learner 'svm'; choose from logistic"):
            call("svm")
    with pytest.raises(
        ParameterError, match="unknown budget 'huge'; choose from none, small, full"
    ):
        budget_of("huge")


def test_budgets():
    assert budget_of("full") is BUDGETS["full"]
    assert budget_of(BUDGETS["small"]) is BUDGETS["small"]
    for name in ALL_LEARNERS:
        assert 1 < BUDGETS["small"].candidates(name) < BUDGETS["full"].candidates(name)
    with pytest.raises(ParameterError, match="stack_folds of a budget is 1"):
        Budget("bad", stack_folds=1)
    with pytest.raises(ParameterError, match="knn of a budget is 0"):
        dataclasses.replace(BUDGETS["small"], knn=0)


def test_the_better_candidate_is_chosen(table, monkeypatch):
    X, y = table
    bad = {"estimator__C": 1e-6}
    monkeypatch.setattr(tuning, "candidates", lambda *_, **__: [bad, {}])
    chosen = tune("logistic_regression", X, y, groups=range(60), budget=Budget("b"))
    assert chosen[1] == {}
    monkeypatch.setattr(tuning, "candidates", lambda *_, **__: [{}, bad])
    learner, found = tune("logistic_regression", X, -y + 2, groups=range(60), budget=Budget("b"))
    assert found == {}
    assert learner.get_params()["estimator__C"] == 40.0


class Spy(ClassifierMixin, BaseEstimator):
    """Knows the group of each row by its first column, and objects to what it has seen."""

    def fit(self, X, y):
        self.classes_, self.seen_ = np.unique(y), set(X[:, 0])
        return self

    def predict_proba(self, X):
        assert not self.seen_ & set(X[:, 0]), "a group stands on both sides"
        return np.full((len(X), len(self.classes_)), 1 / len(self.classes_))


def test_tuning_never_parts_a_group(monkeypatch):
    groups = np.repeat(np.arange(12), 5)
    monkeypatch.setattr(tuning, "make_learner", lambda *_, **__: Spy())
    monkeypatch.setattr(tuning, "candidates", lambda *_, **__: [{}, {}])
    X, y = groups[:, None].astype(float), groups % 2
    tune("knn", X, y, groups=groups, budget=Budget("spy"))
    with pytest.raises(AssertionError, match="both sides"):
        tune("knn", X, y, groups=np.arange(60), budget=Budget("spy"))


def test_too_few_groups_are_refused(table):
    X, y = table
    with pytest.raises(TableError, match="2 independent"):
        tune("qda", X, y, groups=np.arange(60) % 2, budget=Budget("b", qda=2))


def test_a_fold_may_lack_a_class_when_scored():
    model = LogisticRegression().fit([[0.0], [1.0], [2.0]], [0, 1, 2])
    assert np.isfinite(tuning._score(model, [[0.0], [1.0]], np.array([0, 1])))


def test_the_pool_is_a_conditional_logistic_regression(rng):
    # Labels drawn from a known product of the learners' probabilities.
    scores = rng.normal(scale=1.5, size=(3, 20000, 4))
    truth = np.array([0.7, 0.0, 0.4])
    likely = softmax(np.tensordot(truth, scores, 1), axis=1)
    y = (likely.cumsum(axis=1) < rng.random(len(likely))[:, None]).sum(axis=1).clip(max=3)
    # A learner's probabilities are its scores, normalised; the norm cancels in the product.
    pool = LogPool(pull=0.0, share=1e-9).fit(softmax(scores, axis=2), y)
    # 20,000 rows leave a standard error of about 0.01.
    np.testing.assert_allclose(pool.weights_, truth, atol=0.05)


def test_the_pool_s_gradient(rng):
    scores, y, w = rng.normal(size=(2, 9, 3)), rng.integers(0, 3, 9), np.array([0.3, 0.9])
    step = 1e-6
    ahead, behind = (_loss(w + s * np.eye(2)[1], scores, y, 0.1)[0] for s in (step, -step))
    # Central differences are right to the square of the step.
    assert _loss(w, scores, y, 0.1)[1][1] == pytest.approx((ahead - behind) / 2 / step, abs=1e-8)


def test_a_strong_pull_gives_equal_weights(rng):
    P = softmax(rng.normal(size=(4, 30, 3)), axis=2)
    weights = LogPool(pull=1e6).fit(P, rng.integers(0, 3, 30)).weights_
    np.testing.assert_allclose(weights, 0.25, atol=1e-4)


def test_pooled_probabilities_are_probabilities(rng):
    P = softmax(rng.normal(size=(2, 30, 3)), axis=2)
    P[0, 0] = [1.0, 0.0, 0.0]
    pooled = LogPool().fit(P, rng.integers(0, 3, 30)).predict_proba(P)
    np.testing.assert_allclose(pooled.sum(axis=1), 1.0, rtol=1e-12)
    assert (pooled > 0).all()


def test_lifted_probabilities_are_probabilities():
    np.testing.assert_allclose(lift([[1.0, 0.0, 0.0]]).sum(), 1.0, rtol=1e-15)
    assert lift([1.0, 0.0]).min() == 0.0005


@pytest.mark.parametrize(
    ("gains", "chosen"),
    [
        ([0.2, 0.21, 0.19], 1),
        ([0.9, -0.3, 0.1], 0),
        ([-0.1, -0.1, -0.1], 0),
        # By hand: 0.0667 against 2.92 * 0.0208 * sqrt(1/3 + 1/2) = 0.0555.
        ([0.09, 0.05, 0.06], 1),
        # 0.0700 against 2.92 * 0.0265 * sqrt(1/3 + 1/2) = 0.0705.
        ([0.10, 0.05, 0.06], 0),
    ],
)
def test_the_defaults_stay_unless_they_are_clearly_beaten(gains, chosen):
    results = {f"split{k}_test_score": np.array([-1.0, -1.0 + g]) for k, g in enumerate(gains)}
    equal = {f"split{k}_test_accuracy": np.array([0.5, 0.5]) for k in range(len(gains))}
    assert tuning._choice(results | equal) == chosen
    fewer = {f"split{k}_test_accuracy": np.array([0.5, 0.4]) for k in range(len(gains))}
    assert tuning._choice(results | fewer) == 0


def test_candidates_are_not_punished_for_being_too_sure(rng):
    # Raising probabilities to a power changes how sure they are, and not what they know.
    class Given(BaseEstimator):
        def __init__(self, power):
            self.power, self.classes_ = power, np.arange(3)

        def predict_proba(self, X):
            return softmax(self.power * X, axis=1)

    scores, y = rng.normal(size=(300, 3)), rng.integers(0, 3, 300)
    scores[np.arange(300), y] += 1.0
    plain, sure = (tuning._score(Given(power), scores, y) for power in (1.0, 3.0))
    # The share of equal probabilities is all that differs.
    assert plain == pytest.approx(sure, abs=0.01)


def test_the_mixture_takes_back_what_is_too_sure_and_finds_who_is_right(rng):
    # The first says p ** 2, where p is right; the second, p with another row's scores.
    scores = rng.normal(size=(20_000, 3))
    p = softmax(scores, axis=1)
    y = (p.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    pool = MixturePool().fit(np.stack([softmax(2.0 * scores, axis=1), p[::-1]]), y)
    assert pool.sureness_[0] == pytest.approx(0.5, abs=0.02)  # a hundredth is one standard error
    assert pool.weights_[0] > 0.98
    assert pool.weights_.sum() == pytest.approx(1.0, abs=1e-12)


def test_the_weights_of_a_mixture_are_the_likeliest(rng):
    p = rng.uniform(0.05, 0.95, size=(3, 400))
    found = _shares(p)
    best = minimize(
        lambda w: -np.log(w @ p).mean(),
        np.full(3, 1 / 3),
        bounds=[(0, 1)] * 3,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14},
    )
    # Expectation maximisation stops when a round moves no weight by more than 1e-9.
    assert -np.log(found @ p).mean() == pytest.approx(best.fun, abs=1e-6)


def test_an_average_of_right_and_different_learners_is_made_surer(rng):
    evidence = rng.normal(size=(2, 20_000, 2))
    p = softmax(evidence.sum(axis=0), axis=1)
    y = (rng.random(20_000) > p[:, 0]).astype(int)
    # Each sees half of the evidence: their average is less sure than it may be.
    assert MixturePool().fit(softmax(evidence, axis=2), y).whole_ > 1.1
