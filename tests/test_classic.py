"""Textbook learners against scikit-learn's own pipelines, and what they may see."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from genre_audio.errors import ParameterError, TableError
from genre_audio.evaluation import ClassicProcedure, evaluate_procedures, procedure_of, run_study
from genre_audio.evaluation import study_protocol as protocol_of
from genre_audio.learning import BALANCES, CLASSIC_LEARNERS, ClassicLearner
from genre_audio.learning.balancing import class_weights
from genre_audio.learning.classic import known_learner
from genre_audio.tables import Dataset


def rows_of(counts=(30, 12), *, seed=0, columns=4, apart=1.5):
    y = np.repeat([f"genre {k}" for k in range(len(counts))], counts)
    X = np.random.default_rng(seed).normal(size=(len(y), columns))
    X += apart * np.repeat(np.arange(len(counts)), counts)[:, None]
    return X, y


def dataset_of_rows(X, y, *, groups=None):
    names = np.array([f"take{k:03d}" for k in range(len(y))])
    columns = tuple(f"x{k}" for k in range(X.shape[1]))
    if groups is None:
        return Dataset(X, y, names, names, columns)
    return Dataset(X, y, groups, names, columns, grouping="artist")


@pytest.mark.parametrize("components", [None, 2, 0.8])
@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("logistic_regression", LogisticRegression()),
        ("decision_tree", DecisionTreeClassifier(random_state=3)),
    ],
)
def test_the_plain_ones_are_scikit_learns(name, plain, components):
    X, y = rows_of((40, 20, 20), apart=0.7)
    steps = [StandardScaler(), *([] if components is None else [PCA(components)]), plain]
    expected = make_pipeline(*steps).fit(X[::2], y[::2])
    ours = ClassicLearner(name, components=components, seed=3).fit(X[::2], y[::2])
    # The same steps; solvers that start from equal numbers differ by rounding.
    np.testing.assert_allclose(
        ours.predict_proba(X[1::2]), expected.predict_proba(X[1::2]), atol=1e-6
    )
    assert ours.classes_.tolist() == expected.classes_.tolist()


@pytest.mark.parametrize("balance", BALANCES)
@pytest.mark.parametrize("learner", CLASSIC_LEARNERS)
def test_every_learner_runs_with_every_balancing(learner, balance):
    X, y = rows_of((45, 20, 20), apart=4.0)
    X[3, 1] = np.nan
    found = ClassicLearner(learner, balance=balance, components=3).fit(X, y)
    said = found.predict_proba(X)
    assert said.shape == (85, 3)
    np.testing.assert_allclose(said.sum(axis=1), 1.0, rtol=1e-9)
    assert (found.predict(X) == y).mean() > 0.85
    # Learners and balancing draw by themselves: each is repeated once, not each pair.
    if learner == "decision_tree" or balance == "smote":
        np.testing.assert_array_equal(clone(found).fit(X, y).predict_proba(X), said)


def test_missing_values_become_the_medians_of_the_training_rows():
    X, y = rows_of()
    holes = X.copy()
    holes[::5, 2] = np.nan
    filled = np.where(np.isnan(holes), np.nanmedian(holes, axis=0), holes)
    with_holes = ClassicLearner("logistic_regression").fit(holes, y)
    whole = ClassicLearner("logistic_regression").fit(filled, y)
    np.testing.assert_allclose(
        with_holes.predict_proba(holes), whole.predict_proba(filled), rtol=1e-9
    )


def test_a_column_without_any_value_says_nothing():
    X, y = rows_of()
    empty = np.column_stack([X, np.full(len(X), np.nan)])
    found = ClassicLearner("logistic_regression").fit(empty, y)
    expected = ClassicLearner("logistic_regression").fit(X, y)
    np.testing.assert_allclose(found.predict_proba(empty), expected.predict_proba(X), atol=1e-6)


def test_class_weights_of_the_stack_weigh_what_it_says():
    X, y = rows_of((30, 10))
    plain, weighted = (
        ClassicLearner("stack", balance=balance).fit(X, y).predict_proba(X)
        for balance in ("none", "class_weight")
    )
    expected = plain * class_weights(np.repeat([0, 1], [30, 10]))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(weighted, expected, rtol=1e-9)


def test_the_stack_is_the_weighted_mean_of_what_its_members_say():
    X, y = rows_of((20, 20), apart=0.5)
    found = ClassicLearner("stack").fit(X, y)
    members = np.stack([member.predict_proba(X) for member in found.members_])
    logs = np.log(0.999 * members + 0.0005)
    product = np.exp(np.tensordot(np.array([2.0, 3.0, 1.0, 1.0]) / 7.0, logs, 1))
    # Boosted trees speak in single precision.
    np.testing.assert_allclose(
        found.predict_proba(X), product / product.sum(axis=1, keepdims=True), rtol=1e-5
    )


@pytest.mark.parametrize(
    ("components", "message"),
    [
        (5, "5 principal components were asked for, but the table has 4 columns to make them of"),
        (0, "0 principal components cannot be kept; give a number from 1, a share"),
        (1.5, r"1\.5 principal components cannot be kept"),
        (True, "True principal components cannot be kept"),
        (-0.5, r"-0\.5 principal components cannot be kept"),
    ],
)
def test_components_that_cannot_be_kept_are_refused(components, message):
    X, y = rows_of()
    with pytest.raises(ParameterError, match=message):
        ClassicLearner(components=components).fit(X, y)
    with pytest.raises(ParameterError, match=message):
        run_study(dataset_of_rows(X, y), components=components)


def test_more_components_than_rows_are_refused():
    X, y = rows_of((3, 3), columns=9)
    with pytest.raises(ParameterError, match=r"7 .* but a part to learn from has 6 rows"):
        ClassicLearner(components=7).fit(X, y)
    with pytest.raises(ParameterError, match=r"4 .* but a part to learn from has 3 rows"):
        ClassicLearner("svm", components=4).fit(X, y)


def test_what_nothing_can_be_learned_from_is_refused():
    X, y = rows_of()
    with pytest.raises(TableError, match="all rows are of one class, 'genre 0'"):
        ClassicLearner().fit(X[:5], y[:5])
    X[4, 1] = np.inf
    with pytest.raises(TableError, match="row 4 has an infinite value in column 1"):
        ClassicLearner().fit(X, y)
    with pytest.raises(TableError, match="no column differs among 42 rows to learn from"):
        ClassicLearner().fit(np.where(np.isinf(X), np.nan, 3.0), y)
    X[4, 1] = 0.0
    with pytest.raises(ParameterError, match=r"'qda' needs two rows .* one of 'genre 1'"):
        ClassicLearner("qda").fit(X[:31], y[:31])
    with pytest.raises(ParameterError, match="unknown learner 'perceptron'; choose from decision"):
        known_learner("perceptron")
    for wrong in ({"learner": "perceptron"}, {"learner": "svm", "balance": "adasyn"}):
        with pytest.raises(ParameterError, match="unknown"):
            ClassicProcedure(**wrong)


@pytest.mark.parametrize("learner", CLASSIC_LEARNERS)
def test_tables_of_very_few_rows_are_learned(learner):
    X, y = rows_of((3, 2), apart=5.0)
    said = ClassicLearner(learner, balance="smote").fit(X, y).predict_proba(X)
    assert np.isfinite(said).all()


def test_everything_that_learns_sees_training_rows_only(monkeypatch):
    """Spies on all that is fitted: medians, scales, ranks, components, draws, the learner."""
    X, y = rows_of((40, 20), columns=3)
    X[:, 0] = np.arange(60) + 1000.0  # tells which row it is
    seen = {}

    def spy(owner, method):
        true = getattr(owner, method)

        def spied(self, X, *rest, **how):
            seen.setdefault(owner.__name__, []).append(np.array(X, dtype=float))
            return true(self, X, *rest, **how)

        monkeypatch.setattr(owner, method, spied)

    from imblearn.over_sampling import SMOTE
    from sklearn.impute import SimpleImputer
    from sklearn.svm import SVC

    from genre_audio.learning import NormalScores

    for owner in (SimpleImputer, StandardScaler, NormalScores, PCA, SVC):
        spy(owner, "fit")
    spy(PCA, "fit_transform")  # what a pipeline calls
    spy(SimpleImputer, "fit_transform")
    spy(SMOTE, "fit_resample")
    data = dataset_of_rows(X, y)
    protocol = protocol_of(data, n_splits=3, seed=1)
    train, _ = protocol.folds[0]
    ClassicLearner("stack", components=2, balance="smote").fit(X[train], y[train])
    assert set(seen) == {"SimpleImputer", "StandardScaler", "NormalScores", "PCA", "SMOTE", "SVC"}
    for rows in seen["SimpleImputer"]:  # before anything is moved
        assert set(rows[:, 0]) <= set(X[train, 0])
    for name in ("StandardScaler", "NormalScores", "PCA", "SMOTE"):
        assert max(len(rows) for rows in seen[name]) == len(train)
    # The machine alone is given more: what SMOTE made up of these.
    counts = np.unique(y[train], return_counts=True)[1]
    assert max(len(rows) for rows in seen["SVC"]) == 2 * counts.max()


def test_held_out_rows_change_nothing_that_was_learned():
    X, y = rows_of((40, 20))
    data = dataset_of_rows(X, y)
    protocol = protocol_of(data, n_splits=3, seed=1)
    train, test = protocol.folds[0]
    wild = X.copy()
    wild[test] = 1e6
    for learner in ("stack", "decision_tree"):
        one, other = (
            ClassicLearner(learner, components=0.9, balance="smote").fit(rows[train], y[train])
            for rows in (X, wild)
        )
        np.testing.assert_array_equal(one.predict_proba(X[test]), other.predict_proba(X[test]))


def test_oversampling_before_folding_would_leak_and_is_not_done():
    """Labels by chance: copies on both sides would be recognised, rows by themselves not."""
    rng = np.random.default_rng(5)
    X, y = rng.normal(size=(300, 4)), np.repeat(["rare", "usual"], [60, 240])
    study = run_study(
        dataset_of_rows(X, y), learners=["decision_tree"], balances=["oversample"], seed=0
    )
    # Chance is .5, with a standard deviation of .035; copies known by heart would give .9.
    assert study.evaluation("decision_tree", balance="oversample").balanced_accuracy < 0.62


def test_procedures_of_both_sorts_are_evaluated_side_by_side():
    X, y = rows_of((20, 20), apart=5.0)
    data = dataset_of_rows(X, y)
    ours = ClassicProcedure("decision_tree", balance="undersample", components=2, seed=1)
    theirs = procedure_of("qda", budget="none", level_invariant=False)
    evaluations, [comparison] = evaluate_procedures(
        [ours, theirs], data, protocols=[protocol_of(data, n_splits=4)]
    )
    assert [each.learner for each in evaluations] == ["decision_tree, undersample", "qda"]
    assert comparison.best.accuracy == 1.0
