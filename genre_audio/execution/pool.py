"""Workers, each on a pipe of its own, and what becomes of items whose worker fails.

There is no thread and no lock here that a dying worker could leave behind: this process
waits for all pipes at once, until the first deadline. It knows what each worker is at,
because workers answer item by item, in order.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import math
import os
import signal
import time
from multiprocessing import connection as pipes
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import WorkerError
from genre_audio.execution.bounds import Bounds, Lost
from genre_audio.execution.starting import start_worker
from genre_audio.execution.worker import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

__all__ = ["Pool"]

_STILLBORN: Final = 3
"""So many workers in a row may end as they start."""

_DYING: Final = 5.0
"""Seconds after which a killed process is left alone: a dead disk holds it."""

_STOPPED: Final = 5.0
"""Seconds of sleep too many that tell that this process itself had been stopped."""


@dataclasses.dataclass(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    places: collections.deque[int] = dataclasses.field(default_factory=collections.deque)
    ready: bool = False
    fresh: bool = True
    deadline: float = math.inf

    def hear(self) -> tuple[Answer, Any] | None:
        """Return what it says; None where there is nothing more to come."""
        with contextlib.suppress(EOFError, OSError):
            if self.connection.poll():
                said: tuple[Answer, Any] = self.connection.recv()
                return said
        return None

    def end(self) -> None:
        """Kill it, and whatever it had started."""
        with contextlib.suppress(AttributeError, OSError, TypeError):
            os.killpg(self.process.pid, signal.SIGKILL)  # type: ignore[arg-type]
        self.process.kill()
        self.process.join(_DYING)
        self.connection.close()

    @property
    def last_words(self) -> str:
        """How it ended."""
        code = self.process.exitcode
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                return f"by the signal {signal.Signals(-code).name}"
        return f"with exit code {code}"


class Pool:
    """Workers that do the same with many items.

    Parameters
    ----------
    function : callable
        What to do with an item.
    items, costs : sequence
        The items, and the seconds that each is expected to take.
    parcels : list of list of int
        Places of items that travel together, in the order in which they leave.
    n_jobs : int
        How many workers.
    bounds : Bounds, optional
        What each item may take; without them, as long as it likes.

    Examples
    --------
    >>> from genre_audio.execution.pool import Pool
    >>> pool = Pool(abs, [-1, -2], costs=[0, 0], parcels=[[0], [1]], n_jobs=1)
    >>> [result for place, result in pool.results()]
    [1, 2]
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        *,
        costs: Sequence[float],
        parcels: list[list[int]],
        n_jobs: int,
        bounds: Bounds | None = None,
    ) -> None:
        self._function = function
        self._items = items
        self._costs = costs
        self._parcels = collections.deque(parcels)
        self._suspects: set[int] = set()
        self._n_jobs = n_jobs
        self._bounds = bounds or Bounds(seconds=math.inf)
        self._workers: list[_Worker] = []
        self._stillborn = 0

    def results(self) -> Iterator[tuple[int, Any]]:
        """Yield the place of each item with its result, or with the `Lost` it ended in.

        Raises
        ------
        WorkerError
            If workers cannot be started.
        """
        try:
            while self._parcels or any(worker.places for worker in self._workers):
                self._staff()
                self._hand_out()
                for worker in self._heard():
                    if worker in self._workers:  # and was not dismissed meanwhile
                        yield from self._take(worker)
                for worker in [each for each in self._workers if self._is_late(each)]:
                    words = f"after {self._allowed(worker):.0f} s, in which it had not finished"
                    yield from self._fail(worker, Lost("hung", words))
        finally:
            for worker in self._workers:
                worker.end()
            self._workers = []

    def _staff(self) -> None:
        """Have a worker for each parcel, as many as there may be."""
        busy = sum(bool(worker.places) for worker in self._workers)
        while len(self._workers) < min(self._n_jobs, busy + len(self._parcels)):
            try:
                process, connection = start_worker(self._function, memory=self._bounds.bytes)
            except OSError as error:
                if self._workers:  # the system lets us have no more
                    self._n_jobs = len(self._workers)
                    return
                raise WorkerError(f"no worker process can be started: {error}") from error
            self._workers.append(_Worker(process, connection))

    def _hand_out(self) -> None:
        for worker in list(self._workers):
            if not self._parcels or not worker.ready or worker.places:
                continue
            suspect = self._parcels[0][0] in self._suspects
            if suspect and not worker.fresh:  # what others left behind may be to blame
                self._dismiss(worker)
                continue
            worker.places.extend(self._parcels.popleft())
            worker.fresh = False
            self._set_clock(worker)
            # One that died meanwhile is noticed where it is heard.
            with contextlib.suppress(OSError):
                worker.connection.send([self._items[place] for place in worker.places])

    def _set_clock(self, worker: _Worker) -> None:
        worker.deadline = time.monotonic() + self._allowed(worker) if worker.places else math.inf

    def _allowed(self, worker: _Worker) -> float:
        return self._bounds.allowed(self._costs[worker.places[0]])

    def _heard(self) -> list[_Worker]:
        """Wait until workers have something to say, or one is late."""
        if not self._workers:  # all were dismissed: others are started first
            return []
        begun = time.monotonic()
        first = min(worker.deadline for worker in self._workers)
        patience = None if math.isinf(first) else max(0.0, first - begun)
        channels: list[Any] = [worker.connection for worker in self._workers]
        channels += [worker.process.sentinel for worker in self._workers]
        said = pipes.wait(channels, patience)
        overslept = time.monotonic() - begun - (patience or 0.0)
        if not said and overslept > _STOPPED:  # by Ctrl-Z: the workers' time stood still as well
            for worker in self._workers:
                worker.deadline += overslept
        return [
            worker
            for worker in self._workers
            if worker.connection in said or worker.process.sentinel in said
        ]

    def _is_late(self, worker: _Worker) -> bool:
        return time.monotonic() >= worker.deadline and not worker.connection.poll()

    def _take(self, worker: _Worker) -> Iterator[tuple[int, Any]]:
        """Hear one answer of a worker, or that there will be no more."""
        heard = worker.hear()
        if heard is None:
            yield from self._mourn(worker)
            return
        kind, said = heard
        self._stillborn = 0
        if kind is Answer.READY:
            worker.ready = True
            return
        if kind is Answer.ERROR:
            raise said
        place = worker.places.popleft()
        self._set_clock(worker)
        self._hand_out()  # before the result is looked at, which may take long
        if kind is Answer.MEMORY:
            yield from self._suspect(place, Lost("memory", said))
        else:
            yield place, said

    def _mourn(self, worker: _Worker) -> Iterator[tuple[int, Any]]:
        worker.process.join(1.0)
        words = worker.last_words
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn >= _STILLBORN:
                raise WorkerError(f"worker processes end as they start, {words}")
        yield from self._fail(worker, Lost("died", words))

    def _fail(self, worker: _Worker, why: Lost) -> Iterator[tuple[int, Any]]:
        """Dismiss a worker; what it was at is suspect, what was to follow is not."""
        places = list(worker.places)
        self._dismiss(worker)
        if places[1:]:
            self._parcels.appendleft(places[1:])
        if places:
            yield from self._suspect(places[0], why)

    def _dismiss(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.end()

    def _suspect(self, place: int, why: Lost) -> Iterator[tuple[int, Any]]:
        """Have an item tried once more, at the end and by itself, or give it up."""
        if place in self._suspects:
            yield place, why
            return
        self._suspects.add(place)
        self._parcels.append([place])
