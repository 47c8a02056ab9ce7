"""Compare the bytes that every backend writes, and those of runs that were killed between.

``python scripts/compare_backends.py`` makes recordings, and has `extract` and `predict DIR`
read them with one process, two workers, and Dask clusters of two and of four processes.
Then a run on a cluster is killed (SIGKILL) and another one stopped (Ctrl-C), and both go on
without the cluster. Fails where one byte differs.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import numpy as np  # noqa: E402
import soundfile  # noqa: E402

import signals  # noqa: E402
from cluster_processes import Processes  # noqa: E402

KINDS = {".csv": ("extract", []), ".json": ("predict", ["-f", "json", "--no-cache"])}


def run(folder: Path, ending: str, name: str, *options: str) -> subprocess.Popen[str]:
    """Start a command."""
    command, how = KINDS[ending]
    words = [sys.executable, "-m", "genre_audio", command, "tapes", "-o", f"{name}{ending}"]
    return subprocess.Popen(
        [*words, *how, *options], cwd=folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip


def finish(process: subprocess.Popen[str], *, code: int = 0) -> str:
    """Wait until it has ended as it should."""
    said = process.communicate()[1]
    assert process.returncode == code, (process.returncode, said)
    assert "distributed" not in said, said
    assert "Traceback" not in said, said
    return said


def check(folder: Path, name: str) -> None:
    """Compare what a run wrote with what one process writes."""
    for ending in (".csv", ".csv.json", ".json"):
        found = folder / f"{name}{ending}"
        if found.exists():
            assert found.read_bytes() == (folder / f"one{ending}").read_bytes(), found
            print(f"{found.name}: the same {found.stat().st_size} bytes", flush=True)


def break_off(folder: Path, address: str, number: signal.Signals) -> None:
    """Stop a run on the cluster when something is in its journal, and go on here."""
    name = f"broken-{number.name}"
    process = run(folder, ".csv", name, "--scheduler", address)
    journal = folder / f".{name}.csv.journal"
    while not (journal.exists() and journal.read_text().count("\n") > 1):
        time.sleep(0.005)
        assert process.poll() is None, "it was too fast"
    process.send_signal(number)
    said = finish(process, code=130 if number is signal.SIGINT else -number)
    print(number.name, said.strip().splitlines()[-1:], flush=True)
    print(finish(run(folder, ".csv", name, "-j", "2")).strip().splitlines()[-1])
    check(folder, name)


def main() -> None:
    """Compare all."""
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "tapes").mkdir()
        for number in range(24):
            y = np.tile(signals.music(10.0, seed=number), 5 * (1 + number % 4))
            soundfile.write(folder / f"tapes/{number}.flac", y, signals.SR)
        for ending in KINDS:
            finish(run(folder, ending, "one", "-j", "1"))
            finish(run(folder, ending, "two", "-j", "2"))
        check(folder, "two")
        with Processes(folder / "workers") as cluster:
            cluster.start_scheduler()
            for count in (2, 4):
                while len(cluster.workers) < count:
                    cluster.start_worker()
                while len(cluster.worker_pids()) < count:
                    time.sleep(0.1)
                for ending in KINDS:
                    finish(run(folder, ending, f"dask{count}", "--scheduler", cluster.address))
                check(folder, f"dask{count}")
            for number in (signal.SIGKILL, signal.SIGINT):
                break_off(folder, cluster.address, number)


if __name__ == "__main__":
    main()
