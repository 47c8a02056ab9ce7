"""Measure what the columns of `extended` are worth beside the 57, on labelled audio.

    GENRE_AUDIO_DATA=DATA python scripts/measure_extended.py [--runs 10] [--each] [--svm]
                          [--without FAMILY,...] [--sets genres,content]

genres    blues, classical, country and metal of GTZAN, 30 s clips; folds by artist
content   speech, solo singing, choir and instruments of field recordings, 4 s clips; folds
          by blocks of 20 neighbouring clips of a tape

Logistic regression as scikit-learn has it, and with ``--svm`` a support vector machine,
both on standardised rows in the level-invariant form; everything is fitted inside the
folds, which are the same for all columns. A figure is the mean accuracy of ten grouped
5-fold runs with other seeds, its interval a bootstrap over groups. ``--each`` adds every
family alone to the 57. Three clips of noise are too few for folds, and are left out.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from genre_audio.audio import Source
from genre_audio.extraction import Failure, extract_recording, prepare_kernels
from genre_audio.features import EXTENDED, GTZAN57
from genre_audio.learning.transforms import RowTransform
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

GENRES = ("blues", "classical", "country", "metal")
BLOCK = 20
RESAMPLES = 2000


@dataclasses.dataclass(frozen=True)
class Clips:
    """Rows of all columns of `extended`, what they are, and what must not be parted."""

    X: NDArray[np.float64]
    y: NDArray[np.str_]
    groups: NDArray[np.str_]


def genre_clips(data: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield path, genre and artist; an unknown artist is a group of its own."""
    with (data / "gtzan" / "splits" / "index.csv").open(encoding="utf-8") as file:
        artists = {Path(row["filename"]).stem: row["artist"] for row in csv.DictReader(file)}
    for genre in GENRES:
        for place in ("four_genres", "audio"):
            for path in sorted((data / "gtzan" / place / genre).iterdir()):
                yield path, genre, artists.get(path.stem) or path.stem


def content_clips(data: Path) -> Iterator[tuple[Path, str, str]]:
    """Yield path, content, and the block of the tape."""
    with (data / "manifest.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["set"] == "sefire" and row["label"] != "noise" and row["file"].endswith(".ogg"):
                path = data / row["file"]
                yield path, row["label"], str(int(path.stem) // BLOCK)


SETS = {"genres": genre_clips, "content": content_clips}


def described(clips: Sequence[tuple[Path, str, str]]) -> Clips:
    """Return the row of each clip; none is longer than a segment."""
    prepare_kernels()
    rows, kept = [], []
    for path, label, group in clips:
        found = extract_recording(Source(path.name, path), schema=EXTENDED)
        if isinstance(found, Failure):
            print(f"left out {path.name}: {found.message}", file=sys.stderr)
            continue
        rows.append(found.rows[0].values)
        kept.append((label, group))
    labels, groups = zip(*kept, strict=True)
    return Clips(np.array(rows), np.array(labels), np.array(groups))


def learner(name: str, columns: Sequence[str]) -> Pipeline:
    """Return an unfitted learner of these columns."""
    last = LogisticRegression(max_iter=5000) if name == "logistic" else SVC(C=10.0)
    form = RowTransform(columns=tuple(columns), level_invariant=True)
    return make_pipeline(form, StandardScaler(), last)


def hits(clips: Clips, columns: Sequence[str], *, name: str, runs: int) -> NDArray[np.float64]:
    """Return how often each clip was told rightly, on average over runs."""
    places = [EXTENDED.columns.index(column) for column in columns]
    X, right = clips.X[:, places], np.zeros((runs, len(clips.y)))
    for seed in range(runs):
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        for train, test in folds.split(X, clips.y, clips.groups):
            fitted = learner(name, columns).fit(X[train], clips.y[train])
            right[seed, test] = fitted.predict(X[test]) == clips.y[test]
    return right.mean(axis=0)


def interval(values: NDArray[np.float64], groups: NDArray[np.str_]) -> tuple[float, float]:
    """Return the middle 95 % of means over groups drawn with replacement."""
    _, owners = np.unique(groups, return_inverse=True)
    sums, counts = np.bincount(owners, values), np.bincount(owners)
    drawn = np.random.default_rng(0).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def said(values: NDArray[np.float64], clips: Clips, *, sign: str = "") -> str:
    """Return a mean with its interval."""
    low, high = interval(values, clips.groups)
    return f"{values.mean():{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"


def compared(clips: Clips, asked: argparse.Namespace) -> str:
    """Return a table: the 57 columns, `extended`, and where asked families alone."""
    left_out = {column for family in asked.without for column in columns_of(family)}
    wide = tuple(column for column in EXTENDED.columns if column not in left_out)
    sets = {"gtzan57": GTZAN57.columns, "extended": wide}
    if asked.each:
        new = EXTENDED.features[len(GTZAN57.features) :]
        sets |= {f"57 + {family.name}": GTZAN57.columns + family.columns for family in new}
    rows = []
    for name in ("logistic", "svm") if asked.svm else ("logistic",):
        base = hits(clips, GTZAN57.columns, name=name, runs=asked.runs)
        for title, columns in sets.items():
            found = hits(clips, columns, name=name, runs=asked.runs)
            gain = "" if title == "gtzan57" else said(found - base, clips, sign="+")
            rows.append([name, title, str(len(columns)), said(found, clips), gain])
            print(*rows[-1], file=sys.stderr, flush=True)
    header = ["learner", "columns", "number", "accuracy (95 %)", "above the 57 (95 %)"]
    return text_table(rows, header=header, right=[2])


def columns_of(family: str) -> tuple[str, ...]:
    """Return the columns of a family by its name."""
    return next(known.columns for known in EXTENDED.features if known.name == family)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", default=",".join(SETS), help="comma-separated")
    parser.add_argument("--runs", type=int, default=10, help="runs with other folds (default 10)")
    parser.add_argument("--each", action="store_true", help="add every family alone, too")
    parser.add_argument("--svm", action="store_true", help="a support vector machine as well")
    parser.add_argument("--without", default="", help="families to leave out of extended")
    found = parser.parse_args()
    found.without = [name for name in found.without.split(",") if name]
    if "GENRE_AUDIO_DATA" not in os.environ:
        parser.error("set GENRE_AUDIO_DATA to the folder that holds the recordings")
    return found


def main() -> None:
    """Describe the clips of each set, compare the columns, print the tables."""
    asked = arguments()
    for name in asked.sets.split(","):
        clips = described(list(SETS[name](Path(os.environ["GENRE_AUDIO_DATA"]))))
        kinds, counts = np.unique(clips.y, return_counts=True)
        of_each = ", ".join(f"{n} {kind}" for kind, n in zip(kinds, counts, strict=True))
        print(f"{name}: {len(clips.y)} clips, {len(set(clips.groups))} groups ({of_each})")
        print(compared(clips, asked))


if __name__ == "__main__":
    main()
