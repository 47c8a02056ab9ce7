"""Bundles on disk: written in one step, checked before anything is made of them.

A bundle is a folder: ``bundle.json`` (what it says of itself, with the sha256 of the
files beside it), ``model.skops``, ``arrays.npz`` (training rows for likeness, and a
probe), ``CARD.md`` and perhaps ``rows.csv.gz``. A model from a colleague is a stranger's
file: it is never unpickled; skops lists the types that it would construct, and a type
that is not on our list is refused. `docs/formats.md` describes every field.

Raising `FORMAT`: whenever an older version of this package would misread the new form.
Every older format keeps its reader here and a test.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import skops.io
from sklearn.pipeline import Pipeline

from genre_audio.config import digest
from genre_audio.errors import ModelError
from genre_audio.features import SCHEMAS
from genre_audio.files import replace_folder
from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.learning.stack import GenreStack
from genre_audio.learning.trusted import TRUSTED_TYPES
from genre_audio.tables import Manifest, table_text
from genre_audio.tables.manifest import manifest_path
from genre_audio.training.bundle import FORMAT, BundleInfo, ModelBundle, Probe
from genre_audio.training.card import card_text
from genre_audio.training.description import (
    ARRAYS_FILE,
    INFO_FILE,
    MODEL_FILE,
    ROWS_FILE,
    check_place,
    read_description,
)

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["load_bundle", "model_versions", "save_bundle"]

_CARD: Final = "CARD.md"
_NEIGHBOURHOOD: Final = ("rows", "names", "labels", "groups", "quantiles")
_PROBE: Final = ("probe_rows", "probe_probabilities")
_PACKAGES: Final = ("genre-audio", "numpy", "scikit-learn", "scipy", "skops", "xgboost-cpu")


def model_versions() -> dict[str, str]:
    """Return the versions of the packages that a fitted model depends on.

    Examples
    --------
    >>> from genre_audio.training.persistence import model_versions
    >>> "scikit-learn" in model_versions()
    True
    """
    return {name: metadata.version(name) for name in _PACKAGES}


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
        parts = {"classifier": bundle.classifier, "space": bundle.neighbourhood.space}
        skops.io.dump(parts, new / MODEL_FILE, compression=zipfile.ZIP_LZMA)
        arrays = {name: getattr(bundle.neighbourhood, name) for name in _NEIGHBOURHOOD}
        probe = {f"probe_{name}": value for name, value in vars(bundle.probe).items()}
        np.savez_compressed(new / ARRAYS_FILE, **arrays, **probe)
        if bundle.rows is not None:
            _write_rows(bundle.rows, bundle, new)
        (new / _CARD).write_text(card_text(bundle.info), encoding="utf-8")
        files = {path.name: _sha256(path) for path in sorted(new.iterdir())}
        value = {"format": FORMAT, **dataclasses.asdict(bundle.info), "files": files}
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        (new / INFO_FILE).write_text(text, encoding="utf-8")


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
        If it is no bundle, has a later format, was changed since it was written, was
        made with another scikit-learn or xgboost, or holds types that are not ours.

    Examples
    --------
    >>> from genre_audio.training import load_bundle, resolve_model
    >>> len(load_bundle(resolve_model().path).labels)
    10
    """
    info, files = read_description(folder)
    for name, expected in files.items():
        if not (folder / name).is_file() or _sha256(folder / name) != expected:
            raise ModelError(f"{folder / name} is missing or was changed; get the bundle again")
    _check_versions(info)
    classifier, space = _load_parts(folder / MODEL_FILE)
    if [str(label) for label in classifier.classes_] != info.labels:
        raise ModelError(
            f"{folder / INFO_FILE} and the model differ in labels; get the bundle again"
        )
    arrays = _load_arrays(folder / ARRAYS_FILE)
    bundle = ModelBundle(
        classifier=classifier,
        neighbourhood=Neighbourhood(space, *(arrays[name] for name in _NEIGHBOURHOOD)),
        info=info,
        probe=Probe(*(arrays[name] for name in _PROBE)),
        digest=digest(files),
    )
    _check_answers(bundle)
    return bundle


def _write_rows(rows: pd.DataFrame, bundle: ModelBundle, folder: Path) -> None:
    """Write the training rows as a table of ours, from which `retrain` can start again."""
    info = bundle.info
    schema = SCHEMAS[info.schema["name"]].as_dict()
    manifest = Manifest(schema, bundle.segmentation, {}, {}, info.versions)
    # Without a date inside, equal rows give equal bytes.
    text = gzip.compress(table_text(rows).encode(), mtime=0)
    (folder / ROWS_FILE).write_bytes(text)
    manifest_path(folder / ROWS_FILE).write_text(manifest.to_json(), encoding="utf-8")


def _check_versions(info: BundleInfo) -> None:
    """Refuse a fitted model of another release series: it may load and answer wrongly."""
    here = model_versions()
    for name in ("scikit-learn", "xgboost-cpu"):
        made = str(info.versions[name])
        if made.split(".")[:2] != here[name].split(".")[:2]:
            raise ModelError(
                f"the model {info.name!r} was made with {name} {made}, here is {here[name]}: "
                "train it again with 'genre-audio retrain'"
            )


def _check_answers(bundle: ModelBundle) -> None:
    """Ask the model what it was asked when it was made; rounding may differ, answers not."""
    try:
        answers = bundle.predict_proba(bundle.probe.rows)
        same = np.allclose(answers, bundle.probe.probabilities, rtol=0.0, atol=1e-4)
    except (ValueError, TypeError, AttributeError):
        same = False
    if not same:
        raise ModelError(
            f"the model {bundle.info.name!r} does not answer as it did when it was made: it needs "
            "the versions that its card names, or to be trained again with 'genre-audio retrain'"
        )


def _load_parts(path: Path) -> tuple[GenreStack, Pipeline]:
    """Return classifier and space of likeness; no type is constructed that is not ours."""
    try:
        foreign = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED_TYPES))
        parts = {} if foreign else skops.io.load(path, trusted=list(TRUSTED_TYPES))
    except Exception as error:  # a stranger's file may surprise its reader in any way
        raise ModelError(f"{path} cannot be read as a model: {error}") from error
    if foreign:
        raise ModelError(
            f"{path} holds types that no model of ours has ({', '.join(foreign)}): do not use it"
        )
    parts = parts if isinstance(parts, dict) else {}
    classifier, space = parts.get("classifier"), parts.get("space")
    if not isinstance(classifier, GenreStack) or not isinstance(space, Pipeline):
        raise ModelError(f"{path} holds no model of ours; get the bundle again")
    return classifier, space


def _load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in (*_NEIGHBOURHOOD, *_PROBE)}
    except Exception as error:  # as above
        raise ModelError(f"{path} cannot be read as training rows: {error}") from error


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
