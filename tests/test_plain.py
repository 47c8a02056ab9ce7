"""The plain stack beside the fitted one: the same answers, and nothing else in it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from genre_audio.features import GTZAN57
from genre_audio.learning import LEARNERS, Budget, GenreStack, make_learner
from genre_audio.learning.neighbours import CappedNeighbors
from genre_audio.learning.plain import Chain, PlainStack, Step
from genre_audio.learning.plain.copy import plain_chain, plain_stack
from genre_audio.learning.plain.trees import check_trees, forest
from sample_tables import TINY, feature_table

COLUMNS = GTZAN57.columns


def rows(genres, *, seed=0):
    table = feature_table(20, genres=genres)
    return table.X, np.unique(table.labels.astype(str), return_inverse=True)[1]


def new_rows():
    """Rows of the same kind, far from it, and beyond what single precision can say."""
    X = feature_table(20, seed=7).X
    return np.vstack([X, 1e6 * X, 1e-9 * X])


@pytest.fixture(scope="module")
def stack():
    table = feature_table()
    tuned = Budget("tuned", 3, 3, 3, 2, 2, inner_folds=2, stack_folds=2, outer_folds=2, trees=20)
    return GenreStack(columns=COLUMNS, budget=tuned).fit(table.X, table.labels.astype(str))


@pytest.mark.parametrize("genres", [("jazz", "metal"), ("jazz", "metal", "polka", "rock")])
@pytest.mark.parametrize("name", LEARNERS)
def test_each_learner_answers_as_scikit_learn_does(name, genres):
    X, y = rows(genres)
    learner = make_learner(name, columns=COLUMNS, trees=30).fit(X, y)
    found = plain_chain(learner).transform(new_rows())
    # Sums in another order; XGBoost's probabilities are of single precision.
    atol = 3e-7 if name == "xgboost" else 1e-11
    np.testing.assert_allclose(found, learner.predict_proba(new_rows()), rtol=0, atol=atol)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("qda", {"offsets": True}),
        ("qda", {"level_invariant": True}),
        ("knn", {"metric__transformer_weights": {"discriminants": 2.0}}),
        ("knn", {"estimator__n_neighbors": 500}),
        ("random_forest", {"estimator__max_features": 0.3, "estimator__min_samples_leaf": 3}),
        ("xgboost", {"estimator__max_depth": 3, "estimator__n_estimators": 7}),
    ],
)
def test_what_is_tuned_is_copied_too(name, how):
    X, y = rows(("jazz", "metal", "polka"))
    forms = {key: how[key] for key in ("offsets", "level_invariant") if key in how}
    learner = make_learner(name, columns=COLUMNS, trees=30, **forms)
    learner.set_params(**{key: value for key, value in how.items() if key not in forms}).fit(X, y)
    expected = learner.predict_proba(new_rows())
    found = plain_chain(learner).transform(new_rows())
    np.testing.assert_allclose(found, expected, rtol=0, atol=3e-7)


def test_averaged_trees_differ_in_no_bit():
    X, y = rows(("jazz", "metal", "polka"))
    learner = make_learner("random_forest", columns=COLUMNS, trees=50).fit(X, y)
    found = plain_chain(learner).transform(X)
    np.testing.assert_array_equal(found, learner.predict_proba(X))


def test_a_value_at_a_threshold_goes_the_same_way():
    # Thresholds lie between values in double precision, but values are of single precision.
    X = np.random.default_rng(0).normal(size=(400, 4)).astype(np.float32).astype(float)
    y = (X[:, 0] > X[:, 1]).astype(int)
    trees = make_learner("random_forest", trees=20).fit(X, y).steps[-1][1]
    edges = np.unique(np.concatenate([tree.tree_.threshold for tree in trees.estimators_]))
    width = trees.n_features_in_
    near = np.concatenate([edges, np.nextafter(edges, 9), np.nextafter(edges, -9)])
    at = np.repeat(near[:, None], width, axis=1)
    ours = plain_chain(Pipeline([("trees", trees)])).transform(at)
    np.testing.assert_array_equal(ours, trees.predict_proba(at))


def test_the_stack_answers_as_the_fitted_one(stack):
    plain, X = plain_stack(stack), new_rows()
    np.testing.assert_allclose(plain.predict_proba(X), stack.predict_proba(X), rtol=0, atol=1e-6)
    expected = stack.learner_probabilities(X)
    np.testing.assert_allclose(plain.learner_probabilities(X), expected, rtol=0, atol=1e-6)
    assert plain.predict(X).tolist() == stack.predict(X).tolist()
    assert plain.classes_.tolist() == ["jazz", "metal", "polka"]
    assert plain_stack(plain) is plain


def test_arrays_and_back(stack):
    plain = plain_stack(stack)
    arrays = plain.to_arrays()
    assert all(isinstance(value, np.ndarray) for value in arrays.values())
    assert not any(value.dtype.hasobject for value in arrays.values())
    again = PlainStack.from_arrays(arrays)
    np.testing.assert_array_equal(again.predict_proba(new_rows()), plain.predict_proba(new_rows()))


def test_long_tables_are_answered_in_pieces(stack):
    plain, X = plain_stack(stack), np.tile(new_rows(), (30, 1))
    assert len(X) > 2048
    found = plain.predict_proba(X)
    np.testing.assert_allclose(found[:180], plain.predict_proba(X[:180]), rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[-180:], found[:180], rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "X",
    [
        np.zeros(57),
        np.zeros((0, 57)),
        np.ones((2, 56)),
        np.ones((2, 58)),
        np.full((1, 57), np.nan),
        np.full((1, 57), np.inf),
    ],
)
def test_rows_of_another_shape_or_without_numbers_are_refused(stack, X):
    with pytest.raises(ValueError, match="rows"):
        plain_stack(stack).predict_proba(X)


@pytest.mark.parametrize(
    "estimator",
    [
        ExtraTreesClassifier(3, random_state=0),
        KNeighborsClassifier(),
        CappedNeighbors(weights="uniform"),
    ],
)
def test_estimators_of_others_are_refused(estimator):
    pipeline = Pipeline([("estimator", estimator)]).fit([[0.0], [1.0]], [0, 1])
    with pytest.raises(TypeError, match="of this package"):
        plain_chain(pipeline)


@pytest.mark.parametrize(
    "how",
    [
        {"widen__transformer_weights": {"columns": 2.0}},
        {"widen__discriminants__solver": "svd", "widen__discriminants__shrinkage": None},
    ],
)
def test_known_estimators_set_otherwise_are_refused(how):
    X, y = rows(("jazz", "metal"))
    learner = make_learner("random_forest", columns=COLUMNS, trees=3).set_params(**how).fit(X, y)
    with pytest.raises(TypeError, match="discriminants of this package"):
        plain_chain(learner)


def test_unknown_steps_are_refused():
    chain = Chain((Step("scale", {"mean": np.zeros(1), "scale": np.ones(1)}),))
    assert Chain.from_arrays("a", chain.to_arrays("a")).transform(np.ones((1, 1))).tolist() == [[1]]
    for arrays in ({}, {"a/0/system/mean": np.zeros(1)}, {"a/0": np.zeros(1)}):
        with pytest.raises(ValueError, match=r"no chain|unpack"):
            Chain.from_arrays("a", arrays)


@pytest.mark.parametrize(
    "how",
    [
        {"left": [0, 1, 2]},  # the root is a leaf, but has a threshold
        {"left": [2, 2, 2]},  # out of the arrays
        {"left": [1, 0, 2]},  # in circles
        {"roots": [3]},
        {"roots": [-1]},
        {"feature": [-1, 0, 0]},
        {"threshold": [5, 5, np.inf]},
        {"leaf": [0, 0]},
    ],
)
def test_broken_trees_are_refused(how):
    sound = {"roots": [0], "left": [1, 1, 2], "feature": [0, 0, 0], "leaf": [0, 0, 1]}
    sound |= {"threshold": [5, np.inf, np.inf]}
    check_trees(**{name: np.array(value) for name, value in sound.items()})
    with pytest.raises(ValueError, match="no trees"):
        check_trees(**{name: np.array(value) for name, value in (sound | how).items()})


def test_trees_that_ask_for_more_columns_are_refused():
    tree = {"roots": np.array([0]), "left": np.array([1, 1, 2]), "leaf": np.array([0, 0, 1])}
    tree |= {"feature": np.array([1, 0, 0]), "threshold": np.array([5, np.inf, np.inf])}
    with pytest.raises(ValueError, match="ask for more"):
        forest(np.ones((1, 1)), values=np.eye(2), **tree)


def test_small_tables_are_copied_as_well():
    table = feature_table(8)
    stack = GenreStack(columns=COLUMNS, budget=TINY).fit(table.X, table.labels.astype(str))
    found = plain_stack(stack).predict_proba(table.X)
    np.testing.assert_allclose(found, stack.predict_proba(table.X), rtol=0, atol=1e-6)
