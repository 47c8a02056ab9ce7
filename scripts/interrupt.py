"""Kill runs at random moments and at every file operation, run them again, and compare.

python scripts/interrupt.py [--moments 50] [--seed 0] [--commands extract predict retrain]
                            [--modes group parent operations] [--record FILE.json]

Each run is a process of its own, forked from this one so that it begins at once, and killed
by SIGKILL: in the mode ``group`` together with its workers, in ``parent`` alone (with two
workers), both at seeded moments from its start to its end; in ``operations`` by itself
before the first, the second, ... of its renames, deletions and other changes to files,
and once more with folders that cannot be swapped in one step. After every kill what
stands under final names must be the old version or the new one, whole, or nothing where
there was nothing. Then the command is run again to its end: the results must be those of
a run that was not interrupted, and nothing else may be left.

Inputs are synthetic and small, models are not tuned. Needs a system that can fork.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

# Workers are made anew, so what they need is said before anything is imported.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}

import numpy as np
import soundfile
from synthesise import SR, VOICES

import genre_audio.files.folders
from genre_audio.cli import app
from genre_audio.extraction import prepare_kernels
from genre_audio.features import GTZAN57
from genre_audio.learning.budget import BUDGETS, Budget
from genre_audio.tables import read_manifest, read_table, table_text
from genre_audio.training import load_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TINY = Budget("none", inner_folds=2, stack_folds=2, outer_folds=2, trees=5)
GENRES = ("drone", "drum", "melody")
OPERATIONS = ("chmod", "fsync", "mkdir", "rename", "replace", "rmdir", "unlink")
LINGER = 20.0
"""Seconds that workers may outlive their parent before they are counted."""


@dataclasses.dataclass(frozen=True)
class Command:
    """One command, what it is run on, and what must be true of its outputs."""

    name: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]
    state: Callable[[Path], object]
    """What stands under final names, as a reader finds it; raises where it is not whole."""


def table_state(folder: Path) -> object:
    """Return a table and its manifest, of which each describes the other."""
    table = folder / "features.csv"
    if not table.exists():
        return None
    rows = read_table(table)
    manifest = read_manifest(table)
    assert manifest is not None
    assert sorted(manifest.recordings) == sorted(set(rows.recordings))
    return table.read_text(), manifest.to_json()


def results_state(folder: Path) -> object:
    """Return results with their parameters, and the pages of a report that has an index."""
    results, beside, report = folder / "results.csv", folder / "results.csv.json", folder / "pages"
    said = None
    if beside.exists():
        said = beside.read_text()
        found = hashlib.sha256(results.read_bytes()).hexdigest()
        assert json.loads(said)["result"]["sha256"] == found, "a result with another's parameters"
    pages = {path.relative_to(report): path.read_text() for path in report.rglob("*.html")}
    pages = {path: text for path, text in pages.items() if not str(path).startswith(".")}
    assert all(text.endswith("</html>\n") for text in pages.values())
    index = Path("index.html") in pages
    return results.exists() and (results.read_text(), said), index and pages


def model_state(folder: Path) -> object:
    """Return what a model answers."""
    note = folder / "home/genre-audio/active.json"
    active = json.loads(note.read_text()) if note.exists() else {}
    assert all(Path(path).is_dir() for path in active.values())
    genre_audio.files.restore_folder(folder / "model")
    if not (folder / "model").exists():
        return None
    bundle = load_bundle(folder / "model")
    return bundle.predict_proba(bundle.probe.rows).tolist()


COMMANDS = {
    each.name: each
    for each in (
        Command("extract", ("tapes", "--labels", "none"), ("features.csv*",), table_state),
        Command(
            "predict",
            (
                *("tapes", "-m", "../../warm/model", "-o", "results.csv", "--report", "pages"),
                *("--cache", "kept", "--no-content"),
            ),
            ("results.csv*", "pages", "kept"),
            results_state,
        ),
        Command(
            "retrain",
            ("rows.csv", "--groups", "artist", "-o", "model", "--budget", "none", "--force"),
            ("model", "home"),
            model_state,
        ),
    )
}


def make_inputs(folder: Path, *, more: bool) -> None:
    """Write recordings and a table; with `more`, those that a later run finds."""
    (folder / "tapes").mkdir(parents=True, exist_ok=True)
    for number, voice in enumerate(VOICES.values()):
        for seconds in (1.2, 1.4) if more and number == 0 else (1.2,):
            y = voice(np.arange(int(seconds * SR)) / SR)
            name = folder / "tapes" / f"{GENRES[number]} {seconds}.wav"
            soundfile.write(name, 0.5 * y / np.abs(y).max(), SR)
            os.utime(name, ns=(0, 10**18))
    rng = np.random.default_rng(1 if more else 0)
    label = np.repeat(np.arange(3), 12)
    X = np.exp(rng.normal(size=(3, 57))[label] + rng.normal(size=(36, 57)))
    import pandas as pd

    frame = pd.DataFrame(X, columns=list(GTZAN57.columns))
    frame.insert(0, "filename", [f"{number}.wav" for number in range(36)])
    frame.insert(1, "length", 30 * SR)
    frame["label"] = np.array(GENRES)[label]
    frame["artist"] = [f"artist {number // 2}" for number in range(36)]
    (folder / "rows.csv").write_text(table_text(frame))


def warm_up(root: Path, names: Sequence[str]) -> None:
    """Run the commands here, so that all is imported and compiled in what is forked."""
    folder = root / "warm/up/work"
    make_inputs(folder, more=False)
    before = Path.cwd()
    os.chdir(folder)
    os.environ["XDG_DATA_HOME"] = str(folder / "home")
    BUDGETS["none"] = TINY
    # 'predict' asks the model of 'retrain'.
    wanted = {*names, *(["retrain"] if "predict" in names else [])}
    with Path(os.devnull).open("w") as nothing, contextlib.redirect_stderr(nothing):
        for command in (COMMANDS[name] for name in sorted(wanted, reverse=True)):
            with contextlib.suppress(SystemExit), contextlib.redirect_stdout(nothing):
                app([command.name, *command.arguments, "-j", "1"], standalone_mode=False)
                if command.name == "retrain":
                    shutil.copytree("model", root / "warm/model")
    os.chdir(before)


def start(command: Command, folder: Path, *, jobs: int, prepare: Callable[[], None]) -> int:
    """Fork a process that runs a command in a folder; return its number."""
    child = os.fork()
    if child:
        return child
    code = 99
    try:
        os.setsid()
        os.chdir(folder)
        out = os.open("../output.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.environ["XDG_DATA_HOME"] = str(folder / "home")
        arguments = [command.name, *command.arguments, "-j", str(jobs)]
        sys.argv = ["genre-audio", *arguments]
        prepare()
        app(arguments)
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0
    except BaseException:  # noqa: BLE001 - the process ends here whatever happens
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def finish(child: int) -> int:
    """Wait for a process; return its exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def group_of(child: int) -> list[int]:
    """List the processes of a process's group that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, group = place.read_text().rpartition(")")[2].split()[:3]
            if int(group) == child and state != "Z":
                found.append(int(place.parent.name))
    return found


def outlive(child: int) -> bool:
    """Wait for what is left of a group; tell whether it had to be killed in the end."""
    end = time.monotonic() + LINGER
    while group_of(child):
        if time.monotonic() > end:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            return True
        time.sleep(0.05)
    return False


def dying_at(number: int, *, swap: bool) -> Callable[[], None]:
    """Prepare a process to be killed before that file operation; none where it is 0."""

    def prepare() -> None:
        count = 0

        def counted(operation: Callable[..., object]) -> Callable[..., object]:
            def operate(*arguments: object, **how: object) -> object:
                nonlocal count
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)
                return operation(*arguments, **how)

            return operate

        for name in OPERATIONS:
            setattr(os, name, counted(getattr(os, name)))
        folders = genre_audio.files.folders
        folders._exchange = counted(folders._exchange) if swap else lambda *_: False

    return prepare


def hidden(folder: Path) -> list[str]:
    """List what is neither an input nor an output."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.name.startswith(".")
    )


