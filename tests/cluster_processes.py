"""A Dask cluster of real processes, as its own commands start them, to be broken by tests."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

__all__ = ["Processes"]


class Processes:
    """A scheduler and workers, each a process group of its own.

    Parameters
    ----------
    folder : pathlib.Path
        Where workers put their files.
    failures : int
        Deaths of workers by which a task is not yet given up.
    """

    def __init__(self, folder: Path, *, failures: int = 3) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self._folder = folder
        self._failures = failures
        self.scheduler: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *exception: object) -> None:
        self.kill_all()

    def start_scheduler(self) -> None:
        """Start it, at the same address each time."""
        self.scheduler = self._start(
            ["scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"]
        )

    def start_worker(self, *, memory: str = "0", threads: int = 1, **env: str) -> None:
        """Start a nanny with a worker."""
        how = ["--nthreads", str(threads), "--memory-limit", memory, "--no-dashboard"]
        how += ["--local-directory", str(self._folder), "--host", "127.0.0.1"]
        how += ["--death-timeout", "60"]
        self.workers.append(self._start(["worker", self.address, *how], **env))

    def kill_all(self) -> None:
        """Kill the scheduler and all workers, at once."""
        for process in [self.scheduler, *self.workers]:
            if process is not None:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.scheduler, self.workers = None, []

    def worker_pids(self) -> list[int]:
        """Return the processes that do the work, without the nannies."""
        found = []
        for nanny in self.workers:
            with contextlib.suppress(OSError):
                tasks = Path(f"/proc/{nanny.pid}/task").glob("*/children")
                children = [int(pid) for task in tasks for pid in task.read_text().split()]
                found += [pid for pid in children if b"spawn_main" in _command(pid)]
        return found

    def _start(self, words: list[str], **env: str) -> subprocess.Popen[bytes]:
        fails = str(self._failures)
        env = os.environ | {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": fails} | env
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("SHOW") else subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # a run that is stopped leaves nothing behind
        )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
