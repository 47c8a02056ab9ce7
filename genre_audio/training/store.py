"""Where models are, and which one is meant.

The rule, first match wins: the model named (``-m``), the one that the environment
variable ``GENRE_AUDIO_MODEL`` names (``GENRE_AUDIO_CONTENT_MODEL`` for what tells content
apart), the one activated, the one shipped. A name is a folder's path, or the name of a
shipped model or of one in the user's model folder. Whichever it is, its task must be the
one asked for.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ModelError, ParameterError
from genre_audio.files import restore_folder
from genre_audio.files.homes import user_folder
from genre_audio.training.active import activated, remember
from genre_audio.training.description import is_bundle, read_info

if TYPE_CHECKING:
    from genre_audio.training.bundle import BundleInfo

__all__ = [
    "DEFAULT",
    "VARIABLE",
    "ModelEntry",
    "activate",
    "list_models",
    "resolve_model",
    "user_model",
    "user_models",
]

DEFAULT: Final = "default"
"""What ``models use`` calls the shipped model."""

VARIABLE: Final = "GENRE_AUDIO_MODEL"

_SHIPPED: Final = {"genre": "gtzan57", "content": "content57"}
_VARIABLES: Final = {"genre": VARIABLE, "content": "GENRE_AUDIO_CONTENT_MODEL"}
_PACKAGE: Final = Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class ModelEntry:
    """A model that was found, not yet loaded.

    Attributes
    ----------
    path : pathlib.Path
        Its folder.
    info : BundleInfo
        What it says of itself.
    source : str
        ``"option"``, ``"environment"``, ``"activated"``, ``"shipped"`` or ``"user"``.
    active : bool
        Whether it is used when nothing is said.

    Examples
    --------
    See `resolve_model`.
    """

    path: Path
    info: BundleInfo
    source: str
    active: bool = False


def user_models() -> Path:
    """Return the user's own model folder, which need not exist yet.

    Examples
    --------
    >>> from genre_audio.training.store import user_models
    >>> user_models().name
    'models'
    """
    return user_folder("data") / "models"


def user_model(name: str) -> Path:
    """Return the folder of a model of the user's own.

    Raises
    ------
    ParameterError
        If `name` cannot be the name of one.

    Examples
    --------
    >>> from genre_audio.training.store import user_model
    >>> user_model("my-tapes").name
    'my-tapes'
    """
    if name in {"", ".", "..", DEFAULT} or Path(name).name != name:
        raise ParameterError(
            f"a model cannot be called {name!r}: choose a plain name other than {DEFAULT!r}, or "
            "say with --output where it goes"
        )
    return user_models() / name


def shipped_models() -> Path:
    """Return the folder of the shipped models: inside a wheel, or beside the sources.

    Examples
    --------
    >>> from genre_audio.training.store import shipped_models
    >>> (shipped_models() / "gtzan57").is_dir()
    True
    """
    inside = _PACKAGE / "_models"
    return inside if inside.is_dir() else _PACKAGE.parent / "models"


def resolve_model(name: str | None = None, *, task: str = "genre") -> ModelEntry:
    """Find the model to use by the rule above.

    Parameters
    ----------
    name : str, optional
        A folder's path or a model's name; ``"default"`` is the shipped model.
    task : str
        What its labels must be.

    Returns
    -------
    ModelEntry

    Raises
    ------
    ModelError
        If it is not there or has another task.

    Examples
    --------
    >>> from genre_audio.training import resolve_model
    >>> resolve_model("default").info.name
    'gtzan57'
    """
    path, source = _choose(name, task=task)
    entry = ModelEntry(path, read_info(path), source)
    if entry.info.task != task:
        raise ModelError(
            f"the model at {path} tells {entry.info.task}, not {task}; choose another one "
            "('genre-audio models' lists them)"
        )
    return entry


def _choose(name: str | None, *, task: str) -> tuple[Path, str]:
    if name:
        return _find(name, task=task), "option"
    variable = _VARIABLES[task]
    if os.environ.get(variable):
        try:
            return _find(os.environ[variable], task=task), "environment"
        except ModelError as error:
            raise ModelError(f"{error} (it is what {variable} says)") from error
    chosen = activated().get(task)
    if chosen is None:
        return _find(DEFAULT, task=task), "shipped"
    if not restore_folder(Path(chosen)).is_dir():
        raise ModelError(
            f"the activated model {chosen} is gone; choose one with 'genre-audio models use', "
            f"or go back to the shipped one with 'genre-audio models use {DEFAULT}'"
        )
    return Path(chosen), "activated"


def _find(name: str, *, task: str) -> Path:
    if name == DEFAULT:
        return shipped_models() / _SHIPPED[task]
    places = [Path(name), user_models() / name, shipped_models() / name]
    folders = [place for place in places if restore_folder(place).is_dir()]
    # A folder of recordings may have the name of a model.
    for place in [place for place in folders if is_bundle(place)] or folders:
        return place
    raise ModelError(
        f"there is no model {name!r}: neither a folder nor a name that 'genre-audio models' lists"
    )


def activate(name: str, *, task: str = "genre") -> ModelEntry:
    """Make a model the one that is used when nothing is said.

    Parameters
    ----------
    name : str
        A folder's path or a model's name; ``"default"`` goes back to the shipped one.
    task : str
        For which task.

    Returns
    -------
    ModelEntry

    Raises
    ------
    ModelError
        If it is not there or has another task.

    Examples
    --------
    See ``genre-audio models use``, which does just this.
    """
    entry = resolve_model(name, task=task)
    shipped = entry.path.resolve() == _find(DEFAULT, task=task).resolve()
    # The shipped one is not remembered by its place, which an update may change.
    remember(task, path=None if shipped else entry.path.resolve())
    return entry


def list_models() -> list[ModelEntry]:
    """List the shipped models, the user's own, and an activated one from elsewhere.

    Folders that are no bundles are passed over. None is marked as active where the rule
    leads to none: `resolve_model` says why.

    Examples
    --------
    >>> from genre_audio.training import list_models
    >>> any(entry.source == "shipped" for entry in list_models())
    True
    """
    used = set()
    for task in _SHIPPED:
        with contextlib.suppress(ModelError):
            used.add(_choose(None, task=task)[0].resolve())
    found: dict[Path, str] = {}
    for folder, source in ((shipped_models(), "shipped"), (user_models(), "user")):
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            found[path.resolve()] = source
    for path in used:
        found.setdefault(path, "elsewhere")
    entries = []
    for path, source in found.items():
        try:
            entries.append(ModelEntry(path, read_info(path), source, active=path in used))
        except ModelError:
            continue
    return entries
