"""What stands at the end of a textbook pipeline, with hand-set parameters.

The decision tree and logistic regression are scikit-learn's as they come, as textbooks
and the studies of such tables have them. The others are set by hand; `classic` says how.
Every estimator is seeded and runs on one thread. Nothing may enter here that sees rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sklearn.discriminant_analysis import QuadraticDiscriminantAnalysis
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from genre_audio.learning.neighbours import CappedNeighbors

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ESTIMATORS"]


def _xgboost(seed: int) -> Any:  # noqa: ANN401 - XGBoost says nothing of its types
    from xgboost import XGBClassifier

    return XGBClassifier(
        n_estimators=400,
        max_depth=5,
        learning_rate=0.03,
        subsample=0.7,
        colsample_bytree=0.5,
        min_child_weight=5,
        tree_method="hist",
        n_jobs=1,
        random_state=seed,
    )


ESTIMATORS: Final[dict[str, Callable[[int], Any]]] = {
    "decision_tree": lambda seed: DecisionTreeClassifier(random_state=seed),
    # More steps than the default 100 change nothing where those are enough.
    "logistic_regression": lambda _: LogisticRegression(max_iter=5000),
    # The default solver fails where a class has no more rows than columns.
    "qda": lambda _: QuadraticDiscriminantAnalysis(solver="eigen", shrinkage=0.1, tol=1e-12),
    "knn": lambda _: CappedNeighbors(n_neighbors=20, weights="distance", n_jobs=1),
    "random_forest": lambda seed: RandomForestClassifier(
        300, min_samples_leaf=2, n_jobs=1, random_state=seed
    ),
    "xgboost": _xgboost,
    "svm": lambda _: SVC(C=3.0, gamma="scale"),
}
"""By the learner's name, what makes it from a seed."""
