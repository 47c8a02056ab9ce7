"""Which machinery work goes to: this machine's own, or a Dask cluster that was named.

A cluster is named for a block of code, like joblib's backends, so that the functions
between the command line and `map_unordered` need not know of it. Nothing of Dask is
imported unless one is named.
"""

from __future__ import annotations

import contextlib
import contextvars
import logging
from typing import TYPE_CHECKING, Any

from genre_audio.errors import ParameterError, WorkerError
from genre_audio.execution.jobs import resolve_jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LOCAL", "current_client", "joblib_backend", "on_scheduler"]

LOCAL = "local"
"""The name of a cluster that is started on this machine for the block."""

_SECONDS_TO_ANSWER = 15.0

_CLIENT: contextvars.ContextVar[Any] = contextvars.ContextVar("client", default=None)


def current_client() -> Any:  # noqa: ANN401 - a distributed.Client, which may not be installed
    """Return the client of the cluster that work goes to, None where there is none.

    Examples
    --------
    >>> from genre_audio.execution.backend import current_client
    >>> current_client() is None
    True
    """
    return _CLIENT.get()


@contextlib.contextmanager
def on_scheduler(address: str | None, *, n_jobs: int | None = None) -> Iterator[None]:
    """Send the work of a block to a Dask cluster.

    Parameters
    ----------
    address : str or None
        Of a scheduler (``tcp://host:8786``), or ``"local"`` for a cluster of this machine's
        cores that lives as long as the block. None does the work as ever.
    n_jobs : int, optional
        Worker processes of a ``"local"`` cluster; as many as there are cores by default.

    Raises
    ------
    ParameterError
        If Dask is not installed, or the address is none.
    WorkerError
        If no scheduler answers there.

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
    with _client(address, n_jobs=n_jobs) as client:
        token = _CLIENT.set(client)
        try:
            yield
        finally:
            _CLIENT.reset(token)


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

    client = current_client()
    if client is None:
        # One thread per process: pools inside pools are slower, and their sums differ.
        with joblib.parallel_config("loky", n_jobs=n_jobs or 1, inner_max_num_threads=1):
            yield
    else:
        how = {"client": client, "scatter": list(shared)}
        with client.as_current(), joblib.parallel_config("dask", n_jobs=-1, **how):
            yield


@contextlib.contextmanager
def _client(address: str, *, n_jobs: int | None) -> Iterator[Any]:
    try:
        import distributed
    except ImportError as error:
        raise ParameterError(
            "a scheduler was named, but Dask is not installed: pip install 'genre-audio[cluster]'"
        ) from error
    _quieten()
    with contextlib.ExitStack() as stack:
        if address == LOCAL:
            address = stack.enter_context(_local_cluster(resolve_jobs(n_jobs))).scheduler_address
        try:
            client = distributed.Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise WorkerError(f"no Dask scheduler answers at {address}: {error}") from error
        except ValueError as error:
            raise ParameterError(
                f"{address!r} is no address of a scheduler; give tcp://HOST:PORT or 'local'"
            ) from error
        yield stack.enter_context(client)


def _local_cluster(workers: int) -> Any:  # noqa: ANN401 - a distributed.LocalCluster
    import dask
    import distributed

    # One death more is enough to blame a recording; the default takes four.
    dask.config.set({"distributed.scheduler.allowed-failures": 1})
    return distributed.LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=logging.CRITICAL,
    )


def _quieten() -> None:
    """Leave it to our errors to speak of workers that died."""
    for name in ("distributed", "distributed.client", "distributed.nanny", "distributed.scheduler"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
