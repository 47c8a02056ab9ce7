"""One interface for one process and several, and what becomes of those that die."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from pathlib import Path

import pytest
import threadpoolctl
from hypothesis import given
from hypothesis import strategies as st

import mishaps
from genre_audio.errors import ParameterError, WorkerError
from genre_audio.execution import Bounds, Lost, map_unordered, resolve_jobs, starting, worker
from genre_audio.execution import parcels as parcelling
from genre_audio.execution import pool as pools
from genre_audio.execution.parcels import parcels

threads_of_this_process = starting._threads


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers copied from this process, where it has no threads of the test runner."""
    monkeypatch.setattr(starting, "_threads", threads_of_this_process)


@pytest.mark.parametrize("n_jobs", [1, 2, 8])
@pytest.mark.parametrize("items", [[], [-1], [-3, 2, 2]])
def test_every_item_gives_one_result(items: list[int], n_jobs: int) -> None:
    assert sorted(map_unordered(abs, items, n_jobs=n_jobs)) == sorted(map(abs, items))


@given(
    costs=st.lists(st.floats(0, 2), min_size=1, max_size=40),
    n_jobs=st.integers(2, 9),
    seconds=st.sampled_from([parcelling.PARCEL_SECONDS, parcelling.CLUSTER_SECONDS]),
)
def test_parcels_hold_every_item_once_the_dearest_first(
    costs: list[float], n_jobs: int, seconds: float
) -> None:
    chunks = parcels(costs, n_jobs=n_jobs, seconds=seconds)
    assert all(chunks)
    assert sorted(item for chunk in chunks for item in chunk) == list(range(len(costs)))
    sent = [costs[item] for chunk in chunks for item in chunk]
    assert sent == sorted(costs, reverse=True)
    left = sum(costs)
    for chunk in chunks:
        total = sum(costs[item] for item in chunk)
        # Unless it is one item, a parcel is a small share of what is left to do.
        allowed = min(seconds, left / (4 * n_jobs))
        assert len(chunk) == 1 or total <= allowed + 1e-9 or total == costs[chunk[0]]
        left -= total


def test_short_items_travel_together_and_the_last_by_themselves() -> None:
    chunks = parcels([0.01] * 1000, n_jobs=2)
    sizes = [len(chunk) for chunk in chunks]
    assert sizes[0] == pytest.approx(30, abs=1)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1
    assert len(sizes) < 100


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_costs_change_no_result(n_jobs: int) -> None:
    costs = [0.1, 5.0, 0.0, 0.25, 0.2]
    results = map_unordered(abs, [-1, -2, -3, -4, -5], n_jobs=n_jobs, costs=costs)
    assert sorted(results) == [1, 2, 3, 4, 5]


def test_little_work_is_done_in_this_process_unless_workers_were_asked_for() -> None:
    for n_jobs, here in [(None, True), (2, False)]:
        processes = set(map_unordered(mishaps.process, [0, 0], n_jobs=n_jobs, costs=[0.5, 0.5]))
        assert (os.getpid() in processes) == here


@pytest.mark.skipif(os.cpu_count() == 1, reason="a single core is all there is")
def test_much_work_is_done_in_others() -> None:
    processes = set(map_unordered(mishaps.process, [0, 0], n_jobs=None, costs=[9.0, 9.0]))
    assert os.getpid() not in processes


