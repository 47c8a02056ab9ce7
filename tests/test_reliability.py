"""Calibration errors against sums by hand and a second way of cutting bins."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest

from genre_audio.evaluation import Evaluation, expected_calibration_error, reliability
from genre_audio.evaluation.reliability import weighted_errors


def two_genres(said, hits):
    """The first genre is always called, with the probability that is said."""
    said, hits = np.asarray(said, dtype=float), np.asarray(hits, dtype=bool)
    names = np.array([f"r{k:04d}" for k in range(len(said))])
    p = np.column_stack([said, 1 - said])
    return Evaluation(("jazz", "rock"), np.where(hits, 0, 1), p, names, names, "by hand")


def cut(said, hits, *, n_bins):
    """The usual way: sort, cut into parts as equal as may be, compare means."""
    order = np.argsort(said, kind="stable")
    parts = [part for part in np.array_split(order, n_bins) if len(part)]
    return sum(len(p) * abs(hits[p].mean() - said[p].mean()) for p in parts) / len(said)


def test_an_error_by_hand():
    it = two_genres([0.6, 0.7, 0.8, 0.9], [False, True, True, True])
    bins = reliability(it, n_bins=2)
    assert bins.count.tolist() == [2, 2]
    np.testing.assert_allclose(bins.confidence, [0.65, 0.85], rtol=1e-12)
    np.testing.assert_allclose(bins.accuracy, [0.5, 1.0], rtol=1e-12)
    # Both bins are 0.15 off, one way and the other.
    assert expected_calibration_error(it, n_bins=2) == pytest.approx(0.15, rel=1e-12)
    # Fewer entries than bins: each is a bin, off by 0.6, 0.3, 0.2 and 0.1.
    assert it.expected_calibration_error == pytest.approx(0.3, rel=1e-12)


@pytest.mark.parametrize("n", [15, 40, 301])
def test_bins_are_those_of_the_usual_way_where_nothing_is_tied(rng, n):
    said = 0.5 + rng.permutation(n) / (2 * n)
    hits = rng.random(n) < said
    it = two_genres(said, hits)
    # Sums in another order.
    assert it.expected_calibration_error == pytest.approx(cut(said, hits, n_bins=15), abs=1e-12)
    bins = reliability(it)
    assert bins.count.sum() == n
    assert bins.count.max() - bins.count.min() <= 1
    assert (np.diff(bins.confidence) > 0).all()


@hypothesis.given(
    st.lists(st.tuples(st.sampled_from([0.5, 0.6, 0.7, 0.8, 1.0]), st.booleans()), min_size=1),
    st.integers(1, 20),
    st.randoms(),
)
def test_the_order_of_entries_changes_nothing(rows, n_bins, shuffler):
    shuffled = shuffler.sample(rows, len(rows))
    one, other = (two_genres(*zip(*each, strict=True)) for each in (rows, shuffled))
    first = expected_calibration_error(one, n_bins=n_bins)
    assert 0.0 <= first <= 1.0
    assert first == pytest.approx(expected_calibration_error(other, n_bins=n_bins), abs=1e-12)


def test_entries_that_are_tied_share_their_hits():
    # Whichever of the four come first, each bin is as often right as all of them.
    bins = reliability(two_genres([0.75] * 4, [True, True, True, False]), n_bins=2)
    np.testing.assert_allclose(bins.accuracy, [0.75, 0.75], rtol=1e-12)
    assert bins.error == pytest.approx(0.0, abs=1e-12)


def test_weights_are_copies(rng):
    said = np.sort(0.5 + rng.permutation(60) / 120)
    hits, weights = rng.random(60) < said, rng.integers(0, 4, size=(20, 60))
    copies = [np.repeat(np.arange(60), row) for row in weights]
    expected = [two_genres(said[k], hits[k]).expected_calibration_error for k in copies]
    np.testing.assert_allclose(weighted_errors(said, hits, weights=weights), expected, atol=1e-12)


def test_what_is_calibrated_is_found_so_and_what_is_not_is_not(rng):
    said = rng.uniform(0.5, 1.0, size=60_000)
    fair, sure = rng.random(60_000) < said, rng.random(60_000) < said - 0.2
    # A bin of 4,000 knows its share to 0.007 (one standard deviation).
    assert two_genres(said, fair).expected_calibration_error < 0.01
    assert two_genres(said, sure).expected_calibration_error == pytest.approx(0.2, abs=0.01)
