"""What a benchmark needs: a plan, clocks, processes of its own, and what they came to.

Time is CPU time, user and system, unless a name says wall: other work on the machine then
hardly counts. Nothing here knows the package, so that a process which measures how long
importing takes can import this first.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import json
import os
import platform
import resource
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import types
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "CLIP_SECONDS",
    "ONE_THREAD",
    "QUICK",
    "Clips",
    "Figures",
    "Plan",
    "Run",
    "Section",
    "Stopwatch",
    "cpu_of",
    "machine",
    "peak_megabytes",
    "run",
    "run_function",
    "say",
]

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

CLIP_SECONDS = 30.0

Figures = dict[str, "float | str | None"]

_BEGUN = time.perf_counter()
_PACKAGES = ("genre-audio", "numpy", "numba", "librosa", "scikit-learn", "xgboost-cpu")


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes
    ----------
    clips : int
        Clips of 30 s in `stages`.
    repeats : int
        How often each is described; the median counts.
    naive_repeats : int
        How often by plain librosa calls; the fastest counts.
    lengths : tuple of float
        Seconds of the recordings in `length`, the shortest first.
    counts : tuple of int
        Numbers of recordings in `number`.
    clip_seconds : float
        Length of synthetic clips.
    scaling_clips, scaling_repeats : int
        How many clips one and two workers describe in turns, and how often.
    processes : int
        How often a command is started; the fastest counts.
    compile : bool
        Whether all inner loops are compiled again, into a folder of their own.
    rows : int
        Rows in `bulk`.
    """

    clips: int = 8
    repeats: int = 7
    naive_repeats: int = 2
    lengths: tuple[float, ...] = (30.0, 120.0, 600.0, 1800.0, 10800.0)
    counts: tuple[int, ...] = (10, 100, 1000)
    clip_seconds: float = CLIP_SECONDS
    scaling_clips: int = 224
    scaling_repeats: int = 3
    processes: int = 5
    compile: bool = True
    rows: int = 1000


QUICK = Plan(
    clips=2,
    repeats=3,
    naive_repeats=1,
    lengths=(30.0, 120.0),
    counts=(10,),
    scaling_clips=16,
    scaling_repeats=1,
    processes=1,
)


@dataclasses.dataclass
class Section:
    """One part of the table.

    Attributes
    ----------
    title : str
        What was measured, and in what unit.
    rows : list of dict
        Figures by the names of their columns.
    figures : dict of str to float
        What the rows come to.
    notes : list of str
        What to know when reading them.
    """

    title: str
    rows: list[Figures] = dataclasses.field(default_factory=list)
    figures: dict[str, float] = dataclasses.field(default_factory=dict)
    notes: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Clips:
    """Recordings of one segment each, and where they are from.

    Attributes
    ----------
    paths : list of pathlib.Path
        At least one.
    origin : str
        Such as "synthetic clips".
    """

    paths: list[Path]
    origin: str

    def spread(self, count: int) -> list[Path]:
        """Return some of them, evenly spread."""
        count = min(count, len(self.paths))
        step = (len(self.paths) - 1) / max(1, count - 1)
        return [self.paths[round(k * step)] for k in range(count)]


def say(message: str) -> None:
    """Tell on standard error what takes time."""
    print(f"[{time.perf_counter() - _BEGUN:6.1f} s] {message}", file=sys.stderr, flush=True)


class Stopwatch:
    """CPU seconds of this process, added up by name.

    Attributes
    ----------
    spent : dict of str to float
        Seconds by name.

    Examples
    --------
    >>> watch = Stopwatch()
    >>> with watch.measure("sum"):
    ...     _ = sum(range(1000))
    >>> watch.spent["sum"] >= 0
    True
    """

    def __init__(self) -> None:
        self.spent: dict[str, float] = collections.defaultdict(float)

    @contextlib.contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Count what happens inside the ``with`` block."""
        start = time.process_time()
        try:
            yield
        finally:
            self.spent[name] += time.process_time() - start

    @contextlib.contextmanager
    def within(self, module: types.ModuleType, function: str, name: str) -> Iterator[None]:
        """Count what a function of a module takes, wherever that module calls it.

        Parameters
        ----------
        module : module
            Whose name for the function is replaced inside the ``with`` block.
        function : str
            That name. Of a function that returns an iterator, each step counts.
        name : str
            What to count under.
        """
        original = getattr(module, function)

        def counted(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            with self.measure(name):
                result = original(*args, **kwargs)
            return self._steps(result, name) if hasattr(result, "__next__") else result

        setattr(module, function, counted)
        try:
            yield
        finally:
            setattr(module, function, original)

    def _steps(self, steps: Iterator[Any], name: str) -> Iterator[Any]:
        end = object()
        while True:
            with self.measure(name):
                step = next(steps, end)
            if step is end:
                return
            yield step


@dataclasses.dataclass(frozen=True)
class Run:
    """What a process of its own did.

    Attributes
    ----------
    output : str
        Its standard output.
    cpu, wall : float
        Seconds that it and those that it waited for took.
    """

    output: str
    cpu: float
    wall: float


def run(command: Sequence[str], **environment: str) -> Run:
    """Run a Python process to its end.

    Parameters
    ----------
    command : sequence of str
        Arguments to the interpreter that runs this.
    **environment : str
        Variables to set for it.

    Raises
    ------
    RuntimeError
        If it fails; with what it wrote to standard error.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [sys.executable, *command],
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return Run(done.stdout, cpu, wall)


def run_function(function: Callable[..., dict[str, Any]], **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    """Call a function of a script in a process of its own, and return what it returns.

    Parameters
    ----------
    function : callable
        Of a script whose folder holds all that it imports.
    **arguments
        What JSON can say; so must be what the function returns.
    """
    script = Path(function.__code__.co_filename)
    code = (
        f"import sys, json; sys.path.insert(0, {str(script.parent)!r}); import {script.stem} as s; "
        f"print(json.dumps(s.{function.__name__}(**json.loads({json.dumps(arguments)!r}))))"
    )
    return json.loads(run(["-c", code]).output.splitlines()[-1])


def cpu_of(pids: Sequence[int]) -> float | None:
    """Return the CPU seconds that other running processes have taken, None if nobody knows.

    Linux has a clock for every process, whose number is made from the process's.
    """
    try:
        return sum((time.clock_gettime((~pid << 3) | 2) for pid in pids), start=0.0)
    except OSError:
        return None


def peak_megabytes() -> float:
    """Return the most memory that this process has held so far, in MB of 10**6 bytes.

    Where the kernel says it, only what was held since the program began: `getrusage`
    counts what the process that started this one held, too.
    """
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def machine() -> dict[str, str]:
    """Return what the figures depend on: processor, cores, load, versions, and the date."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    versions = {}
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": processor,
        "cores": str(os.cpu_count()),
        "load before": f"{os.getloadavg()[0]:.2f}",
        "python": platform.python_version(),
        **versions,
    }
