"""The compiled kernels, compiled once and by one process.

numba compiles a kernel at its first call, and keeps the result on disk. Several workers
that start on a fresh installation would all do so at once, and numba does not lock what
it keeps. So the first run compiles in a process of its own, while others wait.

The result lies beside the kernels' sources; where that folder cannot be written to, in
the user's cache, and where there is none (no home, as for services), in a private folder
among the temporary files. Somebody else's folder is never used: what numba keeps is code.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import filelock
import platformdirs

from genre_audio import features
from genre_audio.config import digest

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["VARIABLE", "prepare_kernels", "warm"]

VARIABLE: Final = "NUMBA_CACHE_DIR"
"""Where numba keeps what it compiled; a value that the user has set is left alone."""

_DONE: Final = "complete"
_PACKAGES: Final = ("llvmlite", "numba", "numpy")
_KERNELS: Final = Path(features.__file__).parent / "kernels"


def prepare_kernels(on_message: Callable[[str], None] = lambda _: None) -> None:
    """Have the compiled functions on disk before anybody needs them.

    The first call on an installation takes ten seconds or so, later ones nothing.
    To be called before a recording is described, and before workers are started.

    Parameters
    ----------
    on_message : callable, optional
        Called with what takes so long.

    Examples
    --------
    >>> from genre_audio.extraction.compiled import prepare_kernels
    >>> prepare_kernels()
    """
    try:
        folder = Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else _folder()
        os.environ[VARIABLE] = str(folder)
        done = folder / f"{_DONE}-{_key()}"
        if done.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(folder / ".lock"):
            if not done.exists():
                on_message("first use: compiling inner loops, once, in some ten seconds")
                if _compiled():
                    done.touch()
    except OSError:
        # Nothing can be kept there: every process compiles for itself, slowly but rightly.
        return


def warm() -> None:
    """Describe a second of sound, which compiles all that describing needs.

    Examples
    --------
    >>> from genre_audio.extraction.compiled import warm
    >>> warm()
    """
    import numpy as np

    from genre_audio.features import feature_row
    from genre_audio.segment import Segment

    t = np.arange(22050) / 22050
    clicks = np.sin(2 * np.pi * 440 * t) * np.exp(-30 * (t % 0.25))
    feature_row(Segment(y=clicks.astype(np.float32), sr=22050))


def _compiled() -> bool:
    """Compile in a process that has not imported numba, whatever this one has done."""
    code = f"from {__name__} import warm; warm()"
    run = [sys.executable, "-c", code]
    return subprocess.run(run, capture_output=True, check=False).returncode == 0  # noqa: S603


def _key() -> str:
    """Return what the compiled code depends on: versions, sources, this machine."""
    versions = [metadata.version(name) for name in _PACKAGES]
    stamps = [(path.name, path.stat().st_mtime_ns) for path in sorted(_KERNELS.glob("*.py"))]
    return digest([*versions, stamps, sys.version, platform.machine(), platform.node()])


def _folder() -> Path:
    """Return the first folder that can be written to and is nobody else's."""
    places = (_KERNELS / "__pycache__", _user_cache(), _temporary() / "compiled")
    for folder in places:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and _is_mine(folder) and _is_mine(folder.parent):
            return folder
    return Path(tempfile.mkdtemp(prefix="genre-audio-"))


def _user_cache() -> Path:
    return platformdirs.user_cache_path("genre-audio") / "compiled"


def _temporary() -> Path:
    user = os.getuid() if hasattr(os, "getuid") else "user"
    return Path(tempfile.gettempdir()) / f"genre-audio-{user}"


def _is_mine(folder: Path) -> bool:
    return not hasattr(os, "getuid") or folder.lstat().st_uid == os.getuid()
