"""How the workers end that joblib starts, for training.

A terminal sends Ctrl-C to all processes of a command. Workers of joblib answer with
tracebacks, each its own. Those that are started with the signal held back never see it:
they are ended by the process that they work for. Where that one was killed itself, they
would work on and then wait for minutes; so they look whether it is still there.
"""

from __future__ import annotations

import contextlib
import functools
import os
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from genre_audio.execution.starting import signals_held

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["end_joblib", "end_with", "shield_joblib"]

_LOOK: Final = 1.0
"""Seconds between two looks."""


def shield_joblib() -> None:
    """Have joblib's workers not notice Ctrl-C; where joblib has changed, do nothing.

    Examples
    --------
    >>> from genre_audio.execution.joblibs import shield_joblib
    >>> shield_joblib()
    """
    if sys.platform == "win32":
        return
    with contextlib.suppress(ImportError, AttributeError):
        from joblib.externals.loky.backend import fork_exec as module

        if not hasattr(module.fork_exec, "__wrapped__"):
            module.fork_exec = _shielded(module.fork_exec)


def end_joblib() -> None:
    """End the workers that joblib keeps, if it has any.

    Examples
    --------
    >>> from genre_audio.execution.joblibs import end_joblib
    >>> end_joblib()
    """
    module = sys.modules.get("joblib.externals.loky.reusable_executor")
    executor = getattr(module, "_executor", None)
    if executor is not None:
        executor.shutdown(wait=True, kill_workers=True)


def end_with(parent: int) -> None:
    """Have this process end soon after the one that started it: what a worker does first.

    The kernel's own way, a signal at the death of the parent, is sent as the *thread* ends
    that started a worker, which may be any.

    Parameters
    ----------
    parent : int
        Number of the process.

    Examples
    --------
    >>> import os
    >>> from genre_audio.execution.joblibs import end_with
    >>> end_with(os.getppid())
    """
    if sys.platform != "win32":  # where a process keeps its parent's number
        threading.Thread(target=_watch, args=[parent], daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def _shielded(start: Callable[..., int]) -> Callable[..., int]:
    @functools.wraps(start)
    def held(*arguments: Any, **how: Any) -> int:  # noqa: ANN401 - whatever joblib says
        """Start a process that inherits which signals are held back."""
        with signals_held():
            return start(*arguments, **how)

    return held
