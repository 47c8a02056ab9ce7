"""Where a user's own things are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final, Literal

import platformdirs

__all__ = ["user_folder"]

_NAME: Final = "genre-audio"


def user_folder(kind: Literal["cache", "data"]) -> Path:
    """Return our folder in the user's cache, or among the user's data; it need not exist.

    Services and containers may have no home. Their folder lies in the null device then:
    nothing is in it, nothing can be put there, and nobody else can put anything there.

    Examples
    --------
    >>> from genre_audio.files.homes import user_folder
    >>> user_folder("cache").name
    'genre-audio'
    """
    find = platformdirs.user_cache_path if kind == "cache" else platformdirs.user_data_path
    try:
        folder = find(_NAME)
    except RuntimeError:
        return Path(os.devnull, _NAME)
    # Earlier versions of platformdirs return the sign for a home that is not known.
    return Path(os.devnull, _NAME) if folder.parts[0] == "~" else folder