class Trials:
    """Runs of one command that are killed, over nothing or over an older version of its outputs."""

    def __init__(self, command: Command, root: Path, *, jobs: int) -> None:
        self.command, self.root, self.jobs = command, root / command.name, jobs
        self.work = self.root / "work"
        self.counts: collections.Counter[str] = collections.Counter()
        shutil.rmtree(self.root, ignore_errors=True)
        make_inputs(self.root / "fresh", more=True)
        make_inputs(self.root / "older", more=False)
        self._run(self.root / "older")
        make_inputs(self.root / "older", more=True)
        self.states = {None: command.state(self.root / "fresh")}
        self.old = command.state(self._at(self.root / "older"))
        self.wanted, self.seconds = {}, {}
        for kind in ("fresh", "older"):
            before = time.monotonic()
            self._run(self._at(self.root / kind))
            self.seconds[kind] = time.monotonic() - before
            self.wanted[kind] = self._outcome()

    def _at(self, template: Path) -> Path:
        """Put a copy of a folder where all runs are, so that its path is always the same."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(template, self.work)
        return self.work

    def _run(self, folder: Path) -> None:
        code = finish(start(self.command, folder, jobs=self.jobs, prepare=lambda: None))
        assert code in {0, 3}, (code, (folder.parent / "output.txt").read_text())

    def _outcome(self) -> dict[str, object]:
        """Return the state and, but for zip files, whose bytes hold dates, the bytes."""
        files = {
            path.relative_to(self.work).as_posix(): path.read_bytes()
            for pattern in self.command.outputs
            for place in self.work.glob(pattern)
            for path in ([place] if place.is_file() else place.rglob("*"))
            if path.is_file() and path.suffix != ".npz" and path.name != "bundle.json"
        }
        assert not hidden(self.work), hidden(self.work)
        return {"state": self.command.state(self.work), **files}

    def kill(self, kind: str, do: Callable[[], int]) -> int:
        """Have a run killed, look at what stands there, run again and compare."""
        self._at(self.root / kind)
        code = do()
        left = hidden(self.work)
        if code != -signal.SIGKILL:
            self.counts["ended before"] += 1
            assert self._outcome() == self.wanted[kind], "not as uninterrupted"
            return code
        self.counts["killed"] += 1
        self.counts["left something hidden"] += bool(left)
        for word in ("journal", "lock", "pending", "genre-audio"):
            self.counts[f"left a .{word}"] += any(name.endswith(word) for name in left)
        state = self.command.state(self.work)
        allowed = [self.states[None] if kind == "fresh" else self.old, self.wanted[kind]["state"]]
        if self.command.name == "predict":  # results and report are two outputs
            for part, possible in zip(state, zip(*allowed, strict=True), strict=True):
                self._is_one_of(part, [*possible, False], kind, left)
        else:
            self._is_one_of(state, allowed, kind, left)
        self._run(self.work)
        outcome = self._outcome()
        differing = [
            name
            for name in outcome.keys() | self.wanted[kind].keys()
            if outcome.get(name) != self.wanted[kind].get(name)
        ]
        assert not differing, f"{self.command.name}: not as uninterrupted: {differing}"
        return code

    def _is_one_of(self, state: object, allowed: list[object], kind: str, left: list[str]) -> None:
        if isinstance(state, tuple) and state[1] is None:  # a result, not yet its parameters
            state, allowed = state[0], [each and each[0] for each in allowed]
            self.counts["result without parameters"] += 1
        assert state in allowed, f"{self.command.name} over {kind}: half done; left {left}"

    def random_kill(self, moment: float, kind: str, *, whole: bool) -> None:
        """Kill a run after a part of the time that it takes."""

        def do() -> int:
            begun = time.monotonic()
            child = start(self.command, self.work, jobs=self.jobs, prepare=lambda: None)
            while time.monotonic() < begun + moment * self.seconds[kind]:
                if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                    # How long a run takes depends on what else the machine does.
                    self.seconds[kind] = time.monotonic() - begun
                    break
                time.sleep(0.005)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL) if whole else os.kill(child, signal.SIGKILL)
            code = finish(child)
            self.counts["workers that outlived"] += outlive(child)
            return code

        while self.kill(kind, do) != -signal.SIGKILL:
            pass

    def kill_everywhere(self, kind: str, *, swap: bool, every: int = 1) -> None:
        """Kill a run at each of its file operations, until one ends by itself."""
        number, code = 1, -signal.SIGKILL
        while code == -signal.SIGKILL:
            prepare = dying_at(number, swap=swap)
            code = self.kill(
                kind, lambda p=prepare: finish(start(self.command, self.work, jobs=1, prepare=p))
            )
            number += every


def measure(options: argparse.Namespace, root: Path) -> Iterator[dict[str, object]]:
    """Yield what came of each command in each mode."""
    for name in options.commands:
        for mode in options.modes:
            before = time.monotonic()
            trials = Trials(COMMANDS[name], root, jobs=2 if mode == "parent" else 1)
            if mode == "operations":
                for kind in ("fresh", "older"):
                    trials.kill_everywhere(kind, swap=True, every=options.every)
                if name == "retrain":
                    trials.kill_everywhere("older", swap=False, every=options.every)
            else:
                rng = np.random.default_rng([options.seed, len(name), len(mode)])
                for number, moment in enumerate(np.sort(rng.uniform(0, 1, options.moments))):
                    kind = ("fresh", "older")[number % 2]
                    trials.random_kill(float(moment), kind, whole=mode == "group")
            yield {
                "command": name,
                "mode": mode,
                "seconds of a run": {k: round(v, 2) for k, v in trials.seconds.items()},
                **dict(trials.counts),
                "seconds in all": round(time.monotonic() - before),
            }


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the trials that are asked for, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=1, help="of file operations, each so many")
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    modes = ["group", "parent", "operations"]
    parser.add_argument("--modes", nargs="+", choices=modes, default=modes)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args(arguments)
    prepare_kernels()
    with tempfile.TemporaryDirectory() as root:
        warm_up(Path(root).resolve(), options.commands)
        found = []
        for outcome in measure(options, Path(root).resolve()):
            print(json.dumps(outcome), flush=True)
            found.append(outcome)
    if options.record:
        options.record.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
