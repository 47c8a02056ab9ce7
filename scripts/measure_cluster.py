"""Measure what a Dask cluster of this machine costs beside workers of the package's own.

``python scripts/measure_cluster.py throughput`` (also ``tiny``, ``memory``, ``shares``) starts
a scheduler and workers as Dask's own commands do, all on this machine, does the same work
with and without them in the same run, in turns, and prints a line of JSON.

Seconds are those of the processor, of all processes that took part (this one, workers,
nannies, the scheduler), because other work on the machine hardly changes them; ``wall``
is the clock's, the best of the rounds, and means something on an idle machine only.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import soundfile  # noqa: E402

import signals  # noqa: E402
from cluster_processes import Processes  # noqa: E402
from genre_audio.audio import Source  # noqa: E402
from genre_audio.config import Segmentation  # noqa: E402
from genre_audio.execution import map_unordered, on_scheduler  # noqa: E402
from genre_audio.extraction import extract_recording, lost, prepare_kernels, shares  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TICKS = os.sysconf("SC_CLK_TCK")


def stat(pid: int) -> list[str]:
    """Return the fields of a process from its state on."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def processes(cluster: Processes | None) -> list[int]:
    """Return this process and those of the cluster, each with its children."""
    found = [os.getpid()]
    if cluster is not None:
        known = [each.pid for each in [cluster.scheduler, *cluster.workers] if each]
        found += [*known, *cluster.worker_pids()]
    return found


def processor_seconds(cluster: Processes | None) -> float:
    """Return what all have used so far; of children that have ended, too."""
    fields = [stat(pid)[11:15] for pid in processes(cluster)]
    return sum(int(value) for each in fields for value in each) / TICKS


@contextlib.contextmanager
def stopwatch(into: dict[str, float], cluster: Processes | None) -> Iterator[None]:
    """Keep the best of what a block takes."""
    wall, used = time.monotonic(), processor_seconds(cluster)
    yield
    for name, value in {
        "wall": time.monotonic() - wall,
        "cpu": processor_seconds(cluster) - used,
    }.items():
        into[name] = round(min(into.get(name, float("inf")), value), 3)


@contextlib.contextmanager
def cluster_of(workers: int, folder: Path) -> Iterator[Processes]:
    """Start a cluster whose workers have done something already."""
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    with Processes(folder) as cluster:
        cluster.start_scheduler()
        for _ in range(workers):
            cluster.start_worker()
        with on_scheduler(cluster.address):
            while len(cluster.worker_pids()) < workers:
                time.sleep(0.1)
        yield cluster


def describe(sources: list[Source], *, n_jobs: int) -> int:
    """Describe recordings; return how many rows there are."""
    work = functools.partial(extract_recording, segmentation=Segmentation())
    bounds = lost.bounds_for(Segmentation())
    found = lost.read_all(work, sources, n_jobs=n_jobs, bounds=bounds)
    return sum(len(each.rows) for each in found)  # type: ignore[union-attr]


def recordings(folder: Path, count: int, *, seconds: float) -> list[Source]:
    """Return one recording under many names."""
    path = folder / f"{seconds}.wav"
    soundfile.write(path, signals.music(seconds), signals.SR, subtype="PCM_16")
    return [Source(f"{number}.wav", path) for number in range(count)]


def compare(work: Callable[[int], Any], *, workers: int, rounds: int, folder: Path) -> dict:
    """Do the same work in turns here and on a cluster."""
    here: dict[str, float] = {}
    there: dict[str, float] = {}
    with cluster_of(workers, folder) as cluster:
        with on_scheduler(cluster.address):
            work(workers)
        for _ in range(rounds):
            with stopwatch(here, None):
                work(workers)
            with on_scheduler(cluster.address), stopwatch(there, cluster):
                work(workers)
    ratio = {name: round(there[name] / here[name], 3) for name in here}
    return {"workers": workers, "own": here, "cluster": there, "ratio": ratio}


def throughput(folder: Path, *, count: int) -> list[dict]:
    """Describe recordings of 30 s with 1 and 2 workers."""
    sources = recordings(folder, count, seconds=30.0)

    def work(jobs: int) -> int:
        """Describe them all."""
        return describe(sources, n_jobs=jobs)

    return [
        compare(
            lambda jobs: describe(sources, n_jobs=jobs), workers=workers, rounds=3, folder=folder
        )
        | {"recordings": count}
        for workers in (1, 2)
    ]


def tiny(folder: Path, *, count: int) -> list[dict]:
    """Describe recordings of 1 s, so that what is not description counts."""
    sources = recordings(folder, count, seconds=1.0)
    found = compare(lambda jobs: describe(sources, n_jobs=jobs), workers=2, rounds=1, folder=folder)
    more = found["cluster"]["cpu"] - found["own"]["cpu"]
    return [found | {"recordings": count, "ms_more_each": round(1000 * more / count, 3)}]


def memory(folder: Path, *, count: int) -> list[dict]:
    """Send tasks that do nothing, in parcels and one by one, and look at the scheduler's memory."""
    return [
        {"expected_s": cost, **scheduler_memory(folder, count=count, costs=cost and [cost] * count)}
        for cost in (0.1, None)
    ]


def scheduler_memory(folder: Path, *, count: int, costs: list[float] | None) -> dict:
    """Look at the memory of a new scheduler at the beginning, and after each tenth of the tasks."""
    found = []
    with cluster_of(2, folder) as cluster, on_scheduler(cluster.address):
        assert cluster.scheduler is not None
        statm = Path(f"/proc/{cluster.scheduler.pid}/statm")
        begun = time.monotonic()
        for number, _ in enumerate(map_unordered(abs, range(count), costs=costs)):
            if number % (count // 10) == 0 or number == count - 1:
                pages = int(statm.read_text().split()[1])
                found.append(round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1))
        each = (time.monotonic() - begun) / count
    return {"tasks": count, "scheduler_mb": found, "wall_ms_each": round(1000 * each, 3)}


def long_recording(folder: Path, *, count: int) -> list[dict]:
    """Describe minutes of stereo whole, and one share of two: what two workers take longest."""
    found = []
    for ending in ("wav", "flac"):
        path = folder / f"long.{ending}"
        y = signals.music(30.0, sr=44100)
        with soundfile.SoundFile(path, "w", 44100, 2) as file:
            for _ in range(2 * count):
                file.write([(value, value) for value in y])
        source = Source(path.name, path)
        for of in (1, 2, 4):
            spent: dict[str, float] = {}
            for _ in range(2):
                with stopwatch(spent, None):
                    shares.do_share(shares.Share(source, 0, of), work=extract_recording)
            found.append({"file": path.name, "minutes": count, "shares": of, **spent})
    return found


WORK = {
    "throughput": (throughput, 24),
    "tiny": (tiny, 10_000),
    "memory": (memory, 100_000),
    "shares": (long_recording, 10),
}


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=WORK, nargs="+")
    parser.add_argument("--count", type=int, help="recordings, tasks or minutes")
    arguments = parser.parse_args()
    prepare_kernels()
    extract_recording(Source("warm up", Path("nowhere")))
    for what in arguments.what:
        function, count = WORK[what]
        with tempfile.TemporaryDirectory() as folder:
            load = os.getloadavg()[0]
            for found in function(Path(folder), count=arguments.count or count):
                print(json.dumps({"what": what, "load": round(load, 1), **found}), flush=True)


if __name__ == "__main__":
    main()
