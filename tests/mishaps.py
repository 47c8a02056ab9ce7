"""What workers do in tests: some of it ends them. By itself, because workers import it."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import threadpoolctl

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.audio import Source
    from genre_audio.config import Segmentation
    from genre_audio.extraction import Extracted
    from genre_audio.features import Schema


def mishap(item: tuple[str, Path]) -> tuple[str]:
    """Do what the item's name says, and note who tried it."""
    name, tries = item
    before = tries.read_text() if tries.exists() else ""
    with tries.open("a") as file:
        file.write(f"{name},{os.getpid()}\n")
    if name == "segfault" or (name == "once" and "once" not in before):
        faulthandler.disable()  # pytest's would tell all about it
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
        self.lock = threading.Lock()  # which nobody can pickle


def odd(number: int) -> None:
    raise OddError(number=number)


def pid_and_wait(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def describe(source: Source, *, schema: Schema, segmentation: Segmentation) -> Extracted:
    """Stand in for ``extract_recording``: the decoder dies or hangs by a file's name."""
    from genre_audio.extraction import Extracted, Row
    from genre_audio.files import fingerprint

    mishap((source.path.stem, source.path.parent.parent / "tries"))
    row = Row(0.0, segmentation.seconds, 22050, (0.5,) * len(schema.columns))
    return Extracted(source.name, source.path, fingerprint(source.path), {}, (row,), ())


def slow(*_: object, **__: object) -> None:
    """Stand in for ``feature_row``: say that work has begun, and never end."""
    with open(os.environ["PROCESSES"], "a") as file:  # noqa: PTH123
        file.write(f"{os.getpid()}\n")
    time.sleep(600)
