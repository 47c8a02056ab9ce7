"""Measure what bad recording quality does to labels: how many change, and what still holds.

GTZAN clips are made worse in one way at a time (band limits, noise, clipping, MP3 coding,
gain, silence, length) and asked about again. The model is the shipped one's procedure,
trained on the published table once for each of five folds that keep artists apart: a clip
is never asked of a model that has heard its artist. "Changed" compares with what the same
model says of the clip itself.

Prints for each change: how many labels of a hundred changed; how many are right; how many
sets (of nominal coverage 0.9) hold the right label, and how many labels are in one; how
many clips are called unlike the training recordings.

    GENRE_AUDIO_DATA=DATA python scripts/measure_robustness.py [--every 3] [-o FILE]

Takes all clips below ``gtzan/audio`` and every third below ``gtzan/four_genres``, which are
Ogg copies of four genres; about ten minutes on one core, most of it for features.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import soundfile
import soxr

from genre_audio import GTZAN57, Segment, Segmentation, feature_row
from genre_audio.audio import open_recording
from genre_audio.errors import AudioError
from genre_audio.evaluation import grouped_protocol
from genre_audio.extraction import prepare_kernels
from genre_audio.learning.bearing import shortness
from genre_audio.tables import Dataset, dataset_of, read_gtzan_index, read_table
from genre_audio.training import train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Samples = NDArray[np.floating]

SR = GTZAN57.config.sr
PLAIN = "the clip itself"


def band(y: Samples, *, sr: int) -> Samples:
    """Record at another sampling rate, which limits the band to half of it."""
    return soxr.resample(soxr.resample(y, SR, sr), sr, SR)[: len(y)]


def noise(y: Samples, *, db: float) -> Samples:
    """Add white noise so many dB below the clip's level."""
    made = np.random.default_rng(len(y)).normal(size=len(y))
    return y + made * np.sqrt(np.mean(np.square(y))) * 10 ** (-db / 20)


def clipped(y: Samples, *, share: float) -> Samples:
    """Cut off the loudest samples."""
    limit = np.quantile(np.abs(y), 1.0 - share)
    return np.clip(y, -limit, limit)


def mp3(y: Samples, *, kbps: int) -> Samples:
    """Code as MP3 at a constant rate; libsndfile has levels from 160 kbit/s (0) to 8 (1)."""
    coded = io.BytesIO()
    level = (160 - kbps) / (160 - 8)
    how = {"compression_level": level, "bitrate_mode": "CONSTANT"}
    # Full scale is as far as the coder goes.
    size = max(1.0, float(np.abs(y).max()))
    soundfile.write(coded, y / size, SR, format="MP3", **how)
    coded.seek(0)
    return soundfile.read(coded)[0][: len(y)] * size


def sixteen_bits(y: Samples, *, db: float) -> Samples:
    """Record so much softer, in 16 bits."""
    return np.round(y * 10 ** (db / 20) * 2**15) / 2**15


