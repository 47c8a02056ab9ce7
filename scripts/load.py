"""Send thousands of recordings through `extract` and `predict DIR`, and watch what it costs.

    python scripts/load.py [--count 10000] [--seconds 1.0] [--jobs 2] [-o FILE]

Recordings are made first: noise bands and notes, no two alike, a few of them broken. Then
the two commands run as a user would run them, each twice over the whole folder: the second
time all is known already. Twice a second the parent process is looked at: its memory, and how
many recordings its journal holds. Printed for each command:

- seconds for the whole, and for every tenth of the recordings (flat, if no cost grows with
  what is done already);
- the parent's memory when the first recordings are finished, after the first tenth, after the
  last but one, and at its highest, as the system kept count of it; a second run has only that;
- whether table, manifest and results are right: every recording once, in order, broken ones
  as failures, rows equal to those of a recording described by itself, no journal left.

Exits with 1 if anything is wrong. Memory is read from ``/proc``: Linux only.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import functools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from synthesise import write_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARTS = 10
LOOK_SECONDS = 0.5
SAMPLE = 20


@dataclasses.dataclass(frozen=True)
class Look:
    """What was seen of a running command at one moment."""

    seconds: float
    megabytes: float
    done: int
    highest: float = 0.0


@dataclasses.dataclass(frozen=True)
class Load:
    """What one command cost, and what is wrong with what it wrote."""

    command: str
    seconds: float
    parts: tuple[float, ...]
    start_megabytes: float
    first_megabytes: float
    late_megabytes: float
    highest_megabytes: float
    faults: tuple[str, ...]


def watch(process: subprocess.Popen[bytes], *, journals: Path) -> Iterator[Look]:
    """Look at a command until it ends."""
    begun = time.perf_counter()
    while process.poll() is None:
        done = sum(_lines(path) - 1 for path in journals.rglob(".*.journal"))
        seconds = time.perf_counter() - begun
        now, highest = megabytes_of(process.pid)
        yield Look(seconds, now, max(0, done), highest)
        time.sleep(LOOK_SECONDS)


def _lines(path: Path) -> int:
    try:
        return path.read_bytes().count(b"\n")
    except OSError:  # gone meanwhile
        return 0


def megabytes_of(pid: int) -> tuple[float, float]:
    """Return the memory that a process holds now, and at most till now; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0, 0.0
    found = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return float(found.get("VmRSS", 0)) / 1024, float(found.get("VmHWM", 0)) / 1024


def parts_of(looks: Sequence[Look], *, count: int) -> tuple[float, ...]:
    """Return the seconds that each tenth of the recordings took, as far as it was seen.

    Between two looks, recordings are taken to have been finished evenly; time before the
    first one is the start of the program and of its workers.
    """
    seen = [look for look in looks if look.done]
    if len(seen) < PARTS:
        return ()
    marks = np.linspace(seen[0].done, seen[-1].done, PARTS + 1)
    at = np.interp(marks, [look.done for look in seen], [look.seconds for look in seen])
    share = (marks[1:] - marks[:-1]) / (count / PARTS)
    return tuple(float(value) for value in np.diff(at) / share)


def run(arguments: list[str], *, journals: Path, log: Path) -> tuple[int, float, list[Look]]:
    """Run a command to its end; return its exit code, its seconds, and what was seen."""
    begun = time.perf_counter()
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "genre_audio", *arguments], stdout=file, stderr=file
        )
        looks = list(watch(process, journals=journals))
    return process.returncode, time.perf_counter() - begun, looks


def table_faults(
    table: Path, *, folder: Path, names: list[str], broken: list[str], code: int
) -> Iterator[str]:
    """Say what is wrong with a feature table."""
    yield from code_faults(code, broken=broken)
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    if [row["filename"] for row in rows] != names:
        yield f"{len(rows)} rows, not one for each of {len(names)} recordings in their order"
    manifest = json.loads(table.with_name(f"{table.name}.json").read_text(encoding="utf-8"))
    if sorted(manifest["recordings"]) != names:
        yield "the manifest's recordings are others"
    if sorted(manifest["failures"]) != broken:
        yield "the manifest's failures are others"
    yield from left_behind(table.parent)
    yield from other_rows(rows, folder=folder)


