"""The learners of the stack, each a whole pipeline with its own search space.

Five kinds of mistake are worth more than five good learners: smooth surfaces, ellipsoids,
neighbours, averaged trees and boosted trees. Each has the form of the columns that suits
it. Trees cut one column at a time, and genres differ along slanted directions: trees are
given Fisher's discriminants beside the columns, and neighbours are looked for where
distance means difference in genre rather than in brightness or tempo. That is worth two
to seven points of accuracy to each of them on artists that were not heard before.

Every estimator is seeded and runs on one thread: parallel work belongs to the caller.
The hand-set defaults are good by themselves; `spaces` says what may be tuned. Nothing may
enter here that sees rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from genre_audio.errors import ParameterError
from genre_audio.learning.boosting import BetweenValues
from genre_audio.learning.kernel_logistic import KernelLogisticRegression
from genre_audio.learning.neighbours import CappedNeighbors
from genre_audio.learning.spaces import SPACES
from genre_audio.learning.support_vectors import SupportVectors
from genre_audio.learning.transforms import NormalScores, RowTransform
from genre_audio.learning.whitening import WithinClassWhitening

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ALL_LEARNERS", "EXTRA_LEARNERS", "LEARNERS", "make_learner", "search_space"]


def _discriminants(shrinkage: float) -> LinearDiscriminantAnalysis:
    # The default solver knows no shrinkage, without which few rows give noisy directions.
    return LinearDiscriminantAnalysis(solver="eigen", shrinkage=shrinkage)


def _with_discriminants() -> FeatureUnion:
    return FeatureUnion([("columns", "passthrough"), ("discriminants", _discriminants(0.1))])


def _metric(*, shrinkage: float, discriminants: float, weight: float) -> FeatureUnion:
    # Discriminants beside the whitened columns count differences in genre more than once.
    return FeatureUnion(
        [
            ("whiten", WithinClassWhitening(shrinkage=shrinkage)),
            ("discriminants", _discriminants(discriminants)),
        ],
        transformer_weights={"discriminants": weight},
    )


def _logistic_regression(seed: int, _trees: int) -> list[tuple[str, Any]]:
    # Of columns as wide as genres are: worth three to five points over lines in the columns.
    return [
        ("scale", StandardScaler()),
        ("metric", _metric(shrinkage=0.5, discriminants=0.2, weight=0.5)),
        ("estimator", KernelLogisticRegression(C=40.0, gamma=0.02, seed=seed)),
    ]


def _qda(_seed: int, _trees: int) -> list[tuple[str, Any]]:
    # The default solver fails where a class has no more rows than columns, and the default
    # tolerance where one hardly varies beside the others, as a class of noise does.
    estimator = QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.5, tol=1e-12)
    return [
        ("scale", StandardScaler()),
        ("whiten", WithinClassWhitening()),
        ("estimator", estimator),
    ]


def _knn(_seed: int, _trees: int) -> list[tuple[str, Any]]:
    estimator = CappedNeighbors(n_neighbors=12, weights="distance", n_jobs=1)
    metric = _metric(shrinkage=0.2, discriminants=0.05, weight=1.0)
    return [("scale", NormalScores()), ("metric", metric), ("estimator", estimator)]


def _random_forest(seed: int, trees: int) -> list[tuple[str, Any]]:
    # Bounded leaves keep a stored forest small, and cost no accuracy.
    estimator = RandomForestClassifier(
        trees, max_features="sqrt", max_leaf_nodes=100, n_jobs=1, random_state=seed
    )
    return [
        ("scale", StandardScaler()),
        ("widen", _with_discriminants()),
        ("estimator", estimator),
    ]


def _xgboost(seed: int, _trees: int) -> list[tuple[str, Any]]:
    estimator = BetweenValues(
        n_estimators=200,
        max_depth=2,
        learning_rate=0.1,
        subsample=0.6,
        colsample_bytree=0.3,
        reg_lambda=5.0,
        tree_method="hist",
        n_jobs=1,
        random_state=seed,
    )
    return [
        ("scale", StandardScaler()),
        ("widen", _with_discriminants()),
        ("estimator", estimator),
    ]


def _decision_tree(seed: int, _trees: int) -> list[tuple[str, Any]]:
    # One tree is for comparison: as few leaves as a person could still read.
    estimator = DecisionTreeClassifier(max_leaf_nodes=30, min_samples_leaf=8, random_state=seed)
    return [
        ("scale", StandardScaler()),
        ("widen", _with_discriminants()),
        ("estimator", estimator),
    ]


def _support_vectors(_seed: int, _trees: int) -> list[tuple[str, Any]]:
    # Nearly round already: few seconds of a tape say less about how columns go together.
    return [
        ("scale", StandardScaler()),
        ("metric", _metric(shrinkage=0.65, discriminants=0.2, weight=0.5)),
        ("estimator", SupportVectors(C=5.0, gamma=0.02)),
    ]


_STEPS: Final[dict[str, Callable[[int, int], list[tuple[str, Any]]]]] = {
    "logistic_regression": _logistic_regression,
    "qda": _qda,
    "knn": _knn,
    "random_forest": _random_forest,
    "xgboost": _xgboost,
    "decision_tree": _decision_tree,
    "support_vectors": _support_vectors,
}

EXTRA_LEARNERS: Final = ("decision_tree", "support_vectors")
"""Learners that are not part of the stack for genres: a tree to be compared with, and
support vectors, which tell content apart."""

LEARNERS: Final = tuple(name for name in _STEPS if name not in EXTRA_LEARNERS)
"""Names of the learners, in the order in which the stack holds them."""

ALL_LEARNERS: Final = (*LEARNERS, *EXTRA_LEARNERS)
"""Names of all learners."""


def _known(name: str) -> str:
    if name not in _STEPS:
        raise ParameterError(f"unknown learner {name!r}; choose from {', '.join(ALL_LEARNERS)}")
    return name


def make_learner(
    name: str,
    *,
    columns: Sequence[str] | None = None,
    level_invariant: bool = False,
    offsets: bool = False,
    seed: int = 0,
    trees: int = 300,
) -> Pipeline:
    """Build one learner with its hand-set defaults, not fitted.

    Parameters
    ----------
    name : str
        One of `ALL_LEARNERS`.
    columns, level_invariant, offsets
        The form of the columns: see `RowTransform`.
    seed : int
        Seed of everything random in it.
    trees : int
        Trees of a forest.

    Returns
    -------
    Pipeline
        From rows of features to probabilities. `xgboost` wants labels 0 to n - 1.

    Raises
    ------
    ParameterError
        If there is no learner of this name.

    Examples
    --------
    >>> from genre_audio.learning.learners import make_learner
    >>> [step for step, _ in make_learner("qda").steps]
    ['rows', 'scale', 'whiten', 'estimator']
    """
    rows = RowTransform(columns=columns, level_invariant=level_invariant, offsets=offsets)
    return Pipeline([("rows", rows), *_STEPS[_known(name)](seed, trees)])


def search_space(name: str) -> dict[str, Any]:
    """Return what may be tuned in a learner: lists and SciPy distributions by name.

    Parameters
    ----------
    name : str
        One of `ALL_LEARNERS`.

    Returns
    -------
    dict of str to object
        Names of parameters of `make_learner`'s pipeline, and their values.

    Raises
    ------
    ParameterError
        If there is no learner of this name.

    Examples
    --------
    >>> from genre_audio.learning.learners import search_space
    >>> sorted(search_space("qda"))
    ['estimator__shrinkage', 'whiten__shrinkage']
    """
    return dict(SPACES[_known(name)])
