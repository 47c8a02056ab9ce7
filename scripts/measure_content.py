"""Measure how well contents are told apart, clip by clip and along a tape.

scores
    The shipped procedure on the table of SeFiRe's clips, blocks of twenty neighbouring
    clips on one side of every fold: four contents without noise, and all five; over 5 and
    over 10 folds, with several seeds. Intervals are bootstrapped over blocks.
development
    Tapes assembled from clips of every other block, heard by a model that did not learn
    from any such block: which constants of `genre_audio.prediction.stretches` suit them.
tapes
    Two tapes from the other half of the blocks, with one song each from the Natural
    History of Song; silence is digital in one and faint noise in the other. The model
    learned from no block of any clip in them. No constant was chosen on them.
    Frame accuracy, and how far each true boundary is from the nearest one found. Who
    sings in those songs is not known: there, any music is right. And further tapes, made
    as those of the development, from this half of the blocks, heard by a model that
    learned from none of them.
songs
    What the shipped model hears in songs from all continents (Natural History of Song),
    which are music throughout, as far as is known.

The folder with ``field/`` and ``manifest.csv`` is read from the environment variable
``GENRE_AUDIO_DATA``.

    GENRE_AUDIO_DATA=DATA python scripts/measure_content.py [--parts scores,tapes,...]
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import functools
import itertools
import os
import tempfile
import time
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import soundfile
from retrain_content import BLOCK, LEARNERS, blocks, content_table, without_noise

from genre_audio import GTZAN57, Segmentation
from genre_audio.audio import open_recording
from genre_audio.evaluation import evaluate, grouped_protocol
from genre_audio.learning import GenreStack
from genre_audio.prediction import (
    ContentTimeline,
    Heard,
    Stretch,
    content_timeline,
    listen,
    stretches,
    timeline_of,
)
from genre_audio.prediction.content import MUSIC
from genre_audio.tables import Dataset, dataset_of
from genre_audio.training import ModelBundle, load_bundle, resolve_model, train

SR = GTZAN57.config.sr
SONGS = ("18.mp3", "100.mp3")
FRAME = 0.1


def procedure(dataset: Dataset) -> functools.partial[GenreStack]:
    """Return what is shipped, not fitted."""
    return functools.partial(GenreStack, learners=LEARNERS, columns=dataset.columns, budget="none")


def scores(data: Path, *, seeds: int) -> None:
    """Print grouped scores of clips."""
    table = content_table(data)
    every = dataset_of(table, groups=blocks(table))
    for part, words in ((without_noise(every), "four contents"), (every, "with noise")):
        for folds in (5, 10):
            protocol = grouped_protocol(part, n_splits=folds, seed=0, repeats=seeds)
            found = evaluate(procedure(part), part, protocol=protocol)
            said = found.as_dict()
            print(f"\n{words}: {protocol.name}")
            for name in ("accuracy", "balanced_accuracy"):
                low, high = said[f"{name}_interval"]
                print(f"  {name} {said[name]:.4f} ({low:.3f} to {high:.3f})")
            recalls = dict(zip(said["labels"], said["recall"], strict=True))
            print("  recall: " + ", ".join(f"{k} {v:.3f}" for k, v in recalls.items()))


def clips(data: Path) -> pd.DataFrame:
    """Return the clips whose audio is there: path, label, number and block."""
    manifest = pd.read_csv(data / "manifest.csv")
    found = manifest[manifest["file"].str.startswith("field/sefire/")][["file", "label"]].copy()
    found["number"] = [int(PurePosixPath(name).stem) for name in found["file"]]
    found["block"] = found["number"] // BLOCK
    return found.sort_values("number").reset_index(drop=True)


def samples(path: Path) -> np.ndarray:
    """Return a whole recording, mono, at the rate of the features."""
    with open_recording(path) as recording:
        return np.concatenate(
            [part.y for part in recording.segments(sr=SR, segmentation=Segmentation(30.0))]
        )


@dataclasses.dataclass
class Tape:
    """Samples, the truth about them, and the blocks that they come from."""

    y: np.ndarray
    truth: list[Stretch]
    blocks: set[int]


def assemble(
    data: Path, plan: list[tuple[str, int]], pool: pd.DataFrame, *, seed: int, hiss: float
) -> Tape:
    """Join clips: of each content so many neighbours; seconds of silence; a whole song."""
    rng = np.random.default_rng(seed)
    parts: list[np.ndarray] = []
    truth: list[Stretch] = []
    used: set[int] = set()
    taken: set[int] = set()
    for content, count in plan:
        if content == "silence":
            y = hiss * rng.normal(size=count * SR)
        elif content == "music":
            y = samples(data / "field" / "nhs_songs" / SONGS[count])
        else:
            mine = pool[pool["label"] == content]
            fresh = mine[~mine["number"].isin(taken)]
            mine = fresh if len(fresh) >= count else mine
            first = int(rng.integers(0, len(mine) - count + 1))
            chosen = mine.iloc[first : first + count]
            taken |= set(chosen["number"])
            used |= set(chosen["block"])
            y = np.concatenate([samples(data / name) for name in chosen["file"]])
        start = sum(map(len, parts)) / SR
        truth.append(Stretch(start, start + len(y) / SR, content, 1.0))
        parts.append(y)
    return Tape(np.concatenate(parts).astype(np.float32), truth, used)


def model_without(data: Path, out: set[int]) -> ModelBundle:
    """Train what is shipped on all rows but those of some blocks."""
    table = content_table(data)
    numbers = np.array([int(PurePosixPath(name).stem) for name in table.recordings])
    frame = table.frame[~np.isin(numbers // BLOCK, sorted(out))].reset_index(drop=True)
    kept = dataclasses.replace(table, frame=frame)
    dataset = dataset_of(kept, groups=blocks(kept))
    bundle, _ = train(
        kept,
        dataset,
        name="without",
        task="content",
        learners=LEARNERS,
        budget="none",
        scores=[],
    )
    return bundle


def at(stretches: list[Stretch] | tuple[Stretch, ...], times: np.ndarray) -> np.ndarray:
    """Return the content at each time."""
    starts = [stretch.start for stretch in stretches]
    places = np.searchsorted(starts, times, side="right") - 1
    return np.array([stretch.content for stretch in stretches])[places]


def judge(tape: Tape, timeline: ContentTimeline) -> tuple[float, float, list[float], int]:
    """Return frame accuracy, that of music or not, boundary errors, and boundaries found."""
    times = np.arange(FRAME / 2, len(tape.y) / SR, FRAME)
    said, true = at(timeline.stretches, times), at(tape.truth, times)
    music = np.isin(said, sorted(MUSIC))
    right = np.where(true == "music", music, said == true)
    same = music == np.isin(true, ["music", *MUSIC])
    found = np.array([stretch.start for stretch in timeline.stretches[1:]])
    errors = [
        float(np.abs(found - stretch.start).min()) if len(found) else float("inf")
        for stretch in tape.truth[1:]
    ]
    return float(right.mean()), float(same.mean()), errors, len(found)


def hear(tape: Tape, bundle: ModelBundle) -> Heard:
    """Write a tape and listen to it."""
    with tempfile.TemporaryDirectory() as folder:
        soundfile.write(Path(folder, "tape.wav"), tape.y, SR, subtype="FLOAT")
        return listen(Path(folder, "tape.wav"), bundle)


def random_plan(rng: np.random.Generator) -> list[tuple[str, int]]:
    """Return contents in turn, speech more often and silence between some."""
    plan: list[tuple[str, int]] = []
    for _ in range(10):
        before = plan[-1][0] if plan else ""
        choices = [c for c in ("speech", *sorted(MUSIC)) if c != before]
        content = str(rng.choice(choices))
        count = int(rng.integers(2, 6) if content == "speech" else rng.integers(4, 11))
        plan.append((content, count))
        if rng.random() < 0.4:
            plan.append(("silence", int(rng.integers(2, 9))))
    return plan


def development(data: Path, *, tapes: int) -> None:
    """Print how constants do on tapes of the odd blocks."""
    pool = clips(data)
    pool = pool[pool["block"] % 2 == 1]
    bundle = model_without(data, set(pool["block"]))
    rng = np.random.default_rng(0)
    made = [
        assemble(data, random_plan(rng), pool, seed=seed, hiss=10 ** (-60 / 20) * (seed % 2))
        for seed in range(tapes)
    ]
    heard = [hear(tape, bundle) for tape in made]
    true = sum(len(tape.truth) - 1 for tape in made)
    print(f"\ndevelopment: {tapes} tapes, {true} boundaries")
    print("weight expected  accuracy music  median mean error  within 3 s  found")
    for weight, expected in itertools.product(
        (0.5, 0.75, 1.0, 1.5, 2.0, 3.0), (15.0, 30.0, 60.0, 120.0)
    ):
        stretches.WEIGHT = weight
        stretches.EXPECTED_SECONDS = expected
        judged = [judge(t, timeline_of(h, bundle)) for t, h in zip(made, heard, strict=True)]
        errors = np.array([error for _, _, all_of, _ in judged for error in all_of])
        print(
            f"{weight:6.2f} {expected:8.0f}  "
            f"{np.mean([each[0] for each in judged]):8.3f} "
            f"{np.mean([each[1] for each in judged]):5.3f}  "
            f"{np.median(errors):6.2f} {errors.mean():10.2f}  "
            f"{np.mean(errors <= 3.0):10.2f}  {sum(each[3] for each in judged):5d}"
        )


PLANS = (
    [
        ("speech", 4),
        ("solo_singing", 8),
        ("silence", 5),
        ("speech", 3),
        ("instrumental", 8),
        ("silence", 3),
        ("music", 0),
        ("speech", 4),
        ("choir_singing", 8),
        ("silence", 6),
    ],
    [
        ("silence", 4),
        ("instrumental", 6),
        ("speech", 5),
        ("choir_singing", 6),
        ("silence", 4),
        ("solo_singing", 7),
        ("speech", 2),
        ("music", 1),
        ("silence", 5),
        ("instrumental", 7),
        ("speech", 4),
    ],
)


def more_tapes(data: Path, *, tapes: int) -> None:
    """Print how far timelines of further tapes of the even blocks are from the truth."""
    pool = clips(data)
    pool = pool[pool["block"] % 2 == 0]
    bundle = model_without(data, set(pool["block"]))
    rng = np.random.default_rng(1)
    judged = []
    for number in range(tapes):
        hiss = 10 ** (-60 / 20) * (number % 2)
        tape = assemble(data, random_plan(rng), pool, seed=200 + number, hiss=hiss)
        judged.append(judge(tape, timeline_of(hear(tape, bundle), bundle)))
    errors = np.array([error for _, _, all_of, _ in judged for error in all_of])
    right, music = (np.array([each[place] for each in judged]) for place in (0, 1))
    found = sum(each[3] for each in judged)
    print(f"\n{tapes} further tapes: {len(errors)} boundaries, {found} found")
    print(f"  frames right {right.mean():.3f} ({right.min():.3f} to {right.max():.3f})")
    print(f"  music told from the rest {music.mean():.3f} ({music.min():.3f} to {music.max():.3f})")
    print(
        f"  boundary error median {np.median(errors):.2f} s, mean {errors.mean():.2f} s, "
        f"within 3 s {np.mean(errors <= 3.0):.2f}"
    )


def two_tapes(data: Path) -> None:
    """Print two timelines beside the truth, and how far they are apart."""
    pool = clips(data)
    pool = pool[pool["block"] % 2 == 0]
    tapes = [
        assemble(data, plan, pool, seed=100 + number, hiss=10 ** (-60 / 20) * number)
        for number, plan in enumerate(PLANS)
    ]
    bundle = model_without(data, set.union(*[tape.blocks for tape in tapes]))
    for number, tape in enumerate(tapes):
        begun = time.process_time()
        heard = hear(tape, bundle)
        timeline = timeline_of(heard, bundle)
        taken = time.process_time() - begun
        right, music, errors, found = judge(tape, timeline)
        print(f"\ntape {number + 1}: {len(tape.y) / SR:.1f} s, {taken:.1f} s of CPU")
        print(f"  frames right {right:.3f}, music told from the rest {music:.3f}")
        print(
            f"  boundaries: {len(errors)} true, {found} found; error median "
            f"{np.median(errors):.2f} s, mean {np.mean(errors):.2f} s, largest {max(errors):.2f} s"
        )
        for what, parts in (("true", tape.truth), ("found", timeline.stretches)):
            print(f"  {what}: " + ", ".join(f"{s.content} {s.start:.1f}" for s in parts))


def songs(data: Path) -> None:
    """Print what the shipped model hears in songs from all continents."""
    bundle = load_bundle(resolve_model("default", task="content").path)
    found: collections.Counter[str] = collections.Counter()
    none, paths = 0, sorted((data / "field" / "nhs_songs").glob("*.mp3"))
    for path in paths:
        timeline = content_timeline(path, bundle)
        found.update(timeline.seconds)
        none += not any(stretch.music for stretch in timeline.stretches)
    total = sum(found.values())
    print(f"\n{len(paths)} songs, {none} without any music found; of their seconds:")
    print("  " + ", ".join(f"{content} {s / total:.2f}" for content, s in found.most_common()))


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("GENRE_AUDIO_DATA"))
    parser.add_argument("--parts", default="scores,development,tapes,songs")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--tapes", type=int, default=16)
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("say where the data are: set GENRE_AUDIO_DATA or give --data")
    data = Path(arguments.data)
    parts = arguments.parts.split(",")
    if "scores" in parts:
        scores(data, seeds=arguments.seeds)
    if "development" in parts:
        development(data, tapes=arguments.tapes)
    if "songs" in parts:
        songs(data)
    if "tapes" in parts:
        two_tapes(data)
        more_tapes(data, tapes=arguments.tapes)


if __name__ == "__main__":
    main()