@pytest.mark.parametrize(
    ("n_jobs", "costs", "threads", "workers"),
    [
        (1, [0.1, 0.1], 1, 1),
        (None, [0.01, 0.01], 1, 1),
        (1, [0.1, 0.1], 2, 0),
        (None, [0.1, 0.1], 2, 0),
        (1, [9.0, 9.0], 2, 1),
        (2, [0.1, 0.1], 2, 2),
        (3, None, 1, 3),
        (1, None, 2, 1),
    ],
)
def test_who_can_say_what_was_lost_has_workers_where_they_are_cheap(
    n_jobs: int | None,
    costs: list[float] | None,
    threads: int,
    workers: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from genre_audio.execution import mapping

    monkeypatch.setattr(starting, "_threads", lambda: threads)
    monkeypatch.setattr(starting.sys, "platform", "linux")
    assert mapping._workers(n_jobs, costs, apart=True) == workers


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_exception_comes_through(n_jobs: int) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        list(map_unordered(int, ["1", "x", "2"], n_jobs=n_jobs))


def test_results_come_one_by_one() -> None:
    begun = []

    def begin(item: int) -> int:
        begun.append(item)
        return item

    results = map_unordered(begin, [1, 2, 3])
    assert begun == []
    assert next(results) == 1
    assert begun == [1]


def test_several_jobs_run_in_other_processes_of_one_thread_each() -> None:
    names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
    assert list(map_unordered(os.getenv, names, n_jobs=2)) == ["1", "1"]


def test_this_process_runs_one_thread_as_well() -> None:
    # Sums divided among threads would differ in their last digits.
    with threadpoolctl.threadpool_limits(limits=2):
        assert list(map_unordered(mishaps.threads, [0, 0])) == [1, 1]
        assert mishaps.threads(0) == 2


def test_leaving_early_ends_the_work() -> None:
    results = map_unordered(abs, [-1, -2, -3, -4], n_jobs=2)
    assert next(results) in {1, 2, 3, 4}
    results.close()
    assert list(results) == []


def test_jobs_are_counted() -> None:
    assert resolve_jobs(3) == 3
    assert resolve_jobs(None) >= 1


@pytest.mark.parametrize("n_jobs", [0, -1])
def test_fewer_than_one_job_is_refused(n_jobs: int) -> None:
    with pytest.raises(ParameterError, match=f"^{n_jobs} workers were asked for"):
        resolve_jobs(n_jobs)


# workers that die ------------------------------------------------------------------------


def kept(item: object, lost: Lost) -> tuple[str, str, str]:
    return item[0], lost.reason, lost.detail  # type: ignore[index]


BAD = ["segfault", "exit", "hang", "memory"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_who_takes_a_worker_down_is_tried_twice_and_costs_nobody_else_a_result(
    n_jobs: int, tmp_path: Path, copies: None
) -> None:
    names = [f"good {n}" for n in range(6)]
    names[1:1] = BAD
    items = [(name, tmp_path / "tries") for name in names]
    results = map_unordered(
        mishaps.mishap,
        items,
        n_jobs=n_jobs,
        costs=[0.01] * (len(items) - 1) + [9.0],  # some travel together
        on_lost=kept,
        bounds=Bounds(seconds=0.4, factor=0.0, megabytes=700),
    )
    found = sorted(results)
    assert [each for each in found if len(each) == 1] == [(f"good {n}",) for n in range(6)]
    lost = {name: (reason, words) for name, reason, words in (x for x in found if len(x) > 1)}
    assert lost.pop("memory")[0] == "memory"
    assert lost == {
        "segfault": ("died", "by the signal SIGSEGV"),
        "exit": ("died", "with exit code 7"),
        "hang": ("hung", "after 0 s, in which it had not finished"),
    }
    tries = [line.split(",") for line in (tmp_path / "tries").read_text().splitlines()]
    for name in names:
        processes = [process for tried, process in tries if tried == name]
        assert len(processes) == len(set(processes)) == 1 + (name in BAD)


def test_a_mishap_that_does_not_happen_again_is_none(tmp_path: Path, copies: None) -> None:
    items = [(name, tmp_path / "tries") for name in ["once", "good"]]
    found = map_unordered(mishaps.mishap, items, n_jobs=2, costs=[0.1, 0.1], on_lost=kept)
    assert sorted(found) == [("good",), ("once",)]


def test_what_is_lost_is_an_error_for_those_who_cannot_say_more(tmp_path: Path) -> None:
    items = [(name, tmp_path / "tries") for name in ["exit", "good"]]
    with pytest.raises(WorkerError, match=r"lost twice.*died: with exit code 7"):
        list(map_unordered(mishaps.mishap, items, n_jobs=2))


def test_want_of_memory_in_this_process_is_said_like_any_other_loss() -> None:
    assert list(map_unordered(mishaps.want, ["a"], costs=[0.1], on_lost=kept)) == [
        ("a", "memory", "no room for a")
    ]
    with pytest.raises(MemoryError):
        list(map_unordered(mishaps.want, ["a"]))


def test_an_exception_from_a_worker_says_where_it_happened() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        list(map_unordered(int, ["x", "1"], n_jobs=2))
    assert "in a worker process" in caught.value.__notes__[0]


def test_results_that_cannot_be_sent_are_an_error_and_no_silence(copies: None) -> None:
    with pytest.raises(RuntimeError, match="cannot be sent"):
        list(map_unordered(mishaps.unsendable, [1, 2], n_jobs=2))


def test_workers_that_end_as_they_start_are_not_started_for_ever(
    monkeypatch: pytest.MonkeyPatch, copies: None
) -> None:
    monkeypatch.setattr(starting, "serve", mishaps.stillborn)
    monkeypatch.setattr(starting, "serve_packed", mishaps.stillborn)
    with pytest.raises(WorkerError, match="end as they start, with exit code 9"):
        list(map_unordered(abs, [1, 2], n_jobs=2))


def test_where_the_system_allows_fewer_workers_fewer_do_the_work(
    monkeypatch: pytest.MonkeyPatch, copies: None
) -> None:
    start, started = pools.start_worker, []

    def stingy(*arguments: object, **how: object) -> object:
        if started:
            raise BlockingIOError("Resource temporarily unavailable")
        started.append(1)
        return start(*arguments, **how)

    monkeypatch.setattr(pools, "start_worker", stingy)
    assert sorted(map_unordered(abs, [-1, -2, -3], n_jobs=3)) == [1, 2, 3]
    with pytest.raises(WorkerError, match="no worker process can be started: Resource"):
        list(map_unordered(abs, [-1, -2], n_jobs=2))


def test_time_in_which_everything_stood_still_does_not_count(
    monkeypatch: pytest.MonkeyPatch, copies: None
) -> None:
    # As by Ctrl-Z: the first wait takes a minute longer than was asked for.
    clock, wait, late = time.monotonic, pools.pipes.wait, []

    def stopped(channels: list[object], patience: float | None) -> list[object]:
        if patience is None or late:
            return wait(channels, patience)
        late.append(60.0)
        return []

    monkeypatch.setattr(pools.time, "monotonic", lambda: clock() + sum(late))
    monkeypatch.setattr(pools.pipes, "wait", stopped)
    how = {"on_lost": lambda *lost: lost, "bounds": Bounds(seconds=20.0, factor=0.0)}
    assert sorted(map_unordered(mishaps.nap, [0.2, 0.1], n_jobs=2, costs=[1, 1], **how)) == [
        0.1,
        0.2,
    ]
    assert late


def test_a_copy_of_this_process_is_started_with_signals_held_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[object] = []

    class Process:
        def __init__(self, **how: object) -> None:
            seen.append(how["target"])

        def start(self) -> None:
            seen.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
            raise OSError("no more processes")

    context = type("Context", (), {"Process": Process})
    monkeypatch.setattr(starting, "can_fork", lambda: True)
    monkeypatch.setattr(starting.multiprocessing, "get_context", lambda _: context)
    with pytest.raises(OSError, match="no more"):
        starting.start_worker(abs, memory=None)
    assert seen[0] is starting.serve
    assert {signal.SIGINT, signal.SIGTERM} <= seen[1]  # type: ignore[operator]


def test_other_systems_start_workers_from_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting.sys, "platform", "darwin")
    assert not starting.can_fork()
    assert starting._fresh(abs).get_start_method() == "spawn"
    worker.bound_memory(2**20)  # and do not bound memory


# a worker, seen from inside --------------------------------------------------------------


def test_a_worker_answers_item_by_item_until_nobody_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_take_the_part", lambda: None)
    ours, theirs = Pipe()
    ours.send([-1, "x", 2])
    ours.send([[]])
    reader, said = ours, []
    theirs_alone = theirs.recv

    class Once:
        """The pipe, of which the other end is closed after two parcels."""

        parcels = 0

        def recv(self) -> object:
            self.parcels += 1
            if self.parcels > 2:
                raise EOFError
            return theirs_alone()

        send = staticmethod(theirs.send)

    worker.serve(Once(), mishaps.absolute, None)  # type: ignore[arg-type]
    while reader.poll():
        said.append(reader.recv())
    kinds = [kind.value for kind, _ in said]
    assert kinds == ["ready", "result", "error", "result", "memory"]
    assert [value for kind, value in said if kind is worker.Answer.RESULT] == [1, 2]


def test_an_exception_that_cannot_be_pickled_is_told_in_words() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(mishaps.OddError(1))
    kind, error = worker.answer(mishaps.odd, 1)
    assert kind is worker.Answer.ERROR
    assert "OddError(1) cannot be sent: TypeError" in str(pickle.loads(pickle.dumps(error)))


def test_a_worker_unpacks_what_it_is_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    monkeypatch.setattr(worker, "serve", lambda *arguments: served.extend(arguments))
    worker.serve_packed(None, pickle.dumps(mishaps.nap), 3)  # type: ignore[arg-type]
    assert served == [None, mishaps.nap, 3]


TAKING_PART = """
import os, signal, resource
from genre_audio.execution import worker
worker._take_the_part()
worker.bound_memory(2**28)
assert os.getpgid(0) == os.getpid()
assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0
assert os.environ["OMP_NUM_THREADS"] == "1"
try:
    bytearray(2**29)
except MemoryError:
    print("bounded")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")
def test_a_worker_minds_its_own_signals_and_memory() -> None:
    how = {"capture_output": True, "text": True, "check": False}
    done = subprocess.run([sys.executable, "-c", TAKING_PART], **how)
    assert (done.stdout, done.stderr) == ("bounded\n", "")


ORPHANS = """
import multiprocessing, os, sys, time
sys.path.insert(0, {tests!r})
import mishaps
from genre_audio.execution import map_unordered, worker

class Late:
    def freeze(self):
        time.sleep(0.5 * (multiprocessing.current_process().name in {late}))

worker.gc = Late()  # what a worker does first
for n in map_unordered(mishaps.pid_and_wait, [0.0, 0.0, 600.0, 600.0], n_jobs=2):
    print(n, flush=True)
    if n:
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends workers on Linux")
@pytest.mark.parametrize("late", [[], ["ForkProcess-2"]], ids=["at work", "at the start"])
def test_workers_do_not_outlive_the_process_they_work_for(late: list[str]) -> None:
    code = ORPHANS.format(tests=str(Path(__file__).parent), late=late)
    # One that goes on keeps the output open.
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=20
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    processes = [int(line) for line in done.stdout.split()]
    until = time.monotonic() + 20
    while any(is_running(process) for process in processes) and time.monotonic() < until:
        time.sleep(0.02)
    assert not any(is_running(process) for process in processes)


def is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"
