"""Work that is sent to a Dask cluster: the same answers, and nothing lost with a worker.

The cluster is real: a scheduler and two worker processes, started once for this file.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.errors import ParameterError, WorkerError
from genre_audio.execution import Bounds, Lost, map_unordered, on_scheduler
from signals import music

distributed = pytest.importorskip("distributed", reason="Dask is not installed")

import cluster_work  # noqa: E402
from object_store import KEYS  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def importable():
    """Let workers, which are processes of their own, import what tests ask them for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        yield


@pytest.fixture(scope="module")
def address(importable):
    import dask

    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
    ):
        yield cluster.scheduler_address


def lost(item: int, why: Lost) -> tuple[int, Lost]:
    return item, why


def results(function, address, **how):
    with on_scheduler(address):
        return list(map_unordered(function, range(20), costs=[0.01] * 20, on_lost=lost, **how))


def test_every_item_gives_one_result(address):
    with on_scheduler(address):
        assert sorted(map_unordered(abs, range(-300, 0))) == list(range(1, 301))
        assert list(map_unordered(abs, [])) == []


@pytest.mark.parametrize(
    ("function", "bounds", "reason"),
    [
        (cluster_work.deadly, None, "died"),
        (cluster_work.endless, Bounds(seconds=0.5, factor=0.0), "died"),
        (cluster_work.greedy, None, "memory"),
    ],
    ids=["deadly", "endless", "greedy"],
)
def test_one_item_is_lost_and_no_other_one(address, function, bounds, reason):
    found = results(function, address, bounds=bounds)
    [(item, why)] = [each for each in found if isinstance(each, tuple)]
    assert (item, why.reason) == (13, reason)
    assert sorted(each for each in found if each != (item, why)) == [*range(13), *range(14, 20)]


def test_a_lost_item_is_an_error_where_nobody_asks_for_it(address):
    with on_scheduler(address), pytest.raises(WorkerError, match="no such amount"):
        list(map_unordered(cluster_work.greedy, [1, 13]))


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
    for name, options in {"here": ["-j", "1"], "there": ["--scheduler", address]}.items():
        result = CliRunner().invoke(app, ["extract", tapes, "-o", f"{name}.csv", *options])
        assert result.exit_code == 3, result.stderr
        assert "short.wav" in result.stderr
    for ending in (".csv", ".csv.json"):
        here, there = (Path(f"{name}{ending}").read_bytes() for name in ("here", "there"))
        assert here == there


def test_nothing_of_dask_is_imported_where_no_scheduler_is_named():
    code = (
        "import sys; from genre_audio.execution import map_unordered, on_scheduler\n"
        "with on_scheduler(None): assert list(map_unordered(abs, [-1])) == [1]\n"
        "assert not {'dask', 'distributed'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("address", "error", "words"),
    [
        ("tcp://127.0.0.1:9", WorkerError, "no Dask scheduler answers at"),
        ("nonsense://x", ParameterError, "is no address of a scheduler"),
    ],
)
def test_where_no_scheduler_is(address, error, words, monkeypatch):
    monkeypatch.setattr("genre_audio.execution.backend._SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(error, match=words), on_scheduler(address):
        pass


def test_what_to_install_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ParameterError, match=r"genre-audio\[cluster\]"), on_scheduler("local"):
        pass


def test_workers_read_an_object_store_by_themselves(
    address, tapes, s3_address, tmp_path, monkeypatch
):
    import s3fs

    monkeypatch.chdir(tmp_path)
    keys = KEYS | {"AWS_ENDPOINT_URL": s3_address}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    with distributed.Client(address, set_as_default=False) as client:
        client.run(cluster_work.have_environment, keys)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    files.mkdir("archive")
    files.put(tapes, "archive/tapes", recursive=True)
    for place, name, how in (
        (tapes, "here", ["-j", "1"]),
        ("s3://archive/tapes", "there", ["--scheduler", address]),
    ):
        result = CliRunner().invoke(app, ["extract", place, "-o", f"{name}.csv", *how])
        assert result.exit_code == 3, result.stderr
    s3fs.S3FileSystem.clear_instance_cache()
    assert Path("here.csv").read_bytes() == Path("there.csv").read_bytes()
