"""A model that is out of date, fitted again from the rows that its bundle keeps.

A bundle that is whole may hold a model that this version cannot ask: one of format 1 under
another scikit-learn, or one that answers otherwise than when it was made. The rows that it
was fitted on are as good as ever. What was changed since it was made is never mended so:
the rows would be the same stranger's as the rest.

Rows are read from what was checked, in memory, and not from the folder once more.
"""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from genre_audio.config import digest
from genre_audio.errors import ModelError, OutdatedModelError, TableError
from genre_audio.training.arrays import read_arrays
from genre_audio.training.credits import Credits
from genre_audio.training.description import (
    ARRAYS_FILE,
    INFO_FILE,
    ROWS_FILE,
    read_description,
)
from genre_audio.training.persistence import load_bundle
from genre_audio.training.procedure import model_procedure
from genre_audio.training.reading import checked_content, unpacked
from genre_audio.training.skops_model import model_versions
from genre_audio.training.train import GROUP_COLUMN, train

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from genre_audio.tables import Dataset, FeatureTable
    from genre_audio.training.bundle import BundleInfo, ModelBundle

__all__ = ["StoredRows", "load_or_refit", "refit", "stored_rows"]

_MANIFEST: Final = f"{ROWS_FILE}.json"


class StoredRows(NamedTuple):
    """The rows that a bundle keeps, with what was kept apart when it was trained.

    Attributes
    ----------
    table : FeatureTable
        All rows.
    dataset : Dataset
        Those with a label, in the groups of then.
    info : BundleInfo
        What the bundle says of itself.
    credits : Credits or None
        Who made them, where it was known.

    Examples
    --------
    See `stored_rows`.
    """

    table: FeatureTable
    dataset: Dataset
    info: BundleInfo
    credits: Credits | None


def load_or_refit(folder: Path, *, on_step: Callable[[str], None] = lambda _: None) -> ModelBundle:
    """Load a bundle; where its model is out of date and its rows are there, fit it again.

    Parameters
    ----------
    folder : pathlib.Path
        A folder that `save_bundle` wrote.
    on_step : callable, optional
        Called with what is done, in words, before it is done.

    Returns
    -------
    ModelBundle
        With an identity of its own where it was fitted again. Nothing is written.

    Raises
    ------
    ModelError
        As `load_bundle`; of a model that is out of date only if it keeps no rows.

    Examples
    --------
    >>> from genre_audio.training import resolve_model
    >>> from genre_audio.training.refit import load_or_refit
    >>> load_or_refit(resolve_model("default").path).info.name
    'gtzan57'
    """
    try:
        return load_bundle(folder)
    except OutdatedModelError as error:
        info, files, _ = read_description(folder)
        if ROWS_FILE not in files:
            raise OutdatedModelError(f"{error} on its table; it keeps no rows itself") from error
        on_step(
            f"{error}; for now it is fitted again from the {info.training['rows']} rows that it "
            f"keeps, which may take minutes ('genre-audio retrain {folder}' keeps the result)"
        )
        return refit(folder, on_step=on_step)


def refit(folder: Path, *, on_step: Callable[[str], None] = lambda _: None) -> ModelBundle:
    """Fit a bundle's model again, from the rows that it keeps, as it was fitted.

    Scores are those of then: they are of the procedure, which is the same.

    Parameters
    ----------
    folder, on_step
        As in `load_or_refit`.

    Returns
    -------
    ModelBundle

    Raises
    ------
    ModelError
        If it keeps none, they were changed, or it was made by learners or of columns that
        this version does not know.

    Examples
    --------
    See `load_or_refit`.
    """
    stored = stored_rows(folder)
    info, procedure = stored.info, model_procedure(stored.info)
    try:
        bundle, _ = train(
            stored.table,
            stored.dataset,
            name=info.name,
            task=info.task,
            learners=procedure.learners,
            source=info.training.get("source"),
            budget=procedure.budget,
            seed=procedure.seed,
            level_invariant=procedure.level_invariant,
            scores=[],
            on_step=on_step,
        )
    except TableError as error:
        raise ModelError(f"{folder / ROWS_FILE} does not suffice to fit again: {error}") from error
    made = {"of": read_description(folder).files, "again with": model_versions()}
    said = dataclasses.replace(bundle.info, scores=info.scores, conformal=_measured(bundle, info))
    return dataclasses.replace(bundle, info=said, credits=stored.credits, digest=digest(made))


