"""What runs in a worker process: items in, results out, until nobody is there any more.

A worker answers item by item, so that what it had finished is not lost when it dies.
"""

from __future__ import annotations

import contextlib
import ctypes
import enum
import gc
import os
import pickle
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

__all__ = ["ONE_THREAD", "Answer", "answer", "bound_memory", "serve", "serve_packed"]

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)
"""The environment by which libraries start no threads."""

_PR_SET_PDEATHSIG = 1


class Answer(enum.Enum):
    """What a worker says.

    Examples
    --------
    >>> from genre_audio.execution.worker import Answer
    >>> Answer("ready")
    <Answer.READY: 'ready'>
    """

    READY = "ready"
    RESULT = "result"
    MEMORY = "memory"
    ERROR = "error"


def serve(
    connection: Connection,
    function: Callable[[Any], Any],
    memory: int | None,
    *,
    parent: int | None = None,
) -> None:
    """Be a worker: the body of its process.

    Parameters
    ----------
    connection : multiprocessing.connection.Connection
        Where lists of items come from; each item is answered by itself.
    function : callable
        What to do with an item.
    memory : int or None
        Bytes that may be asked for beyond what is in use.
    parent : int, optional
        Number of the process that this one is a copy of.

    Examples
    --------
    See `genre_audio.execution.map_unordered`.
    """
    import threadpoolctl

    _take_the_part()
    if parent is not None and os.getppid() != parent:
        return  # it ended first, and a copy that holds both ends of its pipe waits for ever
    with threadpoolctl.threadpool_limits(limits=1), contextlib.suppress(EOFError, OSError):
        bound_memory(memory)
        connection.send((Answer.READY, None))
        while True:
            for item in connection.recv():
                _send(connection, answer(function, item))


def serve_packed(connection: Connection, function: bytes, memory: int | None) -> None:
    """Be a worker that shares nothing with the process that started it.

    Examples
    --------
    See `serve`.
    """
    serve(connection, pickle.loads(function), memory)  # noqa: S301 - from the process it works for


def answer(function: Callable[[Any], Any], item: Any) -> tuple[Answer, Any]:  # noqa: ANN401
    """Do one item's work, whatever comes of it.

    Examples
    --------
    >>> from genre_audio.execution.worker import answer
    >>> answer(abs, -1)
    (<Answer.RESULT: 'result'>, 1)
    """
    try:
        return Answer.RESULT, function(item)
    except MemoryError as error:
        return Answer.MEMORY, str(error)
    except Exception as error:  # noqa: BLE001 - raised again where the results are awaited
        error.add_note(f"in a worker process:\n{traceback.format_exc()}")
        return Answer.ERROR, _fit_to_be_sent(error)


def _fit_to_be_sent(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own, to see whether it can be done
    except Exception as why:  # noqa: BLE001 - what cannot be sent is said in words
        return RuntimeError(f"{error!r} cannot be sent: {why!r}")
    return error


def bound_memory(size: int | None) -> None:
    """Have requests for memory fail beyond `size` bytes more than now.

    What counts is what was asked for (``RLIMIT_DATA``), not what was used: a decoder that
    believes a header and asks for gigabytes is told at once that there are none.

    Examples
    --------
    >>> from genre_audio.execution.worker import bound_memory
    >>> bound_memory(None)
    """
    if sys.platform != "linux" or size is None:
        return
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no need of more
        begun = int(file.read().split()[5]) * resource.getpagesize()
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = begun + size
    within = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (within, hard))


def _send(connection: Connection, said: tuple[Answer, Any]) -> None:
    try:
        connection.send(said)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - what cannot be sent is said in words
        connection.send((Answer.ERROR, RuntimeError(f"{said[1]!r} cannot be sent: {error!r}")))


def _take_the_part() -> None:
    """Leave it to the parent when to end; end with it; run one thread; write no core."""
    gc.freeze()  # what a copy inherits it shares as long as it leaves it alone
    os.environ.update(ONE_THREAD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "win32":
        return
    import resource

    # A group of its own: what a decoder starts ends with it, and Ctrl-C is the parent's.
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        # The kernel ends a worker with its parent, however that ended.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # Whoever must die for want of memory, it should not be the parent.
        with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:  # noqa: PTH123
            file.write("500")
