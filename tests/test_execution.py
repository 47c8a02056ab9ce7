"""One interface for one process and several."""

from __future__ import annotations

import os

import pytest
import threadpoolctl

from genre_audio.errors import ParameterError
from genre_audio.execution import map_unordered, resolve_jobs


@pytest.mark.parametrize("n_jobs", [1, 2, 8])
@pytest.mark.parametrize("items", [[], [-1], [-3, 2, 2]])
def test_every_item_gives_one_result(items: list[int], n_jobs: int) -> None:
    assert sorted(map_unordered(abs, items, n_jobs=n_jobs)) == sorted(map(abs, items))


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
