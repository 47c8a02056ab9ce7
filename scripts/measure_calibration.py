"""Measure calibration and conformal sets of the stack where artists are kept apart.

For the artist-filtered folds of Foleis and Tavares (2020), the fault-filtered split of
Kereliuk, Sturm and Larsen (2015) and strictly disjoint artist folds: the expected
calibration error (top label, 15 bins of equal mass), what perfectly calibrated
probabilities would have by chance, confidence beside accuracy, the temperature that fits
the held-out labels best (1: none is needed), and coverage and size of the conformal sets,
by genre as well.

    GENRE_AUDIO_DATA=DATA python scripts/measure_calibration.py [--budget none] [--seeds 1]
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np
from measure_protocols import Split, artist_splits, artists_of, fault_split, read_data

from genre_audio.learning import BUDGETS, Budget, GenreStack
from genre_audio.tables.splits import exact_duplicates, grouped_folds, merge_groups


def expected_error(p: np.ndarray, y: np.ndarray, *, bins: int = 15) -> float:
    """Return the expected calibration error of the top label."""
    confidence, right = p.max(axis=1), p.argmax(axis=1) == y
    parts = np.array_split(np.argsort(confidence, kind="stable"), bins)
    return float(sum(abs(confidence[part].sum() - right[part].sum()) for part in parts) / len(y))


def by_chance(p: np.ndarray, *, draws: int = 200) -> float:
    """Return the mean error if labels followed the probabilities."""
    rng = np.random.default_rng(0)
    labels = [(p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1) for _ in range(draws)]
    return float(np.mean([expected_error(p, y) for y in labels]))


def best_power(p: np.ndarray, y: np.ndarray) -> float:
    """Return the power of the probabilities with the least log loss; above 1 is underconfident."""

    def loss(power: float) -> float:
        raised = np.maximum(p, 1e-12) ** power
        return float(-np.log((raised / raised.sum(axis=1, keepdims=True))[range(len(y)), y]).mean())

    return float(min(np.arange(0.5, 2.0, 0.05), key=loss))


def main() -> None:
    """Fit on every training part, and print one paragraph for each protocol."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", choices=["none", *BUDGETS], default="none")
    parser.add_argument("--seeds", type=int, default=1, help="of the strictly disjoint folds")
    parser.add_argument("--coverage", type=float, default=0.9)
    asked = parser.parse_args()
    table, index = read_data(Path(os.environ["GENRE_AUDIO_DATA"]))
    X = table.drop(columns=["filename", "length", "label"])
    labels, y = np.unique(table["label"].to_numpy(dtype=str), return_inverse=True)
    groups = merge_groups(artists_of(index), duplicates=exact_duplicates(X))
    splits = [*artist_splits(index), *fault_split(index)]
    for seed in range(asked.seeds):
        folds = grouped_folds(y, groups=groups, n_splits=5, seed=seed)
        splits += [Split(f"disjoint {seed}", "", *fold, groups) for fold in folds]
    found: dict[str, list[tuple[np.ndarray, ...]]] = {}
    budget = Budget("none") if asked.budget == "none" else BUDGETS[asked.budget]
    for split in splits:
        train, test = split.train, split.test
        stack = GenreStack(budget=budget).fit(X.iloc[train], y[train], groups=groups[train])
        p = stack.predict_proba(X.iloc[test])
        kept = stack.conformal_.sets(p, coverage=asked.coverage)
        found.setdefault(split.protocol, []).append((p, kept, y[test]))
    for protocol, parts in found.items():
        p, kept, truth = (np.concatenate(part) for part in zip(*parts, strict=True))
        held = kept[range(len(truth)), truth]
        print(
            f"{protocol}: {len(truth)} clips, calibration error {expected_error(p, truth):.3f} "
            f"(by chance {by_chance(p):.3f}), confidence {p.max(axis=1).mean():.3f}, accuracy "
            f"{(p.argmax(axis=1) == truth).mean():.3f}, best power {best_power(p, truth):.2f}\n"
            f"  sets hold {held.mean():.3f}, size {kept.sum(axis=1).mean():.2f}; "
            + ", ".join(f"{name} {held[truth == k].mean():.2f}" for k, name in enumerate(labels))
        )


if __name__ == "__main__":
    main()
