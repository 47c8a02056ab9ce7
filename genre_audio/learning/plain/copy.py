"""Taking a fitted stack apart: what each estimator learned, as plain arrays.

Only what the learners of this package are made of is known here; anything else is refused
rather than guessed. That the copy answers like the original is not taken on trust: a
bundle's probe holds the original's answers, and the copy is asked them on loading.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.plain.stack import Chain, PlainStack, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["plain_chain", "plain_stack"]

_Arrays = dict[str, Any]


def plain_stack(stack: Any) -> PlainStack:  # noqa: ANN401 - importing GenreStack costs seconds
    """Copy a fitted `GenreStack` into plain arrays; a plain one is returned as it is.

    Parameters
    ----------
    stack : GenreStack or PlainStack
        Fitted.

    Returns
    -------
    PlainStack
        Its probabilities are equal to the stack's within 1e-6: XGBoost's are of single
        precision.

    Raises
    ------
    TypeError
        If it holds an estimator that no learner of this package is made of.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning import Budget, GenreStack
    >>> from genre_audio.learning.plain.copy import plain_stack
    >>> X = np.random.default_rng(0).normal(size=(40, 3)) + 4.0 * (np.arange(40) > 19)[:, None]
    >>> stack = GenreStack(learners=["qda"], budget=Budget("none")).fit(X, np.arange(40) > 19)
    >>> np.allclose(plain_stack(stack).predict_proba(X), stack.predict_proba(X), atol=1e-6)
    True
    """
    if isinstance(stack, PlainStack):
        return stack
    pool = stack.pool_
    # Stacks of the first format multiply: their pool has weights only.
    sureness = getattr(pool, "sureness_", None)
    return PlainStack(
        classes_=stack.classes_,
        learners={name: plain_chain(learner) for name, learner in stack.learners_.items()},
        weights=pool.weights_,
        share=float(pool.share),
        sureness=sureness,
        whole=1.0 if sureness is None else float(pool.whole_),
    )


def plain_chain(pipeline: Any) -> Chain:  # noqa: ANN401 - as above
    """Copy a fitted pipeline of this package into a plain chain; one is returned as it is.

    Raises
    ------
    TypeError
        As `plain_stack`.

    Examples
    --------
    See `plain_stack`.
    """
    if isinstance(pipeline, Chain):
        return pipeline
    return Chain(tuple(_step(estimator) for _, estimator in pipeline.steps))


def _step(estimator: Any) -> Step:  # noqa: ANN401
    name = type(estimator).__name__
    if name not in _COPIES:
        raise TypeError(f"{name} belongs to no learner of this package")
    kind, copy = _COPIES[name]
    if name == "FeatureUnion" and "whiten" in dict(estimator.transformer_list):
        kind = "metric"
    # Models of the first format know one kernel, and do not name it.
    if name == "KernelLogisticRegression" and getattr(estimator, "kernel", "") == "cauchy":
        kind = "cauchy_logistic"
    values = {key: np.asarray(value) for key, value in copy(estimator).items()}
    return Step(kind, values)


def _form(estimator: Any) -> _Arrays:  # noqa: ANN401
    return {
        "columns": np.array(estimator.columns_, dtype=np.str_),
        "kept": estimator.kept_,
        "level_invariant": estimator.level_invariant,
        "offsets": estimator.offsets,
        "floor": float(estimator.floor),
    }


def _whiten(estimator: Any) -> _Arrays:  # noqa: ANN401
    return {"mean": estimator.mean_, "rotation": estimator.rotation_}


def _union(estimator: Any) -> _Arrays:  # noqa: ANN401
    parts = dict(estimator.transformer_list)
    found = parts["discriminants"]
    weights = dict(estimator.transformer_weights or {})
    weight = weights.pop("discriminants", 1.0)
    if weights or found.solver != "eigen":  # the others move the rows first
        raise TypeError("discriminants of this package are found by 'eigen' and alone have weights")
    directions = weight * found.scalings_[:, : found._max_components]
    return {"directions": directions} | (_whiten(parts["whiten"]) if "whiten" in parts else {})


def _kernel(estimator: Any) -> _Arrays:  # noqa: ANN401
    return {
        "landmarks": estimator.landmarks_,
        "weights": estimator.weights_,
        "offsets": estimator.offsets_,
        "gamma": float(estimator.gamma),
    }


def _neighbours(estimator: Any) -> _Arrays:  # noqa: ANN401
    if estimator.weights != "distance" or estimator.effective_metric_ != "euclidean":
        raise TypeError("neighbours of this package vote by Euclidean distance")
    return {
        "rows": estimator._fit_X,
        "codes": estimator._y.astype(np.int64),
        "n_neighbours": estimator.n_neighbors,
        "n_classes": len(estimator.classes_),
    }


def _forest(estimator: Any) -> _Arrays:  # noqa: ANN401
    return _averaged([member.tree_ for member in estimator.estimators_])


def _averaged(trees: list[Any]) -> _Arrays:
    return _joined(
        [
            # The largest number of single precision that is not above the threshold.
            (t.children_left, t.children_right, t.feature, _at_most(t.threshold), t.value[:, 0])
            for t in trees
        ]
    )


def _at_most(threshold: NDArray[np.float64]) -> NDArray[np.float32]:
    rounded = threshold.astype(np.float32)
    below = np.nextafter(rounded, np.float32(-np.inf))
    return np.where(rounded.astype(np.float64) > threshold, below, rounded)


def _boosted(estimator: Any) -> _Arrays:  # noqa: ANN401
    learner = json.loads(estimator.get_booster().save_raw("json"))["learner"]
    model = learner["gradient_booster"]["model"]
    base = np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=np.float64)
    binary = learner["objective"]["name"] == "binary:logistic"
    base = np.log(base / (1.0 - base)) if binary else base
    trees = model["trees"]
    turns = np.arange(len(trees)) % len(base.ravel())
    if not np.array_equal(model["tree_info"], turns):
        raise TypeError("boosted trees of this package take turns, one for each class")
    parts = []
    for tree in trees:
        conditions = np.array(tree["split_conditions"], dtype=np.float32)
        below = np.nextafter(conditions, np.float32(-np.inf))  # "below" as "at most"
        left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
        parts.append((left, right, np.array(tree["split_indices"]), below, conditions))
    return {"base": base.ravel().astype(np.float32)} | _joined(parts)


def _joined(trees: list[tuple[Any, ...]]) -> _Arrays:
    """Put the nodes of trees one after another, children side by side behind parents."""
    roots: list[int] = []
    left: list[int] = []
    features: list[int] = []
    thresholds: list[float] = []
    leaves: list[int] = []
    values: list[Any] = []
    for lefts, rights, feature, threshold, said in trees:
        roots.append(len(left))
        order = [0]
        for node in order:  # grows while it is gone through
            if lefts[node] < 0:
                left.append(len(left))
                features.append(0)
                thresholds.append(np.inf)
                leaves.append(len(values))
                values.append(said[node])
                continue
            if len(order) >= len(lefts):
                raise TypeError("these are no trees: they lead in circles")
            left.append(roots[-1] + len(order))
            order += [lefts[node], rights[node]]
            features.append(feature[node])
            thresholds.append(threshold[node])
            leaves.append(0)
    return {
        "roots": np.array(roots),
        "left": np.array(left),
        "feature": np.array(features, dtype=np.int64),
        "threshold": np.array(thresholds, dtype=np.float32),
        "leaf": np.array(leaves),
        "values": np.array(values),
    }


_COPIES: Final[dict[str, tuple[str, Callable[[Any], _Arrays]]]] = {
    "RowTransform": ("form", _form),
    "StandardScaler": ("scale", lambda e: {"mean": e.mean_, "scale": e.scale_}),
    "WithinClassWhitening": ("whiten", _whiten),
    "NormalScores": (
        "scores",
        lambda e: {"quantiles": e.scores_.quantiles_, "references": e.scores_.references_},
    ),
    "FeatureUnion": ("widen", _union),
    "KernelLogisticRegression": ("kernel_logistic", _kernel),
    "SupportVectors": ("kernel_logistic", _kernel),
    "QuadraticDiscriminantAnalysis": (
        "ellipsoids",
        lambda e: {
            "means": e.means_,
            "rotations": np.stack(e.rotations_),
            "scalings": np.stack(e.scalings_),
            "priors": e.priors_,
        },
    ),
    "CappedNeighbors": ("neighbours", _neighbours),
    "RandomForestClassifier": ("forest", _forest),
    "DecisionTreeClassifier": ("forest", lambda e: _averaged([e.tree_])),
    "BetweenValues": ("boosted", _boosted),
    # In bundles of format 1.
    "XGBClassifier": ("boosted", _boosted),
}
"""By the name of an estimator's type: the kind of its step, and what it learned."""
