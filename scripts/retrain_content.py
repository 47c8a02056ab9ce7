"""Make the bundle that tells content apart, from the table of SeFiRe's clips.

Reads ``field/sefire_features.csv`` from the folder that GENRE_AUDIO_DATA names: clips of 3
to 5 s from folk-music field recordings, labelled speech, solo singing, choir singing,
instrumental and noise (Marolt et al. 2019). File numbers run on through a tape, so blocks
of twenty neighbouring numbers are kept on one side of every fold. Scores the procedure on
all five contents and on the four without noise, trains it on all rows, and writes
``models/content57``. The table itself is not kept in the bundle.

    GENRE_AUDIO_DATA=DATA python scripts/retrain_content.py [-j 2]
"""

from __future__ import annotations

import argparse
import dataclasses
import functools
import os
import sys
from pathlib import Path, PurePosixPath

from genre_audio.config import Segmentation
from genre_audio.evaluation import evaluate, grouped_protocol
from genre_audio.learning import GenreStack
from genre_audio.tables import Annotations, Dataset, FeatureTable, dataset_of, read_table
from genre_audio.training import save_bundle, train

NAME = "content57"
SECONDS = 5.0
BLOCK = 20
LEARNERS = ("support_vectors", "qda")
SOURCE = (
    "the SeFiRe dataset of field recordings, for research use; cite M. Marolt, C. Bohak, "
    "A. Kavčič and M. Pesek (2019), Automatic Segmentation of Ethnomusicological Field "
    "Recordings, Applied Sciences 9(3), 439, doi:10.3390/app9030439"
)


def content_table(data: Path) -> FeatureTable:
    """Read the table; its clips are segments of 5 s, most of them cut a little short."""
    table = read_table(data / "field" / "sefire_features.csv")
    return dataclasses.replace(table, segmentation=Segmentation(SECONDS))


def blocks(table: FeatureTable) -> Annotations:
    """Say which block of neighbouring file numbers each clip is of."""
    found = {name: str(int(PurePosixPath(name).stem) // BLOCK) for name in table.recordings}
    return Annotations(found, column=f"block of {BLOCK} neighbouring clips")


def without_noise(dataset: Dataset) -> Dataset:
    """Leave out the few clips of noise."""
    kept = dataset.y != "noise"
    return dataclasses.replace(
        dataset,
        X=dataset.X[kept],
        y=dataset.y[kept],
        groups=dataset.groups[kept],
        names=dataset.names[kept],
        lengths=None if dataset.lengths is None else dataset.lengths[kept],
    )


def main() -> None:
    """Score, train and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("GENRE_AUDIO_DATA"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count())
    parser.add_argument("-o", "--output", type=Path, default=Path("models") / NAME)
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("say where the data are: set GENRE_AUDIO_DATA or give --data")
    table = content_table(Path(arguments.data))
    dataset = dataset_of(table, groups=blocks(table))
    make = functools.partial(
        GenreStack,
        learners=LEARNERS,
        columns=dataset.columns,
        budget="none",
        seed=arguments.seed,
        n_jobs=arguments.jobs,
    )
    scores = []
    four = without_noise(dataset)
    for words, part, repeats in (
        ("", dataset, 1),
        ("without noise: ", four, arguments.repeats),
    ):
        protocol = grouped_protocol(part, n_splits=5, seed=arguments.seed, repeats=repeats)
        protocol = dataclasses.replace(protocol, name=f"{words}{protocol.name}")
        scores.append(evaluate(make, part, protocol=protocol))
        print(f"{scores[-1].accuracy:.3f}  {protocol.name}", file=sys.stderr)
    bundle, _ = train(
        table,
        dataset,
        name=NAME,
        task="content",
        learners=LEARNERS,
        source=SOURCE,
        budget="none",
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