def middle(y: Samples, *, seconds: float) -> Samples:
    """Take the middle."""
    n = round(seconds * SR)
    start = max(0, (len(y) - n) // 2)
    return y[start : start + n]


def silence(y: Samples, *, seconds: float) -> Samples:
    """Begin with silence instead of the clip's end."""
    n = round(seconds * SR)
    return np.concatenate([np.zeros(n), y[: len(y) - n]])


CHANGES: dict[str, Callable[[Samples], Samples]] = {
    PLAIN: lambda y: y,
    "band up to 8 kHz (16 kHz sampling)": lambda y: band(y, sr=16_000),
    "band up to 5.5 kHz": lambda y: band(y, sr=11_025),
    "band up to 4 kHz (telephone rate)": lambda y: band(y, sr=8_000),
    "noise 40 dB below": lambda y: noise(y, db=40),
    "noise 30 dB below": lambda y: noise(y, db=30),
    "noise 20 dB below": lambda y: noise(y, db=20),
    "noise 10 dB below": lambda y: noise(y, db=10),
    "0.01 % of samples clipped": lambda y: clipped(y, share=1e-4),
    "0.1 % of samples clipped": lambda y: clipped(y, share=1e-3),
    "1 % of samples clipped": lambda y: clipped(y, share=1e-2),
    "10 % of samples clipped": lambda y: clipped(y, share=1e-1),
    "MP3, 64 kbit/s": lambda y: mp3(y, kbps=64),
    "MP3, 32 kbit/s": lambda y: mp3(y, kbps=32),
    "6 dB louder": lambda y: 2.0 * y,
    "30 dB softer": lambda y: y * 10 ** (-30 / 20),
    "30 dB softer in 16 bits": lambda y: sixteen_bits(y, db=-30),
    "50 dB softer in 16 bits": lambda y: sixteen_bits(y, db=-50),
    "1 s of silence before": lambda y: silence(y, seconds=1),
    "10 s of silence before": lambda y: silence(y, seconds=10),
    "the middle 14 s": lambda y: middle(y, seconds=14),
    "the middle 10 s": lambda y: middle(y, seconds=10),
    "the middle 5 s": lambda y: middle(y, seconds=5),
    "the middle 3 s": lambda y: middle(y, seconds=3),
    "the middle 1 s": lambda y: middle(y, seconds=1),
}


def clips(folder: Path, *, every: int) -> Iterator[tuple[str, Samples]]:
    """Yield name and samples of clips, each once."""
    seen = set()
    for part, step in (("audio", 1), ("four_genres", every)):
        for path in sorted((folder / part).glob("*/*"))[::step]:
            name = f"{path.stem}.wav"
            if name in seen:
                continue
            seen.add(name)
            with open_recording(path) as recording:
                found = [*recording.segments(sr=SR, segmentation=Segmentation())]
            if isinstance(found[0], Segment):
                yield name, found[0].y.astype(np.float64)


def rows_of(folder: Path, *, every: int) -> pd.DataFrame:
    """Return the features of all clips under all changes."""
    rows = []
    for name, y in clips(folder, every=every):
        for change, apply in CHANGES.items():
            worse = apply(y).astype(np.float32)
            try:
                row = feature_row(Segment(worse, sr=SR))
            except AudioError:
                continue
            rows.append((name, change, len(worse) / SR, row))
    return pd.DataFrame(rows, columns=["name", "change", "seconds", "row"])


def answers(rows: pd.DataFrame, folder: Path, *, folds: int = 5, seed: int = 0) -> pd.DataFrame:
    """Ask of each clip a model that has not heard its artist."""
    table = read_table(folder / "features_30_sec.csv")
    index = read_gtzan_index(folder / "splits" / "index.csv")
    dataset = dataset_of(table, groups=index.artists)
    protocol = grouped_protocol(dataset, n_splits=folds, seed=seed)
    found = []
    for learn, test in protocol.folds:
        mine = rows[rows["name"].isin(dataset.names[test])]
        part = Dataset(
            dataset.X[learn],
            dataset.y[learn],
            dataset.groups[learn],
            dataset.names[learn],
            dataset.columns,
            dataset.grouping,
        )
        how = {"budget": "none", "keep_rows": False, "scores": [], "seed": seed}
        bundle, _ = train(table, part, name="without artists", **how)
        print(f"asking about {mine['name'].nunique()} clips", file=sys.stderr)
        X = np.stack(mine["row"])
        p = bundle.predict_proba(X)
        short = shortness(mine["seconds"].to_numpy(), full=30.0)
        percentile = bundle.neighbourhood.percentile(X, shortness=short)
        truth = dict(zip(dataset.names, dataset.y, strict=True))
        said = mine[["name", "change"]].copy()
        said["truth"] = [truth[name] for name in mine["name"]]
        said["label"] = np.array(bundle.labels)[p.argmax(axis=1)]
        sets = [bundle.not_ruled_out(each, coverage=0.9) for each in p]
        said["held"] = [true in left for true, left in zip(said["truth"], sets, strict=True)]
        said["size"] = [len(left) for left in sets]
        said["unlike"] = percentile > bundle.info.thresholds["unlike_percentile"]
        found.append(said)
    return pd.concat(found)


def as_text(found: pd.DataFrame) -> str:
    """Return the figures as Markdown, in percent."""
    before = found[found["change"] == PLAIN].set_index("name")["label"]
    lines = [
        "| change | clips | label changed | label right | right one in the set | labels in a set "
        "| unlike |",
        "|---|---|---|---|---|---|---|",
    ]
    for change in CHANGES:
        mine = found[found["change"] == change]
        if mine.empty:
            continue
        changed = mine["label"].to_numpy() != before[mine["name"]].to_numpy()
        right = (mine["label"] == mine["truth"]).mean()
        shares = (changed.mean(), right, mine["held"].mean())
        cells = [f"{100 * share:.0f}" for share in shares]
        cells += [f"{mine['size'].mean():.1f}", f"{100 * mine['unlike'].mean():.0f}"]
        lines.append(f"| {change} | {len(mine)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=3, help="of the four genres, every so many")
    parser.add_argument("-o", "--output", type=Path, help="where the answers go, as CSV")
    arguments = parser.parse_args()
    if not (data := os.environ.get("GENRE_AUDIO_DATA")):
        sys.exit("GENRE_AUDIO_DATA names no folder")
    prepare_kernels()
    folder = Path(data) / "gtzan"
    rows = rows_of(folder, every=arguments.every)
    print(f"{len(rows)} rows described", file=sys.stderr)
    found = answers(rows, folder)
    if arguments.output:
        found.to_csv(arguments.output, index=False)
    print(as_text(found))


if __name__ == "__main__":
    main()
