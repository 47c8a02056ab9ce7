"""Run the main job on real recordings and print what came out.

Four parts, on the folder that GENRE_AUDIO_DATA names:

parity    the features of every real GTZAN clip against the published table
unheard   train on the table without those clips, then predict them from their audio
shipped   the shipped model on the same clips (it was trained on their rows)
field     extract, predict and retrain over the field recordings of field/nhs_songs

    GENRE_AUDIO_DATA=DATA python scripts/prove.py [--parts parity,unheard,...] [-j 2]
"""

from __future__ import annotations

import argparse
import collections
import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from genre_audio.audio import find_recordings
from genre_audio.config import Segmentation
from genre_audio.evaluation import Evaluation
from genre_audio.extraction import extract
from genre_audio.features import GTZAN57
from genre_audio.prediction import predict_table
from genre_audio.reporting import scores_text
from genre_audio.tables import FeatureTable, dataset_of, read_annotations, read_table
from genre_audio.training import ModelBundle, load_bundle, resolve_model, train

ABSOLUTE = {"harmony_mean", "perceptr_mean"} | {f"mfcc{k}_mean" for k in range(1, 21)}


def family(column: str) -> str:
    """Return the family that a column is reported under."""
    name, _, statistic = column.rpartition("_")
    if column in ("harmony_mean", "perceptr_mean"):
        return f"{name} mean (absolute)"
    if name.startswith("mfcc"):
        return "mfcc means (absolute)" if statistic == "mean" else "mfcc variances"
    return column if not name else name if not name.startswith(("harm", "perc")) else f"{name} var"


def by_stem(names: pd.Series) -> list[str]:
    """Return names without folder and ending."""
    return [PurePosixPath(name).stem for name in names]


def parity(ours: FeatureTable, published: FeatureTable) -> None:
    """Print the largest error of each family over all clips."""
    reference = published.frame.set_index(pd.Index(by_stem(published.frame["filename"])))
    rows = reference.loc[by_stem(ours.frame["filename"])]
    worst: dict[str, float] = collections.defaultdict(float)
    for column in GTZAN57.columns:
        a, b = ours.frame[column].to_numpy(float), rows[column].to_numpy(float)
        errors = np.abs(a - b) / (1.0 if column in ABSOLUTE else np.abs(b))
        worst[family(column)] = max(worst[family(column)], float(errors.max()))
    lengths = bool((ours.frame["length"].to_numpy() == rows["length"].to_numpy()).all())
    print(f"\n== parity over {len(rows)} clips; lengths equal: {lengths}")
    for name, error in worst.items():
        print(f"{name:30s} {error:.1e}")


def score(ours: FeatureTable, bundle: ModelBundle, title: str, *, held_out: bool) -> None:
    """Print scores of a model on the real clips."""
    predictions = predict_table(ours, bundle)
    labels = bundle.labels
    names = np.array([prediction.recording for prediction in predictions])
    truth = [labels.index(PurePosixPath(name).parent.name) for name in names]
    probabilities = np.array(
        [list(prediction.probabilities.values()) for prediction in predictions]
    )
    evaluation = Evaluation(tuple(labels), np.array(truth), probabilities, names, names, title)
    print(f"\n== {title}")
    if held_out:
        print(scores_text(evaluation))
    else:
        print(f"accuracy {evaluation.accuracy:.3f}: no score, these rows were learned from")


def without(table: FeatureTable, names: list[str]) -> FeatureTable:
    """Return a table without some recordings."""
    left = ~pd.Series(by_stem(table.frame["filename"])).isin(names).to_numpy()
    return dataclasses.replace(table, frame=table.frame[left].reset_index(drop=True))


def field(data: Path, work: Path, jobs: int) -> None:
    """Run the three commands over real field recordings, as a user would."""
    songs = data / "field" / "nhs_songs"
    metadata = pd.read_csv(songs / "NHSDiscography_Metadata.csv")
    number = metadata["song"].str.extract(r"(\d+)$")[0].astype(int)
    labels = work / "regions.csv"
    files = number.map(lambda value: f"{value}.mp3")
    pd.DataFrame({"filename": files, "type": metadata["type"]}).to_csv(labels, index=False)
    environment = os.environ | {"XDG_DATA_HOME": str(work / "home")}
    table = str(work / "nhs.csv")
    for command in (
        ["extract", str(songs), "-o", table, "--labels", str(labels), "-j", str(jobs)],
        ["predict", str(songs), "-j", str(jobs)],
        ["retrain", table, "--name", "nhs", "-j", str(jobs)],
        ["models"],
    ):
        print(f"\n== genre-audio {command[0]} on field recordings", flush=True)
        start = time.perf_counter()
        run = [sys.executable, "-m", "genre_audio", *command]
        code = subprocess.run(run, env=environment, check=False).returncode
        print(f"exit {code}, {time.perf_counter() - start:.1f} s", flush=True)


def main() -> None:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", default=os.environ.get("GENRE_AUDIO_DATA"))
    parser.add_argument("--parts", default="parity,unheard,shipped,field")
    parser.add_argument("--budget", default="small")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    if not arguments.data:
        parser.error("say where the data are: set GENRE_AUDIO_DATA or give --data")
    data, parts = Path(arguments.data), arguments.parts.split(",")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        if {"parity", "unheard", "shipped"} & set(parts):
            published = read_table(data / "gtzan" / "features_30_sec.csv")
            sources = find_recordings([data / "gtzan" / "audio"])
            output = work / "features.csv"
            jobs = arguments.jobs
            start = time.perf_counter()
            extract(sources, output=output, segmentation=Segmentation(), n_jobs=jobs)
            print(f"{len(sources)} clips extracted in {time.perf_counter() - start:.1f} s")
            ours = read_table(output)
            clips = by_stem(ours.frame["filename"])
        if "parity" in parts:
            parity(ours, published)
        if "unheard" in parts:
            rest = without(published, clips)
            artists = read_annotations(data / "gtzan" / "splits" / "index.csv", column="artist")
            dataset = dataset_of(rest, groups=artists)
            budget = arguments.budget
            bundle, _ = train(rest, dataset, name="rest", budget=budget, n_jobs=jobs, scores=[])
            score(
                ours, bundle, f"trained on {len(dataset)} rows without these clips", held_out=True
            )
        if "shipped" in parts:
            score(
                ours,
                load_bundle(resolve_model("default").path),
                "shipped model, clips it knows",
                held_out=False,
            )
        if "field" in parts:
            field(data, work, arguments.jobs)


if __name__ == "__main__":
    main()
