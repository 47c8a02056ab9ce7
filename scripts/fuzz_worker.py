"""One recording after another in a process of its own, for `fuzz` to watch.

The process is given paths, a line each, and answers with a line of JSON: what came of the
recording, how long it took and how much memory. If it dies or does not answer, that is what
came of the recording.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import re
import resource
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from fuzz_seeds import SEEDS, seed_bytes

from genre_audio.audio import Source
from genre_audio.errors import AUDIO_KINDS
from genre_audio.extraction import Extracted, extract_recording, prepare_kernels
from genre_audio.features import GTZAN57

__all__ = ["Outcome", "Watched", "examine"]

COMMAND = [sys.executable, __file__]
MOST_SECONDS = 20.0
MOST_MEMORY: Final = 600
"""MiB that a recording may add to what the process holds; a segment needs about 90."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of one recording."""

    kind: str
    """``row``; ``row, rest unread`` where the decoder gave up; or the kind of the failure."""
    seconds: float = 0.0
    memory: float = 0.0
    fault: str = ""
    """What must never happen, in words."""
    message: str = ""
    said: str = ""
    """What libraries wrote to the standard error output."""


def examine(path: Path) -> Outcome:
    """Describe a recording and look at all that must hold of what comes back."""
    started = time.perf_counter()
    found = extract_recording(Source(path.name, path))
    seconds = time.perf_counter() - started
    if not isinstance(found, Extracted):
        return Outcome(found.kind, seconds, message=found.message, fault=_fault_of_failure(found))
    cut = [each for each in found.refused if not each.seconds]
    kind = "row, rest unread" if cut else "row"
    return Outcome(kind, seconds, message=cut[0].message if cut else "", fault=_fault_of(found))


def _fault_of_failure(failure: Any) -> str:  # noqa: ANN401
    # The file is there and may be read, so that nothing is left for "io".
    if failure.kind not in AUDIO_KINDS - {"unexpected", "io"}:
        return f"the kind {failure.kind!r}: {failure.message}"
    return "a message of several lines" if "\n" in failure.message else ""


def _fault_of(found: Extracted) -> str:
    for row in found.rows:
        if len(row.values) != len(GTZAN57.columns) or not all(map(math.isfinite, row.values)):
            return "a row that is not 57 finite numbers"
    kinds = {refused.kind for refused in found.refused}
    if not found.rows or kinds - (AUDIO_KINDS - {"unexpected"}):
        return f"no rows, or segments refused as {', '.join(sorted(kinds))}"
    try:
        again = json.loads(json.dumps(found.as_dict() | {"path": ""}, allow_nan=False))
    except ValueError as error:
        return f"what JSON cannot hold: {error}"
    return "" if Extracted.from_dict(again).digest == found.digest else "JSON changes the rows"


class Watched:
    """A worker process that is started again whenever it ended."""

    def __init__(self, *, scratch: Path) -> None:
        self._scratch = scratch
        self._process: subprocess.Popen[bytes] | None = None
        self._said = 0

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def examine(self, path: Path) -> Outcome:
        """Return what comes of a recording, a crash and a hang too."""
        process = self._process or self._start()
        started = time.perf_counter()
        process.stdin.write(os.fsencode(path) + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], MOST_SECONDS)
        seconds = time.perf_counter() - started
        answer = process.stdout.readline() if ready else b""
        if answer:
            outcome = Outcome(**json.loads(answer))
        else:
            self._stop()
            fault = f"ended by signal {-process.returncode}" if ready else "no answer in time"
            outcome = Outcome("crash" if ready else "hang", seconds, fault=fault)
        if not outcome.fault and outcome.memory > MOST_MEMORY:
            outcome = dataclasses.replace(outcome, fault=f"{outcome.memory:.0f} MiB of memory")
        return dataclasses.replace(outcome, said=self._what_was_said())

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("wb") as log:
            self._said = 0
            self._process = subprocess.Popen(
                COMMAND,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self._process.stdout.readline()  # "ready": kernels may have to be compiled first
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def _log(self) -> Path:
        return self._scratch / "stderr.txt"

    def _what_was_said(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._said)
            said = log.read()
        self._said += len(said)
        return re.sub(r"\s+", " ", said.decode(errors="replace")).strip()[:300]


def _peak() -> float:
    """Return the peak of this process in MiB since it was last set back, where that is known."""
    try:
        text = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", text)[1]) / 1024
    except (OSError, TypeError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _set_back() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _work() -> None:
    # What libraries print must not come among the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    prepare_kernels()
    with tempfile.TemporaryDirectory() as folder:  # what is loaded at first use counts for none
        path = Path(folder, "warm.wav")
        path.write_bytes(seed_bytes(SEEDS[5]))
        examine(path)
    answers.write("ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        _set_back()
        before = _peak()
        outcome = examine(Path(os.fsdecode(line.rstrip(b"\n"))))
        outcome = dataclasses.replace(outcome, memory=max(0.0, _peak() - before))
        answers.write(json.dumps(dataclasses.asdict(outcome)) + "\n")
        answers.flush()


if __name__ == "__main__":
    _work()
