"""The same parcels as in `pool`, sent to a Dask cluster.

The scheduler holds few of them at a time, so that its memory does not grow with the number
of recordings, and a run may be ended at any moment. Dask itself tries a parcel again whose
worker died, and gives it up after a few deaths (`KilledWorker`): its items are then sent
one by one, with nothing else under way that could be to blame, and the one that takes
further workers' lives is `Lost`. A scheduler that went
away is looked for until it answers again, and what was with it is sent once more: results
come in parcels, whole or not at all, so none is lost and none is there twice.
"""

from __future__ import annotations

import collections
import contextlib
import faulthandler
import math
import os
import time
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import WorkerError
from genre_audio.execution.bounds import Bounds, Lost
from genre_audio.execution.worker import Answer, answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["ClusterRun", "do_parcel", "threads_of"]

_AHEAD: Final = 2
"""So many parcels for each thread are with the scheduler: one worked on, one waiting."""

_LOOK: Final = 5.0
"""Seconds after which workers are counted again: clusters grow and shrink."""

_GONE: Final = 120.0
"""Seconds for which a scheduler is looked for that went away."""


def threads_of(client: Any) -> int:  # noqa: ANN401 - a distributed.Client
    """Return how many items a cluster can work on at a time, at least 1.

    Examples
    --------
    See `ClusterRun`.
    """
    return max(1, sum(client.nthreads().values()))


def do_parcel(
    function: Callable[[Any], Any], parcel: Sequence[tuple[int, Any, float]]
) -> list[tuple[int, Answer, Any]]:
    """Do the work of a parcel: what runs in a cluster's workers.

    Parameters
    ----------
    function : callable
        What to do with an item.
    parcel : sequence of (int, object, float)
        Place of each item, the item, and the seconds that it may take.

    Returns
    -------
    list of (int, Answer, object)

    Examples
    --------
    >>> from genre_audio.execution.cluster import do_parcel
    >>> do_parcel(abs, [(7, -1, 60.0)])
    [(7, <Answer.RESULT: 'result'>, 1)]
    """
    import threadpoolctl

    found = []
    with threadpoolctl.threadpool_limits(limits=1):
        for place, item, seconds in parcel:
            with _ended_after(seconds):
                found.append((place, *answer(function, item)))
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


class ClusterRun:
    """Items on their way through a cluster.

    Parameters
    ----------
    client : distributed.Client
        Of the cluster.
    function : callable
        What to do with an item.
    items, costs : sequence
        The items, and the seconds that each is expected to take.
    parcels : list of list of int
        Places of items that travel together, in the order in which they leave.
    bounds : Bounds, optional
        What each item may take; its memory is bounded by Dask's own settings.

    Examples
    --------
    >>> from genre_audio.execution import map_unordered, on_scheduler
    >>> with on_scheduler("local", n_jobs=1):  # doctest: +SKIP
    ...     sorted(map_unordered(abs, [-2, 1]))
    [1, 2]
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401
        function: Callable[[Any], Any],
        items: Sequence[Any],
        *,
        costs: Sequence[float],
        parcels: list[list[int]],
        bounds: Bounds | None = None,
    ) -> None:
        self._client = client
        self._function = function
        self._items = items
        self._costs = costs
        self._bounds = bounds or Bounds(seconds=math.inf)
        self._waiting = collections.deque(parcels)
        self._sent: dict[Any, list[int]] = {}
        self._suspects: collections.deque[int] = collections.deque()
        self._tried_alone: set[int] = set()
        self._room = 0
        self._counted = -math.inf

    def results(self) -> Iterator[tuple[int, Any]]:
        """Yield the place of each item with its result, or with the `Lost` it ended in.

        Raises
        ------
        WorkerError
            If the scheduler goes away and does not come back.
        """
        try:
            while self._waiting or self._sent or self._suspects:
                self._send()
                for future in self._finished():
                    yield from self._take(future)
        finally:
            with contextlib.suppress(Exception):
                self._client.cancel(list(self._sent), asynchronous=False)

    def _send(self) -> None:
        """Have as many parcels with the scheduler as keep its workers busy."""
        if time.monotonic() - self._counted > _LOOK:
            self._room = _AHEAD * threads_of(self._client)
            self._counted = time.monotonic()
        while self._waiting and len(self._sent) < self._room:
            self._submit(self._waiting.popleft())
        if self._suspects and not self._sent:
            self._tried_alone.add(self._suspects[0])
            self._submit([self._suspects.popleft()])

    def _submit(self, places: list[int]) -> None:
        parcel = [(place, self._items[place], self._allowed(place)) for place in places]
        future = self._client.submit(do_parcel, self._function, parcel, pure=False)
        self._sent[future] = places

    def _allowed(self, place: int) -> float:
        return self._bounds.allowed(self._costs[place])

    def _finished(self) -> list[Any]:
        """Wait until a parcel is done, or it is time to count the workers again."""
        import distributed

        with self._client.as_current(), contextlib.suppress(TimeoutError):
            distributed.wait(list(self._sent), timeout=_LOOK, return_when="FIRST_COMPLETED")
        return [future for future in self._sent if future.done()]

    def _take(self, future: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401
        import distributed

        places = self._sent.pop(future)
        if future.status == "finished":
            try:
                found = future.result()
            except (OSError, TimeoutError, distributed.CancelledError):
                self._waiting.appendleft(places)  # it had gone with its worker meanwhile
                return
            for place, kind, said in found:
                yield from self._settle(place, kind, said)
        elif future.status == "error":
            error = future.exception()
            if not isinstance(error, distributed.KilledWorker):
                raise error
            for place in places:
                yield from self._suspect(place, _lost(error))
        else:  # cancelled, lost: the scheduler is not the one that it was sent to
            self._waiting.appendleft(places)
            self._await_scheduler()

    def _settle(self, place: int, kind: Answer, said: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401
        if kind is Answer.ERROR:
            raise said
        if kind is Answer.MEMORY:
            yield from self._suspect(place, Lost("memory", said))
        else:
            yield place, said

    def _suspect(self, place: int, why: Lost) -> Iterator[tuple[int, Any]]:
        """Have an item tried once more, by itself, or give it up."""
        if place in self._tried_alone:
            yield place, why
        else:
            self._suspects.append(place)

    def _await_scheduler(self) -> None:
        """Return when the scheduler answers."""
        begun = time.monotonic()
        while self._client.status != "running":
            if time.monotonic() - begun > _GONE or self._client.status == "closed":
                raise WorkerError(
                    "the Dask scheduler went away and did not come back; what is finished is "
                    "kept: run again when it is there"
                )
            time.sleep(0.2)
        self._counted = -math.inf


def _lost(error: Any) -> Lost:  # noqa: ANN401 - a distributed.KilledWorker
    return Lost("died", f"as did several workers, the last at {error.last_worker.address}")
