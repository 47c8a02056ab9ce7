"""Parcels as in `pool`, but larger ones, sent to a Dask cluster.

The scheduler holds few of them at a time, so that a run may be ended at any moment and its
memory hardly grows with the number of recordings. It does grow, by what Dask never forgets:
the names of the last 100,000 tasks (`dask.utils.key_split`), and an entry for each message
that brings some (`distributed.spans`). So items travel in parcels, and parcels several in a
message. Dask itself tries a parcel again whose
worker died, and gives it up after a few deaths (`KilledWorker`): its items are then sent
one by one, with nothing else under way that could be to blame, and the one that takes
further workers' lives is `Lost`. A scheduler that went away is looked for until it answers
again, and what was with it is sent once more: results come in parcels, whole or not at all,
so none is lost and none is there twice.
"""

from __future__ import annotations

import collections
import concurrent.futures
import contextlib
import itertools
import math
import time
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import GenreAudioError, WorkerError
from genre_audio.execution.bounds import Bounds, Lost
from genre_audio.execution.environment import environment
from genre_audio.execution.remote import do_parcel
from genre_audio.execution.worker import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from genre_audio.execution.connection import Connection

__all__ = ["ClusterRun"]

_AHEAD: Final = 3
"""So many parcels for each worker are with the scheduler at most: one worked on, two waiting."""

_LEFT: Final = 2
"""Further ones are sent when so many for each worker are left."""

_LOOK: Final = 5.0
"""Seconds after which workers are counted again: clusters grow and shrink."""

_GONE: Final = (OSError, TimeoutError, concurrent.futures.CancelledError)
"""What Dask raises where a scheduler, or a worker, is there no more."""


class ClusterRun:
    """Items on their way through a cluster.

    Parameters
    ----------
    connection : Connection
        To the cluster's scheduler.
    function : callable
        What to do with an item.
    items, costs : sequence
        The items, and the seconds that each is expected to take.
    parcels : list of list of int
        Places of items that travel together, in the order in which they leave.
    bounds : Bounds, optional
        What each item may take.

    Examples
    --------
    >>> from genre_audio.execution import map_unordered, on_scheduler
    >>> with on_scheduler("local", n_jobs=1):  # doctest: +SKIP
    ...     sorted(map_unordered(abs, [-2, 1]))
    [1, 2]
    """

    def __init__(
        self,
        connection: Connection,
        function: Callable[[Any], Any],
        items: Sequence[Any],
        *,
        costs: Sequence[float],
        parcels: list[list[int]],
        bounds: Bounds | None = None,
    ) -> None:
        import cloudpickle  # pickle alone knows no decorated functions

        self._connection = connection
        self._function = cloudpickle.dumps(function)
        self._items = items
        self._costs = costs
        self._bounds = bounds or Bounds(seconds=math.inf)
        self._waiting = collections.deque(parcels)
        self._sent: dict[Any, list[int]] = {}
        self._suspects: collections.deque[int] = collections.deque()
        self._alone: dict[int, float] = {}
        self._workers = 0
        self._counted = -math.inf

    def results(self) -> Iterator[tuple[int, Any]]:
        """Yield the place of each item with its result, or with the `Lost` it ended in.

        Raises
        ------
        WorkerError
            If the scheduler goes away and does not come back, or workers cannot do the work.
        """
        try:
            while self._waiting or self._sent or self._suspects:
                for future in self._finished():
                    yield from self._take(future)
        finally:
            with contextlib.suppress(Exception):
                self._connection.client.cancel(list(self._sent), asynchronous=False)

    def _finished(self) -> list[Any]:
        """Send what there is room for, and wait until something is done."""
        try:
            self._send()
            return self._done()
        except _GONE:
            for places in self._sent.values():
                self._give_back(places)
            self._sent.clear()
            self._connection.renew()
            self._counted = -math.inf
            return []

    def _send(self) -> None:
        """Have as many parcels with the scheduler as keep its workers busy."""
        if self._connection.client.status != "running":
            raise OSError("the connection to the scheduler is broken")
        if time.monotonic() - self._counted > _LOOK:
            self._workers = self._connection.workers()
            self._counted = time.monotonic()
        if self._waiting and len(self._sent) <= _LEFT * self._workers:
            room = _AHEAD * self._workers - len(self._sent)
            leaving = list(itertools.islice(self._waiting, room))
            self._submit(leaving)
            for _ in leaving:
                self._waiting.popleft()
        if self._suspects and not self._sent:
            self._submit([[self._suspects[0]]])
            self._alone[self._suspects.popleft()] = time.monotonic()

    def _submit(self, parcels: list[list[int]]) -> None:
        """Send parcels in one message: the scheduler keeps a note of each message for ever."""
        futures = self._connection.client.map(
            do_parcel,
            [
                [(place, self._items[place], self._allowed(place)) for place in each]
                for each in parcels
            ],
            function=self._function,
            memory=self._bounds.bytes,
            expected=environment(),
            pure=False,
        )
        self._sent.update(zip(futures, parcels, strict=True))

    def _allowed(self, place: int) -> float:
        return self._bounds.allowed(self._costs[place])

    def _done(self) -> list[Any]:
        """Wait until a parcel is done, or it is time to count the workers again."""
        import distributed

        with self._connection.client.as_current(), contextlib.suppress(TimeoutError):
            distributed.wait(list(self._sent), timeout=_LOOK, return_when="FIRST_COMPLETED")
        return [future for future in self._sent if future.done()]

    def _take(self, future: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401
        import distributed

        places = self._sent.pop(future)
        try:
            found = future.result()
        except distributed.KilledWorker:
            for place in places:
                yield from self._suspect(place, self._killed(place))
        except GenreAudioError:
            raise
        except Exception as error:
            # An error of the task's own, as of a missing library, would come again for ever.
            if isinstance(error, _GONE) and future.status != "error":
                self._give_back(places)  # it had gone with its worker, or with the scheduler
                return
            raise WorkerError(
                f"a worker of the cluster cannot do the work ({type(error).__name__}: {error}): "
                "install the same versions of genre-audio and Dask everywhere"
            ) from error
        else:
            for place, kind, said in found:
                yield from self._settle(place, kind, said)

    def _give_back(self, places: list[int]) -> None:
        """Have places sent once more, as they were."""
        if places[0] in self._alone:
            del self._alone[places[0]]
            self._suspects.appendleft(places[0])
        else:
            self._waiting.appendleft(places)

    def _settle(self, place: int, kind: Answer, said: Any) -> Iterator[tuple[int, Any]]:  # noqa: ANN401
        if kind is Answer.ERROR:
            raise said
        if kind is Answer.MEMORY:
            yield from self._suspect(place, Lost("memory", said))
        else:
            yield place, said

    def _suspect(self, place: int, why: Lost) -> Iterator[tuple[int, Any]]:
        """Have an item tried once more, by itself, or give it up."""
        if place in self._alone:
            yield place, why
        else:
            self._suspects.append(place)

    def _killed(self, place: int) -> Lost:
        """Say why an item took its workers' lives, which nobody survived to tell."""
        allowed = self._allowed(place)
        if time.monotonic() - self._alone.get(place, math.inf) >= allowed:
            return Lost("hung", f"after {allowed:.0f} s, in which it had not finished")
        return Lost(
            "died", "and with it several workers of the cluster, or they had no memory left"
        )
