"""The types that a stack stored with skops may be made of, beyond those it trusts itself.

Bundles of format 1 are stored so. skops rebuilds a model from a description and
constructs no type that is not allowed. This list is the allowance, and each entry was
looked at: its constructor and its state setter must run no code that the file brings
along. Only names may enter here, never a switch that trusts everything.
"""

from __future__ import annotations

from typing import Final

__all__ = ["TRUSTED_TYPES"]

TRUSTED_TYPES: Final = (
    # This package's own: attributes are set, nothing is run.
    "genre_audio.learning.boosting.BetweenValues",
    "genre_audio.learning.budget.Budget",
    "genre_audio.learning.conformal.ConformalSets",
    "genre_audio.learning.kernel_logistic.KernelLogisticRegression",
    "genre_audio.learning.limits.Limits",
    "genre_audio.learning.mixture.MixturePool",
    "genre_audio.learning.neighbours.CappedNeighbors",
    "genre_audio.learning.pool.LogPool",
    "genre_audio.learning.stack.GenreStack",
    "genre_audio.learning.transforms.NormalScores",
    "genre_audio.learning.transforms.RowTransform",
    "genre_audio.learning.whitening.WithinClassWhitening",
    # How nearest neighbours measure: chosen by name, holds numbers.
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    # The index of nearest neighbours: arrays of numbers.
    "sklearn.neighbors._kd_tree.KDTree",
    # The nodes of a tree: arrays, whose layout scikit-learn checks when they are set.
    "sklearn.tree._tree.Tree",
    # Boosted trees: bytes that XGBoost's own loader parses.
    "xgboost.core.Booster",
    # The classifier around them in older models: attributes are set.
    "xgboost.sklearn.XGBClassifier",
)
"""Names of types, as `skops.io.loads` wants them in ``trusted``, sorted."""
