"""What workers do in tests: some of it ends them. By itself, because workers import it."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import threadpoolctl

if TYPE_CHECKING:
    from pathlib import Path


def mishap(item: tuple[str, Path]) -> tuple[str]:
    """Do what the item's name says, and note who tried it."""
    name, tries = item
    before = tries.read_text() if tries.exists() else ""
    with tries.open("a") as file:
        file.write(f"{name},{os.getpid()}\n")
    if name == "segfault" or (name == "once" and "once" not in before):
        os.kill(os.getpid(), signal.SIGSEGV)
    elif name == "exit":
        os._exit(7)
    elif name == "hang":
        time.sleep(600)
    elif name == "memory":
        bytearray(3 * 10**9)
    return (name,)


def process(_: object) -> int:
    return os.getpid()


def threads(_: object) -> int:
    return max(pool["num_threads"] for pool in threadpoolctl.threadpool_info())


def want(item: str) -> None:
    raise MemoryError(f"no room for {item}")


def unsendable(_: object) -> object:
    return lambda: None


def stillborn(*_: object) -> None:
    os._exit(9)


def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def absolute(number: object) -> int:
    if number == []:
        raise MemoryError
    return abs(number)  # type: ignore[arg-type]


class OddError(Exception):
    def __init__(self, *, number: int) -> None:
        super().__init__(number)


def odd(number: int) -> None:
    raise OddError(number=number)


def pid_and_wait(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()
