"""Which machinery work goes to: this machine's own, or a Dask cluster that was named.

A cluster is named for a block of code, like joblib's backends, so that the functions
between the command line and `map_unordered` need not know of it. Nothing of Dask is
imported unless one is named.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
import os
from typing import TYPE_CHECKING, Any

from genre_audio.errors import ParameterError, WorkerError
from genre_audio.execution.joblibs import end_with
from genre_audio.execution.jobs import resolve_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from genre_audio.execution.connection import Connection

__all__ = [
    "LOCAL",
    "count_workers",
    "current_connection",
    "joblib_backend",
    "on_scheduler",
]

LOCAL = "local"
"""The name of a cluster that is started on this machine for the block."""

_CONNECTION: contextvars.ContextVar[Connection | None] = contextvars.ContextVar(
    "connection", default=None
)


def current_connection() -> Connection | None:
    """Return the connection to the cluster that work goes to, None where there is none.

    Examples
    --------
    >>> from genre_audio.execution.backend import current_connection
    >>> current_connection() is None
    True
    """
    return _CONNECTION.get()


def count_workers(n_jobs: int | None) -> int:
    """Return how many workers there are for much work: a cluster's, or as many as asked for.

    Parameters
    ----------
    n_jobs : int, optional
        Worker processes of this machine; None is as many as there are cores.

    Examples
    --------
    >>> from genre_audio.execution import count_workers
    >>> count_workers(2)
    2
    """
    connection = current_connection()
    return resolve_jobs(n_jobs) if connection is None else connection.staff()


@contextlib.contextmanager
def on_scheduler(
    address: str | None,
    *,
    n_jobs: int | None = None,
    on_message: Callable[[str], None] = lambda _: None,
) -> Iterator[None]:
    """Send the work of a block to a Dask cluster.

    Parameters
    ----------
    address : str or None
        Of a scheduler (``tcp://host:8786``), or ``"local"`` for a cluster of this machine's
        cores that lives as long as the block. None does the work as ever.
    n_jobs : int, optional
        Worker processes of a ``"local"`` cluster; as many as there are cores by default.
    on_message : callable, optional
        Called with what is waited for, in words: workers, or a scheduler that went away.

    Raises
    ------
    ParameterError
        If Dask is not installed, or the address is none.
    WorkerError
        If no scheduler answers there, no worker comes, or one has another version of what
        makes the numbers.

    Notes
    -----
    The loggers of Dask, tornado and asyncio are silent from then on: errors and messages of
    this package say what matters.

    Examples
    --------
    >>> from genre_audio.execution import map_unordered, on_scheduler
    >>> with on_scheduler(None):
    ...     sorted(map_unordered(abs, [-2, 1]))
    [1, 2]
    """
    if address is None:
        yield
        return
    with contextlib.ExitStack() as stack:
        connection = _open(address, stack, n_jobs=n_jobs, on_message=on_message)
        stack.callback(connection.close)
        token = _CONNECTION.set(connection)
        try:
            yield
        finally:
            _CONNECTION.reset(token)


@contextlib.contextmanager
def joblib_backend(n_jobs: int | None, *, shared: Sequence[Any] = ()) -> Iterator[None]:
    """Have joblib's parallel parts of a block run where other work does.

    Parameters
    ----------
    n_jobs : int, optional
        Worker processes of this machine, 1 by default; a cluster has its own number.
    shared : sequence of object
        What many calls are given: a cluster's workers are sent it once, and not again with
        each of joblib's parallel parts. Processes of this machine read it from one file.

    Examples
    --------
    >>> import joblib
    >>> from genre_audio.execution import joblib_backend
    >>> with joblib_backend(1):
    ...     joblib.Parallel()(joblib.delayed(abs)(value) for value in (-1, 2))
    [1, 2]
    """
    import joblib

    connection = current_connection()
    if connection is None:
        # One thread per process: pools inside pools are slower, and their sums differ.
        how = {"inner_max_num_threads": 1, "initializer": end_with, "initargs": (os.getpid(),)}
        with joblib.parallel_config("loky", n_jobs=n_jobs or 1, **how):
            yield
    else:
        client = connection.client
        how = {"client": client, "scatter": list(shared)}
        with client.as_current(), joblib.parallel_config("dask", n_jobs=-1, **how):
            yield


def _open(
    address: str,
    stack: contextlib.ExitStack,
    *,
    n_jobs: int | None,
    on_message: Callable[[str], None],
) -> Connection:
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise ParameterError(
            "a scheduler was named, but Dask is not installed: pip install 'genre-audio[cluster]'"
        ) from error
    from genre_audio.execution.connection import Connection

    if address == LOCAL:
        address = stack.enter_context(_local_cluster(resolve_jobs(n_jobs))).scheduler_address
    return Connection(address, on_message=on_message)


def _local_cluster(workers: int) -> Any:  # noqa: ANN401 - a distributed.LocalCluster
    import dask
    import distributed

    # One death more is enough to blame a recording; the default takes four.
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):
        try:
            return distributed.LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",  # without a host, all in the network see it
                silence_logs=logging.CRITICAL,
            )
        except (OSError, RuntimeError) as error:
            raise WorkerError(
                f"no cluster can be started on this machine ({error}); a script must begin its "
                "work behind if __name__ == '__main__', as workers read it once more"
            ) from error
