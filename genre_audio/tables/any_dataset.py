"""From a table of any origin to what learns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from genre_audio.errors import ParameterError, TableError
from genre_audio.tables.dataset import Dataset, regrouped
from genre_audio.tables.loaded import listed
from genre_audio.tables.magnitude import refuse_too_large
from genre_audio.tables.weights import frame_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables.annotations import Annotations
    from genre_audio.tables.metric_table import MetricTable

__all__ = ["Missing", "dataset_of_any"]

Missing = Literal["refuse", "drop", "keep"]
"""What to do with rows that lack a feature."""


def dataset_of_any(
    table: MetricTable, *, groups: Annotations | None = None, missing: Missing = "refuse"
) -> Dataset:
    """Take the labelled rows of a table of any origin.

    Parameters
    ----------
    table : MetricTable
        With a label.
    groups : Annotations, optional
        As in `dataset_of`.
    missing : {"refuse", "drop", "keep"}
        What to do with labelled rows that lack a feature: refuse the table, leave them out
        and count them, or keep them with NaN.

    Returns
    -------
    Dataset

    Raises
    ------
    TableError
        If no row has a label, values are missing, no recording has a group, or a number is
        too large to calculate with.

    Examples
    --------
    >>> import pathlib
    >>> import pandas as pd
    >>> from genre_audio.tables import MetricTable, dataset_of_any
    >>> frame = pd.DataFrame({"energy": [0.5, None, 0.7], "genre": ["jazz", "jazz", None]})
    >>> table = MetricTable(frame, ("energy",), path=pathlib.Path("a.csv"), label="genre")
    >>> dataset = dataset_of_any(table, missing="drop")
    >>> dataset.X.tolist(), dataset.unlabelled, dataset.incomplete
    ([[0.5]], 1, 1)
    """
    if missing not in get_args(Missing):
        raise ParameterError(f"unknown way {missing!r} with missing values; refuse, drop or keep")
    if table.label is None:
        texts = [each.column for each in table.left_out]
        raise TableError(
            f"{table.path} has no column 'label'; say which column holds the genres, with --label "
            f"({listed(texts or table.features)})"
        )
    labels, X = table.labels, table.X
    labelled = np.array([isinstance(label, str) for label in labels], dtype=bool)
    if not labelled.any():
        raise TableError(f"{table.path}, column {table.label}: no row has a label")
    incomplete = labelled & np.isnan(X).any(axis=1)
    if incomplete.any() and missing == "refuse":
        raise TableError(_lacking(table, X=X, labelled=labelled, incomplete=incomplete))
    kept = labelled & ~incomplete if missing == "drop" else labelled
    if not kept.any():
        raise TableError(f"{table.path}: every labelled row lacks a feature; nothing is left")
    names = table.recordings[kept].astype(str)
    refuse_too_large(X[kept], names=names, columns=table.features)
    dataset = Dataset(
        X=X[kept],
        y=labels[kept].astype(str),
        groups=names,
        names=names,
        columns=table.features,
        unlabelled=int((~labelled).sum()),
        incomplete=int(incomplete.sum()) if missing == "drop" else 0,
        lengths=_lengths(table, kept),
    )
    return dataset if groups is None else regrouped(dataset, groups=groups)


def _lengths(table: MetricTable, kept: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Return how much segments count, where the table is one of features, and says so."""
    column = table.frame.get("length")
    if table.schema is None or column is None or column.dtype == object or (column <= 0).any():
        return None
    sr = table.schema.config.sr
    lengths = frame_weights(table.frame[kept], recordings=table.recordings[kept], sr=sr)
    return None if lengths is None or np.isnan(lengths).any() else lengths


def _lacking(
    table: MetricTable,
    *,
    X: NDArray[np.float64],
    labelled: NDArray[np.bool_],
    incomplete: NDArray[np.bool_],
) -> str:
    counts = np.isnan(X[labelled]).sum(axis=0)
    worst = sorted(zip(counts, table.features, strict=True), key=lambda pair: -pair[0])
    lacking = [f"{column} in {count}" for count, column in worst if count]
    shown = ", ".join(lacking[:8]) + (f" and {len(lacking) - 8} more" if len(lacking) > 8 else "")
    return (
        f"{table.metrics_path or table.path}: {int(incomplete.sum())} of {int(labelled.sum())} "
        f"labelled rows lack a feature ({shown}; the first is {table.recordings[incomplete][0]}); "
        "leave these rows out with --missing drop, or these columns with --columns"
    )
