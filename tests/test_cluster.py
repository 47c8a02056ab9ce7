"""Work that is sent to a Dask cluster: the same answers, and nothing lost with a worker.

The cluster is real: a scheduler and two workers with their nannies, started once for this
file. ``scripts/measure_cluster.py`` says what it costs.
"""

from __future__ import annotations

import concurrent.futures
import functools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from typer.testing import CliRunner

from genre_audio.audio import find_recordings
from genre_audio.cli import app
from genre_audio.config import Segmentation
from genre_audio.errors import ParameterError, WorkerError
from genre_audio.execution import Bounds, Lost, map_unordered, on_scheduler
from genre_audio.execution.backend import _local_cluster
from genre_audio.execution.environment import check_same, environment
from genre_audio.execution.remote import do_parcel
from genre_audio.extraction import extract
from genre_audio.extraction.lost import read_all
from genre_audio.learning import Budget, GenreStack
from signals import music

distributed = pytest.importorskip("distributed", reason="Dask is not installed")

import cluster_work  # noqa: E402
from cluster_processes import Processes  # noqa: E402
from object_store import KEYS  # noqa: E402


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The first death gives a parcel up, so that tests need not wait for four."""
    folder = tmp_path_factory.mktemp("workers")
    with pytest.MonkeyPatch.context() as patch, Processes(folder, failures=0) as found:
        # Workers import by name what tests ask them for.
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), *sys.path]))
        found.start_scheduler()
        yield found


@pytest.fixture(scope="module")
def cluster(scheduler):
    """Two workers."""
    for _ in range(2):
        scheduler.start_worker(memory="800MB")
    return scheduler


@pytest.fixture
def address(cluster):
    return cluster.address


def lost(item: int, why: Lost) -> tuple[int, Lost]:
    return item, why


def results(function, address, **how):
    with on_scheduler(address):
        return list(map_unordered(function, range(20), costs=[0.01] * 20, on_lost=lost, **how))


def test_workers_that_never_come_are_not_waited_for_for_ever(scheduler, monkeypatch):
    monkeypatch.setattr("genre_audio.execution.connection._NO_WORKERS", 0.1)
    said: list[str] = []
    with (
        pytest.raises(WorkerError, match=r"no worker came .* start some with 'dask worker tcp"),
        on_scheduler(scheduler.address, on_message=said.append),
    ):
        pass
    assert said[0].endswith("has no workers: waiting")


def test_every_item_gives_one_result(address):
    with on_scheduler(address):
        assert sorted(map_unordered(abs, range(-300, 0))) == list(range(1, 301))
        assert list(map_unordered(abs, [])) == []


def notes(dask_scheduler):
    """What a scheduler keeps for ever: an entry for each message that brought tasks."""
    spans = dask_scheduler.extensions["spans"].spans.values()
    return sum(len((span.metadata or {}).get("collections", ())) for span in spans)


@pytest.mark.parametrize(("cost", "most"), [(None, 100), (0.1, 20)])
def test_a_scheduler_is_told_of_many_items_at_once(address, cost, most):
    with distributed.Client(address, set_as_default=False) as client:
        before = client.run_on_scheduler(notes)
        with on_scheduler(address):
            found = map_unordered(abs, range(200), costs=cost and [cost] * 200)
            assert sorted(found) == list(range(200))
        assert client.run_on_scheduler(notes) - before <= most


@pytest.mark.parametrize(
    ("function", "bounds", "reason"),
    [
        (cluster_work.endless, Bounds(seconds=0.5, factor=0.0), "hung"),
        (cluster_work.greedy, Bounds(megabytes=300), "memory"),
        (cluster_work.hungry, None, "died"),
    ],
    ids=["endless", "greedy", "hungry"],
)
def test_one_item_is_lost_and_no_other_one(address, function, bounds, reason):
    found = results(function, address, bounds=bounds)
    [(item, why)] = [each for each in found if isinstance(each, tuple)]
    assert (item, why.reason) == (13, reason)
    assert sorted(each for each in found if each != (item, why)) == [*range(13), *range(14, 20)]


def test_a_lost_item_is_an_error_where_nobody_asks_for_it(address):
    bounds = Bounds(megabytes=300)
    with on_scheduler(address), pytest.raises(WorkerError, match=r"lost twice .* \(memory: "):
        list(map_unordered(cluster_work.greedy, [1, 13], bounds=bounds))


def test_an_exception_comes_through(address):
    with pytest.raises(ZeroDivisionError):
        results(cluster_work.wrong, address)


@pytest.fixture
def tapes(write_audio):
    for seed in range(4):
        write_audio(music(1.0 + seed / 2, seed=seed), name=f"tapes/{seed}.wav")
    write_audio(music(0.5), name="tapes/short.wav")
    return "tapes"


def test_a_table_has_the_same_bytes(tapes, address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs = {"here": ["-j", "1"], "there": ["--scheduler", address]}
    for name, options in runs.items():
        if name == "there":  # in shares as well
            in_shares(monkeypatch)
        result = CliRunner().invoke(
            app, ["extract", tapes, "-o", f"{name}.csv", "--segment-seconds", "1", *options]
        )
        assert result.exit_code == 3, result.stderr
        assert "short.wav" in result.stderr
    assert same_bytes("here", "there")


def test_another_backend_goes_on_where_one_was_stopped(tapes, address, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    how = {"segmentation": Segmentation(), "n_jobs": 1}
    sources = find_recordings([tapes])

    def stop(result):
        """End the run when something has come."""
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), on_scheduler(address):
        extract(sources, output=Path("parts.csv"), on_result=stop, **how)
    started = []
    extract(sources, output=Path("parts.csv"), on_start=started.append, **how)
    extract(sources, output=Path("whole.csv"), **how)
    assert started[0] < len(sources)
    assert same_bytes("parts", "whole")


@pytest.fixture
def store(address, tapes, s3_address, tmp_path, monkeypatch):
    """The same recordings in a store, whose keys workers have of their own; their URL."""
    s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed")
    monkeypatch.chdir(tmp_path)
    (own := tmp_path / "temporary").mkdir()
    keys = KEYS | {"AWS_ENDPOINT_URL": s3_address, "TMPDIR": str(own)}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)
    with distributed.Client(address, set_as_default=False) as client:
        for nanny in (True, False):  # those that take the place of killed workers, too
            client.run(cluster_work.have_environment, keys, nanny=nanny)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem(use_listings_cache=False)
    bucket = f"archive-{tmp_path.name}".replace("_", "-")
    files.mkdir(bucket)
    files.put(tapes, f"{bucket}/tapes", recursive=True)
    yield f"s3://{bucket}/tapes"
    s3fs.S3FileSystem.clear_instance_cache()


def in_shares(monkeypatch):
    monkeypatch.setattr("genre_audio.extraction.shares.LEAST", 1e-9)
    monkeypatch.setattr("genre_audio.extraction.lost.LEAST", 0.0)


def test_workers_read_an_object_store_by_themselves(store, tapes, address, monkeypatch):
    for place, name, how in (
        (tapes, "here", ["-j", "1"]),
        (store, "there", ["--scheduler", address]),
    ):
        if name == "there":
            in_shares(monkeypatch)
        result = CliRunner().invoke(
            app, ["extract", place, "-o", f"{name}.csv", "--segment-seconds", "1", *how]
        )
        assert result.exit_code == 3, result.stderr
    assert Path("here.csv").read_bytes() == Path("there.csv").read_bytes()


def test_what_a_worker_fetched_is_cleared_away_after_its_death(store, address, tmp_path):
    sources = [each for each in find_recordings([store]) if each.name != "short.wav"]
    work = functools.partial(cluster_work.killed_once, marks=tmp_path / "marks")
    (tmp_path / "marks").mkdir()
    with on_scheduler(address):
        found = list(read_all(work, sources, n_jobs=None, bounds=Bounds()))
    assert sorted(each.name for each in found) == [each.name for each in sources]
    assert [type(each).__name__ for each in found] == ["Extracted"] * len(sources)
    [mark] = (tmp_path / "marks").iterdir()
    assert "temporary" in mark.read_text(), "it had fetched one"
    assert not list((tmp_path / "temporary").iterdir())


def same_bytes(first: str, second: str) -> bool:
    endings = (".csv", ".csv.json")
    return all(Path(first + end).read_bytes() == Path(second + end).read_bytes() for end in endings)


def test_tuning_gives_the_same_model_and_sends_the_rows_once(address, rng, monkeypatch):
    y = np.repeat(["jazz", "metal", "polka"], 24)
    X = rng.normal(size=(72, 57)) + 0.5 * np.repeat(np.arange(3), 24)[:, None]
    sent, scatter = [], distributed.Client.scatter

    def spy(client, data, **how):
        sent.extend(data if isinstance(data, list) else [data])
        return scatter(client, data, **how)

    monkeypatch.setattr(distributed.Client, "scatter", spy)
    budget = Budget("tuned", qda=2, knn=2, inner_folds=2, stack_folds=2)
    stack = GenreStack(learners=("qda", "knn"), budget=budget)
    here = clone(stack).fit(X, y)
    assert not sent
    with on_scheduler(address):
        there = clone(stack).fit(X, y)
    assert there.best_params_ == here.best_params_
    np.testing.assert_array_equal(there.predict_proba(X), here.predict_proba(X))
    # Tuned twice, out of fold and as a whole: without more ado that would be four.
    assert [getattr(data, "nbytes", 0) for data in sent].count(X.nbytes) == 1


def test_nothing_of_dask_is_imported_where_no_scheduler_is_named():
    code = (
        "import sys; from genre_audio.execution import map_unordered, on_scheduler\n"
        "with on_scheduler(None): assert list(map_unordered(abs, [-1])) == [1]\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("nowhere", "error", "words"),
    [
        ("tcp://127.0.0.1:9", WorkerError, "no Dask scheduler answers at"),
        ("nonsense://x", ParameterError, "is no address of a scheduler"),
        ("tls://127.0.0.1:9", ParameterError, "TLS configuration"),
    ],
)
def test_where_no_scheduler_is(nowhere, error, words, monkeypatch):
    monkeypatch.setattr("genre_audio.execution.connection._SECONDS_TO_ANSWER", 0.5)
    closed, close = [], distributed.Client.close
    monkeypatch.setattr(
        "distributed.Client.close", lambda self, **how: closed.append(self) or close(self, **how)
    )
    with pytest.raises(error, match=words) as caught, on_scheduler(nowhere):
        pass
    assert nowhere in str(caught.value)
    # What is left open holds up the end of the process, for half a minute. Dask itself closes
    # what nobody answered.
    assert closed or error is WorkerError


def test_a_cluster_of_this_machine_is_not_to_be_seen_from_others():
    with _local_cluster(0) as cluster:
        sockets = cluster.scheduler.http_server._sockets.values()
        assert {each.getsockname()[0] for each in sockets} == {"127.0.0.1"}


def test_a_script_that_workers_would_run_once_more_is_told_so(monkeypatch):
    def refuse(**_):
        raise RuntimeError("Nanny failed to start.")

    monkeypatch.setattr("distributed.LocalCluster", refuse)
    with (
        pytest.raises(WorkerError, match="behind if __name__ =="),
        on_scheduler("local"),
    ):
        pass


def test_what_to_install_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ParameterError, match=r"genre-audio\[cluster\]"), on_scheduler("local"):
        pass


def test_workers_of_other_versions_are_refused(address, monkeypatch):
    other = environment() | {"numpy": "1.0"}
    with pytest.raises(WorkerError, match=r"10\.0\.0\.7.* has numpy 1\.0 instead of"):
        check_same({"tcp://10.0.0.7:1": other, "tcp://10.0.0.6:1": environment()})
    for package in ("scikit-learn", "xgboost-cpu"):  # which fit models there
        with pytest.raises(WorkerError, match=rf"has {package} 0\.1 instead of"):
            check_same({"tcp://10.0.0.7:1": environment() | {package: "0.1"}})
    with pytest.raises(WorkerError, match=r"cannot do the work .*No module named"):
        check_same({"tcp://10.0.0.7:1": ModuleNotFoundError("No module named 'genre_audio'")})
    check_same({"tcp://10.0.0.7:1": OSError("it has gone")})
    # One that comes later is asked by each parcel.
    monkeypatch.setattr("genre_audio.execution.cluster.environment", lambda: other)
    with pytest.raises(WorkerError, match=r"came later has numpy .* instead of 1\.0"):
        results(cluster_work.slow, address)


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (b"nothing that was pickled", "UnpicklingError"),
        # As where a library is missing that a module loads: sent once more, it fails once more.
        (b"cbuiltins\nopen\n(S'nowhere.so'\ntR.", "FileNotFoundError"),
    ],
)
def test_what_a_worker_cannot_even_begin_is_said(address, monkeypatch, packed, error):
    monkeypatch.setattr("cloudpickle.dumps", lambda _: packed)
    with pytest.raises(WorkerError, match=rf"cannot do the work \({error}"):
        results(cluster_work.slow, address)


def test_a_worker_of_several_threads_does_one_item_at_a_time(monkeypatch):
    under_way: list[int] = []
    most = 0

    def work(item):
        """Note how many are under way."""
        nonlocal most
        under_way.append(item)
        most = max(most, len(under_way))
        time.sleep(0.01)
        under_way.remove(item)

    monkeypatch.setattr("genre_audio.execution.remote._unpacked", lambda _: work)
    with concurrent.futures.ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda item: do_parcel([(item, item, 60.0)], function=b""), range(3)))
    assert most == 1


def test_killed_workers_cost_nobody_a_result(cluster):
    generator = random.Random(8)
    with on_scheduler(cluster.address):
        found = []
        for count, item in enumerate(
            map_unordered(cluster_work.slow, range(40), costs=[0.05] * 40, on_lost=lost)
        ):
            found.append(item)
            if count in {0, 12} and (pids := cluster.worker_pids()):
                os.kill(generator.choice(pids), signal.SIGKILL)
    assert sorted(found) == list(range(40))


def test_a_scheduler_that_was_started_again_is_given_the_rest(cluster, monkeypatch):
    said: list[str] = []
    found = []
    monkeypatch.setattr("genre_audio.execution.connection._SECONDS_TO_ANSWER", 3.0)
    with on_scheduler(cluster.address, on_message=said.append):
        for count, item in enumerate(
            map_unordered(cluster_work.slow, range(40), costs=[0.05] * 40, on_lost=lost)
        ):
            found.append(item)
            if count == 3:
                cluster.kill_all()
                cluster.start_scheduler()
                cluster.start_worker()
        assert sorted(found) == list(range(40))
        assert "went away: looking for it" in said[0]
        # And one that does not come back ends the run.
        monkeypatch.setattr("genre_audio.execution.connection._GONE", 0.5)
        cluster.kill_all()
        with pytest.raises(WorkerError, match="did not come back; what is finished is kept"):
            list(map_unordered(cluster_work.slow, range(3), costs=[0.05] * 3, on_lost=lost))
