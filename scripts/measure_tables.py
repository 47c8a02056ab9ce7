"""Measure how large tables are written and read: seconds, memory, bytes; CSV and Parquet.

Usage: ``python scripts/measure_tables.py [--rows 1000000] [--csv-rows 50000] [--folder DIR]``

Rows are made up: 57 numbers of all digits (which compress as badly as real ones), ten rows to
a recording, eight genres. Each step runs in a process of its own, so that its peak of memory
is its own; what importing takes is measured first, and is part of it. Seconds are of the
clock and of processors; writing is without what making up the rows takes.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from genre_audio.config import Segmentation
from genre_audio.features import GTZAN57
from genre_audio.files import Fingerprint
from genre_audio.tables import Manifest, RecordingEntry, read_any_table, read_table
from genre_audio.tables.as_written import numbers_digest
from genre_audio.tables.feature_table import SEGMENT_COLUMNS
from genre_audio.tables.manifest import manifest_path, package_versions
from genre_audio.tables.stored import store

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS_EACH = 10
_PIECE = 1000
_GENRES = np.array(["blues", "choir", "drone", "jazz", "polka", "rock", "song", "waltz"])
_SHA = "0" * 64
_MAKING = np.zeros(2)
_Made = TypeVar("_Made")
_STEPS = ("import", "write", "read_table", "read_any_table", "one_column")


def main() -> None:
    """Measure every step for both forms, and print a table in Markdown."""
    arguments = _arguments()
    if arguments.step:
        _measured(arguments.step, Path(arguments.folder), rows=arguments.rows)
        return
    folder = Path(arguments.folder or tempfile.mkdtemp())
    print("| table | rows | step | seconds | processor | peak MB |\n|---|---|---|---|---|---|")
    for name, rows in (("a.parquet", arguments.rows), ("a.csv", arguments.csv_rows)):
        for step in _STEPS if rows else ():
            how = ["--step", step, "--rows", str(rows), "--folder", str(folder / name)]
            subprocess.run([sys.executable, __file__, *how], check=True)
        if rows:
            print(f"| {name} | {rows} | bytes | {_size(folder / name) / 1e6:.1f} MB | | |")
    if not arguments.folder:
        shutil.rmtree(folder)


def _measured(step: str, path: Path, *, rows: int) -> None:
    begin = _clocks()
    if step == "write":
        _write(path, rows=rows)
    elif step == "read_table":
        assert read_table(path).frame.shape == (rows, 63)
    elif step == "read_any_table":
        assert len(read_any_table(path).features) == 57
    elif step == "one_column":
        assert read_any_table(path, columns=["tempo"]).features == ("tempo",)
    seconds, busy = (_clocks() - begin - _MAKING).tolist()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {path.name} | {rows} | {step} | {seconds:.1f} | {busy:.1f} | {peak:.0f} |", flush=True
    )


def _write(path: Path, *, rows: int) -> None:
    manifest = Manifest(GTZAN57.as_dict(), Segmentation(), {}, {}, package_versions())
    made, entries = _timed(_rows(rows)), _timed(_entries(rows))
    columns = ["filename", "length", *GTZAN57.columns, "label", *SEGMENT_COLUMNS]
    store(path, made, columns=columns, manifest=manifest, entries=entries)


def _clocks() -> np.ndarray:
    return np.array([time.perf_counter(), time.process_time()])


def _timed(made: Iterator[_Made]) -> Iterator[_Made]:
    """Count what making something takes, so that it can be left out."""
    while True:
        begin = _clocks()
        each = next(made, None)
        _MAKING[:] += _clocks() - begin
        if each is None:
            return
        yield each


def _frames(rows: int) -> Iterator[pd.DataFrame]:
    for first in range(0, rows, _PIECE):
        numbers = np.arange(first, min(first + _PIECE, rows))
        rng = np.random.default_rng(first)
        X = rng.lognormal(size=(len(numbers), len(GTZAN57.columns)))
        frame = pd.DataFrame(X, columns=list(GTZAN57.columns))
        names = [f"tapes/{each // _ROWS_EACH:08d}.wav" for each in numbers]
        frame.insert(0, "filename", names)
        frame.insert(1, "length", 661500)
        start = numbers % _ROWS_EACH * 30.0
        genres = _GENRES[numbers // _ROWS_EACH % len(_GENRES)]
        yield frame.assign(label=genres, recording=names, start=start, stop=start + 30)


def _rows(rows: int) -> Iterator[tuple[Any, ...]]:
    for frame in _frames(rows):
        yield from zip(*(frame[name].tolist() for name in frame), strict=True)


def _entries(rows: int) -> Iterator[tuple[str, RecordingEntry]]:
    spans = tuple((30.0 * k, 30.0 * k + 30) for k in range(_ROWS_EACH))
    for frame in _frames(rows):
        X = frame[list(GTZAN57.columns)].to_numpy().tolist()
        for first in range(0, len(X), _ROWS_EACH):
            name = frame["recording"].iloc[first]
            digest = numbers_digest((661500, row) for row in X[first : first + _ROWS_EACH])
            quality = dict.fromkeys(("sr", "channels", "seconds", "peak_dbfs"), 1.0)
            file = Fingerprint(size=10**7, mtime_ns=10**18, sha256=_SHA)
            yield str(name), RecordingEntry(str(name), file, quality, spans, (), digest)


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path, manifest_path(path)]
    return sum(file.stat().st_size for file in files if file.is_file())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--csv-rows", type=int, default=50_000)
    parser.add_argument("--folder", help="where the tables are made, and stay")
    parser.add_argument("--step", choices=_STEPS, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
