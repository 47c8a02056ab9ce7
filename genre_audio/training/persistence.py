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

from genre_audio.config import digest
from genre_audio.errors import ModelError, OutputError
from genre_audio.files import replace_folder
from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.learning.trusted import TRUSTED_TYPES
from genre_audio.tables import table_text
from genre_audio.training.bundle import FORMAT, BundleInfo, ModelBundle, Probe
from genre_audio.training.card import card_text

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["load_bundle", "model_versions", "read_info", "save_bundle"]

_INFO: Final = "bundle.json"
_MODEL: Final = "model.skops"
_ARRAYS: Final = "arrays.npz"
_ROWS: Final = "rows.csv.gz"
_CARD: Final = "CARD.md"
_NEIGHBOURHOOD: Final = ("rows", "names", "labels", "groups", "quantiles")
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
    """
    if folder.exists() and not (folder / _INFO).is_file():
        # --force replaces a model; it must never replace somebody's recordings.
        raise OutputError(f"{folder} is there and holds no model; choose another place")
    with replace_folder(folder, force=force) as new:
        parts = {"classifier": bundle.classifier, "space": bundle.neighbourhood.space}
        skops.io.dump(parts, new / _MODEL, compression=zipfile.ZIP_LZMA)
        arrays = {name: getattr(bundle.neighbourhood, name) for name in _NEIGHBOURHOOD}
        probe = {f"probe_{name}": value for name, value in vars(bundle.probe).items()}
        np.savez_compressed(new / _ARRAYS, **arrays, **probe)
        if bundle.rows is not None:
            # Without a date inside, equal rows give equal bytes.
            (new / _ROWS).write_bytes(gzip.compress(table_text(bundle.rows).encode(), mtime=0))
        (new / _CARD).write_text(card_text(bundle.info), encoding="utf-8")
        files = {path.name: _sha256(path) for path in sorted(new.iterdir())}
        value = {"format": FORMAT, **dataclasses.asdict(bundle.info), "files": files}
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        (new / _INFO).write_text(text, encoding="utf-8")


def read_info(folder: Path) -> BundleInfo:
    """Read what a bundle says of itself, without loading the model.

    Raises
    ------
    ModelError
        If `folder` is no bundle, or one of a later format.
    """
    return _info(_read_json(folder), folder)


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
    value = _read_json(folder)
    info = _info(value, folder)
    for name, expected in value["files"].items():
        if not (folder / name).is_file() or _sha256(folder / name) != expected:
            raise ModelError(f"{folder / name} is missing or was changed; get the bundle again")
    _check_versions(info)
    parts = _load_parts(folder / _MODEL)
    with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
        stored = {name: arrays[name] for name in _NEIGHBOURHOOD}
        probe = Probe(arrays["probe_rows"], arrays["probe_probabilities"])
    bundle = ModelBundle(
        classifier=parts["classifier"],
        neighbourhood=Neighbourhood(space=parts["space"], **stored),
        info=info,
        probe=probe,
        digest=digest(value["files"]),
    )
    _check_answers(bundle)
    return bundle


def _read_json(folder: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads((folder / _INFO).read_text(encoding="utf-8"))
        found = value["format"]
    except FileNotFoundError as error:
        raise ModelError(f"{folder} is no model: it holds no {_INFO}") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / _INFO} cannot be read: {error!r}") from error
    if found != FORMAT:
        raise ModelError(
            f"{folder} has bundle format {found}, this version reads format {FORMAT}: "
            "update genre-audio"
        )
    return value


def _info(value: dict[str, Any], folder: Path) -> BundleInfo:
    try:
        names = [field.name for field in dataclasses.fields(BundleInfo)]
        info = BundleInfo(**{name: value[name] for name in names})
        _ = value["files"][_MODEL], value["files"][_ARRAYS]
    except KeyError as error:
        raise ModelError(f"{folder / _INFO} lacks {error}; get the bundle again") from error
    return info


def _check_versions(info: BundleInfo) -> None:
    """Refuse a fitted model of another release series: it may load and answer wrongly."""
    here = model_versions()
    for name in ("scikit-learn", "xgboost-cpu"):
        made = info.versions.get(name, "unknown")
        if made.split(".")[:2] != here[name].split(".")[:2]:
            raise ModelError(
                f"the model {info.name!r} was made with {name} {made}, here is {here[name]}: "
                "train it again with 'genre-audio retrain'"
            )


def _check_answers(bundle: ModelBundle) -> None:
    """Ask the model what it was asked when it was made; rounding may differ, answers not."""
    answers = bundle.predict_proba(bundle.probe.rows)
    if not np.allclose(answers, bundle.probe.probabilities, rtol=0.0, atol=1e-4):
        raise ModelError(
            f"the model {bundle.info.name!r} does not answer as it did when it was made: it needs "
            "the versions that its card names, or to be trained again with 'genre-audio retrain'"
        )


def _load_parts(path: Path) -> dict[str, Any]:
    try:
        foreign = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED_TYPES))
        if foreign:
            raise ModelError(
                f"{path} holds types that no model of ours has ({', '.join(foreign)}): "
                "do not use it"
            )
        parts: dict[str, Any] = skops.io.load(path, trusted=list(TRUSTED_TYPES))
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as a model: {error}") from error
    return parts


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
