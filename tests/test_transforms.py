"""The two transforms, against what gain does to a recording and against plain formulas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from genre_audio.errors import ParameterError, TableError
from genre_audio.features import EXTENDED, GTZAN57
from genre_audio.learning.forms import _STILL, replaced, rescaled
from genre_audio.learning.transforms import NormalScores, RowTransform
from genre_audio.learning.whitening import WithinClassWhitening

COLUMNS = (
    "chroma_stft_mean",
    "rms_mean",
    "rms_var",
    "harmony_mean",
    "harmony_var",
    "perceptr_mean",
    "perceptr_var",
    "tempo",
    "mfcc1_mean",
    "mfcc1_var",
)
ROW = np.array([[0.3, 0.1, 0.003, 1e-5, 0.008, -2e-6, 0.004, 120.0, -110.0, 2500.0]])


@parametrize_with_checks([RowTransform(), NormalScores(), WithinClassWhitening()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_logarithms_relative_variances_and_dropped_offsets():
    found = RowTransform(columns=COLUMNS).fit_transform(ROW)
    logs = np.log([0.1, 0.003 / 0.1**2, 0.008 / 0.1**2, 0.004 / 0.1**2, 120.0])
    np.testing.assert_allclose(found, [[0.3, *logs, -110, np.log(2500)]], rtol=1e-13)


@pytest.mark.parametrize(
    "name", ["spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate"]
)
def test_spread_is_said_relative_to_the_mean(name):
    form = RowTransform(columns=[f"{name}_var", f"{name}_mean"])
    found = form.fit_transform([[4.0, 2.0], [400.0, 20.0]])
    np.testing.assert_allclose(found, np.log([[1.0, 2.0], [1.0, 20.0]]), atol=1e-13)


def test_a_variance_without_its_mean_is_said_by_itself():
    found = RowTransform(columns=["rolloff_var"]).fit_transform([[4.0]])
    assert found[0, 0] == pytest.approx(np.log(4.0))


def test_names_of_what_is_kept():
    plain = RowTransform(columns=COLUMNS).fit(ROW).get_feature_names_out()
    assert set(COLUMNS) - set(plain) == {"harmony_mean", "perceptr_mean"}
    level = RowTransform(columns=COLUMNS, level_invariant=True).fit(ROW).get_feature_names_out()
    assert set(plain) - set(level) == {"rms_mean"}


def test_a_data_frame_brings_its_names():
    frame = pd.DataFrame(ROW, columns=list(COLUMNS))
    np.testing.assert_array_equal(
        RowTransform().fit_transform(frame), RowTransform(columns=COLUMNS).fit_transform(ROW)
    )


def test_columns_without_names_stay_as_they_are():
    np.testing.assert_array_equal(RowTransform().fit_transform(ROW), ROW)


def test_shapes_of_distributions_are_drawn_in():
    found = RowTransform(columns=["onset_skew", "onset_kurtosis"]).fit_transform(
        [[0.0, 1.0], [-10.0, 100.0], [np.sinh(2.0), 0.5]]
    )
    expected = [[0.0, 0.0], [np.arcsinh(-10.0), np.log(100.0)], [2.0, 0.0]]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("onset4_var", 1e-3),
        ("mfcc3_delta2_var", 1e-3),
        ("mel1_sway_var", 1e-3),
        ("tonnetz1_var", 1e-6),
        ("mfcc3_var", 1e-12),
    ],
)
def test_what_stands_still_is_not_far_out(name, least):
    found = RowTransform(columns=[name]).fit_transform([[0.0], [least / 2], [1.0]])
    np.testing.assert_allclose(found[:2, 0], np.log(least), rtol=1e-13)
    assert found[2, 0] == 0.0
    coarse = RowTransform(columns=[name], floor=0.1).fit_transform([[0.0]])
    assert coarse[0, 0] == pytest.approx(np.log(0.1))


def test_floors_are_those_of_extended_and_each_column_has_one():
    found = {
        name: [part for part in _STILL if part in name]
        for name in EXTENDED.columns
        if name.endswith("_var")
    }
    assert {name for name, parts in found.items() if not parts} == {
        name for name in GTZAN57.columns if name.endswith("_var")
    }
    assert max(map(len, found.values())) == 1
    assert {part for parts in found.values() for part in parts} == set(_STILL)


def test_a_variance_of_zero_stays_finite():
    found = RowTransform(columns=["mfcc1_var"], floor=1e-6).fit_transform([[0.0], [1e-9]])
    np.testing.assert_array_equal(found, np.log([[1e-6], [1e-6]]))


def test_the_input_is_not_touched():
    before = ROW.copy()
    RowTransform(columns=COLUMNS, level_invariant=True).fit_transform(before)
    np.testing.assert_array_equal(before, ROW)


def _scaled(row, gain):
    """What a gain does to a row: amplitudes, powers, and decibels summed over 128 bands."""
    factor = {"rms_mean": gain, "harmony_mean": gain, "perceptr_mean": gain}
    factor |= dict.fromkeys(("rms_var", "harmony_var", "perceptr_var"), gain**2)
    scaled = row * [factor.get(name, 1.0) for name in COLUMNS]
    scaled[:, COLUMNS.index("mfcc1_mean")] += 20 * np.log10(gain) * 128 / np.sqrt(128)
    return scaled


@given(st.floats(1e-3, 1e3))
def test_gain_moves_nothing_when_the_level_is_taken_out(gain):
    form = RowTransform(columns=COLUMNS, level_invariant=True).fit(ROW)
    # Rounding only: a few units in the last place of numbers up to 1,000.
    np.testing.assert_allclose(
        form.transform(_scaled(ROW, gain)), form.transform(ROW), rtol=1e-10, atol=1e-9
    )


def test_gain_shows_when_the_level_is_kept():
    form = RowTransform(columns=COLUMNS).fit(ROW)
    assert np.abs(form.transform(_scaled(ROW, 0.5)) - form.transform(ROW)).max() > 1


def test_silence_is_finite_without_its_level():
    form = RowTransform(columns=COLUMNS, level_invariant=True).fit(ROW)
    assert np.isfinite(form.transform(np.zeros_like(ROW))).all()


def test_offsets_can_be_kept():
    form = RowTransform(columns=COLUMNS, offsets=True)
    found = dict(zip(form.fit(ROW).get_feature_names_out(), form.transform(ROW)[0], strict=True))
    assert found["harmony_mean"] == pytest.approx(np.arcsinh(1.0))
    assert found["perceptr_mean"] == pytest.approx(np.arcsinh(-0.2))
    assert found["perceptr_mean_size"] == pytest.approx(np.log(2e-6 + 1e-7))


def test_offsets_and_no_level_contradict_each_other():
    with pytest.raises(ParameterError, match="offsets move with the level"):
        RowTransform(columns=COLUMNS, level_invariant=True, offsets=True).fit(ROW)


def test_wrong_number_of_names_is_refused():
    with pytest.raises(TableError, match="2 column names were given for rows of 10 numbers"):
        RowTransform(columns=["a", "b"]).fit(ROW)


def test_a_level_invariant_form_needs_the_level():
    with pytest.raises(TableError, match="needs the column 'rms_mean'"):
        RowTransform(columns=["tempo"], level_invariant=True).fit([[1.0]])


def test_clones_are_equal():
    form = RowTransform(columns=COLUMNS, level_invariant=True, floor=1e-9)
    assert clone(form).get_params() == form.get_params()


def test_normal_scores_are_those_of_ranks(rng):
    X = rng.lognormal(size=(101, 1))
    scores = NormalScores().fit_transform(X)[:, 0]
    ranks = X[:, 0].argsort().argsort()
    inner = (ranks > 0) & (ranks < 100)
    # With as many quantiles as rows, rank r of n is the quantile r / (n - 1).
    np.testing.assert_allclose(scores[inner], norm.ppf(ranks[inner] / 100), atol=1e-9)


def test_normal_scores_of_strange_values_are_those_of_the_outermost(rng):
    scores = NormalScores().fit(rng.normal(size=(50, 1)))
    low, high = scores.transform([[-1e9], [1e9]])[:, 0]
    assert (low, high) == pytest.approx((norm.ppf(1e-7), norm.ppf(1 - 1e-7)))


def test_whitened_rows_are_round_within_classes(rng):
    y = np.repeat(["a", "b"], 200)
    X = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 3)) + 5.0 * (y == "b")[:, None]
    found = WithinClassWhitening(shrinkage=0.0).fit_transform(X, y)
    within = sum(np.cov(found[y == label].T, bias=True) for label in "ab") / 2
    # Rounding only; the matrix that is inverted is well conditioned.
    np.testing.assert_allclose(within, np.eye(3), atol=1e-9)


def test_whitening_with_full_shrinkage_only_scales(rng):
    X, y = rng.normal(size=(50, 3)), np.repeat([0, 1], 25)
    rotation = WithinClassWhitening(shrinkage=1.0).fit(X, y).rotation_
    np.testing.assert_allclose(
        rotation @ rotation.T, rotation[0] @ rotation[0] * np.eye(3), atol=1e-9
    )


def test_whitening_survives_columns_that_never_change():
    found = WithinClassWhitening().fit_transform(np.ones((6, 2)), [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(found, np.zeros((6, 2)))


# The way back ----------------------------------------------------------------------------


@given(
    data=st.data(),
    schema=st.sampled_from([GTZAN57, EXTENDED]),
    level_invariant=st.booleans(),
    seed=st.integers(0, 99),
)
def test_columns_that_are_replaced_have_the_forms_asked_for(data, schema, level_invariant, seed):
    rng = np.random.default_rng(seed)
    columns = list(schema.columns)
    X = np.exp(rng.normal(size=(2, len(columns))))
    transform = RowTransform(columns=columns, level_invariant=level_invariant).fit(X)
    kept = transform.get_feature_names_out().tolist()
    names = data.draw(st.lists(st.sampled_from(kept), min_size=1, max_size=30, unique=True))

    wanted = transform.transform(np.exp(rng.normal(size=(2, len(columns)))))
    places = [kept.index(name) for name in names]
    made = replaced(
        X, wanted[:, places], columns=columns, names=names, level_invariant=level_invariant
    )
    forms = transform.transform(made)
    # Logarithms of exponentials: a few units in the last place, times values up to 1e3.
    np.testing.assert_allclose(forms[:, places], wanted[:, places], rtol=1e-9, atol=1e-9)
    others = [place for place, name in enumerate(columns) if name not in names]
    np.testing.assert_array_equal(made[:, others], X[:, others])


@given(level=st.floats(1e-4, 1.0), seed=st.integers(0, 99))
def test_another_level_moves_the_level_and_no_form(level, seed):
    columns = list(EXTENDED.columns)
    X = np.exp(np.random.default_rng(seed).normal(size=(3, len(columns))))
    made = rescaled(X, np.full(3, level), columns=columns)
    np.testing.assert_allclose(made[:, columns.index("rms_mean")], level, rtol=1e-12)
    transform = RowTransform(columns=columns, level_invariant=True).fit(X)
    # The loudness is a sum of some hundred decibels.
    np.testing.assert_allclose(transform.transform(made), transform.transform(X), atol=1e-9)
    np.testing.assert_allclose(rescaled(made, X[:, 2], columns=columns), X, rtol=1e-12, atol=1e-11)
