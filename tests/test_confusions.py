"""Confused pairs: counted as the matrix counts, with the recordings that show them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.evaluation import Evaluation
from genre_audio.reporting.confusions import confused_pairs


def called(truth, predicted, *, surety=None, names=None):
    """An evaluation that calls entries so, as sure as said."""
    n = len(truth)
    surety = np.full(n, 0.9) if surety is None else np.asarray(surety)
    p = np.repeat((1 - surety)[:, None] / 2, 3, axis=1)
    p[np.arange(n), predicted] = surety
    names = np.array([f"{k}.wav" for k in range(n)] if names is None else names)
    return Evaluation(("a", "b", "c"), np.asarray(truth), p, names, names, "by hand")


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40))
def test_pairs_are_the_wrong_cells_of_the_matrix(entries):
    truth, predicted = map(list, zip(*entries, strict=True))
    pairs = confused_pairs(called(truth, predicted), most=6)
    assert all(pair.truth != pair.called for pair in pairs)
    expected = sorted((entries.count((i, j)) for i, j in set(entries) if i != j), reverse=True)
    assert [pair.times for pair in pairs] == expected
    for pair in pairs:
        i, j = "abc".index(pair.truth), "abc".index(pair.called)
        assert (pair.times, pair.reverse) == (entries.count((i, j)), entries.count((j, i)))
        assert pair.share == entries.count((i, j)) / truth.count(i)


def test_the_surest_errors_are_named_and_each_recording_once():
    it = called(
        [0, 0, 0, 0, 0],
        [1, 1, 1, 1, 0],
        surety=[0.5, 0.7, 0.9, 0.95, 0.9],
        names=["x", "y", "x", "z", "w"],
    )
    (pair,) = confused_pairs(it, examples=2)
    assert [name for name, _ in pair.examples] == ["z", "x"]
    np.testing.assert_allclose([p for _, p in pair.examples], [0.95, 0.7])


def test_where_counts_are_equal_the_larger_share_comes_first():
    it = called([0, 0, 0, 1], [1, 0, 0, 2])
    assert [(pair.truth, pair.called) for pair in confused_pairs(it)] == [("b", "c"), ("a", "b")]
    assert len(confused_pairs(it, most=1)) == 1


def test_nothing_is_said_where_nothing_is_confused():
    assert confused_pairs(called([0, 1, 2], [0, 1, 2])) == []
