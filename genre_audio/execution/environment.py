"""Whether workers on other machines would give the same numbers: what is installed there.

Rows of one table are made by one recipe. Another version of this package or of a library
that computes, on one of the machines, is another recipe for some of the rows, or fits some
learners of a model in another way.
"""

from __future__ import annotations

import functools
import hashlib
import platform
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["check_same", "difference", "environment"]

_PACKAGES: Final = (
    "genre-audio",
    "numba",
    "numpy",
    "scipy",
    "soundfile",
    "soxr",
    "scikit-learn",
    "xgboost-cpu",
    "dask",
    "distributed",
)
_SOURCES: Final = Path(__file__).parent.parent


@functools.cache
def environment() -> dict[str, str]:
    """Return what decides on the numbers, and on whether processes understand each other.

    Examples
    --------
    >>> from genre_audio.execution.environment import environment
    >>> "numpy" in environment()
    True
    """
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in _PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    return found | {"genre-audio's sources": _sources()}


def difference(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """Return in words what differs between two environments; nothing where nothing does.

    Examples
    --------
    >>> from genre_audio.execution.environment import difference
    >>> difference({"numpy": "2.3.0"}, {"numpy": "2.4.0"})
    'numpy 2.3.0 instead of 2.4.0'
    """
    return ", ".join(
        f"{name} {theirs.get(name, 'none')} instead of {version}"
        for name, version in ours.items()
        if theirs.get(name) != version
    )


def check_same(found: Mapping[str, Any]) -> None:
    """Refuse workers that would not do the work as this process would.

    Parameters
    ----------
    found : dict of str to (dict or Exception)
        By the worker's address, what `environment` says there, or why it says nothing.

    Raises
    ------
    WorkerError
        If one differs.

    Examples
    --------
    >>> from genre_audio.execution.environment import check_same, environment
    >>> check_same({"tcp://10.0.0.7:4321": environment()})
    """
    ours = environment()
    for address, theirs in sorted(found.items()):
        if isinstance(theirs, OSError):  # it has gone meanwhile
            continue
        if isinstance(theirs, BaseException):
            raise WorkerError(
                f"the worker {address} cannot do the work ({type(theirs).__name__}: {theirs}): "
                f"install genre-audio {ours['genre-audio']} on all workers"
            )
        if other := difference(theirs, ours):
            raise WorkerError(
                f"the worker {address} has {other}: rows of one table, and learners of one model, "
                "are made by one recipe, so install the same versions on all workers"
            )


def _sources() -> str:
    """Return the digest of this package's modules: versions under development share a number."""
    found = hashlib.sha256()
    for path in sorted(_SOURCES.rglob("*.py")):
        found.update(f"{path.relative_to(_SOURCES).as_posix()}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()[:12]