def other_rows(rows: list[dict[str, str]], *, folder: Path) -> Iterator[str]:
    """Say which of a sample of rows differ from the recording described by itself."""
    from genre_audio.audio import Source
    from genre_audio.extraction import extract_recording
    from genre_audio.features import GTZAN57

    for place in np.linspace(0, len(rows) - 1, SAMPLE).astype(int):
        name = rows[place]["filename"]
        alone = extract_recording(Source(name, folder / name)).rows[0].values
        if alone != tuple(float(rows[place][column]) for column in GTZAN57.columns):
            yield f"the row of {name} differs from that of the recording by itself"


def result_faults(
    results: Path, *, folder: Path, names: list[str], broken: list[str], code: int
) -> Iterator[str]:
    """Say what is wrong with a table of predictions."""
    yield from code_faults(code, broken=broken)
    with results.open(encoding="utf-8", newline="") as file:
        found = [row["recording"] for row in csv.DictReader(file)]
    if found != names:
        yield f"{len(found)} answers, not one for each of {len(names)} recordings in their order"
    beside = json.loads(results.with_name(f"{results.name}.json").read_text(encoding="utf-8"))
    if sorted(beside["failures"]) != broken:
        yield "other failures stand beside the answers"
    if beside["paths"] != [str(folder)]:
        yield "another folder stands beside the answers"
    yield from left_behind(results.parent)


def code_faults(code: int, *, broken: list[str]) -> Iterator[str]:
    """Say if an exit code is not the documented one."""
    expected = 3 if broken else 0
    if code != expected:
        yield f"exit code {code}, not {expected}"


def left_behind(folder: Path) -> Iterator[str]:
    """Say which journals a finished run left."""
    yield from (f"{path.name} was left behind" for path in folder.rglob(".*.journal"))


def measure(count: int, *, seconds: float, jobs: int, work: Path) -> list[Load]:
    """Make recordings in `work` and send them through both commands."""
    folder = work / "recordings"
    broken = write_many(folder, count=count, seconds=seconds)
    every = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.wav"))
    names = [name for name in every if name not in set(broken)]
    given = {"folder": folder, "names": names, "broken": broken}
    table, results, cache = work / "table" / "f.csv", work / "answers" / "r.csv", work / "cache"
    loads = []
    commands = {
        "extract": (["-o", table], table.parent, functools.partial(table_faults, table)),
        "predict": (
            ["-o", results, "--cache", cache],
            cache,
            functools.partial(result_faults, results),
        ),
    }
    for name, (arguments, journals, faults) in commands.items():
        whole = [name, str(folder), *map(str, arguments), "-j", str(jobs)]
        for again in ("", " again"):
            log = work / f"{name}{again}.log"
            code, spent, looks = run(whole, journals=journals, log=log)
            right = code in (0, 3)
            found = tuple(faults(code=code, **given)) if right else (log.read_text()[-2000:],)
            loads.append(_load(f"{name}{again}", spent, looks, found, count=count))
    return loads


def _load(
    command: str, spent: float, looks: Sequence[Look], found: tuple[str, ...], *, count: int
) -> Load:
    marks = (1, count / PARTS, count - count / PARTS)
    at = [_megabytes_after(looks, mark) for mark in marks]
    highest = max((look.highest for look in looks), default=0.0)
    return Load(command, spent, parts_of(looks, count=count), *at, highest, found)


def _megabytes_after(looks: Sequence[Look], done: float) -> float:
    return next((look.megabytes for look in looks if look.done >= done), 0.0)


def text_of(loads: list[Load], *, count: int) -> str:
    """Return what was measured, in words."""
    lines = []
    for load in loads:
        parts = " ".join(f"{part:.1f}" for part in load.parts) or "too few to be seen"
        lines += [
            f"{load.command}: {count} recordings in {load.seconds:.1f} s, "
            f"{1000 * load.seconds / count:.2f} ms each",
            f"  seconds for every tenth: {parts}",
            f"  memory of the parent: {load.start_megabytes:.1f} MB at first, "
            f"{load.first_megabytes:.1f} after a tenth, {load.late_megabytes:.1f} after nine, "
            f"{load.highest_megabytes:.1f} at most",
            *(f"  WRONG: {fault}" for fault in load.faults),
        ]
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and exit with 1 if anything is not right."""
    how = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=how)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("-o", "--output", type=Path, help="also write the figures as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        loads = measure(
            arguments.count, seconds=arguments.seconds, jobs=arguments.jobs, work=Path(work)
        )
    print(text_of(loads, count=arguments.count))
    if arguments.output:
        arguments.output.write_text(json.dumps([dataclasses.asdict(load) for load in loads]))
    sys.exit(any(load.faults for load in loads))


if __name__ == "__main__":
    main()
