"""Thresholds between values: the same trees for training rows, the same answer nearby."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from xgboost import XGBClassifier

from genre_audio.learning.boosting import BetweenValues, _moved

HOW = {"n_estimators": 40, "max_depth": 2, "subsample": 0.6, "tree_method": "hist", "n_jobs": 1}


@pytest.fixture
def table(rng):
    y = np.repeat([0, 1, 2], 100)
    return rng.normal(size=(300, 4)) + np.eye(3, 4)[y], y


def test_training_rows_are_told_what_xgboost_tells_them(table):
    X, y = table
    ours, theirs = (kind(**HOW).fit(X, y) for kind in (BetweenValues, XGBClassifier))
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    assert not np.array_equal(ours.predict_proba(X + 0.01), theirs.predict_proba(X + 0.01))


def test_rounding_changes_no_answer_for_training_rows(table):
    X, y = table
    X = np.round(X, 3)  # neighbours are a thousandth apart, thresholds half of it away
    ours, theirs = (kind(**HOW).fit(X, y) for kind in (BetweenValues, XGBClassifier))
    for shift in (-4e-4, 4e-4):
        np.testing.assert_array_equal(ours.predict_proba(X + shift), ours.predict_proba(X))
    assert not np.array_equal(theirs.predict_proba(X - 4e-4), theirs.predict_proba(X))


def test_parameters_are_those_of_xgboost(table):
    again = clone(BetweenValues(**HOW))
    assert {key: again.get_params()[key] for key in HOW} == HOW


def test_values_keep_their_order_and_their_ties():
    near = np.float32(1.0)
    beside = np.nextafter(near, np.float32(2))
    column = np.array([4.0, near, 0.0, beside, near], dtype=np.float32)
    # Nothing lies between neighbours in single precision.
    assert _moved(column).tolist() == [pytest.approx(2.5), 0.5, 0.0, beside, 0.5]


def test_a_threshold_parts_training_rows_halfway():
    X, y = np.array([[0.0], [1.0], [3.0], [4.0]] * 10), np.array([0, 0, 1, 1] * 10)
    one = BetweenValues(**{**HOW, "n_estimators": 1, "max_depth": 1, "subsample": 1.0}).fit(X, y)
    answers = one.predict(np.array([[1.99], [2.01]]))
    assert answers.tolist() == [0, 1], "the threshold is 2"
