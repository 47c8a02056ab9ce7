"""The labelled rows that a command learns from, and what it says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.cli.any_table import Gaps, load_any_table
from genre_audio.cli.output import say
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from genre_audio.config import Segmentation
    from genre_audio.tables import Dataset, FeatureTable, MetricTable

__all__ = ["feature_rows", "labelled_rows", "say_dataset"]

_MEMBERS: Final = 6


def feature_rows(
    path: Path, *, segmentation: Segmentation | None, groups: str | None
) -> tuple[FeatureTable, Dataset]:
    """Read a feature table; say what of it is taken, and what is odd about it."""
    from genre_audio.tables import dataset_of, read_table, resolve_groups

    table = read_table(path, segmentation=segmentation)
    annotations = None if groups is None else resolve_groups(groups, table=table)
    dataset = dataset_of(table, groups=annotations)
    for note in table.notes:
        say(note)
    if table.segmentation_inferred:
        say(
            f"{table.path} has no manifest; its segments seem to last "
            f"{table.segmentation.seconds:g} s (say otherwise with --segment-seconds)"
        )
    say_dataset(dataset)
    return table, dataset


def labelled_rows(
    path: Path,
    *,
    segment_seconds: float | None,
    groups: str | None,
    missing: Gaps,
    asked: Mapping[str, Any],
) -> tuple[FeatureTable | MetricTable, Dataset]:
    """Read a table of any origin; say what of it is taken, and what is odd about it.

    Parameters
    ----------
    path : pathlib.Path
        A feature table is read as one, unless more is asked for than its own label.
    segment_seconds : float, optional
        Length of the segments of a feature table.
    groups : str, optional
        What ``--groups`` names.
    missing : Gaps
        What to do with rows that lack a feature.
    asked : mapping of str to object
        What else `load_any_table` is to know; None where nothing was said.
    """
    from genre_audio.config import Segmentation
    from genre_audio.tables import dataset_of_any, is_feature_table, resolve_groups

    segmentation = None if segment_seconds is None else Segmentation(seconds=segment_seconds)
    more = [name for name, value in asked.items() if value not in {None, "label"}]
    if not more and is_feature_table(path):
        return feature_rows(path, segmentation=segmentation, groups=groups)
    if segmentation is not None:
        raise ParameterError("--segment-seconds says nothing to a table that is no feature table")
    table = load_any_table(path, **asked)
    annotations = None if groups is None else resolve_groups(groups, table=table)
    dataset = dataset_of_any(table, groups=annotations, missing=missing.value)
    say_dataset(dataset)
    return table, dataset


def say_dataset(dataset: Dataset) -> None:
    """Say which rows are left out, and which are there twice."""
    from genre_audio.tables.splits import exact_duplicates

    if dataset.unlabelled:
        say(f"{dataset.unlabelled} rows without a label are left out")
    if dataset.incomplete:
        say(f"{dataset.incomplete} labelled rows that lack a feature are left out")
    duplicates = exact_duplicates(dataset.X)
    if duplicates:
        said = "; ".join(_equal(dataset.names[list(rows)].tolist()) for rows in duplicates[:5])
        more = f"; and {len(duplicates) - 5} more" if len(duplicates) > 5 else ""
        sets = "set" if len(duplicates) == 1 else "sets"
        say(f"{len(duplicates)} {sets} of exactly equal rows: {said}{more}")


def _equal(names: list[str]) -> str:
    more = f" and {len(names) - _MEMBERS} more" if len(names) > _MEMBERS else ""
    return " = ".join(names[:_MEMBERS]) + more
