"""What tests have workers of a cluster do: importable by name, as workers need it."""

from __future__ import annotations

import os
import time


def endless(item: int) -> int:
    """Hold up whoever is asked for 13."""
    if item == 13:
        time.sleep(600)
    return item


def greedy(item: int) -> int:
    """Ask for more memory than there may be, at 13, as a decoder that believes a header."""
    return len(bytearray(2**33)) if item == 13 else item


def wrong(item: int) -> int:
    """Fail at 13, as a bug would."""
    if item == 13:
        raise ZeroDivisionError
    return item


def slow(item: int) -> int:
    """Take a while."""
    time.sleep(0.05)
    return item


def hungry(item: int) -> int:
    """Take more memory, at 13, than a nanny allows: page after page, really written to."""
    if item == 13:
        taken = []
        while True:
            taken.append(bytearray(os.urandom(1024) * 16384))
            time.sleep(0.01)
    return item
