"""Where work is done: in this process, or in workers, and in how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from genre_audio.errors import WorkerError
from genre_audio.execution.backend import current_connection
from genre_audio.execution.bounds import Bounds, Lost
from genre_audio.execution.jobs import resolve_jobs
from genre_audio.execution.parcels import CLUSTER_SECONDS, PARCEL_SECONDS, parcels
from genre_audio.execution.starting import can_fork

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from genre_audio.execution.cluster import ClusterRun
    from genre_audio.execution.pool import Pool

__all__ = ["map_unordered"]

_WORTH_A_COPY: Final = 0.2
"""Seconds of work for which another worker is worth it that starts in milliseconds."""

_WORTH_A_START: Final = 2.0
"""Seconds of work for which one is worth it that takes a second to start."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_unordered(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    n_jobs: int | None = 1,
    costs: Sequence[float] | None = None,
    on_lost: Callable[[Item, Lost], Result] | None = None,
    bounds: Bounds | None = None,
) -> Generator[Result, None, None]:
    """Yield ``function(item)`` for every item, as results come.

    Parameters
    ----------
    function : callable
        What to do with an item.
    items : sequence
        Arguments; results must tell by themselves which item they belong to.
    n_jobs : int, optional
        Number of worker processes. None is as many as there are cores, but no more than
        are worth their start, where costs are known.
    costs : sequence of float, optional
        Seconds that each item is expected to take. Workers then begin with the longest,
        and short ones travel together.
    on_lost : callable, optional
        What to yield for an item that took the lives of two workers. Without it a single
        job is done in this process, and a lost item is an error.
    bounds : Bounds, optional
        What an item may take in a worker.

    Yields
    ------
    object
        In any order.

    Raises
    ------
    WorkerError
        If an item is lost and `on_lost` is not given, or no worker can be started.

    Notes
    -----
    With `on_lost` even a single job has a worker of its own wherever one starts in
    milliseconds: on Linux, in a process of one thread. Elsewhere what takes less than two
    seconds is done in this process; a crash there ends it, and time is not bounded.

    Examples
    --------
    >>> from genre_audio.execution import map_unordered
    >>> sorted(map_unordered(abs, [-2, 1]))
    [1, 2]
    """
    cluster = current_connection()
    if cluster is not None:
        workers = cluster.staff()
    else:
        workers = min(_workers(n_jobs, costs, apart=on_lost is not None), len(items))
        if workers == 0:
            yield from _here(function, items, on_lost=on_lost)
            return
    if costs is None:
        costs, parts = [0.0] * len(items), [[place] for place in range(len(items))]
    else:
        seconds = PARCEL_SECONDS if cluster is None else CLUSTER_SECONDS
        parts = parcels(costs, n_jobs=workers, seconds=seconds)
    how: dict[str, Any] = {"costs": costs, "parcels": parts, "bounds": bounds}
    run: ClusterRun | Pool
    if cluster is not None:
        from genre_audio.execution.cluster import ClusterRun

        run = ClusterRun(cluster, function, items, **how)
    else:
        from genre_audio.execution.pool import Pool

        run = Pool(function, items, n_jobs=workers, **how)
    for place, result in run.results():
        yield _settled(items[place], result, on_lost=on_lost)


def _workers(n_jobs: int | None, costs: Sequence[float] | None, *, apart: bool) -> int:
    """Return how many workers the work is worth; 0 where it is done in this process."""
    quick = can_fork()
    if costs is None:
        worth, most = 1, resolve_jobs(n_jobs)
    else:
        worth = int(sum(costs) / (_WORTH_A_COPY if quick else _WORTH_A_START))
        counted = 1 if n_jobs is None and worth <= 1 else resolve_jobs(n_jobs)
        most = counted if n_jobs is not None else min(worth, counted)
    if not apart:
        return most if most > 1 else 0
    if quick:
        return max(most, 1)
    return 0 if most <= 1 and not worth else most


def _here(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    on_lost: Callable[[Item, Lost], Result] | None,
) -> Iterator[Result]:
    import threadpoolctl

    with threadpoolctl.threadpool_limits(limits=1):
        for item in items:
            try:
                result: Any = function(item)
            except MemoryError as error:
                if on_lost is None:
                    raise
                result = Lost("memory", str(error))
            yield _settled(item, result, on_lost=on_lost)


def _settled(item: Any, result: Any, *, on_lost: Callable[[Any, Lost], Any] | None) -> Any:  # noqa: ANN401
    if not isinstance(result, Lost):
        return result
    if on_lost is None:
        raise WorkerError(
            f"a worker process was lost twice at the same piece of work "
            f"({result.reason}: {result.detail}); with fewer workers (-j) each has more memory"
        )
    return on_lost(item, result)
