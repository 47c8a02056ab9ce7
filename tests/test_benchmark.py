"""The benchmark measures what it says and finds our rows equal; how fast is not asked here."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import os
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"


@pytest.fixture(scope="module")
def benchmark():
    """The script with its helpers beside it, as when it is run."""
    before = set(sys.modules)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            patch.setenv(name, os.environ.get(name, "1"))  # to be put back: the script sets them
        patch.delenv("GENRE_AUDIO_DATA", raising=False)
        patch.syspath_prepend(SCRIPTS)
        yield importlib.import_module("benchmark")
    for name in set(sys.modules) - before:
        if name.startswith("benchmark") or name == "synthesise":
            del sys.modules[name]


@pytest.fixture(scope="module")
def tiny(benchmark):
    return dataclasses.replace(
        benchmark.QUICK,
        clips=2,
        repeats=1,
        lengths=(2.0, 4.0),
        counts=(3,),
        clip_seconds=2.0,
        scaling_clips=2,
        processes=1,
        compile=False,
        rows=20,
    )


@pytest.fixture(scope="module")
def result(benchmark, tiny):
    def here(function, **arguments):
        """Call in this process, which has imported most of it already."""
        return json.loads(json.dumps(function(**json.loads(json.dumps(arguments)))))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(benchmark, "run_function", here)
        patch.setattr(importlib.import_module("synthesise"), "LOOP_SECONDS", 2)
        return benchmark.measure(list(benchmark.SECTIONS), tiny)


def test_every_figure_is_a_positive_number(benchmark, result):
    assert list(result["sections"]) == list(benchmark.SECTIONS)
    # What equals has no difference; of two runs the second may be the faster.
    signed = ("difference", "rolloff", "start of two workers")
    for section in result["sections"].values():
        assert section["title"]
        assert section["rows"]
        columns = {tuple(row) for row in section["rows"]}
        assert len(columns) == 1
        figures = [value for row in section["rows"] for value in row.values()]
        if sys.platform != "linux":  # what workers take is not known elsewhere
            figures = [value for value in figures if value is not None]
        figures += [
            value
            for name, value in section["figures"].items()
            if not any(word in name for word in signed)
        ]
        for value in figures:
            assert isinstance(value, str) or (math.isfinite(value) and value > 0)


def test_speed_is_shown_with_equality(result):
    section = result["sections"]["stages"]
    stages = [row["stage"] for row in section["rows"]]
    assert stages[0] == "transform"
    assert stages[-2:] == ["total", "total, reference"]
    differences = [value for name, value in section["figures"].items() if "difference" in name]
    assert len(differences) == 2
    # As in test_features: kernels may sum in another order.
    assert all(0 <= value < 1e-5 for value in differences)
    assert section["figures"]["the same of rolloff"] < 1e-5


def test_shares_add_up(result):
    for row in result["sections"]["files"]["rows"]:
        shares = [value for name, value in row.items() if name.endswith("%")]
        assert len(shares) == 4
        assert sum(shares) == pytest.approx(100)


def test_rows_stand_for_what_the_plan_asks(result, tiny):
    sections = result["sections"]
    assert [row["length"] for row in sections["length"]["rows"]] == ["2 s", "4 s"]
    numbers = [(row["recordings"], row["workers"]) for row in sections["number"]["rows"]]
    assert numbers == [(3, 1), (3, 2)]
    assert len(sections["startup"]["rows"]) == 4
    assert sections["bulk"]["rows"][0]["rows"] == tiny.rows
    assert "synthetic" in sections["stages"]["title"]


def test_the_table_and_json_say_the_same(benchmark, result):
    text = benchmark.table(result)
    assert json.loads(json.dumps(result)) == result
    for section in result["sections"].values():
        assert f"== {section['title']}\n" in text
        for name, value in section["figures"].items():
            assert name in text
            assert benchmark.cell(value) in text
    assert "numpy" in text.split("==")[0]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("wav", "wav"),
        (1000, "1,000"),
        (0.0, "0.0e+00"),
        (1.234, "1.23"),
        (45.678, "45.7"),
        (1234.5, "1,234"),
        (0.00012, "1.2e-04"),
        (-3.21, "-3.21"),
    ],
)
def test_figures_have_the_digits_that_mean_something(benchmark, value, text):
    assert benchmark.cell(value) == text


def test_what_does_not_fit_on_the_disk_is_left_out(benchmark, tiny, tmp_path, monkeypatch):
    usage = benchmark.shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(benchmark.shutil, "disk_usage", lambda path: usage)
    section = benchmark.length(tiny, None, tmp_path)
    assert section.rows == []
    assert len(section.notes) == len(tiny.lengths)


def test_functions_are_called_in_processes_of_their_own(benchmark):
    parts = importlib.import_module("benchmark_parts")
    peak = parts.run_function(parts.peak_megabytes)
    assert peak > 0
    if sys.platform == "linux":
        assert peak < 100  # little but Python itself, whatever this process holds
    assert parts.run_function(parts.cpu_of, pids=[]) == 0


def test_what_fails_in_a_process_of_its_own_is_said(benchmark):
    parts = importlib.import_module("benchmark_parts")
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        parts.run(["-c", "1 / 0"])


def test_time_inside_a_function_counts_steps_of_iterators_too(benchmark):
    parts, seen = importlib.import_module("benchmark_parts"), []

    def slow(n):
        for k in range(n):
            seen.append(sum(range(100_000)))
            yield k

    module = type(sys)("module")
    module.slow = slow
    watch = parts.Stopwatch()
    with watch.within(module, "slow", "steps"):
        assert list(module.slow(3)) == [0, 1, 2]
    assert module.slow is slow
    assert len(seen) == 3
    assert watch.spent["steps"] > 0


@pytest.mark.parametrize(
    ("arguments", "lengths"),
    [([], (30.0, 120.0, 600.0, 1800.0, 10800.0)), (["--hours", "0.1"], (30.0, 120.0, 360.0))],
)
def test_options_reach_the_plan(benchmark, monkeypatch, tmp_path, arguments, lengths):
    seen = {}

    def measure(names, plan):
        seen.update(names=names, plan=plan)
        return {"machine": {"cores": "2"}, "sections": {}}

    monkeypatch.setattr(benchmark, "measure", measure)
    output = tmp_path / "table.json"
    words = ["benchmark", "--sections", "length,bulk", "--json", "-o", str(output), *arguments]
    monkeypatch.setattr(sys, "argv", words)
    benchmark.main()
    assert seen["names"] == ["length", "bulk"]
    assert seen["plan"].lengths == lengths
    assert json.loads(output.read_text(encoding="utf-8"))["machine"] == {"cores": "2"}


def test_unknown_sections_are_refused(benchmark, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["benchmark", "--sections", "stages,taste"])
    with pytest.raises(SystemExit):
        benchmark.main()
    assert "no section taste" in capsys.readouterr().err
