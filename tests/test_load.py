"""The script that sends thousands of recordings through sees what is wrong with a run."""

from __future__ import annotations

import csv
import importlib
import json
import sys
from pathlib import Path

import pytest

from genre_audio import Segmentation, extract, find_recordings

SCRIPTS = Path(__file__).parent.parent / "scripts"
BROKEN = ["000/000003.wav"]
NAMES = [f"000/{number:06d}.wav" for number in range(3)]


@pytest.fixture(scope="module")
def load():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPTS)
        yield importlib.import_module("load")
    for name in ("load", "synthesise"):
        sys.modules.pop(name, None)


@pytest.fixture
def folder(load, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.import_module("synthesise"), "BROKEN_EVERY", 4)
    assert load.write_many(tmp_path / "recordings", count=4, seconds=1.0) == BROKEN
    return tmp_path / "recordings"


@pytest.fixture
def table(folder, tmp_path):
    output = tmp_path / "table" / "f.csv"
    extract(find_recordings([folder]), output=output, segmentation=Segmentation())
    return output


@pytest.fixture
def faults(load, folder, table):
    return lambda code=3: list(
        load.table_faults(table, folder=folder, names=NAMES, broken=BROKEN, code=code)
    )


def change(table, *, row, column, value):
    with table.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row][column] = value
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_a_right_table_has_no_faults_and_wrong_ones_do(faults, table):
    assert faults() == []
    assert faults(code=0) == ["exit code 0, not 3"]
    (table.parent / ".f.csv.journal").touch()
    assert faults() == [".f.csv.journal was left behind"]
    (table.parent / ".f.csv.journal").unlink()
    change(table, row=1, column="tempo", value="1.0")
    assert set(faults()) == {
        "the row of 000/000001.wav differs from that of the recording by itself"
    }
    change(table, row=0, column="filename", value=NAMES[1])
    assert "3 rows, not one for each of 3 recordings in their order" in faults()


def test_missing_answers_and_failures_are_seen(load, tmp_path, folder):
    (tmp_path / "r.csv").write_text("recording\n" + "\n".join(NAMES[:2]) + "\n")
    (tmp_path / "r.csv.json").write_text(json.dumps({"failures": {}, "paths": ["elsewhere"]}))
    found = load.result_faults(
        tmp_path / "r.csv", folder=folder, names=NAMES, broken=BROKEN, code=3
    )
    assert list(found) == [
        "2 answers, not one for each of 3 recordings in their order",
        "other failures stand beside the answers",
        "another folder stands beside the answers",
    ]


def test_the_seconds_of_each_part_show_what_slows_down(load):
    even = [load.Look(3.0 + n / 100, 50.0, n) for n in range(1001)]
    assert load.parts_of(even, count=1000) == pytest.approx([1.0] * 10, rel=0.02)
    slower = [load.Look((n / 100) ** 2, 50.0, n) for n in range(1, 1001)]
    parts = load.parts_of(slower, count=1000)
    assert parts == pytest.approx([2 * n + 1 for n in range(10)], rel=0.05)
    assert load.parts_of(even[:5], count=1000) == ()


def test_recordings_differ_and_depend_on_their_number_only(load, folder):
    contents = [(folder / name).read_bytes() for name in NAMES]
    assert len(set(contents)) == len(NAMES)
    load.write_many(folder, count=3, seconds=1.0)
    assert [(folder / name).read_bytes() for name in NAMES] == contents
