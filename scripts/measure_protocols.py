"""Score the whole procedure on the published GTZAN table under three protocols.

Every fit tunes, stacks and fits again inside its training part; nothing is chosen on the
part that is scored. The protocols ask different questions and are named beside every
number:

random
    Stratified 80/20 splits of all 1,000 rows, one per seed. The same artists and albums
    stand on both sides: this flatters, and is what most papers report.
fault
    The fault-filtered split of Kereliuk, Sturm and Larsen (2015): 640 rows train, 290
    test. Inner folds are grouped by artist.
artist
    The artist-filtered three folds of Foleis and Tavares (2020): 948 rows. Inner folds
    are grouped by artist.

The folder with ``gtzan/features_30_sec.csv`` and ``gtzan/splits/index.csv`` is read from
the environment variable ``GENRE_AUDIO_DATA``.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
import pandas as pd
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from genre_audio.learning import BUDGETS, GenreStack

if TYPE_CHECKING:
    from collections.abc import Iterator

PROTOCOLS = ("random", "fault", "artist")


@dataclasses.dataclass(frozen=True)
class Split:
    """One training part, the part that is scored, and what must not be parted in the first."""

    protocol: str
    name: str
    train: np.ndarray
    test: np.ndarray
    groups: np.ndarray


def read_data(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the published table and the index, row by row about the same clips."""
    table = pd.read_csv(folder / "gtzan" / "features_30_sec.csv")
    index = pd.read_csv(folder / "gtzan" / "splits" / "index.csv").set_index("filename")
    return table, index.reindex(table["filename"]).reset_index()


def random_splits(table: pd.DataFrame, *, seeds: int) -> Iterator[Split]:
    """Yield the flattering splits: each recording is a group of its own."""
    rows = np.arange(len(table))
    for seed in range(seeds):
        train, test = train_test_split(
            rows, test_size=0.2, stratify=table["label"], random_state=seed
        )
        yield Split("random", f"seed {seed}", train, test, rows)


def artists_of(index: pd.DataFrame) -> np.ndarray:
    """Return the artist of each row; an unknown one is a group of its own."""
    return index["artist"].fillna(index["filename"]).to_numpy(dtype=str)


def fault_split(index: pd.DataFrame) -> Iterator[Split]:
    """Yield the fault-filtered split."""
    part = index["kereliuk2015_split"]
    train, test = np.flatnonzero(part.isin(["train", "valid"])), np.flatnonzero(part == "test")
    yield Split("fault", "test", train, test, artists_of(index))


def artist_splits(index: pd.DataFrame) -> Iterator[Split]:
    """Yield the artist-filtered folds."""
    fold = index["foleis2020_test_fold"]
    for held_out in sorted(fold.dropna().unique()):
        train = np.flatnonzero(fold.notna() & (fold != held_out))
        test = np.flatnonzero(fold == held_out)
        yield Split("artist", f"fold {held_out:g}", train, test, artists_of(index))


def splits_of(
    table: pd.DataFrame, index: pd.DataFrame, *, protocols: list[str], seeds: int
) -> list[Split]:
    """Return all splits of the protocols asked for."""
    made = {
        "random": lambda: random_splits(table, seeds=seeds),
        "fault": lambda: fault_split(index),
        "artist": lambda: artist_splits(index),
    }
    return [split for name in protocols for split in made[name]()]


def score(split: Split, table: pd.DataFrame, *, stack: GenreStack) -> dict[str, object]:
    """Fit on the training part and score on the other."""
    X = table.drop(columns=["filename", "length", "label"])
    y = table["label"].to_numpy(dtype=str)
    began = time.perf_counter()
    stack.fit(X.iloc[split.train], y[split.train], groups=split.groups[split.train])
    seconds = time.perf_counter() - began
    found = stack.predict_proba(X.iloc[split.test])
    right = stack.classes_[found.argmax(axis=1)] == y[split.test]
    result = {
        "protocol": split.protocol,
        "split": split.name,
        "train": len(split.train),
        "test": len(split.test),
        "accuracy": round(float(right.mean()), 4),
        "log_loss": round(float(log_loss(y[split.test], found, labels=stack.classes_)), 4),
        "seconds": round(seconds, 1),
    }
    print(json.dumps(result), file=sys.stderr, flush=True)
    return result


def summary(results: list[dict[str, object]]) -> str:
    """Return one line per protocol: mean and standard deviation over its splits."""
    columns = {"n": ("accuracy", "size"), "accuracy": ("accuracy", "mean")}
    columns |= {"sd": ("accuracy", "std"), "least": ("accuracy", "min")}
    columns |= {"most": ("accuracy", "max"), "log loss": ("log_loss", "mean")}
    columns |= {"s/fit": ("seconds", "mean")}
    by_protocol = pd.DataFrame(results).groupby("protocol", sort=False)
    return str(by_protocol.agg(**columns).round(3).to_string())


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", choices=list(BUDGETS), default="small")
    parser.add_argument("--protocols", default=",".join(PROTOCOLS), help="comma-separated")
    parser.add_argument("--seeds", type=int, default=20, help="random splits (default 20)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the procedure (default 0)")
    parser.add_argument("--absolute-level", action="store_true", help="keep the level")
    parser.add_argument(
        "--offsets", action="store_true", help="keep the offsets near zero; needs --absolute-level"
    )
    parser.add_argument("-j", "--jobs", type=int, default=1, help="splits at a time (default 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every split's scores")
    found = parser.parse_args()
    found.protocols = found.protocols.split(",")
    if unknown := set(found.protocols) - set(PROTOCOLS):
        parser.error(f"unknown protocol {', '.join(unknown)}; choose from {', '.join(PROTOCOLS)}")
    if "GENRE_AUDIO_DATA" not in os.environ:
        parser.error("set GENRE_AUDIO_DATA to the folder that holds the GTZAN table")
    return found


def main() -> None:
    """Run the protocols, print a table, and write the scores where asked."""
    asked = arguments()
    table, index = read_data(Path(os.environ["GENRE_AUDIO_DATA"]))
    stack = GenreStack(
        budget=asked.budget,
        level_invariant=not asked.absolute_level,
        offsets=asked.offsets,
        seed=asked.seed,
    )
    splits = splits_of(table, index, protocols=asked.protocols, seeds=asked.seeds)
    with joblib.parallel_config("loky", inner_max_num_threads=1):
        results = joblib.Parallel(n_jobs=asked.jobs)(
            joblib.delayed(score)(split, table, stack=stack) for split in splits
        )
    print(summary(results))
    if asked.json:
        asked.json.write_text(json.dumps({"budget": asked.budget, "splits": results}, indent=1))


if __name__ == "__main__":
    main()