def _measured(bundle: ModelBundle, before: BundleInfo) -> dict[str, Any] | None:
    """Return what is said of new sets, with what was measured of the old ones."""
    names = ("protocol", "measured_coverage", "mean_set_size", "coverage")
    known = {name: value for name, value in (before.conformal or {}).items() if name in names}
    return None if bundle.info.conformal is None else bundle.info.conformal | known


def stored_rows(folder: Path) -> StoredRows:
    """Read the rows that a bundle keeps, in the groups that were kept apart.

    Parameters
    ----------
    folder : pathlib.Path
        A bundle.

    Raises
    ------
    ModelError
        If it keeps none, they were changed, or their columns are of another recipe.

    Examples
    --------
    >>> from genre_audio.training import resolve_model
    >>> from genre_audio.training.refit import stored_rows
    >>> stored_rows(resolve_model("default").path)
    Traceback (most recent call last):
        ...
    genre_audio.errors.ModelError: ...gtzan57 keeps no training rows
    """
    from genre_audio.tables import dataset_of

    info, files, _ = read_description(folder)
    if not {ROWS_FILE, _MANIFEST} <= files.keys():
        raise ModelError(f"{folder} keeps no training rows")
    contents = {
        name: checked_content(folder / name, sha256=files[name])
        for name in (ROWS_FILE, _MANIFEST, ARRAYS_FILE)
    }
    try:
        table = _table(contents, path=folder / ROWS_FILE)
        dataset = dataset_of(table)
    except TableError as error:
        raise ModelError(f"the rows in {folder} cannot be used: {error}") from error
    arrays = read_arrays(contents[ARRAYS_FILE], path=folder / ARRAYS_FILE)
    groups = _groups(table, dataset, arrays, training=info.training)
    if table.segmentation.seconds != info.segmentation["seconds"] or groups is None:
        raise ModelError(
            f"{folder / ROWS_FILE} holds other rows than {INFO_FILE} and {ARRAYS_FILE} speak of; "
            "get the bundle again"
        )
    frame = table.frame.drop(columns=GROUP_COLUMN, errors="ignore")
    grouped = dataclasses.replace(dataset, groups=groups, grouping=info.training["grouping"])
    words = [arrays[name] for name in ("credits_makers", "credits_titles") if name in arrays]
    known = Credits(*words) if len(words) == 2 else None
    return StoredRows(dataclasses.replace(table, frame=frame), grouped, info, known)


def _groups(
    table: FeatureTable,
    dataset: Dataset,
    arrays: Mapping[str, NDArray[Any]],
    *,
    training: Mapping[str, Any],
) -> NDArray[Any] | None:
    """Return the groups of the labelled rows; None where these are not what was learned from."""
    near, names = [*map(str, arrays.get("names", ()))], dataset.names.tolist()
    # Likeness may be measured to some of the rows only.
    some = len(near) < len(names) == training["rows"] and {*near} <= {*names}
    if near != names and not some:
        return None
    if GROUP_COLUMN in table.frame:
        labelled = [label is not None for label in table.labels]
        return table.frame[GROUP_COLUMN][labelled].to_numpy(dtype=np.str_)
    if not some:  # of these the likeness says the groups, also in bundles of earlier versions
        return arrays["groups"]
    return dataset.groups if training["grouping"] == "recording" else None


def _table(contents: dict[str, bytes], *, path: Path) -> FeatureTable:
    from genre_audio.tables import read_table
    from genre_audio.tables.manifest import manifest_path

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "rows.csv")
        copy.write_bytes(unpacked(contents[ROWS_FILE], path=path))
        manifest_path(copy).write_bytes(contents[_MANIFEST])
        try:
            return dataclasses.replace(read_table(copy), path=path)
        except TableError as error:
            raise TableError(str(error).replace(str(copy), str(path))) from error
