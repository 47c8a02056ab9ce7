"""What a bundle says of itself, put together when it is made."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.learning.budget import budget_of
from genre_audio.learning.conformal import COVERAGE
from genre_audio.learning.neighbourhood import UNLIKE_PERCENTILE
from genre_audio.training.bundle import BundleInfo
from genre_audio.training.skops_model import model_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.evaluation import Evaluation
    from genre_audio.learning import GenreStack
    from genre_audio.tables import Dataset, FeatureTable

__all__ = ["bundle_info"]


def bundle_info(
    stack: GenreStack,
    table: FeatureTable,
    dataset: Dataset,
    *,
    name: str,
    scores: Sequence[Evaluation],
    task: str = "genre",
    source: str | None = None,
) -> BundleInfo:
    """Describe a model that was just fitted.

    Parameters
    ----------
    stack : GenreStack
        Fitted on the data set.
    table, dataset, name, scores, task, source
        As in `genre_audio.training.train`.

    Returns
    -------
    BundleInfo

    Examples
    --------
    See `genre_audio.training.train`, which keeps it in the bundle.
    """
    schema, segmentation = table.schema, table.segmentation
    return BundleInfo(
        name=name,
        task=task,
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        schema={"name": schema.name, "version": schema.version, "digest": schema.digest},
        segmentation={"seconds": segmentation.seconds, "digest": segmentation.digest}
        | ({} if segmentation.hop is None else {"hop": segmentation.hop}),
        labels=[str(label) for label in stack.classes_],
        training=_training_facts(table, dataset) | ({"source": source} if source else {}),
        learning={
            "learners": list(stack.best_params_),
            "budget": budget_of(stack.budget).name,
            "seed": stack.seed,
            "level_invariant": stack.level_invariant_,
            "parameters": {key: _plain(value) for key, value in stack.best_params_.items()},
        }
        | _sampled(stack, rows=len(dataset)),
        scores=[evaluation.as_dict() for evaluation in scores],
        thresholds={"unlike_percentile": UNLIKE_PERCENTILE},
        versions=model_versions(),
        conformal=_conformal_facts(stack, dataset, scores=scores),
    )


def _sampled(stack: GenreStack, *, rows: int) -> dict[str, Any]:
    """Say how many rows each learner took, where one could not hold all."""
    limits = budget_of(stack.budget).limits
    took = {name: limits.taken(name, rows=rows) for name in stack.best_params_}
    if rows <= min(*took.values(), limits.tuning, limits.pool, limits.likeness):
        return {}
    return {"rows": took, "likeness_rows": min(rows, limits.likeness)}


def _conformal_facts(
    stack: GenreStack, dataset: Dataset, *, scores: Sequence[Evaluation]
) -> dict[str, Any]:
    """Say how the sets were learned, and what they held of what the model had not seen."""
    measured = [evaluation for evaluation in scores if evaluation.sets is not None]
    first = measured[0] if measured else None
    return {
        "coverage": COVERAGE,
        "grouping": dataset.grouping,
        "groups": stack.n_groups_,
        "protocol": first.protocol if first else None,
        "measured_coverage": first.coverage if first else None,
        "mean_set_size": first.mean_set_size if first else None,
    }


def _training_facts(table: FeatureTable, dataset: Dataset) -> dict[str, Any]:
    from genre_audio.tables.splits import exact_duplicates

    labels, counts = np.unique(dataset.y, return_counts=True)
    return {
        "table": table.path.name if table.path else "in memory",
        "digest": table.digest,
        "rows": len(dataset),
        "recordings": len(np.unique(dataset.names)),
        "rows_per_label": dict(zip(labels.tolist(), counts.tolist(), strict=True)),
        "grouping": dataset.grouping,
        "groups": len(np.unique(dataset.groups)),
        "exact_duplicates": len(exact_duplicates(dataset.X)),
        "unlabelled_rows": dataset.unlabelled,
    }


def _plain(parameters: dict[str, Any]) -> dict[str, Any]:
    """Return parameters as JSON can say them: numpy's numbers become Python's."""
    return {
        key: value.item() if isinstance(value, np.generic) else value
        for key, value in parameters.items()
    }
