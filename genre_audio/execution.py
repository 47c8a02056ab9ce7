"""Map a function over items: in this process, or in several.

One interface for every backend; results come as they are ready, in any order, so that
finished work can be saved at once. Each worker runs one thread, this process too: pools
of BLAS or OpenMP threads inside several processes slow each other down, and they divide
sums by their number, so that results would depend on the machine.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, TypeVar

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

__all__ = ["map_unordered", "resolve_jobs"]

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
    import joblib

    if n_jobs is None:
        return int(joblib.cpu_count())
    if n_jobs < 1:
        raise ParameterError(f"{n_jobs} workers were asked for; at least 1 is needed")
    return n_jobs


def map_unordered(
    function: Callable[[Item], Result], items: Sequence[Item], *, n_jobs: int = 1
) -> Generator[Result, None, None]:
    """Yield ``function(item)`` for every item, as results come.

    Parameters
    ----------
    function : callable
        Importable by name, as worker processes need it.
    items : sequence
        Arguments; results must tell by themselves which item they belong to.
    n_jobs : int
        Number of worker processes; 1 runs in this one.

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
    n_jobs = min(n_jobs, len(items))
    if n_jobs <= 1:
        import threadpoolctl

        with threadpoolctl.threadpool_limits(limits=1):
            yield from map(function, items)
        return
    import joblib

    with joblib.parallel_config(backend="loky", inner_max_num_threads=1):
        parallel = joblib.Parallel(n_jobs=n_jobs, return_as="generator_unordered")
        results = parallel(joblib.delayed(function)(item) for item in items)
        try:
            for result in results:  # noqa: UP028 - `yield from` would close them unseen
                yield result
        finally:
            # Who stops halfway, as by Ctrl-C, knows that work is lost.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                results.close()
