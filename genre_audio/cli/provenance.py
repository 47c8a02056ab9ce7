"""What a page must say of where its figures come from, to be made again."""

from __future__ import annotations

import datetime
import platform
import shlex
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genre_audio.evaluation import Procedure
    from genre_audio.tables import Dataset, FeatureTable, MetricTable

__all__ = ["provenance"]


def provenance(
    table: FeatureTable | MetricTable,
    *,
    dataset: Dataset,
    procedures: list[Procedure],
    seed: int,
) -> dict[str, Any]:
    """Return command, date, table, procedures and versions.

    Parameters
    ----------
    table : FeatureTable or MetricTable
        What was read.
    dataset : Dataset
        What was taken of it.
    procedures : list of Procedure
        What was evaluated.
    seed : int
        Seed of the folds.
    """
    from genre_audio.training.skops_model import model_versions

    return {
        "Command": shlex.join(["genre-audio", *sys.argv[1:]]),
        "Made": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "Table": _table(table) | {"labelled rows": len(dataset)},
        "Folds": {"grouped by": dataset.grouping, "seed": seed},
        "Learners": [
            f"{each.name}: budget {each.budget}, seed {each.seed}, level "
            + ("taken out" if each.level_invariant else "kept")
            for each in procedures
        ],
        "Versions": model_versions() | {"Python": platform.python_version()},
    }


def _table(table: FeatureTable | MetricTable) -> dict[str, str]:
    from genre_audio.tables import FeatureTable

    said = {"file": table.path.name if table.path else "in memory", "digest": table.digest}
    if table.schema is not None:
        said["schema"] = str(table.schema)
    if isinstance(table, FeatureTable):
        return said | {"segments": table.segmentation.words}
    if table.metrics_path is not None:
        said["metrics"] = table.metrics_path.name
    return said | {"label": str(table.label), "features": ", ".join(table.features)}
