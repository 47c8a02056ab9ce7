"""The connection to a Dask scheduler, which may go away and come back.

A scheduler that was started again knows nothing of what the one before had been given, and
a client of the one before waits for some seconds and then closes for ever. So a new client
is made, and whoever had work with the scheduler sends it once more.
"""

from __future__ import annotations

import contextlib
import logging
import time
import warnings
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import ParameterError, WorkerError
from genre_audio.execution.environment import check_same, environment

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Connection"]

_SECONDS_TO_ANSWER: Final = 15.0

_GONE: Final = 120.0
"""Seconds for which a scheduler is looked for that went away."""

_NO_WORKERS: Final = 600.0
"""Seconds for which workers are waited for: the queue of a cluster may hold them up."""

_PAUSE: Final = 0.2
"""Seconds between two looks."""


class Connection:
    """A client of a scheduler, made anew when the scheduler was.

    Parameters
    ----------
    address : str
        Of the scheduler.
    on_message : callable, optional
        Called with what is waited for, in words.

    Attributes
    ----------
    client : distributed.Client
        The one of now.

    Raises
    ------
    ParameterError
        If the address is none.
    WorkerError
        If no scheduler answers there, no worker comes, or one is of another version.

    Examples
    --------
    See `genre_audio.execution.on_scheduler`.
    """

    def __init__(self, address: str, *, on_message: Callable[[str], None] = lambda _: None) -> None:
        self._address = address
        self._on_message = on_message
        _quieten()
        try:
            self._connect()
        except (OSError, TimeoutError) as error:
            raise WorkerError(f"no Dask scheduler answers at {address}: {error}") from error
        try:
            self._get_ready()
        except BaseException:
            self.close()
            raise

    def workers(self) -> int:
        """Return the number of worker processes, as soon as there are any.

        Raises
        ------
        OSError
            If the scheduler does not answer.
        WorkerError
            If no worker comes.
        """
        begun, told = time.monotonic(), False
        while not (count := len(self.client.nthreads())):
            if not told:
                self._on_message(f"the Dask scheduler at {self._address} has no workers: waiting")
                told = True
            if time.monotonic() - begun > _NO_WORKERS:
                raise WorkerError(
                    f"no worker came to the Dask scheduler at {self._address} within "
                    f"{_NO_WORKERS:.0f} s: start some with 'dask worker {self._address} "
                    "--nthreads 1'"
                )
            time.sleep(_PAUSE)
        return int(count)

    def staff(self) -> int:
        """Return the number of worker processes, of a scheduler that is looked for if need be.

        Raises
        ------
        WorkerError
            If no worker comes, or the scheduler does not come back.
        """
        while True:
            with contextlib.suppress(OSError, TimeoutError):
                return self.workers()
            self.renew()

    def renew(self) -> None:
        """Come back when the scheduler is there again, with workers.

        Raises
        ------
        WorkerError
            If it does not come back.
        """
        self._on_message(
            f"the Dask scheduler at {self._address} went away: looking for it for {_GONE:.0f} s"
        )
        begun = time.monotonic()
        while time.monotonic() - begun <= _GONE:
            self.close()
            with contextlib.suppress(OSError, TimeoutError):
                self._connect()
                self._get_ready()
                return
            time.sleep(_PAUSE)
        raise WorkerError(
            f"the Dask scheduler at {self._address} went away and did not come back; what is "
            "finished is kept: run again when it is there"
        )

    def close(self) -> None:
        """Let the client go, whatever its scheduler says to that."""
        with contextlib.suppress(Exception):
            self.client.close(timeout=1)

    def _connect(self) -> None:
        import distributed

        kind: Any = distributed.Client
        # At hand before it connects: what it began where that fails holds up the process's end.
        self.client = kind.__new__(kind)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what must be the same is looked at by us
                kind.__init__(
                    self.client, self._address, timeout=_SECONDS_TO_ANSWER, set_as_default=False
                )
        except (TypeError, ValueError) as error:  # the former without certificates for tls://
            self.close()
            raise ParameterError(
                f"{self._address!r} is no address of a scheduler that can be asked here ({error}); "
                "give tcp://HOST:PORT or 'local'"
            ) from error

    def _get_ready(self) -> None:
        """Wait for a worker, and make sure that all there are would do as we do."""
        self.workers()
        check_same(self.client.run(environment, on_error="return"))


def _quieten() -> None:
    """Leave it to our errors and messages to speak of workers and schedulers that died."""
    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in {"asyncio", "distributed", "tornado"}:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
