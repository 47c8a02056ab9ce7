"""Conformal sets: coverage, size and order, against simulation and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats.mstats import mquantiles

from genre_audio.errors import ParameterError
from genre_audio.learning.conformal import ConformalSets


def drawn(rng, n, *, genres=4, sharpness=2.0, mix=None):
    """Probabilities of recordings and their truths, which follow them or a given mix."""
    scores = sharpness * rng.normal(size=(n, genres))
    truth = rng.choice(genres, p=mix, size=n)
    scores[np.arange(n), truth] += 2.0
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True), truth


def held(sets, truth):
    return sets[np.arange(len(truth)), truth]


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.95])
@pytest.mark.parametrize("n", [40, 400])
def test_sets_hold_the_truth_as_often_as_asked(rng, coverage, n):
    rates = []
    for _ in range(200):
        conformal = ConformalSets.fit(*drawn(rng, n))
        probabilities, truth = drawn(rng, 50)
        rates.append(held(conformal.sets(probabilities, coverage=coverage), truth).mean())
    # 10,000 draws: three standard errors are 0.015 or less. The most probable genre, which is
    # never ruled out, adds to small coverages.
    assert np.mean(rates) > coverage - 0.02
    if coverage >= 0.8:
        assert np.mean(rates) < coverage + 0.03


def test_every_genre_has_its_coverage_whatever_the_mix_of_genres(rng):
    # Four of five training recordings are of one genre, and new ones of the others.
    probabilities, truth = drawn(rng, 4000, mix=[0.8, 0.1, 0.05, 0.05])
    conformal = ConformalSets.fit(probabilities, truth)
    probabilities, truth = drawn(rng, 4000, mix=[0.1, 0.3, 0.3, 0.3])
    kept = held(conformal.sets(probabilities, coverage=0.9), truth)
    for genre in range(4):
        # Thresholds from 200 recordings: 0.021 is one standard deviation of their coverage.
        assert kept[truth == genre].mean() == pytest.approx(0.9, abs=0.06)


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 60),
    pair=st.tuples(st.floats(0.001, 0.999), st.floats(0.001, 0.999)),
)
def test_more_coverage_never_rules_out_more_and_never_everything(seed, n, pair):
    rng = np.random.default_rng(seed)
    probabilities, truth = drawn(rng, n + 4)
    truth[:4] = range(4)  # each genre occurs
    conformal = ConformalSets.fit(probabilities, truth)
    conformal.check(genres=4)
    new, _ = drawn(rng, 20)
    small, large = (conformal.sets(new, coverage=coverage) for coverage in sorted(pair))
    assert (small <= large).all()
    assert small.any(axis=1).all()
    assert small[np.arange(20), new.argmax(axis=1)].all()


def test_thresholds_are_the_quantiles_of_ranks_among_one_more(rng):
    # Interpolated at c * (n + 1): scipy's plotting positions of Weibull.
    p = rng.uniform(size=37)
    both = np.stack([p, 1 - p], axis=1)
    found = ConformalSets.fit(np.concatenate([both, both[:, ::-1]]), np.repeat([0, 1], 37))
    inside = np.arange(100, 901)
    expected = 1 - mquantiles(1 - p, inside / 1000, alphap=0, betap=0)
    np.testing.assert_allclose(found.thresholds[inside, 0], expected, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(found.thresholds[:, 0], found.thresholds[:, 1])


def test_a_genre_of_few_recordings_is_hard_to_rule_out():
    held_out = np.array([[0.9, 0.1]] * 3 + [[0.1, 0.9]] * 99)
    conformal = ConformalSets.fit(held_out, np.repeat([0, 1], [3, 99]))
    # Of three and one more the rank 0.9 * 4 lies between the least and none: 0.4 * 0.9.
    assert conformal.thresholds[900] == pytest.approx([0.36, 0.9])
    assert conformal.sets(np.array([[0.4, 0.6]])).tolist() == [[True, True]]
    assert conformal.sets(np.array([[0.3, 0.7]])).tolist() == [[False, True]]


def test_coverages_between_thousandths_are_rounded_up(rng):
    conformal = ConformalSets.fit(*drawn(rng, 500))
    new, _ = drawn(rng, 500)
    exact = conformal.sets(new, coverage=0.9)
    np.testing.assert_array_equal(conformal.sets(new), exact)
    np.testing.assert_array_equal(conformal.sets(new, coverage=0.8991), exact)
    assert conformal.sets(new, coverage=0.9001).sum() >= exact.sum()
    assert conformal.sets(new, coverage=0.9999).all()


@pytest.mark.parametrize("coverage", [0.0, 1.0, -1, 90, float("nan")])
def test_no_such_coverage(coverage):
    conformal = ConformalSets.fit(np.eye(2), np.arange(2))
    with pytest.raises(ParameterError, match=r"above 0 and below 1, such as 0\.9"):
        conformal.sets(np.eye(2), coverage=coverage)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda t: t[:-1],
        lambda t: t[:, :1],
        lambda t: t[:, 0],
        lambda t: t[::-1],
        lambda t: t + 0.5,
        lambda t: t - 1.0,
        lambda t: t * np.nan,
        lambda t: t.astype(np.float32),
        lambda t: t.astype(str),
    ],
)
def test_thresholds_that_cannot_be_ours_are_refused(rng, spoil):
    conformal = ConformalSets.fit(*drawn(rng, 100, genres=2))
    conformal.check(genres=2)
    with pytest.raises(ValueError, match="its thresholds are no"):
        ConformalSets(spoil(conformal.thresholds)).check(genres=2)
