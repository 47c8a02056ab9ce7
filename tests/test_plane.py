"""The plane of labelled rows, against scikit-learn's discriminants and principal components."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from genre_audio.learning.plane import Plane


def rows_and_labels(labels, *, each=30, dimensions=6, seed=0):
    rng = np.random.default_rng(seed)
    codes = np.repeat(np.arange(labels), each)
    mixing = rng.normal(size=(dimensions, dimensions))
    X = rng.normal(size=(len(codes), dimensions)) @ mixing
    X += 3.0 * rng.normal(size=(labels, dimensions))[codes]
    return X, np.array([f"g{code}" for code in codes])


def test_discriminants_are_scikit_learns():
    X, labels = rows_and_labels(5)
    plane = Plane.fit(X, labels=labels, shrinkage=0.0)
    other = LinearDiscriminantAnalysis(solver="eigen").fit(X, labels)
    # The same plane by another decomposition: angles of 0 come out as rounding, its root.
    assert subspace_angles(plane.axes, other.scalings_[:, :2]).max() < 1e-6
    expected = other.explained_variance_ratio_[:2].sum()
    assert plane.share == pytest.approx(expected, rel=1e-9)
    assert plane.kind == "discriminant"


def test_along_discriminants_rows_of_a_label_have_unit_covariance():
    X, labels = rows_and_labels(4)
    plane = Plane.fit(X, labels=labels, shrinkage=0.0)
    away = np.concatenate(
        [
            plane.place(X[labels == name]) - c
            for name, c in zip(plane.labels, plane.centres, strict=True)
        ]
    )
    np.testing.assert_allclose(away.T @ away / len(away), np.eye(2), atol=1e-9)


def test_two_labels_are_seen_along_principal_components():
    X, labels = rows_and_labels(2)
    plane = Plane.fit(X, labels=labels)
    pca = PCA(n_components=2).fit(X)
    np.testing.assert_allclose(np.abs(plane.place(X)), np.abs(pca.transform(X)), atol=1e-9)
    assert plane.share == pytest.approx(pca.explained_variance_ratio_.sum())
    assert plane.kind == "variance"


def test_each_label_counts_the_same_however_many_rows_it_has():
    X, labels = rows_and_labels(4)
    again = np.concatenate([np.arange(len(X)), np.flatnonzero(labels == "g0")])
    once, twice = (Plane.fit(X[k], labels=labels[k]) for k in (np.arange(len(X)), again))
    np.testing.assert_allclose(once.centres.mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(twice.centres.mean(axis=0), 0.0, atol=1e-9)


@given(st.integers(2, 6), st.integers(1, 25), st.integers(0, 99))
def test_an_ellipse_holds_half_of_its_rows(labels, each, seed):
    X, names = rows_and_labels(labels, each=each, seed=seed)
    plane = Plane.fit(X, labels=names)
    for label, centre, half in zip(plane.labels, plane.centres, plane.halves, strict=True):
        away = plane.place(X[names == label]) - centre
        inside = np.hypot(*(np.linalg.pinv(half, rcond=1e-9) @ away.T)) <= 1.0 + 1e-6
        # Half of them, rounded up: the one on the rim is inside.
        assert inside.sum() >= (each + 1) // 2
        if each > 3:
            assert inside.sum() <= each // 2 + 1


def test_rows_that_do_not_differ_give_a_plane_all_the_same():
    plane = Plane.fit(np.ones((6, 3)), labels=np.array(["a", "b", "c"] * 2))
    assert np.isfinite(plane.place(np.ones((2, 3)))).all()
    assert np.isfinite(plane.halves).all()


def test_one_dimension_is_enough():
    plane = Plane.fit(np.arange(6.0)[:, None], labels=np.array(["a", "b", "c"] * 2))
    assert plane.place(np.arange(6.0)[:, None]).shape == (6, 2)


def test_the_same_rows_give_the_same_plane_whatever_their_signs():
    X, labels = rows_and_labels(4)
    one = Plane.fit(X, labels=labels)
    assert (one.axes[np.abs(one.axes).argmax(axis=0), [0, 1]] > 0).all()
