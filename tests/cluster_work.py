"""What tests have workers of a cluster do: importable by name, as workers need it."""

from __future__ import annotations

import os
import signal
import time


def deadly(item: int) -> int:
    """Take the life of whoever is asked for 13."""
    if item == 13:
        os.kill(os.getpid(), signal.SIGSEGV)
    return item


def endless(item: int) -> int:
    """Hold up whoever is asked for 13."""
    if item == 13:
        time.sleep(600)
    return item


def greedy(item: int) -> int:
    """Ask for more memory than there is, at 13."""
    if item == 13:
        raise MemoryError("no such amount")
    return item


def wrong(item: int) -> int:
    """Fail at 13, as a bug would."""
    if item == 13:
        raise ZeroDivisionError
    return item


def have_environment(values: dict[str, str]) -> None:
    """Set variables of a worker's environment."""
    os.environ.update(values)
