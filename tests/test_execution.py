"""One interface for one process and several."""

from __future__ import annotations

import os

import pytest
import threadpoolctl
from hypothesis import given
from hypothesis import strategies as st

from genre_audio import execution
from genre_audio.errors import ParameterError
from genre_audio.execution import map_unordered, resolve_jobs


@pytest.mark.parametrize("n_jobs", [1, 2, 8])
@pytest.mark.parametrize("items", [[], [-1], [-3, 2, 2]])
def test_every_item_gives_one_result(items: list[int], n_jobs: int) -> None:
    assert sorted(map_unordered(abs, items, n_jobs=n_jobs)) == sorted(map(abs, items))


@given(costs=st.lists(st.floats(0, 2), min_size=1, max_size=40), n_jobs=st.integers(2, 9))
def test_parcels_hold_every_item_once_the_dearest_first(costs: list[float], n_jobs: int) -> None:
    items = list(range(len(costs)))
    chunks = execution._chunks(items, costs, n_jobs=n_jobs)
    assert all(chunks)
    assert sorted(item for chunk in chunks for item in chunk) == items
    sent = [costs[item] for chunk in chunks for item in chunk]
    assert sent == sorted(costs, reverse=True)
    left = sum(costs)
    for chunk in chunks:
        total = sum(costs[item] for item in chunk)
        # Unless it is one item, a parcel is a small share of what is left to do.
        allowed = min(execution.PARCEL_SECONDS, left / (4 * n_jobs))
        assert len(chunk) == 1 or total <= allowed + 1e-9 or total == costs[chunk[0]]
        left -= total


def test_short_items_travel_together_and_the_last_by_themselves() -> None:
    chunks = execution._chunks(range(1000), [0.01] * 1000, n_jobs=2)
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
        processes = set(map_unordered(process, [0, 0], n_jobs=n_jobs, costs=[0.5, 0.5]))
        assert (os.getpid() in processes) == here


@pytest.mark.skipif(os.cpu_count() == 1, reason="a single core is all there is")
def test_much_work_is_done_in_others() -> None:
    processes = set(map_unordered(process, [0, 0], n_jobs=None, costs=[9.0, 9.0]))
    assert os.getpid() not in processes


def process(_: int) -> int:
    return os.getpid()


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


def threads(_: int) -> int:
    return max(pool["num_threads"] for pool in threadpoolctl.threadpool_info())


def test_this_process_runs_one_thread_as_well() -> None:
    # Sums divided among threads would differ in their last digits.
    with threadpoolctl.threadpool_limits(limits=2):
        assert list(map_unordered(threads, [0, 0])) == [1, 1]
        assert threads(0) == 2


# loky's own thread may trip over the work that is taken from it (joblib 1.6).
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
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
