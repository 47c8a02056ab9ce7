"""The kernels are compiled once, and by one process.

numba compiles a kernel when it is first imported, and keeps the result on disk. Several
workers that start on a fresh installation would all do so at once. So the first run
compiles in a process of its own, while others wait.
"""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import filelock

from genre_audio import kernels
from genre_audio.execution import can_fork
from genre_audio.kernels.folder import VARIABLE, kernel_folder

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["prepare_kernels", "warm", "warm_for_copies"]

_DONE: Final = "complete"


def prepare_kernels(on_message: Callable[[str], None] = lambda _: None) -> None:
    """Have the compiled functions on disk before anybody needs them.

    The first call on an installation takes ten seconds or so, later ones nothing.
    To be called before a recording is described, and before workers are started. Where
    nothing can be kept, every process compiles for itself, slowly but rightly.

    Parameters
    ----------
    on_message : callable, optional
        Called with what takes so long.

    Examples
    --------
    >>> from genre_audio.extraction.compiled import prepare_kernels
    >>> prepare_kernels()
    """
    folder = kernel_folder()
    if folder is None or (folder / _DONE).exists():
        return
    on_message("first use: compiling inner loops, once, in some ten seconds")
    try:
        with filelock.FileLock(folder / ".lock"):
            if (folder / _DONE).exists():  # by another process, in the meantime
                return
            if _compiled():
                (folder / _DONE).touch()
                return
    except OSError:
        pass
    on_message(
        f"nothing could be kept in {folder}: every run will compile again; make room there, or "
        f"name another folder in {VARIABLE}"
    )


def warm() -> bool:
    """Import every kernel, which compiles it; tell whether all was kept where it was to be.

    Examples
    --------
    >>> from genre_audio.extraction.compiled import warm
    >>> warm()
    True
    """
    folder = kernel_folder()
    for module in pkgutil.iter_modules(kernels.__path__, f"{kernels.__name__}."):
        importlib.import_module(module.name)
    return kernel_folder() == folder


def warm_for_copies() -> None:
    """Import every kernel where workers are copies of this process, which then need not.

    Examples
    --------
    >>> from genre_audio.extraction.compiled import warm_for_copies
    >>> warm_for_copies()
    """
    if can_fork():
        warm()


def _compiled() -> bool:
    """Compile in a process of its own, which looks for modules where this one does.

    Without -P it would look first in the current folder, which may be a stranger's.
    """
    places = [place for place in sys.path if place]
    code = (
        f"import sys; sys.path[:] = {places!r}; from {__name__} import warm; sys.exit(not warm())"
    )
    run = [sys.executable, "-P", "-c", code]
    return subprocess.run(run, capture_output=True, check=False).returncode == 0  # noqa: S603
