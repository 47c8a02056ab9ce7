"""What may be tuned in each learner, and how far.

Spaces are narrow and lean towards strong regularisation: what is tuned on few hundred
recordings by known artists overfits those artists. Only values may enter here.
"""

from __future__ import annotations

from typing import Any, Final

import scipy.stats

__all__ = ["SPACES"]

SPACES: Final[dict[str, dict[str, Any]]] = {
    "logistic_regression": {
        "estimator__C": scipy.stats.loguniform(10.0, 150.0),
        "estimator__gamma": scipy.stats.loguniform(0.01, 0.04),
        "metric__transformer_weights": [{"discriminants": weight} for weight in (0.25, 0.5, 1.0)],
        "metric__whiten__shrinkage": [0.3, 0.5, 0.7],
    },
    "qda": {
        "estimator__shrinkage": scipy.stats.uniform(0.25, 0.45),
        "whiten__shrinkage": [0.05, 0.1, 0.2],
    },
    "knn": {
        "estimator__n_neighbors": [8, 12, 18],
        "metric__transformer_weights": [{"discriminants": weight} for weight in (1.0, 2.0)],
        "metric__whiten__shrinkage": [0.1, 0.2, 0.4],
    },
    "random_forest": {
        "estimator__max_features": ["sqrt", 0.2, 0.3],
        "estimator__min_samples_leaf": [1, 2, 3],
        "widen__discriminants__shrinkage": [0.05, 0.1, 0.2],
    },
    "xgboost": {
        "estimator__n_estimators": [200, 400],
        "estimator__max_depth": [2, 3],
        "estimator__learning_rate": scipy.stats.loguniform(0.05, 0.15),
        "estimator__subsample": scipy.stats.uniform(0.5, 0.3),
        "estimator__colsample_bytree": scipy.stats.uniform(0.2, 0.3),
        "estimator__reg_lambda": scipy.stats.loguniform(2.0, 20.0),
        "widen__discriminants__shrinkage": [0.05, 0.1, 0.2],
    },
    "decision_tree": {
        "estimator__max_leaf_nodes": [15, 30, 60],
        "estimator__min_samples_leaf": [4, 8, 16],
        "widen__discriminants__shrinkage": [0.05, 0.1, 0.2],
    },
    "support_vectors": {
        "estimator__C": scipy.stats.loguniform(2.0, 15.0),
        "estimator__gamma": scipy.stats.loguniform(0.01, 0.03),
        "metric__transformer_weights": [{"discriminants": weight} for weight in (0.25, 0.5, 1.0)],
        "metric__whiten__shrinkage": [0.5, 0.65, 0.8],
    },
}
"""By learner: lists and SciPy distributions, by names of parameters of its pipeline."""
