"""Ctrl-C and SIGTERM: one message, no worker left behind, within two seconds.

Python turns Ctrl-C into an exception. Where nobody can receive it, as in a callback of a
library, it comes to nothing; it is raised again then. Its way out may be long, where
threads of libraries are waited for; so a clock is set, and what is left is not waited for.
"""

from __future__ import annotations

import atexit
import contextlib
import dataclasses
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

from genre_audio.cli.output import INTERRUPTED, say

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["Interruption"]

_PATIENCE: Final = 1.5
"""Seconds for files to be closed and workers to be ended."""

_AGAIN: Final = 0.02
"""Seconds until an exception that came to nothing is raised again."""

_ECHO: Final = 0.5
"""A second signal within so many seconds is the same: a terminal and a wrapper send one each."""

_ADVICE: Final = {
    "": "nothing was begun",
    "extract": "run the same command again: it goes on where it stopped",
    "predict": "what was read of a folder is kept: run the same command again, it goes on",
    "retrain": "a model is written at the end, whole or not at all: run the command again",
}


@dataclasses.dataclass
class Interruption:
    """What becomes of the two signals in this process.

    Attributes
    ----------
    begun : float
        When the first signal came; 0 until then.
    missed : bool
        Whether the exception came to nothing.
    said : bool
        Whether the user was told.
    command : str
        What was being done.

    Examples
    --------
    >>> from genre_audio.cli.interruption import Interruption
    >>> Interruption().begun
    0.0
    """

    begun: float = 0.0
    missed: bool = False
    said: bool = False
    command: str = ""

    def listen(self) -> None:
        """Have both signals end the program, unless it was started to ignore them."""
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
                signal.signal(number, self._interrupt)
        if sys.platform != "win32":
            signal.signal(signal.SIGALRM, self._insist)
        sys.unraisablehook = self._unraisable

    def tell(self) -> None:
        """Say how to go on after a command was interrupted."""
        if not self.said:
            advice = _ADVICE.get(self.command, "nothing of it is kept: run the command again")
            say(f"genre-audio: interrupted; {advice}")
        self.said = True

    def leave(self, *, late: bool = False) -> NoReturn:
        """End this process and its workers without waiting for anybody's threads.

        Parameters
        ----------
        late : bool
            Whether there is no time left, not even to tidy up after joblib.
        """
        with contextlib.suppress(Exception):
            self.tell()
        module = sys.modules.get("genre_audio.execution.joblibs")
        if module is not None and not late:
            with contextlib.suppress(Exception):
                module.end_joblib()
                atexit._run_exitfuncs()  # they remove what it keeps in shared memory
        with contextlib.suppress(Exception):
            if "multiprocessing.process" in sys.modules:
                for child in sys.modules["multiprocessing.process"].active_children():
                    child.kill()
            sys.stdout.flush()
        os._exit(INTERRUPTED)

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Raise the exception once; insist on ending when asked again."""
        now = time.monotonic()
        if not self.begun:
            self.begun = now
            self._set_clock(_PATIENCE)
            raise KeyboardInterrupt
        if now - self.begun > _ECHO:
            self.leave(late=True)

    def _insist(self, _number: int, _frame: FrameType | None) -> None:
        if not self.missed:
            self.leave(late=True)
        self.missed = False
        self._set_clock(self.begun + _PATIENCE - time.monotonic())
        raise KeyboardInterrupt

    def _unraisable(self, what: sys.UnraisableHookArgs) -> None:
        if isinstance(what.exc_value, KeyboardInterrupt):
            self.missed = True
            self._set_clock(_AGAIN)
        else:
            sys.__unraisablehook__(what)

    def _set_clock(self, seconds: float) -> None:
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, max(seconds, _AGAIN))
