"""Kernel logistic regression against scikit-learn's two parts put one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import skops.io
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from genre_audio.errors import ParameterError
from genre_audio.learning.kernel_logistic import KernelLogisticRegression


def rows(rng: np.random.Generator, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    y = np.arange(90) % n_classes
    return rng.normal(size=(90, 4)) + y[:, None], np.array(["folk", "jazz", "rock"])[y]


def cauchy(one: np.ndarray, other: np.ndarray) -> float:
    return 1.0 / (1.0 + 0.1 * np.sum((one - other) ** 2))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_landmarks", [20, 90])
@pytest.mark.parametrize("kernel", ["gaussian", "cauchy"])
def test_equals_the_two_parts(
    rng: np.random.Generator, n_classes: int, n_landmarks: int, kernel: str
) -> None:
    X, y = rows(rng, n_classes)
    new = rng.normal(size=(30, 4))
    ours = KernelLogisticRegression(
        C=5.0, gamma=0.1, kernel=kernel, n_landmarks=n_landmarks, seed=3
    ).fit(X, y)
    own = {"kernel": "rbf", "gamma": 0.1} if kernel == "gaussian" else {"kernel": cauchy}
    parts = make_pipeline(
        Nystroem(n_components=n_landmarks, random_state=3, **own),
        LogisticRegression(C=5.0, max_iter=3000, random_state=3),
    ).fit(X, y)
    # The same sums in another order.
    np.testing.assert_allclose(ours.predict_proba(new), parts.predict_proba(new), atol=1e-8)
    assert (ours.predict(new) == parts.predict(new)).all()
    assert ours.landmarks_.shape == (n_landmarks, 4)


def test_there_are_no_more_landmarks_than_rows(rng: np.random.Generator) -> None:
    X, y = rows(rng, 3)
    assert len(KernelLogisticRegression(gamma=0.1).fit(X, y).landmarks_) == 90


def test_an_unknown_kernel_is_refused(rng: np.random.Generator) -> None:
    with pytest.raises(ParameterError, match="choose from cauchy, gaussian"):
        KernelLogisticRegression(kernel="sinc").fit(*rows(rng, 3))


def test_survives_storage(rng: np.random.Generator) -> None:
    X, y = rows(rng, 3)
    fitted = KernelLogisticRegression().fit(X, y)
    trusted = ["genre_audio.learning.kernel_logistic.KernelLogisticRegression"]
    again = skops.io.loads(skops.io.dumps(fitted), trusted=trusted)
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


@parametrize_with_checks([KernelLogisticRegression()])
def test_scikit_learn_contract(estimator, check) -> None:
    check(estimator)
