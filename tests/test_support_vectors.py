"""Support vectors against scikit-learn's own machines, one for each class."""

from __future__ import annotations

import numpy as np
from scipy.special import softmax
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from genre_audio.learning.support_vectors import SupportVectors


def rows(rng: np.random.Generator, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    y = np.arange(90) % n_classes
    return rng.normal(size=(90, 4)) + y[:, None], np.array(["folk", "jazz", "rock"])[y]


def test_equals_one_machine_against_the_rest(rng: np.random.Generator) -> None:
    X, y = rows(rng, 3)
    new = rng.normal(size=(30, 4))
    ours = SupportVectors(C=3.0, gamma=0.1).fit(X, y)
    machines = OneVsRestClassifier(SVC(C=3.0, gamma=0.1)).fit(X, y)
    expected = softmax(2.0 * machines.decision_function(new), axis=1)
    # The same sums in another order.
    np.testing.assert_allclose(ours.predict_proba(new), expected, atol=1e-9)
    assert (ours.predict(new) == machines.predict(new)).all()


def test_of_two_classes_one_is_what_the_other_is_not(rng: np.random.Generator) -> None:
    X, y = rows(rng, 2)
    new = rng.normal(size=(30, 4))
    ours = SupportVectors(gamma=0.1).fit(X, y)
    assert (ours.predict(new) == SVC(C=5.0, gamma=0.1).fit(X, y).predict(new)).all()


def test_rows_that_support_no_border_are_not_kept(rng: np.random.Generator) -> None:
    y = np.arange(90) % 3
    X = rng.normal(size=(90, 4)) + 10.0 * y[:, None]
    assert len(SupportVectors(gamma=0.1).fit(X, y).landmarks_) < 90


@parametrize_with_checks([SupportVectors()])
def test_scikit_learn_contract(estimator, check) -> None:
    check(estimator)
