"""Where compiled kernels are kept.

Beside the sources; where that folder cannot be written to, in the user's cache, and where
there is none (no home, as for services), in a private folder among the temporary files.
Somebody else's folder is never used, nor one that others may write to: what is kept there
is code. Within it, each set of versions and sources has a folder of its own, so that
nothing stale is ever loaded.

This module must not import numba: it is asked before anybody knows whether that is needed.
"""

from __future__ import annotations

import functools
import os
import platform
import stat
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Final

from genre_audio.config import digest
from genre_audio.files.homes import user_folder

__all__ = ["VARIABLE", "give_up", "kernel_folder"]

VARIABLE: Final = "NUMBA_CACHE_DIR"
"""Where the user wants compiled code to be kept."""

_PACKAGES: Final = ("llvmlite", "numba", "numpy")
_SOURCES: Final = Path(__file__).parent
_UNFIT: Final[set[Path]] = set()
"""Folders that failed when something was to be kept there."""


@functools.cache
def kernel_folder() -> Path | None:
    """Return the folder that is used, made if need be, or None where there is none.

    Examples
    --------
    >>> from genre_audio.kernels.folder import kernel_folder
    >>> folder = kernel_folder()
    >>> folder is None or folder.is_dir()
    True
    """
    chosen = os.environ.get(VARIABLE)
    for place in [Path(chosen)] if chosen else _places():
        folder = place / f"kernels-{_key()}"
        if folder in _UNFIT:
            continue
        try:
            for made in (place.parent, place, folder):
                made.mkdir(parents=True, exist_ok=True, mode=0o700)
            ours = (folder,) if chosen else (folder, place, place.parent)
            if os.access(folder, os.W_OK) and all(map(_is_mine, ours)):
                return folder
        except OSError:
            continue
    return None


def give_up(folder: Path) -> None:
    """Keep nothing more in a folder, for the rest of this process: its disk is full, or worse.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.kernels.folder import give_up
    >>> give_up(Path("nowhere"))
    """
    _UNFIT.add(folder)
    kernel_folder.cache_clear()


def _places() -> list[Path]:
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return [
        _SOURCES / "__pycache__",
        user_folder("cache") / "compiled",
        Path(tempfile.gettempdir()) / f"genre-audio-{user}" / "compiled",
    ]


def _is_mine(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True
    status = folder.lstat()
    others = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return status.st_uid == os.getuid() and not others


def _key() -> str:
    """Return what the compiled code depends on: versions, sources, this machine."""
    versions = [metadata.version(name) for name in _PACKAGES]
    sources = [path.read_text(encoding="utf-8") for path in sorted(_SOURCES.glob("*.py"))]
    return digest([versions, sources, sys.version, platform.machine(), platform.node()])
