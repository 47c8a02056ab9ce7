"""The commands over a folder of bad recordings, for `fuzz`: every file must be accounted for."""

from __future__ import annotations

import collections
import csv
import json
import math
import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from genre_audio.errors import AUDIO_KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["accounts", "check_extract", "check_predict", "words"]

_OURS: Final = re.compile(
    r"skipped .+: .+ \[\w+\]"
    r"|.+: (left out|nothing after) .+ \[\w+\]"
    r"|.+: what it holds cannot be told: .+ \[\w+\]"
    r"|\d+ recordings read.*"
    r"|(not ruled out|model|compiling|genre-audio): .*|no recordings? (found|could be read)"
    r"|\d+ of \d+ lie farther out than .*"
)
_NOTHING_DONE, _SKIPPED = 1, 3
_MOST_SECONDS: Final = 3600
_NUMBERS: Final = ("_mean", "_var", "tempo", "length")


def check_extract(paths: Sequence[Path], scratch: Path, *, kinds: dict[str, str]) -> list[str]:
    """Run ``extract``; return what is wrong: files unaccounted for, other kinds, foreign words.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        The folder, or the files.
    scratch : pathlib.Path
        Where results go.
    kinds : dict of str to str
        What came of each recording when it was read by itself, by name.
    """
    table = scratch / "features.csv"
    code, said = _run(scratch, "extract", *paths, "-o", table, "-j", "2")
    if not table.exists():
        return [f"extract made no table: code {code}, {said[-500:]}"]
    manifest = json.loads(table.with_name("features.csv.json").read_text(encoding="utf-8"))
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["filename"] for row in rows]
    wrong = accounts(set(names), manifest["failures"], kinds)
    wrong += [
        f"{row['filename']} has a number that is none"
        for row in rows
        if not all(math.isfinite(float(row[name])) for name in row if name.endswith(_NUMBERS))
    ]
    return [f"extract: {each}" for each in wrong + words(code, said, set(names), kinds)]


def check_predict(
    paths: Sequence[Path], scratch: Path, *, kinds: dict[str, str], listen: bool = True
) -> list[str]:
    """Run ``predict``, which may listen to what recordings hold; return what is wrong."""
    sheet, beside = scratch / "genres.csv", scratch / "genres.csv.json"
    how = () if listen else ("--no-content",)
    code, said = _run(scratch, "predict", *paths, "-o", sheet, "-j", "1", "--no-cache", *how)
    told: dict[str, dict[str, str]] = {}
    failures: dict[str, dict[str, str]] = {}
    if sheet.exists():
        failures = json.loads(beside.read_text(encoding="utf-8"))["failures"]
        with sheet.open(encoding="utf-8", newline="") as file:
            told = {row["recording"]: row for row in csv.DictReader(file)}
    elif code != _NOTHING_DONE:
        return [f"predict wrote nothing: code {code}, {said[-500:]}"]
    else:
        failures = {name: {"kind": kind} for name, kind in kinds.items()}
    wrong = accounts(set(told), failures, kinds)
    for name, row in told.items():
        genres = [
            float(value) for value in list(row.values())[list(row).index("probability") + 1 :]
        ]
        if not math.isclose(sum(genres), 1.0, abs_tol=1e-6) or min(genres) < 0.0:
            wrong.append(f"{name}: probabilities that are none")
        if kinds.get(name) == "row, rest unread" and row["read_to_end"] != "false":
            wrong.append(f"{name}: nothing says that the rest was not read")
    return [f"predict: {each}" for each in wrong + words(code, said, set(told), kinds)]


def accounts(
    rows: set[str], failures: dict[str, dict[str, str]], kinds: dict[str, str]
) -> list[str]:
    """Return what is wrong with rows and failures, beside what came of files by themselves."""
    found = dict.fromkeys(rows, "row") | {name: each["kind"] for name, each in failures.items()}
    wrong = [f"{name} has a row and a failure" for name in sorted(rows & failures.keys())]
    wrong += [f"{name} was lost" for name in sorted(kinds.keys() - found.keys())]
    wrong += [
        f"{name}: {found[name]}, but {kind} by itself"
        for name, kind in kinds.items()
        if name not in rows & failures.keys()
        and found.get(name, kind.partition(",")[0]) != kind.partition(",")[0]
    ]
    strange = {each["kind"] for each in failures.values()} - (AUDIO_KINDS - {"unexpected"})
    return wrong + [f"the kind {kind!r}" for kind in sorted(strange)]


def words(code: int, said: str, rows: set[str], kinds: dict[str, str]) -> list[str]:
    """Return what is wrong with the exit code, and words that are not ours."""
    right = _NOTHING_DONE if not rows else _SKIPPED if rows < kinds.keys() else 0
    wrong = [] if code == right else [f"exit code {code} instead of {right}"]
    foreign = [line for line in said.splitlines() if line.strip() and not _OURS.fullmatch(line)]
    counted = collections.Counter(re.sub(r"0x\w+|\d+", "…", line) for line in foreign)
    return wrong + [f"{count} times {line[:200]}" for line, count in counted.most_common(10)]


def _run(scratch: Path, *arguments: str | Path) -> tuple[int, str]:
    """Run a command; return its exit code and what it said on standard error."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "genre_audio", *map(os.fspath, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=scratch,
        timeout=_MOST_SECONDS,
        check=False,
    )
    seconds = time.perf_counter() - started
    print(f"  {arguments[0]}: code {done.returncode}, {seconds:.0f} s", flush=True)
    return done.returncode, done.stderr.decode(errors="replace")
