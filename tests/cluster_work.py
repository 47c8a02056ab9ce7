"""What tests have workers of a cluster do: importable by name, as workers need it."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import time
from typing import TYPE_CHECKING

from genre_audio.extraction import Extracted, Failure, extract_recording
from genre_audio.files.reading import reading

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.audio import Source


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


def have_environment(values: dict[str, str]) -> None:
    """Set variables of a worker's environment."""
    os.environ.update(values)
    tempfile.tempdir = None


def killed_once(source: Source, *, marks: Path) -> Extracted | Failure:
    """Describe a recording; whoever is the first to have fetched one is killed with it."""
    with reading(source.path) as (path, _), contextlib.suppress(FileExistsError):
        with (marks / "killed").open("x") as mark:
            mark.write(str(path))
        os.kill(os.getpid(), signal.SIGKILL)
    return extract_recording(source)


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
