"""The note of which model the user activated: one small file beside the user's models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from genre_audio.errors import ModelError
from genre_audio.files import lock, replace_text
from genre_audio.files.homes import user_folder

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["activated", "remember"]


def activated() -> dict[str, str]:
    """Return the folder of the activated model of each task; none where none is.

    Raises
    ------
    ModelError
        If the note cannot be read.

    Examples
    --------
    >>> from genre_audio.training.active import activated
    >>> isinstance(activated(), dict)
    True
    """
    try:
        value = json.loads(_note().read_text(encoding="utf-8"))
        return {str(task): str(path) for task, path in value.items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{_note()} cannot be read ({error}); mend it with 'genre-audio models use default', "
            "or name a model with --model"
        ) from error


def remember(task: str, *, path: Path | None) -> None:
    """Note the model of a task, or that there is none; an unreadable note is made anew.

    Examples
    --------
    See `genre_audio.training.activate`, which looks whether there is such a model.
    """
    # Two at once would otherwise both read the old note, and one would write over the other.
    with lock(_note(), on_wait=lambda: None):
        try:
            active = activated()
        except ModelError:
            active = {}
        active.pop(task, None)
        if path is not None:
            active[task] = str(path)
        replace_text(_note(), json.dumps(active, indent=1) + "\n")


def _note() -> Path:
    return user_folder("data") / "active.json"
