"""Paired differences against scipy's bootstrap, and sentences against what was put in."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import scipy.stats

from genre_audio.errors import ParameterError
from genre_audio.evaluation import COMPARED, Comparison, Evaluation


def learner(name, truth, right, *, groups=None):
    """Calls the truth where `right`, else the next genre."""
    names = np.array([f"r{k:04d}" for k in range(len(truth))])
    p = np.full((len(truth), 3), 0.1)
    p[np.arange(len(truth)), np.where(right, truth, (truth + 1) % 3)] = 0.8
    groups = names if groups is None else groups
    return Evaluation(("a", "b", "c"), truth, p, groups, names, "by hand", learner=name)


@pytest.fixture
def truth(rng):
    return rng.permutation(np.repeat(np.arange(3), 100))


def test_a_difference_is_scipys(rng, truth):
    one, other = rng.random(300) < 0.7, rng.random(300) < 0.6
    comparison = Comparison((learner("one", truth, one), learner("other", truth, other)))
    found = comparison.differences["other"]["accuracy"]
    assert found.value == pytest.approx(other.mean() - one.mean(), abs=1e-12)
    gaps = other.astype(float) - one
    again = scipy.stats.bootstrap((gaps,), np.mean, n_resamples=4000, method="percentile", rng=rng)
    # Both know a quantile to some 5 % of the interval.
    width = found.high - found.low
    assert found.low == pytest.approx(again.confidence_interval.low, abs=0.1 * width)
    assert found.high == pytest.approx(again.confidence_interval.high, abs=0.1 * width)


def test_pairs_are_compared_more_sharply_than_scores(rng, truth):
    one = rng.random(300) < 0.6
    other = one & (rng.random(300) < 0.95)  # errs wherever the first does, and a little more
    comparison = Comparison((learner("one", truth, one), learner("other", truth, other)))
    found = comparison.differences["other"]["accuracy"]
    low, high = comparison.best.intervals["accuracy"][1:]
    assert found.high < 0
    assert found.high - found.low < 0.6 * (high - low)
    assert "better than other" in comparison.verdict


def test_one_learner_beside_itself_differs_in_nothing(rng, truth):
    one = learner("one", truth, rng.random(300) < 0.6)
    comparison = Comparison((one, dataclasses.replace(one, learner="twin")))
    assert set(comparison.differences["twin"]) == set(COMPARED)
    assert all(tuple(by) == (0.0, 0.0, 0.0) for by in comparison.differences["twin"].values())
    assert comparison.verdict.endswith("no difference shown to twin")


def test_where_nothing_is_learned_no_learner_is_called_better(rng, truth):
    guesses = [learner(name, truth, rng.random(300) < 0.33) for name in ("one", "other")]
    comparison = Comparison(tuple(guesses))
    assert not comparison.learned
    assert comparison.verdict.startswith(
        "no learner is shown to be better than guessing by frequency"
    )
    assert "their order means nothing" in comparison.verdict


def test_of_few_groups_no_learner_is_called_better(truth):
    right = np.ones(300, dtype=bool)
    of_three = np.repeat(np.arange(3), 100)
    pair = [learner(n, truth, r, groups=of_three) for n, r in (("one", right), ("other", ~right))]
    comparison = Comparison(tuple(pair))
    assert comparison.differences["other"]["accuracy"].high < 0
    assert not comparison.learned
    assert comparison.verdict.startswith("no learner is shown to be better")
    assert "(one: accuracy 1.000 against 0.333" in comparison.verdict
    assert "of 3 groups, too few to tell); their order means nothing" in comparison.verdict


def test_everything_can_be_said_in_json(rng, truth):
    both = (learner("one", truth, rng.random(300) < 0.6), learner("bad", truth, truth > 2))
    said = Comparison(both).as_dict()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert said["best"] == "one"
    assert set(said["differences"]) == {"bad"}


def test_what_cannot_be_compared_is_refused(truth):
    one = learner("one", truth, truth < 2)
    with pytest.raises(ParameterError, match=r"1 evaluation\(s\) cannot be compared"):
        Comparison((one,))
    with pytest.raises(ParameterError, match="learners of one name"):
        Comparison((one, one))
    for how in ({"protocol": "another"}, {"truth": truth[::-1]}, {"groups": truth}):
        other = dataclasses.replace(one, learner="other", **how)
        with pytest.raises(ParameterError, match="not scored on the same recordings"):
            Comparison((one, other))
