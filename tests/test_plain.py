"""The plain stack beside the fitted one: the same answers, and nothing else in it."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline

from genre_audio.features import GTZAN57
from genre_audio.learning import ALL_LEARNERS, Budget, GenreStack, make_learner
from genre_audio.learning.neighbours import CappedNeighbors
from genre_audio.learning.plain import Chain, PlainStack, Step
from genre_audio.learning.plain.copy import plain_chain, plain_stack
from genre_audio.learning.plain.trees import checked_trees, forest
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
@pytest.mark.parametrize("name", ALL_LEARNERS)
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
        ("decision_tree", {"estimator__max_leaf_nodes": 7, "estimator__min_samples_leaf": 2}),
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


@pytest.mark.parametrize("name", ["random_forest", "decision_tree"])
def test_averaged_trees_differ_in_no_bit(name):
    X, y = rows(("jazz", "metal", "polka"))
    learner = make_learner(name, columns=COLUMNS, trees=50).fit(X, y)
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


TREE = {
    "roots": np.array([0]),
    "left": np.array([1, 1, 2]),
    "feature": np.zeros(3, int),
    "threshold": np.array([5, np.inf, np.inf], np.float32),
    "leaf": np.array([0, 0, 1]),
    "values": np.array([[0.9, 0.1], [0.2, 0.8]]),
}
BOOSTED = {"values": np.array([-9, 9], np.float32), "base": np.zeros(1, np.float32)}


@pytest.mark.parametrize(
    "how",
    [
        {"left": np.array([0, 1, 2])},  # the root is a leaf, but has a threshold
        {"left": np.array([2, 2, 2])},  # out of the arrays
        {"left": np.array([2**63 - 1, 1, 2])},  # the one behind it has no number
        {"left": np.array([2**64 - 1, 1, 2], np.uint64)},
        {"left": np.array([1, 0, 2])},  # in circles
        {"left": np.array([1.0, 1.0, 2.0])},
        {"left": np.array([[1], [1], [2]])},
        {"roots": np.array([3])},
        {"roots": np.array([-1])},
        {"roots": np.array(0)},
        {"roots": np.array([], int)},
        {"feature": np.array([-1, 0, 0])},
        {"feature": np.array([False, False, False])},
        {"threshold": np.array([5, 5, np.inf], np.float32)},
        {"threshold": np.array([5, np.inf, np.inf])},  # values are compared in single precision
        {"threshold": np.array([[5], [np.inf], [np.inf]], np.float32)},
        {"leaf": np.array([0, 0])},
        {"leaf": np.array([0, 0, 2])},
        {"leaf": np.array([0, -1, 1])},
        {"leaf": np.array(["0", "0", "1"])},
    ],
)
def test_broken_trees_are_refused(how):
    checked_trees(TREE, n_classes=2)
    with pytest.raises(ValueError, match="no trees"):
        checked_trees(TREE | how, n_classes=2)


@pytest.mark.parametrize(
    ("how", "n_classes"),
    [
        ({}, 3),
        ({"values": np.zeros(2)}, 2),
        ({"values": np.zeros((2, 1))}, 2),
        ({"values": np.zeros((2, 2, 2))}, 2),
        (BOOSTED, 3),
        (BOOSTED | {"base": np.zeros(2, np.float32)}, 2),  # two classes have one score
        (BOOSTED | {"base": np.zeros(3, np.float32)}, 3),  # one tree cannot take turns
        (BOOSTED | {"base": np.zeros((), np.float32)}, 2),
        (BOOSTED | {"values": np.zeros((2, 2), np.float32)}, 2),
    ],
)
def test_leaves_that_speak_of_other_classes_are_refused(how, n_classes):
    checked_trees(TREE | BOOSTED, n_classes=2)
    with pytest.raises(ValueError, match=f"do not speak of {n_classes} classes"):
        checked_trees(TREE | how, n_classes=n_classes)


def test_numbers_of_nodes_in_narrow_types_do_not_wrap():
    # 127 + 1 is -128 in eight bits, which is less than the number of nodes.
    left, threshold = np.arange(128, dtype=np.int8), np.full(128, np.inf, np.float32)
    left[[0, 5]], threshold[[0, 5]] = (5, 127), (3e38, -3e38)
    wrapping = TREE | {"left": left, "threshold": threshold}
    wrapping |= {"feature": np.zeros(128, np.int8), "leaf": np.zeros(128, np.int8)}
    with pytest.raises(ValueError, match="no trees"):
        checked_trees(wrapping, n_classes=2)
    narrow = {name: TREE[name].astype(np.int8) for name in ("roots", "left", "feature", "leaf")}
    found = checked_trees(TREE | narrow, n_classes=2)
    assert {found[name].dtype for name in narrow} == {np.dtype(np.int64)}
    assert forest(np.array([[6.0]]), **found).tolist() == [[0.2, 0.8]]


def test_no_walk_through_trees_is_endless():
    # Not what was checked, but what checks may overlook.
    circles = TREE | {"left": np.array([1, 0, 2]), "threshold": np.full(3, np.inf)}
    with pytest.raises(ValueError, match="lead in circles"):
        forest(np.ones((1, 1)), **circles)


def test_trees_that_ask_for_more_columns_are_refused():
    with pytest.raises(ValueError, match="ask for more"):
        forest(np.ones((1, 1)), **TREE | {"feature": np.array([1, 0, 0])})


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"n_classes": np.array(10**13)}, "for others than the 2 classes"),
        ({"n_classes": np.array([2])}, "for others than the 2 classes"),
        ({"n_classes": np.array(2.0)}, "whole numbers"),
        ({"codes": np.array([0, 2, 1])}, "for others than the 2 classes"),
        ({"codes": np.array([0, -1, 1])}, "for others than the 2 classes"),
        ({"codes": np.array([0, 1])}, "one row and one class"),
        ({"codes": np.array([0.0, 1.0, 1.0])}, "whole numbers"),
        ({"n_neighbours": np.array(0)}, "counted from 1"),
        ({"n_neighbours": np.array([1, 1])}, "counted from 1"),
        ({"rows": np.zeros((0, 2)), "codes": np.zeros(0, int)}, "one row and one class"),
        ({"rows": np.zeros(3)}, "one row and one class"),
        ({"rows": np.full((3, 2), np.nan)}, "'rows' of 'neighbours' holds what is no finite"),
    ],
)
def test_neighbours_that_cannot_vote_are_refused(how, message):
    codes = np.array([0, 1, 1])
    sound = {"codes": codes, "n_neighbours": np.array(1), "n_classes": np.array(2)}
    sound |= {"rows": np.eye(3, 2)}

    def chain(values):
        arrays = Chain((Step("neighbours", values),)).to_arrays("a")
        return Chain.from_arrays("a", arrays, n_classes=2)

    assert chain(sound).transform(np.ones((4, 2))).shape == (4, 2)
    with pytest.raises(ValueError, match=message):
        chain(sound | how)


@pytest.mark.parametrize("name", ["extra", "svm/0/scale/mean", "space/0/scale/mean"])
def test_arrays_that_nobody_asks_for_are_refused(stack, name):
    arrays = plain_stack(stack).to_arrays()
    with pytest.raises(ValueError, match=f"nobody asks for {name}"):
        PlainStack.from_arrays(arrays | {name: np.zeros(1)})


@pytest.mark.parametrize(
    "how",
    [
        {"weights": np.array([0.5, 0.5])},
        {"weights": np.full((5, 1), 0.2)},
        {"weights": np.full(5, 0.2, np.float32)},
        {"weights": np.array([1.0, 0.5, 0.5, -0.5, -0.5])},
        {"sureness": np.ones(4)},
        {"sureness": np.full(5, "1")},
        {"sureness": np.full(5, np.nan)},
        {"sureness": np.full(5, -1.0)},
        {"whole": np.ones(1)},
        {"whole": np.array(np.inf)},
        {"whole": np.array(-1.0)},
        {"whole": np.array(1)},
        {"share": np.array(1.0)},
        {"share": np.array(-0.001)},
        {"share": np.array(True)},
    ],
)
def test_pools_that_cannot_join_are_refused(stack, how):
    arrays = plain_stack(stack).to_arrays()
    with pytest.raises(ValueError, match=r"its (weights|sureness|whole|share) "):
        PlainStack.from_arrays(arrays | how)


@pytest.mark.parametrize("name", ["weights", "share", "sureness", "whole"])
def test_half_a_pool_is_refused(stack, name):
    arrays = plain_stack(stack).to_arrays()
    with pytest.raises(KeyError, match=name):
        PlainStack.from_arrays({key: value for key, value in arrays.items() if key != name})


def test_numbers_too_large_to_calculate_with_give_no_number_and_no_warning(stack):
    X = new_rows()[:3].copy()
    X[1, COLUMNS.index("mfcc8_mean")] = 1e160
    found = plain_stack(stack).predict_proba(X)  # warnings are errors here
    assert np.isfinite(found).all(axis=1).tolist() == [True, False, True]


def test_small_tables_are_copied_as_well():
    table = feature_table(8)
    stack = GenreStack(columns=COLUMNS, budget=TINY).fit(table.X, table.labels.astype(str))
    found = plain_stack(stack).predict_proba(table.X)
    np.testing.assert_allclose(found, stack.predict_proba(table.X), rtol=0, atol=1e-6)
