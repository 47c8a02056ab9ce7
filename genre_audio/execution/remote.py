"""What runs in the worker processes of a cluster.

A worker does one item at a time, however many threads it has: the time and the memory that
an item may take are bounds of the whole process, and so is the number of BLAS threads.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import functools
import math
import os
import pickle
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import WorkerError
from genre_audio.execution.environment import difference, environment
from genre_audio.execution.worker import Answer, answer, bound_memory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["do_parcel"]

_ONE_AT_A_TIME: Final = threading.Lock()

_M_TRIM_THRESHOLD: Final = -1
_M_MMAP_THRESHOLD: Final = -3


def do_parcel(
    parcel: Sequence[tuple[int, Any, float]],
    *,
    function: bytes,
    memory: int | None = None,
    expected: dict[str, str] | None = None,
) -> list[tuple[int, Answer, Any]]:
    """Do the work of a parcel.

    Parameters
    ----------
    parcel : sequence of (int, object, float)
        Place of each item, the item, and the seconds that it may take.
    function : bytes
        What to do with an item, pickled.
    memory : int, optional
        Bytes that an item may ask for beyond what is in use; kept by Linux only.
    expected : dict of str to str, optional
        What `environment` says where the results go to.

    Returns
    -------
    list of (int, Answer, object)

    Raises
    ------
    WorkerError
        If this process would make other numbers than the one that sends the work.

    Examples
    --------
    >>> import pickle
    >>> from genre_audio.execution.remote import do_parcel
    >>> do_parcel([(7, -1, 60.0)], function=pickle.dumps(abs))
    [(7, <Answer.RESULT: 'result'>, 1)]
    """
    import threadpoolctl

    if expected is not None and (other := difference(environment(), expected)):
        raise WorkerError(f"a worker that came later has {other}")
    _hold_on_to_memory()
    found = []
    with _ONE_AT_A_TIME, threadpoolctl.threadpool_limits(limits=1):
        work = _unpacked(function)
        for place, item, seconds in parcel:
            with _ended_after(seconds), _within(memory):
                found.append((place, *answer(work, item)))
    return found


@functools.cache
def _hold_on_to_memory() -> None:
    """Have freed memory used again, as any process does whom Dask did not tell otherwise.

    Nannies set ``MALLOC_TRIM_THRESHOLD_``, by which arrays go back to the system each time and
    are asked for anew, page by page: describing then takes half as long again. These are the
    bounds that the C library comes to by itself.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another C library
            library = ctypes.CDLL(None)
            library.mallopt(_M_MMAP_THRESHOLD, 2**25)
            library.mallopt(_M_TRIM_THRESHOLD, 2**26)


@functools.lru_cache(maxsize=4)
def _unpacked(function: bytes) -> Callable[[Any], Any]:
    """Unpack a function once, not with every parcel."""
    found: Callable[[Any], Any] = pickle.loads(function)  # noqa: S301 - from whom it works for
    return found


@contextlib.contextmanager
def _ended_after(seconds: float) -> Iterator[None]:
    """End this process if the block takes longer: native code hears nothing else."""
    if math.isinf(seconds):
        yield
        return
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@contextlib.contextmanager
def _within(memory: int | None) -> Iterator[None]:
    """Have requests for more memory fail, as they do in a worker of this machine's own."""
    if sys.platform != "linux" or memory is None:
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    bound_memory(memory)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
