"""How worker processes are started, and what they must not notice while they are.

Where this process has one thread, it is copied (``fork``): that takes milliseconds, and
all that was imported is there. With more threads a copy may stop for ever, holding locks
of threads that it has not got. Linux then starts a process once that is copied instead
(``forkserver``); other systems start every worker from nothing (``spawn``).

A worker that is just starting would greet Ctrl-C, which a terminal sends to all processes
of a command, with a traceback. So these signals are held back meanwhile.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import sys
import types
from typing import TYPE_CHECKING, Any

from genre_audio.execution.worker import ONE_THREAD, serve, serve_packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["can_fork", "signals_held", "start_worker"]


def can_fork() -> bool:
    """Tell whether this process may be copied as it stands.

    Examples
    --------
    >>> from genre_audio.execution.starting import can_fork
    >>> can_fork() in (True, False)
    True
    """
    return sys.platform == "linux" and _threads() == 1


def _threads() -> int:
    """Count this process's threads, those of libraries, too."""
    return len(os.listdir("/proc/self/task"))  # noqa: PTH208 - no need of more


def start_worker(
    function: Callable[[Any], Any], *, memory: int | None
) -> tuple[BaseProcess, Connection]:
    """Start a worker process.

    Parameters
    ----------
    function : callable
        What it does with each item.
    memory : int or None
        Bytes that it may ask for beyond what it begins with.

    Returns
    -------
    process : multiprocessing.Process
    connection : multiprocessing.connection.Connection
        Takes lists of items, gives pairs of an `Answer` and what belongs to it.

    Examples
    --------
    See `genre_audio.execution.map_unordered`.
    """
    ours, theirs = multiprocessing.Pipe()
    try:
        process: BaseProcess
        if can_fork():
            process = multiprocessing.get_context("fork").Process(
                target=serve,
                args=(theirs, function, memory),
                kwargs={"parent": os.getpid()},
                daemon=True,
            )
            with signals_held():
                process.start()
        else:
            import cloudpickle  # pickle alone knows no decorated functions

            process = _fresh(function).Process(
                target=serve_packed,
                args=(theirs, cloudpickle.dumps(function), memory),
                daemon=True,
            )
            with _main_hidden():
                process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


def _fresh(function: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - a context of multiprocessing
    """Return how processes are started that share nothing with this one."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    while isinstance(function, functools.partial):
        function = function.func
    context.set_forkserver_preload([serve.__module__, "threadpoolctl", function.__module__])
    # The server keeps the signals blocked, and hands that on to those that it starts.
    with signals_held(), _one_thread(), _main_hidden():
        forkserver.ensure_running()
    return context


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold Ctrl-C and SIGTERM back, here and in what is started meanwhile.

    Examples
    --------
    >>> import signal
    >>> from genre_audio.execution.starting import signals_held
    >>> with signals_held():
    ...     signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    True
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Keep workers from running the user's script once more, guarded or not."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
