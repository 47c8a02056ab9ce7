"""Make the bundle that ships with the package, from the published GTZAN table.

Reads ``gtzan/features_30_sec.csv`` and ``gtzan/splits/index.csv`` (artists and the two
literature splits) from the folder that GENRE_AUDIO_DATA names, scores the whole
procedure under protocols that keep artists apart, trains it on all rows, and writes
``models/gtzan57``. The table itself is not kept in the bundle.

    GENRE_AUDIO_DATA=DATA python scripts/retrain_default.py [--budget full] [-j 2]
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from genre_audio.evaluation import Evaluation, Protocol, evaluate, grouped_protocol
from genre_audio.evaluation.held_out import independent_groups
from genre_audio.learning import GenreStack
from genre_audio.tables import Dataset, dataset_of, read_annotations, read_table
from genre_audio.training import save_bundle, train

NAME = "gtzan57"


def literature_protocols(dataset: Dataset, index: Path) -> list[Protocol]:
    """Return the published artist-filtered folds and the fault-filtered split."""
    frame = pd.read_csv(index).set_index("filename").loc[dataset.names]
    groups = independent_groups(dataset)
    fold = frame["foleis2020_test_fold"].to_numpy()
    part = frame["kereliuk2015_split"].fillna("").to_numpy()
    artist_folds = [
        (np.flatnonzero(~np.isnan(fold) & (fold != number)), np.flatnonzero(fold == number))
        for number in np.unique(fold[~np.isnan(fold)])
    ]
    fault_filtered = (
        np.flatnonzero(np.isin(part, ["train", "valid"])),
        np.flatnonzero(part == "test"),
    )
    return [
        Protocol("artist-filtered folds (Foleis & Tavares 2020)", artist_folds, groups),
        Protocol("fault-filtered split (Kereliuk et al. 2015)", [fault_filtered], groups),
    ]


def main() -> None:
    """Score, train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("GENRE_AUDIO_DATA"))
    parser.add_argument("--budget", default="full")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("-o", "--output", type=Path, default=Path("models") / NAME)
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("say where the data are: set GENRE_AUDIO_DATA or give --data")
    gtzan = Path(arguments.data) / "gtzan"
    table = read_table(gtzan / "features_30_sec.csv")
    index = gtzan / "splits" / "index.csv"
    dataset = dataset_of(table, groups=read_annotations(index, column="artist"))

    def make() -> GenreStack:
        return GenreStack(
            columns=dataset.columns,
            budget=arguments.budget,
            seed=arguments.seed,
            n_jobs=arguments.jobs,
        )

    scores: list[Evaluation] = []
    protocols = [
        grouped_protocol(dataset, n_splits=5, seed=arguments.seed),
        *literature_protocols(dataset, index),
    ]
    for protocol in protocols:
        scores.append(evaluate(make, dataset, protocol=protocol))
        print(f"{scores[-1].accuracy:.3f}  {protocol.name}", file=sys.stderr)
    bundle, _ = train(
        table,
        dataset,
        name=NAME,
        budget=arguments.budget,
        seed=arguments.seed,
        n_jobs=arguments.jobs,
        keep_rows=False,
        scores=scores,
        on_step=lambda step: print(step, file=sys.stderr),
    )
    save_bundle(bundle, arguments.output, force=True)
    print(arguments.output)


if __name__ == "__main__":
    main()
