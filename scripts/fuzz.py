"""Bad recordings by the thousand through ``extract`` and ``predict``.

Valid files of many formats are spoiled, in the fields of their headers and in their bodies,
each case from a seed and a number. Each is read in a process of its own that is watched:
it must end in rows of finite numbers or in one of our errors, within bounds of time and
memory. Then folders of a thousand go through the commands: every file must have a row or a
failure, of the same kind, and nothing may be said that is not ours.

    python scripts/fuzz.py [--cases 20000] [--seed 1] [--keep FOLDER] [--json FILE]
    python scripts/fuzz.py --only 1:4711             what comes of one case; its file is kept
    python scripts/fuzz.py --folder FOLDER           the same of files that are there

Prints counts by format and outcome, the longest time and the largest memory. The exit code is
1 if something was found that must not be. Cases are the same wherever libsndfile and numpy are.
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fuzz_cases import make_case
from fuzz_commands import check_extract, check_predict
from fuzz_worker import Outcome, Watched

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PER_FOLDER = 1000
_LISTEN_EVERY = 5
"""Listening takes most of the time of ``predict``, and reads nothing new of a file."""


@dataclasses.dataclass
class Tally:
    """What came of all recordings so far."""

    counts: dict[str, collections.Counter[str]] = dataclasses.field(default_factory=dict)
    seconds: tuple[float, str] = (0.0, "")
    memory: tuple[float, str] = (0.0, "")
    foreign: int = 0
    faults: list[str] = dataclasses.field(default_factory=list)

    def add(self, family: str, name: str, outcome: Outcome) -> None:
        """Count one more."""
        self.counts.setdefault(family, collections.Counter())[outcome.kind] += 1
        self.seconds = max(self.seconds, (round(outcome.seconds, 3), name))
        self.memory = max(self.memory, (round(outcome.memory, 1), name))
        self.foreign += bool(outcome.said)
        if outcome.fault:
            self.complain([f"{name}: {outcome.fault}"])

    def complain(self, faults: list[str]) -> None:
        """Remember what must not be."""
        for fault in faults:
            print(f"FAULT {fault}", flush=True)
        self.faults += faults

    def write(self, path: Path | None) -> None:
        """Write everything as JSON, where that is wanted."""
        if path is not None:
            counts = {family: dict(counted) for family, counted in sorted(self.counts.items())}
            text = json.dumps(vars(self) | {"counts": counts}, indent=1)
            path.write_text(text + "\n", encoding="utf-8")

    def markdown(self) -> str:
        """Return the counts as a table."""
        kinds = sorted({kind for counted in self.counts.values() for kind in counted})
        kinds.sort(key=lambda kind: not kind.startswith("row"))
        lines = ["| format | files | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 2) + "|"]
        total = sum(self.counts.values(), collections.Counter())
        for family, counted in [*sorted(self.counts.items()), ("all", total)]:
            cells = [family, f"{counted.total():,}", *(f"{counted[kind]:,}" for kind in kinds)]
            lines.append("| " + " | ".join(cells) + " |")
        return "\n".join(lines)


def one_by_one(
    files: Iterable[tuple[str, Path]], tally: Tally, *, scratch: Path, keep: Path | None
) -> dict[str, str]:
    """Read recordings in the watched process; return what came of each, by name."""
    kinds = {}
    with Watched(scratch=scratch) as worker:
        for family, path in files:
            outcome = worker.examine(path)
            tally.add(family, path.name, outcome)
            kinds[path.name] = outcome.kind
            if outcome.fault and keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, keep / path.name)
    return kinds


def run_cases(arguments: argparse.Namespace, tally: Tally, scratch: Path) -> None:
    """Make cases, folder by folder, and do with them all there is to do."""
    for start in range(0, arguments.cases, _PER_FOLDER):
        folder = scratch / f"cases-{start:06d}"
        folder.mkdir()
        numbers = range(start, min(start + _PER_FOLDER, arguments.cases))

        def written(folder: Path = folder, numbers: range = numbers) -> Iterator[tuple[str, Path]]:
            """Yield cases as they are written."""
            for number in numbers:
                case = make_case(arguments.seed, number)
                yield case.family, case.write(folder)

        kinds = one_by_one(written(), tally, scratch=scratch, keep=arguments.keep)
        print(f"{numbers.stop:,} cases, {len(tally.faults)} faults", flush=True)
        listen = start // _PER_FOLDER % _LISTEN_EVERY == 0
        _commands([folder], kinds, tally, scratch, arguments.commands, listen=listen)
        shutil.rmtree(folder)
        tally.write(arguments.json)


def run_folder(arguments: argparse.Namespace, tally: Tally, scratch: Path) -> None:
    """Do the same with files that are there, under names that tell them apart."""
    found = sorted(path for path in arguments.folder.rglob("*") if path.is_file())
    links = scratch / "files"
    links.mkdir()
    files = []
    for number, path in enumerate(found):
        link = links / f"{number:04d}-{path.name}"
        link.symlink_to(path.resolve())
        files.append((path.suffix.lower() or "none", link))
    kinds = one_by_one(files, tally, scratch=scratch, keep=None)
    # A folder is searched by endings; files given by themselves are all read.
    paths = [link for _, link in files]
    _commands(paths, kinds, tally, scratch, arguments.commands)
    tally.write(arguments.json)


def _commands(
    paths: list[Path],
    kinds: dict[str, str],
    tally: Tally,
    scratch: Path,
    wanted: str,
    *,
    listen: bool = True,
) -> None:
    predict = functools.partial(check_predict, listen=listen)
    for name, check in (("extract", check_extract), ("predict", predict)):
        if name in wanted.split(","):
            with tempfile.TemporaryDirectory(dir=scratch) as results:
                tally.complain(check(paths, Path(results), kinds=kinds))


def run_only(only: str, keep: Path) -> int:
    """Make one case again, keep its file and say what comes of it."""
    seed, number = map(int, only.split(":"))
    case = make_case(seed, number)
    keep.mkdir(parents=True, exist_ok=True)
    path = case.write(keep)
    with Watched(scratch=keep) as worker:
        outcome = worker.examine(path)
    print(f"{path}: {', '.join(case.done)}\n{json.dumps(dataclasses.asdict(outcome), indent=1)}")
    return bool(outcome.fault)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="SEED:NUMBER")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--commands", default="extract,predict", help="which, or an empty word")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"), help="for files at fault")
    parser.add_argument("--json", type=Path, help="where to write counts and faults")
    return parser.parse_args(arguments)


def main() -> int:
    """Run it."""
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # for what is started
    arguments = parse()
    if arguments.only:
        return run_only(arguments.only, arguments.keep)
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        run = run_folder if arguments.folder else run_cases
        run(arguments, tally, Path(scratch))
    print(tally.markdown())
    print(
        f"longest {tally.seconds[0]:g} s ({tally.seconds[1]}), largest {tally.memory[0]:g} MiB "
        f"more ({tally.memory[1]}), libraries spoke of {tally.foreign}, {len(tally.faults)} faults"
    )
    return bool(tally.faults)


if __name__ == "__main__":
    sys.exit(main())
