"""Measure how well a timeline finds the genres of a tape, by hop and steadiness.

Tapes of known boundaries are put together from GTZAN clips of four genres: four stretches
of two clips each, 40 to 60 s a genre, by artists that the model has not heard. Reported are
the share of the time with the right genre, changes found beside changes there are, and
how far from a true change the nearest one found lies (median, in s).

    GENRE_AUDIO_DATA=DATA python scripts/measure_timeline.py [--tapes 12] [--budget none]
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from sklearn.model_selection import StratifiedGroupKFold

from genre_audio.audio import Source
from genre_audio.extraction import extract_recording
from genre_audio.prediction import (
    GenreTimeline,
    genre_timeline,
    predict_extracted,
    segmentation_for,
)
from genre_audio.tables import dataset_of, read_gtzan_index, read_table
from genre_audio.training import ModelBundle, train

GENRES = ("blues", "classical", "country", "metal")
HOPS = (None, 15.0, 10.0, 5.0, 2.5)
STEADINESS = (1.0, 2.0, 4.0, 8.0, 16.0, 64.0)
SR = 22050

Truth = list[tuple[float, float, str]]


def clips(folder: Path, names: set[str]) -> dict[str, list[Path]]:
    """Return the audio of clips by genre, without the same clip twice."""
    found: dict[str, dict[str, Path]] = {genre: {} for genre in GENRES}
    for place in ("four_genres", "audio"):
        for path in sorted((folder / place).glob("*/*")):
            if path.stem in names and path.parent.name in found:
                found[path.parent.name][path.stem] = path
    return {genre: list(paths.values()) for genre, paths in found.items()}


def tape(paths: dict[str, list[Path]], rng: np.random.Generator, output: Path) -> Truth:
    """Write four stretches of two clips each, and return what lies where."""
    parts, truth, now = [], [], 0.0
    for genre in rng.permutation(GENRES):
        chosen = rng.choice(len(paths[genre]), size=2, replace=False)
        y = np.concatenate([soundfile.read(paths[genre][place])[0] for place in chosen])
        y = y[: round(rng.uniform(40, 60) * SR)]  # boundaries lie off every grid
        parts.append(y)
        truth.append((now, now + len(y) / SR, str(genre)))
        now += len(y) / SR
    soundfile.write(output, np.concatenate(parts), SR, subtype="FLOAT")
    return truth


def model(folder: Path, budget: str) -> tuple[ModelBundle, set[str]]:
    """Train on two thirds of the artists; return the clips of the others as well."""
    table = read_table(folder / "features_30_sec.csv")
    artists = read_gtzan_index(folder / "splits" / "index.csv").artists
    every = dataset_of(table, groups=artists)
    folds = StratifiedGroupKFold(3, shuffle=True, random_state=0)
    held = np.zeros(len(every), dtype=bool)
    held[next(folds.split(every.X, every.y, groups=every.groups))[1]] = True
    rest = dataclasses.replace(table, frame=table.frame[~held].reset_index(drop=True))
    dataset = dataset_of(rest, groups=artists)
    bundle, _ = train(rest, dataset, name="measured", budget=budget, scores=())
    return bundle, {name.removesuffix(".wav") for name in table.frame["filename"][held]}


def judged(timeline: GenreTimeline, truth: Truth) -> tuple[float, int, list[float]]:
    """Return the share of time that is right, changes found, and errors of boundaries."""
    right = sum(
        max(0.0, min(span.stop, stop) - max(span.start, start))
        for span in timeline.spans
        for start, stop, genre in truth
        if span.label == genre
    )
    times = [change.time for change in timeline.changes]
    errors = [min((abs(t - start) for t in times), default=np.inf) for start, _, _ in truth[1:]]
    return right / truth[-1][1], len(times), errors


def main() -> None:
    """Print one line for each hop and steadiness."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tapes", type=int, default=12)
    parser.add_argument("--budget", default="none")
    options = parser.parse_args()
    folder, rng = Path(os.environ["GENRE_AUDIO_DATA"]) / "gtzan", np.random.default_rng(0)
    bundle, names = model(folder, options.budget)
    paths = clips(folder, names)
    print({genre: len(found) for genre, found in paths.items()}, "clips of unheard artists")
    with tempfile.TemporaryDirectory() as place:
        outputs = [Path(place, f"{number}.wav") for number in range(options.tapes)]
        truths = [tape(paths, rng, output) for output in outputs]
        for hop in HOPS:
            cut = segmentation_for(bundle, hop=hop)
            found = [
                extract_recording(Source(path.name, path), segmentation=cut) for path in outputs
            ]
            predictions = predict_extracted(found, bundle)
            for steadiness in STEADINESS:
                timelines = [
                    genre_timeline(prediction.segments, steadiness=steadiness)
                    for prediction in predictions
                ]
                scores = [judged(*pair) for pair in zip(timelines, truths, strict=True)]
                right, changes, errors = zip(*scores, strict=True)
                print(
                    f"hop {hop or 30:4g} s, steadiness {steadiness:3g}: right "
                    f"{np.mean(right):.3f} of the time, {sum(changes)} changes found of "
                    f"{3 * len(truths)}, {np.median(np.concatenate(errors)):.1f} s off"
                )


if __name__ == "__main__":
    main()
