"""Measure training on made-up tables of up to a million rows: seconds and memory.

A table has recordings of ten rows each, ten genres, and the 57 columns; what tells genres
apart is in all columns, what tells recordings apart is larger. Each figure comes from a
process of its own: its seconds, and the most memory that it ever held, beside what it
held when the rows were made.

    python scripts/measure_million.py                       # each learner, 10,000 and 50,000
    python scripts/measure_million.py --rows 1000000 --parts qda knn likeness duplicates
    python scripts/measure_million.py --rows 1000000 --parts train --learners qda

Parts are the learners, each fitted once to what it takes of the rows; ``duplicates``,
``folds``, ``likeness``, ``scores``, ``digest``; and ``train``, which is all of ``retrain``
but reading and writing files.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from genre_audio.tables import Dataset

SEGMENTS, GENRES = 10, 10
LEARNERS = ("qda", "knn", "xgboost", "decision_tree", "random_forest", "logistic_regression")
STACK = [name for name in LEARNERS if name != "decision_tree"]
OTHERS = ("duplicates", "folds", "likeness", "scores", "digest", "train")
POSITIVE = ("rms", "spectral", "rolloff", "zero", "tempo")


def table(rows: int, *, seed: int = 0) -> Dataset:
    """Return a made-up data set; the same rows for the same seed."""
    import numpy as np

    from genre_audio.features import GTZAN57
    from genre_audio.tables import Dataset

    rng, columns = np.random.default_rng(seed), GTZAN57.columns
    recordings = np.arange(rows) // SEGMENTS
    genres = recordings % GENRES
    X = rng.normal(size=(rows, len(columns)))
    X *= 0.25
    X += 0.25 * rng.normal(size=(GENRES, len(columns)))[genres]
    X += 0.8 * rng.normal(size=(int(recordings[-1]) + 1, len(columns)))[recordings]
    for place, name in enumerate(columns):
        if name.endswith("_var") or name.split("_")[0] in POSITIVE:
            np.exp(X[:, place], out=X[:, place])
    names = np.char.add("tape", recordings.astype(str))
    return Dataset(X, np.char.add("genre", genres.astype(str)), names, names, columns)


def held() -> int:
    """Return the most memory that this process ever held, in MB."""
    import resource

    # Linux says kB; of a child that was copied from its parent, the parent's would count too.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def work_of(part: str, dataset: Dataset, **how: object) -> Callable[[], object]:
    """Return what is to be measured."""
    import numpy as np

    from genre_audio.learning import ALL_LEARNERS, Budget, make_learner
    from genre_audio.learning.limits import LIMITS
    from genre_audio.learning.neighbourhood import Neighbourhood
    from genre_audio.learning.sampling import sampled_rows
    from genre_audio.tables.splits import exact_duplicates, grouped_folds

    X, y, names = dataset.X, np.unique(dataset.y, return_inverse=True)[1], dataset.names

    def some(most: int | None) -> np.ndarray:
        """Return the rows that are taken of all."""
        return sampled_rows(y, groups=names, recordings=names, most=most, seed=0)

    def likeness() -> object:
        """Measure likeness to as many rows as a model keeps."""
        rows = some(LIMITS.likeness)
        known = {"names": names[rows], "labels": dataset.y[rows], "groups": names[rows]}
        return Neighbourhood.fit(X[rows], columns=list(dataset.columns), **known)

    def learner() -> object:
        """Fit a learner to what it takes of all rows."""
        rows = some(LIMITS.rows(part))
        made = make_learner(
            part, columns=dataset.columns, level_invariant=True, trees=Budget("none").trees
        )
        return made.fit(*((X, y) if len(rows) == len(X) else (X[rows], y[rows])))

    if part in ALL_LEARNERS:
        return learner
    return {
        "duplicates": lambda: exact_duplicates(X),
        "folds": lambda: grouped_folds(y, groups=names, n_splits=5, seed=0),
        "likeness": likeness,
        "scores": lambda: scored(dataset, y),
        "digest": lambda: whole(dataset).digest,
        "train": lambda: trained(dataset, **how),
    }[part]


def scored(dataset: Dataset, y: object) -> object:
    """Return the intervals of an evaluation of made-up probabilities."""
    import numpy as np

    from genre_audio.evaluation import Evaluation
    from genre_audio.evaluation.recordings import pooled

    p = np.random.default_rng(1).dirichlet(np.ones(GENRES), size=len(dataset))
    first, said = pooled(p, names=dataset.names, y=y, lengths=None)
    names = dataset.names[first]
    labels = tuple(np.unique(dataset.y).tolist())
    return Evaluation(labels, y[first], said, names, names, "made up").intervals


def whole(dataset: Dataset) -> object:
    """Return the feature table that a data set could come from."""
    import pandas as pd

    from genre_audio import GTZAN57, FeatureTable, Segmentation

    frame = pd.DataFrame(dataset.X, columns=list(dataset.columns), copy=False)
    frame = frame.assign(filename=dataset.names, label=dataset.y)
    return FeatureTable(frame, GTZAN57, Segmentation())


def trained(dataset: Dataset, *, budget: str, jobs: int, learners: list[str]) -> object:
    """Train, score and describe a model, and say what the command line would say."""
    from genre_audio import train

    begun = time.monotonic()

    def say(words: str) -> None:
        """Say what comes next, and when."""
        print(f"    {time.monotonic() - begun:7.0f} s  {words}", flush=True)

    how = {"budget": budget, "n_jobs": jobs, "learners": learners, "on_step": say}
    bundle, scores = train(whole(dataset), dataset, name="million", **how)
    say(f"accuracy {scores[0].accuracy:.3f}, {len(bundle.neighbourhood.rows):,} rows of likeness")
    return bundle


def measured(part: str, rows: int, **how: object) -> str:
    """Do one part of the work in this process; return the line to print."""
    from threadpoolctl import threadpool_limits

    dataset = table(rows)
    work, before = work_of(part, dataset, **how), held()
    with threadpool_limits(1):
        wall, processor = time.monotonic(), time.process_time()
        work()
        wall, processor = time.monotonic() - wall, time.process_time() - processor
    return f"{part:20} {rows:>9,} {wall:9.1f} {processor:9.1f} {before:7,} {held():7,}"


def main() -> None:
    """Measure each part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--parts", nargs="+", choices=[*LEARNERS, *OTHERS], default=LEARNERS)
    parser.add_argument("--budget", default="none", help="how much 'train' tunes")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes of 'train'")
    parser.add_argument("--learners", nargs="+", default=STACK, help="what 'train' trains")
    parser.add_argument("--here", action="store_true", help="in this process, one line only")
    asked = parser.parse_args()
    if asked.here:
        how = {"budget": asked.budget, "jobs": asked.jobs, "learners": asked.learners}
        print(measured(asked.parts[0], asked.rows[0], **how), flush=True)
        return
    print(f"{'part':20} {'rows':>9} {'wall s':>9} {'CPU s':>9} {'rows MB':>7} {'peak MB':>7}")
    print(f"({os.cpu_count()} cores; MB: of the process, before and at most)", flush=True)
    for part in asked.parts:
        for rows in asked.rows:
            again = [sys.executable, str(Path(__file__).resolve()), "--here", "--parts", part]
            options = ["--rows", str(rows), "--budget", asked.budget, "--jobs", str(asked.jobs)]
            learners = ["--learners", *asked.learners]
            subprocess.run([*again, *options, *learners], check=False)


if __name__ == "__main__":
    main()
