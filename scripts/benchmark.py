"""Measure how fast the package is, and print one table with the machine above it.

    python scripts/benchmark.py [--quick] [--sections stages,files,...] [--json] [-o FILE]

stages    one 30 s clip, stage by stage, beside plain librosa calls; and how equal both are
files     from a file to its row, by format and step
length    from 30 s to hours: speed and memory
number    from ten recordings to a thousand; one worker and two
startup   what it takes before anything is done
bulk      a thousand ready rows through the shipped model

Real clips below ``gtzan/audio`` of the folder that GENRE_AUDIO_DATA names are used where
they are, else synthetic ones. Time is CPU time unless a name says wall: then nothing else
should run on the machine. `docs/performance.md` says how to read the table.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import shutil
import sys
import tempfile
import textwrap
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark_parts import (
    CLIP_SECONDS,
    ONE_THREAD,
    QUICK,
    Clips,
    Figures,
    Plan,
    Section,
    Stopwatch,
    machine,
    run,
    run_function,
    say,
)

os.environ |= ONE_THREAD  # before numpy is imported

import benchmark_processes as processes
import numpy as np
import soundfile
from synthesise import write_long

import genre_audio.extraction.recording as extracting
from genre_audio.audio import Source, find_recordings
from genre_audio.audio import recording as reading
from genre_audio.extraction import extract_recording, prepare_kernels
from genre_audio.features import GTZAN57
from genre_audio.files import fingerprints
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Sequence


def find_clips(plan: Plan, work: Path) -> Clips:
    """Return the real clips where there are any, else make synthetic ones."""
    data = os.environ.get("GENRE_AUDIO_DATA")
    folder = Path(data, "gtzan", "audio") if data else work / "nowhere"
    if folder.is_dir() and (real := find_recordings([folder])):
        return Clips([source.path for source in real], "real clips of GTZAN")
    long = work / "long.wav"
    write_long(long, plan.clips * plan.clip_seconds, sr=GTZAN57.config.sr, channels=1)
    y, sr = soundfile.read(long, dtype="int16")
    paths = [work / "clips" / f"{k}.wav" for k in range(plan.clips)]
    paths[0].parent.mkdir()
    for path, samples in zip(paths, np.array_split(y, plan.clips), strict=True):
        soundfile.write(path, samples, sr)
    return Clips(paths, "synthetic clips")


def stages(plan: Plan, clips: Clips, work: Path) -> Section:
    """Compare the features of clips, stage by stage, with plain librosa calls."""
    # numba may be imported only after it is known where kernels are kept.
    import benchmark_stages

    return benchmark_stages.stages(plan, clips, work)


# -- files -------------------------------------------------------------------------------

FORMATS = (
    ("WAV 22.05 kHz mono", "wav", 22050, 1),
    ("FLAC 44.1 kHz stereo", "flac", 44100, 2),
    ("MP3 44.1 kHz stereo", "mp3", 44100, 2),
    ("WAV 48 kHz stereo", "wav", 48000, 2),
)
STEPS = {
    "decode": (reading, "read_blocks"),
    "hash": (fingerprints, "fingerprint"),
    "features": (extracting, "feature_row"),
}


def files(plan: Plan, clips: Clips, work: Path) -> Section:  # noqa: ARG001
    """Extract synthetic recordings of several formats, step by step."""
    section = Section("files: ms of CPU per 30 s from a file to its row, and shares")
    for title, ending, sr, channels in FORMATS:
        say(f"files: {title}")
        made, path = work / "made.wav", work / f"take.{ending}"
        write_long(made, plan.clip_seconds, sr=sr, channels=channels)
        y, _ = soundfile.read(made, dtype="int16", always_2d=True)
        soundfile.write(path, y, sr)
        source, found = Source(path.name, path), []
        extract_recording(source)
        for _ in range(2 * plan.repeats):
            watch = Stopwatch()
            with contextlib.ExitStack() as stack:
                for name, (module, function) in STEPS.items():
                    stack.enter_context(watch.within(module, function, name))
                stack.enter_context(watch.measure("total"))
                extract_recording(source)
            found.append(watch.spent)
        spent = sorted(found, key=lambda spent: spent["total"])[len(found) // 2]
        rest = spent["total"] - sum(spent[name] for name in STEPS)
        parts = {"decode": spent["decode"], "stream": rest}
        parts |= {"hash": spent["hash"], "features": spent["features"]}
        row: Figures = {"format": title}
        for name, seconds in parts.items():
            row[name] = 1e3 * seconds * CLIP_SECONDS / plan.clip_seconds
            row[f"{name} %"] = 100 * seconds / spent["total"]
        row["total"] = 1e3 * spent["total"] * CLIP_SECONDS / plan.clip_seconds
        row["x real time"] = plan.clip_seconds / spent["total"]
        section.rows.append(row)
    section.notes += [
        "the run of median total",
        "stream: mixing down, measuring quality, resampling, cutting; hash: sha256 of the file",
    ]
    return section


# -- length ------------------------------------------------------------------------------


def length(plan: Plan, clips: Clips, work: Path) -> Section:  # noqa: ARG001
    """Extract longer and longer recordings, each in a process of its own."""
    section = Section("length: synthetic 48 kHz stereo WAV, each in a warm process of its own")
    short = work / "short.wav"
    write_long(short, plan.lengths[0])
    for seconds in plan.lengths:
        needed = 4 * 48000 * seconds
        if shutil.disk_usage(work).free < 1.2 * needed:
            section.notes.append(f"{_span(seconds)} left out: {needed / 1e9:.1f} GB are not free")
            continue
        say(f"length: {_span(seconds)}")
        path = work / "length.wav"
        write_long(path, seconds)
        repeats = int(np.clip(600 / seconds, 1, 9))
        found = run_function(processes.length, warm_up=str(short), path=str(path), repeats=repeats)
        path.unlink()
        section.rows.append(
            {
                "length": _span(seconds),
                "segments": found["rows"],
                "CPU ms per 30 s": 1e3 * found["cpu"] * CLIP_SECONDS / seconds,
                "x real time": seconds / found["cpu"],
                "speed %": None,
                "peak MB": found["peak_mb"],
            }
        )
    if not section.rows:
        return section
    first, last = section.rows[0], section.rows[-1]
    for row in section.rows:
        row["speed %"] = 100 * row["x real time"] / first["x real time"]
    section.figures["speed at the longest, % of that at the shortest"] = last["speed %"]
    longer = [row for row in section.rows if row["length"] == _span(1800.0)]
    if longer and last is not longer[0]:
        more = 100 * (last["peak MB"] / longer[0]["peak MB"] - 1)
        section.figures[f"memory at {last['length']}, % more than at 30 min"] = more
    return section


def _span(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:g} s"
    return f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


# -- number ------------------------------------------------------------------------------


def number(plan: Plan, clips: Clips, work: Path) -> Section:
    """Extract more and more recordings into a table, with one worker and with two."""
    seconds = min(5.0, plan.clip_seconds)
    section = Section(f"number: ms per recording of {seconds:g} s, from the command to the table")
    folder = work / "many"
    _write_many(folder, max(8, *plan.counts), seconds=seconds)
    for count in plan.counts:
        for jobs in (1, 2):
            say(f"number: {count} recordings, {jobs} workers")
            found = run_function(processes.number, folder=str(folder), count=count, jobs=jobs)
            row: Figures = {"recordings": count, "workers": jobs}
            for name in ("wall", "cpu", "again_wall", "again_cpu"):
                known = found[name] is not None
                row[name.replace("_", " ")] = 1e3 * found[name] / count if known else None
            section.rows.append(row | {"start wall s": found["start_wall"]})
    shutil.rmtree(folder)
    say("number: one worker and two")
    several = clips.spread(plan.scaling_clips)
    paths = [str(several[k % len(several)]) for k in range(plan.scaling_clips)]
    found = run_function(processes.scaling, paths=paths, repeats=plan.scaling_repeats)
    section.figures = {
        "throughput of two workers over one, wall": found["ratio"],
        "the lowest of the repetitions": found["worst"],
        "start of two workers, s wall": found["start_wall"],
    }
    section.notes += [
        "again: the same once more, when every row is known",
        "start: describing a few recordings, for which kernels are loaded and workers started",
        f"throughput: {len(paths)} x 30 s, {clips.origin}; median of {plan.scaling_repeats}",
    ]
    return section


def _write_many(folder: Path, count: int, *, seconds: float) -> None:
    """Write recordings that differ: windows of one that is longer."""
    folder.mkdir()
    sr, long = GTZAN57.config.sr, folder.with_suffix(".wav")
    write_long(long, 600.0, sr=sr, channels=1)
    y, _ = soundfile.read(long, dtype="int16")
    long.unlink()
    size = round(seconds * sr)
    for k, start in enumerate(np.linspace(0, len(y) - size, count).astype(int)):
        soundfile.write(folder / f"{k:05d}.wav", y[start : start + size], sr)


# -- startup -----------------------------------------------------------------------------

IMPORTS = "import sklearn.ensemble, xgboost, pandas"
WARM = "from genre_audio.extraction.compiled import warm; warm()"


def startup(plan: Plan, clips: Clips, work: Path) -> Section:
    """Start commands, each in a process of its own."""
    section = Section(f"startup: s of CPU of a process, best of {plan.processes}")
    clip, program = str(clips.paths[0]), ["-m", "genre_audio"]
    commands = {
        "python": ["-c", "pass"],
        IMPORTS: ["-c", IMPORTS],
        "genre-audio --help": [*program, "--help"],
        "genre-audio predict CLIP": [*program, "predict", clip, "-m", "default"],
    }
    home, best = str(work / "home"), {}
    for name, command in commands.items():
        say(f"startup: {name}")
        runs = [run(command, XDG_DATA_HOME=home) for _ in range(plan.processes)]
        best[name] = min(done.cpu for done in runs)
        wall = min(done.wall for done in runs)
        section.rows.append({"process": name, "cpu": best[name], "wall": wall})
    predict = best["genre-audio predict CLIP"]
    section.figures["predict CLIP over the imports, times"] = predict / best[IMPORTS]
    say("startup: loading the model")
    loads = [run_function(processes.loading) for _ in range(plan.processes)]
    for name in ("first", "again"):
        section.figures[f"load_bundle beyond imports, {name}, s"] = min(x[name] for x in loads)
    if plan.compile:
        say("startup: compiling")
        folder = str(work / "compiled")
        cold, loaded = (run(["-c", WARM], NUMBA_CACHE_DIR=folder) for _ in range(2))
        section.figures["first use: compiling, s"] = cold.cpu - loaded.cpu
    return section


# -- bulk --------------------------------------------------------------------------------


def bulk(plan: Plan, clips: Clips, work: Path) -> Section:  # noqa: ARG001
    """Predict ready rows."""
    say(f"bulk: {plan.rows} rows")
    found = run_function(processes.bulk, rows=plan.rows)
    row: Figures = {"rows": plan.rows, "predict": found["predict"], "report": found["report"]}
    row |= {"both": found["predict"] + found["report"], "both again": found["again"]}
    return Section("bulk: s of CPU beyond loading, shipped model", [row])


# -- the table ---------------------------------------------------------------------------

SECTIONS = {
    "stages": stages,
    "files": files,
    "length": length,
    "number": number,
    "startup": startup,
    "bulk": bulk,
}


def measure(names: Sequence[str], plan: Plan) -> dict[str, Any]:
    """Measure some sections.

    Parameters
    ----------
    names : sequence of str
        Keys of `SECTIONS`.
    plan : Plan
        How much.

    Returns
    -------
    dict
        ``machine`` and ``sections``, as JSON can say them.
    """
    head = machine()
    prepare_kernels(say)
    sections = {}
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # librosa's, of frames without pitch
        work = Path(folder)
        clips = find_clips(plan, work)
        for name in names:
            sections[name] = dataclasses.asdict(SECTIONS[name](plan, clips, work))
    return {"machine": head, "sections": sections}


def table(result: dict[str, Any]) -> str:
    """Return what `measure` returned as text."""
    head = result["machine"]
    parts = [textwrap.fill(", ".join(f"{name} {value}" for name, value in head.items()), 90) + "\n"]
    for section in result["sections"].values():
        first = section["rows"][0] if section["rows"] else {}
        header = list(first)
        rows = [[cell(row[name]) for name in header] for row in section["rows"]]
        numbers = [k for k, name in enumerate(header) if not isinstance(first[name], str)]
        body = text_table(rows, header=header, right=numbers)
        figures = [[name, cell(value)] for name, value in section["figures"].items()]
        notes = "".join(f"({note})\n" for note in section["notes"])
        parts.append(f"== {section['title']}\n{body}{text_table(figures, right=[1])}{notes}")
    return "\n".join(parts)


def cell(value: float | str | None) -> str:
    """Return a figure with as many digits as mean something."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int):
        return f"{value:,}"
    size = abs(value)
    if size < 0.005:
        return f"{value:.1e}"
    return f"{value:.2f}" if size < 10 else f"{value:.1f}" if size < 100 else f"{value:,.0f}"


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sections", default=",".join(SECTIONS), help="some of them")
    parser.add_argument("--quick", action="store_true", help="small everything, in a minute")
    parser.add_argument("--clips", type=int, help="clips in `stages` (default 8)")
    parser.add_argument("--hours", type=float, help="the longest recording (default 3)")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.add_argument("-o", "--output", type=Path, help="a file instead of standard output")
    arguments = parser.parse_args()
    names = arguments.sections.split(",")
    if unknown := set(names) - set(SECTIONS):
        parser.error(f"there is no section {', '.join(sorted(unknown))}")
    plan = QUICK if arguments.quick else Plan()
    if arguments.clips:
        plan = dataclasses.replace(plan, clips=arguments.clips)
    if arguments.hours:
        lengths = (*(s for s in Plan.lengths[:-1] if s < 3600 * arguments.hours),)
        plan = dataclasses.replace(plan, lengths=(*lengths, 3600 * arguments.hours))
    result = measure(names, plan)
    text = json.dumps(result, indent=2) + "\n" if arguments.json else table(result)
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
