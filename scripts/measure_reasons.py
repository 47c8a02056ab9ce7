"""Measure how much reasons depend on the sample of training rows, and how long they take.

For rows of the published table, pushes with 200 training rows (as `reasons` has it) are
compared with pushes with all 1,000: the largest and the median difference, how often the
first aspect is the same, and how often an aspect that counts (0.1 and more) has the same
sign. Time is CPU time, one core.

    GENRE_AUDIO_DATA=DATA python scripts/measure_reasons.py [--rows 40]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

import numpy as np

from genre_audio import load_bundle, resolve_model
from genre_audio.prediction import reasons
from genre_audio.tables import read_table

SIZES = (50, 100, 200, 400)
ALL = 1000
COUNTS = 0.1


def pushes(X: np.ndarray, size: int) -> tuple[np.ndarray, float]:
    """Return the pushes on each row, aspects by name, and the CPU time of the median row."""
    bundle = load_bundle(resolve_model("default").path)
    reasons._SAMPLE = size
    found, spent = [], []
    one = np.ones(1)
    for row in X:
        begun = time.process_time()
        said = reasons.reasons_for(row[np.newaxis], weights=one, seconds=30.0 * one, bundle=bundle)
        spent.append(time.process_time() - begun)
        found.append([reason.push for reason in sorted(said, key=lambda each: each.family)])
    return np.array(found), float(np.median(spent))


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=40)
    arguments = parser.parse_args()
    if not (data := os.environ.get("GENRE_AUDIO_DATA")):
        sys.exit("GENRE_AUDIO_DATA names no folder")
    X = read_table(Path(data) / "gtzan" / "features_30_sec.csv").X
    X = X[np.linspace(0, len(X) - 1, arguments.rows).astype(int)]
    exact, _ = pushes(X, ALL)
    print("| training rows | largest difference | median | same first | same sign | ms |")
    print("|---|---|---|---|---|---|")
    for size in SIZES:
        found, seconds = pushes(X, size)
        away = np.abs(found - exact)
        first = (np.abs(found).argmax(axis=1) == np.abs(exact).argmax(axis=1)).mean()
        counts = np.abs(exact) >= COUNTS
        sign = (np.sign(found) == np.sign(exact))[counts].mean()
        print(
            f"| {size} | {away.max():.2f} | {np.median(away):.3f} | {100 * first:.0f} % "
            f"| {100 * sign:.0f} % | {1000 * seconds:.0f} |"
        )


if __name__ == "__main__":
    main()
