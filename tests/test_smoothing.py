"""Stretches out of moments: against all sequences written out."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.prediction.smoothing import (
    likeliest_path,
    posteriors,
    runs,
    without_short_runs,
)


def all_sequences(evidence: np.ndarray, *, stay: float) -> tuple[list[tuple[int, ...]], np.ndarray]:
    """Every sequence of states and its probability, by the definition."""
    n_steps, n_states = evidence.shape
    sequences = list(itertools.product(range(n_states), repeat=n_steps))
    likely = []
    for sequence in sequences:
        p = 1.0 / n_states
        for step, state in enumerate(sequence):
            p *= np.exp(evidence[step, state])
            if step:
                same = state == sequence[step - 1]
                p *= stay if same else (1.0 - stay) / (n_states - 1)
        likely.append(p)
    return sequences, np.array(likely) / sum(likely)


@pytest.mark.parametrize("seed", range(5))
def test_the_likeliest_path_is_that_among_all(seed: int) -> None:
    evidence = np.log(np.random.default_rng(seed).dirichlet([0.7] * 3, size=6))
    sequences, likely = all_sequences(evidence, stay=0.8)
    expected = sequences[int(likely.argmax())]
    assert likeliest_path(evidence, stay=0.8).tolist() == list(expected)


@pytest.mark.parametrize("seed", range(5))
def test_posteriors_are_sums_over_all_sequences(seed: int) -> None:
    evidence = np.log(np.random.default_rng(seed).dirichlet([0.7] * 3, size=6))
    sequences, likely = all_sequences(evidence, stay=0.8)
    states = np.array(sequences)
    expected = [[likely[states[:, step] == k].sum() for k in range(3)] for step in range(6)]
    # Sums of 729 products in another order.
    np.testing.assert_allclose(posteriors(evidence, stay=0.8), expected, atol=1e-12)


def test_a_state_that_is_ruled_out_is_never_taken() -> None:
    evidence = np.array([[0.0, -np.inf], [-np.inf, 0.0], [0.0, -np.inf]])
    assert likeliest_path(evidence, stay=0.99).tolist() == [0, 1, 0]
    assert posteriors(evidence, stay=0.99).tolist() == [[1, 0], [0, 1], [1, 0]]


def test_long_recordings_do_not_underflow() -> None:
    # A product of 20,000 probabilities is far below the smallest number there is.
    evidence = np.log(np.tile([0.2, 0.1], (20_000, 1)))
    found = posteriors(evidence, stay=0.999)
    assert np.isfinite(found).all()
    assert (likeliest_path(evidence, stay=0.999) == 0).all()


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30))
def test_runs_put_together_are_the_path(states: list[int]) -> None:
    path = np.array(states)
    found = runs(path)
    assert [start for start, _ in found] == [0, *[stop for _, stop in found[:-1]]]
    assert found[-1][1] == len(path)
    assert all(len(set(states[start:stop])) == 1 for start, stop in found)
    assert all(states[a[0]] != states[b[0]] for a, b in itertools.pairwise(found))


@given(st.lists(st.integers(0, 2), min_size=1, max_size=40), st.integers(1, 5))
def test_no_short_run_is_left_but_fixed_ones(states: list[int], least: int) -> None:
    path = np.array(states)
    even = np.full((len(path), 3), 1 / 3)
    found = without_short_runs(path, even, least=least, fixed=2)
    left = [(start, stop) for start, stop in runs(found) if found[start] != 2]
    if len(runs(found)) > 1:
        assert all(stop - start >= least for start, stop in left)
    # Silence was measured: nothing else takes it away.
    assert (found[path == 2] == 2).all()


def test_a_short_run_goes_where_it_suits() -> None:
    path = np.array([0, 0, 0, 1, 2, 2, 2])
    said = np.full((7, 3), 1 / 3)
    said[3] = [0.1, 0.6, 0.3]
    assert without_short_runs(path, said, least=2).tolist() == [0, 0, 0, 2, 2, 2, 2]
