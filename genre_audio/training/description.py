"""``bundle.json``: what a bundle says of itself, read before anything else of it.

What is read here is a stranger's text: everything that this package asks of it is looked
at at once (`shapes`), and what is missing or of another type is an error of the model, not
of the program. The sha256 of all other files stand in it; a digest of its own content stands
in it too, so that a digit that was changed on the way is noticed. Neither
is a signature: who means harm can make them anew.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from genre_audio.config import digest
from genre_audio.errors import ModelError, OutputError
from genre_audio.files import restore_folder
from genre_audio.training.bundle import FORMAT, BundleInfo
from genre_audio.training.reading import read_whole
from genre_audio.training.shapes import DESCRIPTION, SETS, SHA256, check_shape

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
    "description_text",
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
_DIGEST: Final = "digest"
_LARGEST: Final = 16 * 2**20
"""Bytes; that of the shipped model has 23 kB, and it grows with the square of its labels."""
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


def description_text(value: dict[str, Any]) -> str:
    """Return the text of ``bundle.json``, with the digest of what it says.

    Parameters
    ----------
    value : dict
        All that it is to say; an older digest of it is made anew.

    Examples
    --------
    >>> from genre_audio.training.description import description_text
    >>> print(description_text({"format": 3}))
    {
     "format": 3,
     "digest": "17c50fa9f5f8e8b6"
    }
    """
    said = {name: inner for name, inner in value.items() if name != _DIGEST}
    return json.dumps(said | {_DIGEST: digest(said)}, indent=1, ensure_ascii=False) + "\n"


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
    path = folder / INFO_FILE
    value = _read_json(folder)
    try:
        check_shape(value, DESCRIPTION)
        _check_scores(value["scores"])
        names = {field.name for field in dataclasses.fields(BundleInfo)}
        # Bundles before format 3 have no conformal sets.
        names -= {"conformal"} if value["format"] < 3 else set()
        info = BundleInfo(**{name: value[name] for name in names})
        if info.conformal is not None:
            check_shape(info.conformal, SETS, place="conformal")
        model_file = _MODEL_FILES[value["format"]]
        files: dict[str, str] = value["files"]
        check_shape(files, dict.fromkeys((model_file, ARRAYS_FILE), SHA256), place="files")
    except KeyError as error:
        raise ModelError(f"{path} lacks {error}; get the bundle again") from error
    except TypeError as error:
        raise ModelError(f"{path} cannot be read: {error}; get the bundle again") from error
    if foreign := sorted(files.keys() - _OTHER_FILES - {model_file}):
        raise ModelError(
            f"{path} names files that no bundle of format {value['format']} has "
            f"({', '.join(foreign[:3])}); get the bundle again"
        )
    return Description(info, files, value["format"])


def _check_scores(scores: list[dict[str, Any]]) -> None:
    for place, each in enumerate(scores):
        for name in ("precision", "recall", "f1", "support", "confusion"):
            if len(each[name]) != len(each["labels"]):
                raise TypeError(f"scores[{place}].{name} does not have one value for each label")


def _read_json(folder: Path) -> dict[str, Any]:
    path = folder / INFO_FILE
    try:
        text = read_whole(path, largest=_LARGEST).decode("utf-8")
        value: dict[str, Any] = json.loads(text, object_pairs_hook=_once)
        found = value["format"]
    except FileNotFoundError as error:
        raise ModelError(f"{folder} is no model: it holds no {INFO_FILE}") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"{path} cannot be read: {error!r}; get the bundle again") from error
    if type(found) is not int or found not in _MODEL_FILES:
        # Digits of any number may be there.
        raise ModelError(
            f"{folder} has bundle format {str(found)[:40]}, this version reads formats 1 to "
            f"{FORMAT}: update genre-audio"
        )
    _check_digest(value, path=path)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse names that stand twice: readers would not agree on which of them counts."""
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:40]!r} stands twice in it")
    return value


def _check_digest(value: dict[str, Any], *, path: Path) -> None:
    if _DIGEST not in value:  # older bundles have none
        return
    said = {name: inner for name, inner in value.items() if name != _DIGEST}
    if digest(said) != value[_DIGEST]:
        raise ModelError(f"{path} was changed since the bundle was made; get the bundle again")
