"""Ctrl-C and SIGTERM: one message, no worker left behind, within two seconds.

Python turns Ctrl-C into an exception, which may come to nothing where nobody can receive
it (in a callback of a library), and whose way out may be long: threads of libraries are
waited for. So a clock is set, and what is left after it is not waited for.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

from genre_audio.cli.output import INTERRUPTED, say

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["advice", "leave", "listen"]

_PATIENCE: Final = 1.5
"""Seconds for files to be closed and workers to be ended."""

_ECHO: Final = 0.5
"""A second signal within so many seconds is the same: a terminal and a wrapper send one each."""

_ADVICE: Final = {
    "extract": "run the same command again: it goes on where it stopped",
    "predict": "what was read of a folder is kept: run the same command again, it goes on",
    "retrain": "a model is written at the end, whole or not at all: run the command again",
}


def advice(command: str | None) -> str:
    """Say how to go on after a command was interrupted.

    Examples
    --------
    >>> from genre_audio.cli.interruption import advice
    >>> advice("extract")
    'interrupted; run the same command again: it goes on where it stopped'
    """
    rest = _ADVICE.get(command or "", "nothing of it is kept: run the command again")
    return f"interrupted; {rest}"


def listen() -> None:
    """Have both signals end the program, unless it was started to ignore them.

    Examples
    --------
    >>> from genre_audio.cli.interruption import listen
    >>> callable(listen)  # called by `main` alone: it changes the process
    True
    """
    begun = 0.0

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        """Raise the exception once; insist on ending when asked again."""
        nonlocal begun
        now = time.monotonic()
        if not begun:
            begun = now
            if sys.platform != "win32":
                signal.signal(signal.SIGALRM, lambda *_: leave(late=True))
                signal.setitimer(signal.ITIMER_REAL, _PATIENCE)
            raise KeyboardInterrupt
        if now - begun > _ECHO:
            leave(late=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, interrupt)


def leave(message: str = "", *, late: bool = False) -> NoReturn:
    """End this process and its workers without waiting for anybody's threads.

    Parameters
    ----------
    message : str
        Last words.
    late : bool
        Whether there is no time left, not even to tidy up after joblib.

    Examples
    --------
    >>> from genre_audio.cli.interruption import leave
    >>> callable(leave)  # there would be no way back
    True
    """
    if message:
        say(message)
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
