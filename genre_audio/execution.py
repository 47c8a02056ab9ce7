"""Map a function over items: in this process, or in several.

One interface for every backend; results come as they are ready, in any order, so that
finished work can be saved at once. Each worker runs one thread, this process too: pools
of BLAS or OpenMP threads inside several processes slow each other down, and they divide
sums by their number, so that results would depend on the machine.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final, TypeVar

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

__all__ = ["map_unordered", "resolve_jobs"]

_CHUNK_SECONDS: Final = 0.3
"""Sending work to another process and back takes milliseconds: little of this."""

_WORTH_A_WORKER: Final = 2.0
"""Seconds of work for which another process, which takes one to start, is worth it."""

Item = TypeVar("Item")
Result = TypeVar("Result")


def resolve_jobs(n_jobs: int | None) -> int:
    """Return the number of worker processes: all cores where None is given.

    Raises
    ------
    ParameterError
        If the number is below 1.

    Examples
    --------
    >>> from genre_audio.execution import resolve_jobs
    >>> resolve_jobs(2)
    2
    """
    if n_jobs is None:
        import joblib

        return int(joblib.cpu_count())
    if n_jobs < 1:
        raise ParameterError(f"{n_jobs} workers were asked for; at least 1 is needed")
    return n_jobs


def map_unordered(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    *,
    n_jobs: int | None = 1,
    costs: Sequence[float] | None = None,
) -> Generator[Result, None, None]:
    """Yield ``function(item)`` for every item, as results come.

    Parameters
    ----------
    function : callable
        Importable by name, as worker processes need it.
    items : sequence
        Arguments; results must tell by themselves which item they belong to.
    n_jobs : int, optional
        Number of worker processes; 1 runs in this one. None is as many as there are
        cores, but no more than are worth their start, where costs are known.
    costs : sequence of float, optional
        Seconds that each item is expected to take. Workers then begin with the longest,
        and short ones travel together.

    Yields
    ------
    object
        In any order.

    Examples
    --------
    >>> from genre_audio.execution import map_unordered
    >>> sorted(map_unordered(abs, [-2, 1]))
    [1, 2]
    """
    most = resolve_jobs(n_jobs) if n_jobs is not None or costs is None else _worthwhile_jobs(costs)
    if min(most, len(items)) <= 1:
        import threadpoolctl

        with threadpoolctl.threadpool_limits(limits=1):
            yield from map(function, items)
        return
    chunks = [[item] for item in items] if costs is None else _chunks(items, costs, n_jobs=most)
    most = min(most, len(chunks))
    import joblib

    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = joblib.Parallel(n_jobs=most, return_as="generator_unordered", batch_size=1)
        results = parallel(joblib.delayed(_map)(function, chunk) for chunk in chunks)
        try:
            for chunk_results in results:
                yield from chunk_results
        finally:
            # Who stops halfway, as by Ctrl-C, knows that work is lost.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                results.close()


def _worthwhile_jobs(costs: Sequence[float]) -> int:
    worthwhile = int(sum(costs) / _WORTH_A_WORKER)
    return 1 if worthwhile <= 1 else min(worthwhile, resolve_jobs(None))


def _map(function: Callable[[Item], Result], chunk: Sequence[Item]) -> list[Result]:
    return list(map(function, chunk))


def _chunks(items: Sequence[Item], costs: Sequence[float], *, n_jobs: int) -> list[list[Item]]:
    """Return the items, dear ones first and by themselves, cheap ones in parcels.

    Parcels become smaller towards the end, so that all workers end at the same time.
    """
    chunks: list[list[Item]] = []
    left, room = sum(costs), 0.0
    for cost, place in sorted(((cost, n) for n, cost in enumerate(costs)), reverse=True):
        if not chunks or cost > room:
            chunks.append([])
            room = min(_CHUNK_SECONDS, left / (4 * n_jobs))
        chunks[-1].append(items[place])
        room -= cost
        left -= cost
    return chunks
