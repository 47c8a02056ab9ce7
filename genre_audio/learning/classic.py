"""Textbook pipelines: standardise, reduce, balance, learn."""

from __future__ import annotations

from typing import Final

__all__ = ["CLASSIC_LEARNERS"]

CLASSIC_LEARNERS: Final = (
    "decision_tree",
    "logistic_regression",
    "qda",
    "knn",
    "random_forest",
    "xgboost",
    "svm",
    "stack",
)
"""Names of the textbook learners; `stack` is several of them together."""
