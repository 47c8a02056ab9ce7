"""Bundles on disk: written in one step, checked before anything is made of them.

A bundle is a folder: ``bundle.json`` (what it says of itself, with the sha256 of the
files beside it), ``model.npz`` (the stack as plain arrays), ``arrays.npz`` (training rows
for likeness, a probe, thresholds of conformal sets), ``CARD.md`` and perhaps
``rows.csv.gz``. A model from a colleague is a stranger's file: it holds numbers and text
only, no types and no pickles, and what it says is checked by asking it its probe.
`docs/formats.md` describes every field.

Raising `FORMAT`: whenever an older version of this package would misread the new form.
Every older format keeps its reader and a test: `skops_model` reads format 1; format 2 is
this one without conformal sets, and multiplies what learners say.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.config import digest
from genre_audio.errors import ModelError, OutdatedModelError
from genre_audio.files import replace_folder
from genre_audio.learning.plain import Chain, PlainStack
from genre_audio.training.arrays import read_arrays
from genre_audio.training.bundle import FORMAT, ModelBundle
from genre_audio.training.card import card_text
from genre_audio.training.description import (
    ARRAYS_FILE,
    CARD_FILE,
    INFO_FILE,
    MODEL_FILE,
    ROWS_FILE,
    SKOPS_FILE,
    check_place,
    description_text,
    read_description,
)
from genre_audio.training.parts import arrays_of, read_parts
from genre_audio.training.reading import checked_content

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

__all__ = ["load_bundle", "save_bundle"]

_SPACE: Final = "space"
_WRONG: Final = (
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    LookupError,
    MemoryError,
)
"""What may come of calculating with arrays that do not belong together."""
_OTHERWISE: Final = (
    "the model {!r} does not answer as it did when it was made: it needs the versions that its "
    "card names, or to be trained again with 'genre-audio retrain'"
)


def save_bundle(bundle: ModelBundle, folder: Path, *, force: bool = False) -> None:
    """Write a bundle; the folder is there whole or not at all.

    Parameters
    ----------
    bundle : ModelBundle
        What to write.
    folder : pathlib.Path
        Its place.
    force : bool
        Whether a folder that is there may be replaced.

    Raises
    ------
    OutputError
        If the folder is there and `force` is not given, or cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio import load_bundle, resolve_model, save_bundle
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_bundle(bundle, pathlib.Path(folder, "copy"))
    ...     load_bundle(pathlib.Path(folder, "copy")).labels == bundle.labels
    True
    """
    check_place(folder, force=force)
    with replace_folder(folder, force=force) as new:
        model = bundle.classifier.to_arrays() | bundle.neighbourhood.space.to_arrays(_SPACE)
        np.savez_compressed(new / MODEL_FILE, **model)
        np.savez_compressed(new / ARRAYS_FILE, **arrays_of(bundle))
        if bundle.rows is not None:
            _write_rows(bundle.rows, bundle, new)
        (new / CARD_FILE).write_text(card_text(bundle.info), encoding="utf-8")
        files = {path.name: _sha256(path.read_bytes()) for path in sorted(new.iterdir())}
        value = {"format": FORMAT, **dataclasses.asdict(bundle.info), "files": files}
        (new / INFO_FILE).write_text(description_text(value), encoding="utf-8")


def load_bundle(folder: Path) -> ModelBundle:
    """Load a bundle after checking it.

    Parameters
    ----------
    folder : pathlib.Path
        A folder that `save_bundle` wrote.

    Returns
    -------
    ModelBundle

    Raises
    ------
    ModelError
        If it is no bundle, has a later format, was changed since it was written, holds
        anything but a model of ours, or does not answer as it did when it was made.

    Examples
    --------
    >>> from genre_audio.training import load_bundle, resolve_model
    >>> len(load_bundle(resolve_model().path).labels)
    10
    """
    info, files, number = read_description(folder)
    contents = {
        name: checked_content(folder / name, sha256=sha256) for name, sha256 in files.items()
    }
    if number == 1:
        from genre_audio.training.skops_model import read_skops

        classifier, space = read_skops(contents[SKOPS_FILE], info=info, path=folder / SKOPS_FILE)
    else:
        classifier, space = _read_model(contents[MODEL_FILE], path=folder / MODEL_FILE)
    if [str(label) for label in classifier.classes_] != info.labels:
        raise ModelError(
            f"{folder / INFO_FILE} and the model differ in labels; get the bundle again"
        )
    parts = read_parts(
        contents[ARRAYS_FILE],
        path=folder / ARRAYS_FILE,
        space=space,
        conformal=info.conformal is not None,
    )
    bundle = ModelBundle(classifier, info=info, digest=digest(files), **parts._asdict())
    _check_answers(bundle)
    _check_likeness(bundle, path=folder / ARRAYS_FILE)
    return bundle


def _write_rows(rows: pd.DataFrame, bundle: ModelBundle, folder: Path) -> None:
    """Write the training rows as a table of ours, from which `retrain` can start again."""
    from genre_audio.features import SCHEMAS
    from genre_audio.tables import Manifest, table_text
    from genre_audio.tables.manifest import manifest_path

    info = bundle.info
    schema = SCHEMAS[info.schema["name"]].as_dict()
    segmentation = dataclasses.replace(bundle.segmentation, hop=info.segmentation.get("hop"))
    manifest = Manifest(schema, segmentation, {}, {}, info.versions)
    # Without a date inside, equal rows give equal bytes.
    text = gzip.compress(table_text(rows).encode(), mtime=0)
    (folder / ROWS_FILE).write_bytes(text)
    manifest_path(folder / ROWS_FILE).write_text(manifest.to_json(), encoding="utf-8")


def _check_answers(bundle: ModelBundle) -> None:
    """Ask the model what it was asked when it was made; rounding may differ, answers not."""
    rows, expected = bundle.probe.rows, bundle.probe.probabilities
    n = len(bundle.labels)
    # One row for each label: a stranger could ask for hours otherwise.
    if rows.ndim != 2 or len(rows) != n or expected.shape != (n, n):
        raise ModelError(_OTHERWISE.format(bundle.info.name))
    try:
        answers = bundle.predict_proba(rows)
        same = answers.shape == expected.shape and np.allclose(answers, expected, 0.0, 1e-4)
    except _WRONG:
        same = False
    if not same:
        raise OutdatedModelError(_OTHERWISE.format(bundle.info.name))


def _check_likeness(bundle: ModelBundle, *, path: Path) -> None:
    """Ask how near the probe is to the training rows, and whether it has the right columns."""
    from genre_audio.features import SCHEMAS

    said, n_columns = bundle.info.schema, bundle.probe.rows.shape[1]
    schema = SCHEMAS.get(said["name"])
    # Of a recipe that is not ours only the name is known.
    if schema and said["digest"] in schema.served and n_columns != len(schema.columns):
        raise ModelError(
            f"{path}: a model of {n_columns} columns cannot be one of {schema}, which has "
            f"{len(schema.columns)}; get the bundle again"
        )
    try:
        bundle.neighbourhood.check(bundle.probe.rows)
        if others := {*bundle.neighbourhood.labels.tolist()} - {*bundle.labels}:
            raise ValueError(f"they have labels that it does not know: {sorted(others)[:3]}")
        if bundle.conformal is not None:
            bundle.conformal.check(genres=len(bundle.labels))
        if bundle.credits is not None:
            bundle.credits.check(len(bundle.neighbourhood.rows))
    except _WRONG as error:
        message = f"{path} holds no training rows of this model ({error}); get the bundle again"
        raise ModelError(message) from error


def _read_model(content: bytes, *, path: Path) -> tuple[PlainStack, Chain]:
    arrays = read_arrays(content, path=path)
    space = {name: arrays.pop(name) for name in [*arrays] if name.startswith(f"{_SPACE}/")}
    try:
        return PlainStack.from_arrays(arrays), Chain.from_arrays(_SPACE, space)
    except _WRONG as error:
        message = f"{path} holds no model of ours ({error}); get the bundle again"
        raise ModelError(message) from error


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
