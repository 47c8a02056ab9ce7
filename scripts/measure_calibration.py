"""Measure calibration and conformal sets of the stack where artists are kept apart.

For five strictly disjoint artist folds of GTZAN, the artist-filtered folds of Foleis and
Tavares (2020), strictly disjoint ones over the same rows, and the fault-filtered split of
Kereliuk, Sturm and Larsen (2015): the expected calibration error (top label, 15 bins of
equal mass), what perfectly calibrated probabilities would have by chance, confidence
beside accuracy, the power of the probabilities that fits the held-out labels best (1: no
temperature is missing; above 1 is underconfident), and coverage and size of the sets, by
genre as well.

    GENRE_AUDIO_DATA=DATA python scripts/measure_calibration.py [--budget none]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
from pathlib import Path

import numpy as np

from genre_audio.evaluation import Evaluation, evaluate, grouped_protocol, gtzan_protocols
from genre_audio.learning import COVERAGE, Budget, GenreStack
from genre_audio.tables import dataset_of, read_gtzan_index, read_table


def by_chance(scores: Evaluation, *, draws: int = 100) -> float:
    """Return the mean calibration error if labels followed the probabilities."""
    rng, p = np.random.default_rng(0), scores.probabilities
    found = []
    for _ in range(draws):
        drawn = (p.cumsum(axis=1) > rng.random((len(p), 1))).argmax(axis=1)
        found.append(dataclasses.replace(scores, truth=drawn).expected_calibration_error)
    return float(np.mean(found))


def best_power(scores: Evaluation) -> float:
    """Return the power of the probabilities that has the least log loss."""
    p, rows = np.maximum(scores.probabilities, 1e-12), np.arange(len(scores))

    def loss(power: float) -> float:
        raised = p**power
        said = raised[rows, scores.truth] / raised.sum(axis=1)
        return float(-np.log(said).mean())

    return float(min(np.arange(0.5, 2.0, 0.05), key=loss))


def report(scores: Evaluation) -> str:
    """Return a paragraph about one protocol."""
    held = scores.sets[np.arange(len(scores)), scores.truth]
    genres = [f"{g} {held[scores.truth == k].mean():.2f}" for k, g in enumerate(scores.labels)]
    return (
        f"{scores.protocol}: {len(scores)} clips\n"
        f"  calibration error {scores.expected_calibration_error:.3f} (by chance "
        f"{by_chance(scores):.3f}), confidence {scores.probabilities.max(axis=1).mean():.3f}, "
        f"accuracy {scores.accuracy:.3f}, best power {best_power(scores):.2f}\n"
        f"  sets hold {scores.coverage:.3f}, size {scores.mean_set_size:.2f}; {', '.join(genres)}"
    )


def main() -> None:
    """Fit on every training part, and print one paragraph for each protocol."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", default="none")
    parser.add_argument("--coverage", type=float, default=COVERAGE)
    asked = parser.parse_args()
    gtzan = Path(os.environ["GENRE_AUDIO_DATA"]) / "gtzan"
    index = read_gtzan_index(gtzan / "splits" / "index.csv")
    dataset = dataset_of(read_table(gtzan / "features_30_sec.csv"), groups=index.artists)
    budget = Budget("none") if asked.budget == "none" else asked.budget
    protocols = gtzan_protocols(dataset, index=index)
    for protocol in [
        grouped_protocol(dataset, n_splits=5, seed=0),
        *(found for found in protocols if not found.key.startswith("random")),
    ]:
        scores = evaluate(
            lambda: GenreStack(columns=dataset.columns, budget=budget),
            dataset,
            protocol=protocol,
            coverage=asked.coverage,
        )
        print(report(scores), flush=True)


if __name__ == "__main__":
    main()
