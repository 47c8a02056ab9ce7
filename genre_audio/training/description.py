"""``bundle.json``: what a bundle says of itself, read before anything else of it.

What is read here is a stranger's text: everything that this package asks of it is looked
for at once, and its absence is an error of the model, not of the program.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from genre_audio.errors import ModelError, OutputError
from genre_audio.files import restore_folder
from genre_audio.training.bundle import FORMAT, BundleInfo

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "ARRAYS_FILE",
    "CARD_FILE",
    "INFO_FILE",
    "MODEL_FILE",
    "ROWS_FILE",
    "SKOPS_FILE",
    "Description",
    "check_place",
    "is_bundle",
    "read_description",
    "read_info",
]

INFO_FILE: Final = "bundle.json"
MODEL_FILE: Final = "model.npz"
SKOPS_FILE: Final = "model.skops"
"""What a model was stored in by bundles of format 1."""

ROWS_FILE: Final = "rows.csv.gz"
ARRAYS_FILE: Final = "arrays.npz"
CARD_FILE: Final = "CARD.md"
_NEEDED: Final = {
    "schema": ("name", "version", "digest"),
    "segmentation": ("seconds",),
    "training": ("table", "digest", "rows"),
    "thresholds": ("unlike_percentile",),
    "versions": ("scikit-learn", "xgboost-cpu"),
    "files": (ARRAYS_FILE,),
}
"""What this package asks of ``bundle.json`` below its first level."""
_NEEDED_OF_SETS: Final = ("coverage", "grouping", "groups", "measured_coverage", "mean_set_size")
_MODEL_FILES: Final = {1: SKOPS_FILE, 2: MODEL_FILE, 3: MODEL_FILE}
"""What holds the model, by the bundle's format."""
_OTHER_FILES: Final = frozenset({ARRAYS_FILE, CARD_FILE, ROWS_FILE, f"{ROWS_FILE}.json"})
"""What a bundle of any format may hold besides."""


class Description(NamedTuple):
    """What ``bundle.json`` holds.

    Attributes
    ----------
    info : BundleInfo
        What the bundle says of itself.
    files : dict of str to str
        The sha256 of its files by their names: only names that its format has.
    format : int
        How its model is stored.

    Examples
    --------
    See `read_description`.
    """

    info: BundleInfo
    files: dict[str, str]
    format: int


def is_bundle(folder: Path) -> bool:
    """Tell whether a folder is meant to be a bundle, good or bad.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.training.description import is_bundle
    >>> is_bundle(Path("nowhere"))
    False
    """
    return (folder / INFO_FILE).is_file()


def check_place(folder: Path, *, force: bool) -> None:
    """Refuse a place that a bundle may not take, before work is spent on the bundle.

    Raises
    ------
    OutputError
        If something is there that is no bundle, or is one and `force` is not given.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.training.description import check_place
    >>> check_place(Path("nowhere"), force=False)
    """
    restore_folder(folder)
    if not folder.exists():
        return
    if not is_bundle(folder):
        # --force replaces a model; it must never replace somebody's recordings.
        raise OutputError(f"{folder} is there and holds no model; choose another place")
    if not force:
        raise OutputError(f"{folder} is there already; use --force to replace it, or another name")


def read_info(folder: Path) -> BundleInfo:
    """Read what a bundle says of itself, without loading the model.

    Raises
    ------
    ModelError
        If `folder` is no bundle, or one of a later format.

    Examples
    --------
    >>> from genre_audio import resolve_model
    >>> from genre_audio.training.description import read_info
    >>> read_info(resolve_model("default").path).task
    'genre'
    """
    return read_description(folder).info


def read_description(folder: Path) -> Description:
    """Read what a bundle says of itself, of its files and of their format.

    Raises
    ------
    ModelError
        As `read_info`.

    Examples
    --------
    >>> from genre_audio.training import resolve_model
    >>> from genre_audio.training.description import read_description
    >>> sorted(read_description(resolve_model("default").path).files)
    ['CARD.md', 'arrays.npz', 'model.npz']
    """
    value = _read_json(folder)
    try:
        names = {field.name for field in dataclasses.fields(BundleInfo)}
        # Bundles before format 3 have no conformal sets.
        names -= {"conformal"} if value["format"] < 3 else set()
        info = BundleInfo(**{name: value[name] for name in names})
        _check_sets(info)
        _ = [value[part][name] for part, names in _NEEDED.items() for name in names]
        files = {str(name): str(sha256) for name, sha256 in value["files"].items()}
        model_file = _MODEL_FILES[value["format"]]
        _ = files[model_file]
    except KeyError as error:
        raise ModelError(f"{folder / INFO_FILE} lacks {error}; get the bundle again") from error
    except (TypeError, AttributeError) as error:
        raise ModelError(f"{folder / INFO_FILE} cannot be read: {error!r}") from error
    if foreign := sorted(files.keys() - _OTHER_FILES - {model_file}):
        raise ModelError(
            f"{folder / INFO_FILE} names files that no bundle of format {value['format']} has "
            f"({', '.join(foreign[:3])}); get the bundle again"
        )
    return Description(info, files, value["format"])


def _check_sets(info: BundleInfo) -> None:
    if info.conformal is None:
        return
    _ = [info.conformal[name] for name in _NEEDED_OF_SETS]
    if not 0.0 < info.conformal["coverage"] < 1.0:
        raise TypeError("a coverage that is none")


def _read_json(folder: Path) -> dict[str, Any]:
    try:
        value: dict[str, Any] = json.loads((folder / INFO_FILE).read_text(encoding="utf-8"))
        found = value["format"]
    except FileNotFoundError as error:
        raise ModelError(f"{folder} is no model: it holds no {INFO_FILE}") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{folder / INFO_FILE} cannot be read: {error!r}") from error
    if type(found) is not int or found not in _MODEL_FILES:
        raise ModelError(
            f"{folder} has bundle format {found}, this version reads formats 1 to {FORMAT}: "
            "update genre-audio"
        )
    return value
