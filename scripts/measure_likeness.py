"""Measure what is called unlike the training recordings: controls, and what is no music.

Trains likeness on the published GTZAN table (no classifier is needed) and asks it about
recordings cut to like lengths, always from their middle:

controls
    GTZAN clips themselves. When one is asked about, all rows of its artist (and copies of
    them) are out of the training rows: likeness is fitted again for each artist. They
    stand in two halves by a hash of the artist's name; the constants of
    `genre_audio.learning.bearing` were calculated from the first.
speech
    Half minutes joined from neighbouring clips. The typical row of speech comes from the
    first 50 clips; nothing was calculated from the others, the readings and the 8 kHz clips.
soundscapes, noises, tones, clicks, near silence
    Nothing was calculated from them. Clips of 1 s are joined for longer ones.
music from the field
    For comparison: a flag says "unlike GTZAN", not "no music".

Prints for each material and length how many of a hundred are called unlike, with their
median percentile. The folder with ``gtzan/``, ``field/`` and ``manifest.csv`` is read from
the environment variable ``GENRE_AUDIO_DATA``. Takes about five minutes on one core.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genre_audio import GTZAN57, Segment, Segmentation, feature_row
from genre_audio.audio import open_recording
from genre_audio.errors import AudioError
from genre_audio.extraction import prepare_kernels
from genre_audio.learning.bearing import shortness
from genre_audio.learning.forms import LEVEL
from genre_audio.learning.neighbourhood import UNLIKE_PERCENTILE, Neighbourhood
from genre_audio.learning.transforms import RowTransform

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTHS = (30, 14, 10, 5, 3, 1)
SR = GTZAN57.config.sr
FIRST_SPEECH = 50
COLUMNS = list(GTZAN57.columns)
RELATIVE = ("spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate")


def read(path: Path) -> np.ndarray | None:
    """Return a recording's samples, or None where it is silent."""
    with open_recording(path, name=path.name) as recording:
        parts = [*recording.segments(sr=SR, segmentation=Segmentation())]
    return parts[0].y if isinstance(parts[0], Segment) else None


def training_table(folder: Path) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the published table and each row's artist; copies have one artist."""
    table = pd.read_csv(folder / "gtzan" / "features_30_sec.csv")
    index = pd.read_csv(folder / "gtzan" / "splits" / "index.csv").set_index("filename")
    index = index.reindex(table["filename"])
    artists = index["artist"].fillna(pd.Series(index.index, index=index.index)).to_dict()
    for name, copies in index["exact_duplicates"].dropna().items():
        for copy in copies.replace(";", " ").split():
            old, new = artists.get(copy), artists[name]
            artists = {key: new if value == old else value for key, value in artists.items()}
    return table, np.array([artists[name] for name in table["filename"]], dtype=str)


def joined(clips: list[np.ndarray], *, seconds: int = 30) -> Iterator[np.ndarray]:
    """Yield neighbouring clips joined to so many seconds, starting at every second one."""
    for start in range(0, len(clips), 2):
        y = np.concatenate(clips[start : start + 2 * seconds])[: seconds * SR]
        if len(y) == seconds * SR:
            yield y


def field_recordings(folder: Path) -> Iterator[tuple[str, np.ndarray, tuple[int, ...]]]:
    """Yield material, samples and lengths of everything that was recorded."""
    manifest = pd.read_csv(folder / "manifest.csv").fillna("")

    def clips(part: str, label: str = "") -> list[np.ndarray]:
        mine = manifest["file"].str.startswith(f"field/{part}/")
        mine &= manifest["file"].str.endswith((".wav", ".ogg", ".mp3"))
        if label:
            mine &= manifest["label"] == label
        found = [read(folder / name) for name in sorted(manifest["file"][mine])]
        return [y for y in found if y is not None]

    speech = clips("sefire", "speech")
    for y in joined(speech[:FIRST_SPEECH]):
        yield "speech, SeFiRe, first half", y, LENGTHS
    for y in joined(speech[FIRST_SPEECH:]):
        yield "speech, SeFiRe, second half", y, LENGTHS
    for name in ("198-209-0000", "3436-172162-0000"):
        y = read(folder / "field" / "librosa_data" / f"{name}.hq.ogg")
        yield "speech, two readings", y, LENGTHS[1:]
    for label, material in (("speech", "speech, 8 kHz"), ("silence", "room silence, 8 kHz")):
        parts = clips("pyaudioanalysis_3class", label)
        for turn in range(len(parts)):
            # Each clip begins once; in all there are about ten seconds.
            y = np.concatenate(parts[turn:] + parts[:turn])
            yield material, parts[turn], (1,)
            yield material, y, (10, 5, 3)
    for y in clips("not_music"):
        yield "soundscapes", y, LENGTHS[2:]
    for y in clips("nhs_songs"):
        yield "Natural History of Song", y, LENGTHS[1:]
    for label in ("solo_singing", "choir_singing", "instrumental"):
        for y in joined(clips("sefire", label)):
            yield f"{label.replace('_', ' ')}, SeFiRe", y, LENGTHS


def noise(rng: np.random.Generator, *, slope: float) -> np.ndarray:
    """Return half a minute of noise whose power falls with frequency to this power."""
    spectrum = np.fft.rfft(rng.normal(size=30 * SR))
    spectrum *= np.maximum(np.arange(len(spectrum)), 20.0) ** (-slope / 2)
    y = np.fft.irfft(spectrum, 30 * SR)
    return 0.3 * y / np.abs(y).max()


def made_up(*, seed: int = 0) -> Iterator[tuple[str, np.ndarray, tuple[int, ...]]]:
    """Yield material, samples and lengths of everything that is calculated."""
    rng, t = np.random.default_rng(seed), np.arange(30 * SR) / SR
    for _ in range(8):
        for colour, slope in {"white": 0.0, "pink": 1.0, "brown": 2.0}.items():
            y = noise(rng, slope=slope)
            yield f"{colour} noise", y, LENGTHS
            quiet = noise(rng, slope=slope)
            quiet *= 10 ** (-70 / 20) / np.sqrt(np.mean(quiet**2))
            yield f"near silence: {colour} noise at -70 dBFS", quiet, LENGTHS
        hum = sum(np.sin(2 * np.pi * 50 * k * t) / k for k in (1, 2, 3))
        hiss = rng.uniform(0.2, 1.0) * rng.normal(size=len(t))
        yield "near silence: hum and hiss at -65 dBFS", 10 ** (-65 / 20) * (hum + hiss), LENGTHS
        yield "near silence: last bits", np.round(rng.normal(size=len(t))) / 2**15, LENGTHS
        swell = 1 + 0.9 * np.sin(2 * np.pi * rng.uniform(0.1, 4.0) * t)
        yield "pink noise that swells", 0.5 * swell * noise(rng, slope=1.0), LENGTHS
    for number in range(12):
        root = rng.uniform(100, 800)
        yield "sines", 0.3 * np.sin(2 * np.pi * 55 * 2 ** (number * 7 / 12) * t), LENGTHS
        triad = (1, 1.26 if number % 2 else 1.189, 1.5)
        chord = sum(0.15 * np.sin(2 * np.pi * root * ratio * t) for ratio in triad)
        yield "chords of sines", chord, LENGTHS
        roots = np.repeat(rng.uniform(100, 600, size=30), SR)
        changing = sum(0.15 * np.sin(2 * np.pi * roots * ratio * t) for ratio in triad)
        yield "chords of sines, one a second", changing, LENGTHS
        yield "square waves", 0.2 * np.sign(np.sin(2 * np.pi * root * t)), LENGTHS
        low, high = rng.uniform(50, 300), rng.uniform(2000, 9000)
        phase = np.cumsum(low * (high / low) ** (t / 30)) / SR
        yield "sweeps", 0.3 * np.sin(2 * np.pi * phase), LENGTHS
        beat = t % rng.uniform(0.3, 1.2)
        clicks = 0.5 * np.exp(-beat / 0.002) * np.sin(2 * np.pi * 1000 * beat)
        yield "clicks", clicks, LENGTHS


def controls(folder: Path) -> Iterator[tuple[str, str, np.ndarray, tuple[int, ...]]]:
    """Yield set, name, samples and lengths of the GTZAN clips at hand."""
    for part in ("audio", "four_genres"):
        for path in sorted((folder / "gtzan" / part).glob("*/*")):
            yield part, f"{path.stem}.wav", read(path), LENGTHS


def rows_of(y: np.ndarray, lengths: tuple[int, ...]) -> Iterator[tuple[int, np.ndarray, float]]:
    """Yield length, row and seconds of a recording's middle at each length it has."""
    for seconds in lengths:
        n = min(seconds * SR, len(y)) if seconds == LENGTHS[0] else seconds * SR
        if len(y) < n or (seconds == LENGTHS[0] and len(y) < 0.95 * seconds * SR):
            continue
        start = (len(y) - n) // 2
        # As in `extract`, a whole GTZAN clip is one segment, a little over 30 s too.
        part = y if seconds == LENGTHS[0] else y[start : start + n]
        try:
            row = feature_row(Segment(np.asarray(part, dtype=np.float32), sr=SR))
        except AudioError:
            continue  # refused by the gate: nothing is said of it at all
        yield seconds, row, len(part) / SR


def fit(table: pd.DataFrame, artists: np.ndarray, kept: np.ndarray) -> Neighbourhood:
    """Fit likeness on some rows of the table."""
    return Neighbourhood.fit(
        table.loc[kept, COLUMNS].to_numpy(float),
        names=table.loc[kept, "filename"].to_numpy(str),
        labels=table.loc[kept, "label"].to_numpy(str),
        groups=artists[kept],
        columns=COLUMNS,
    )


def measure(folder: Path) -> pd.DataFrame:
    """Return material, length and percentile of every piece."""
    table, artists = training_table(folder)
    artist_of = dict(zip(table["filename"], artists, strict=True))
    found = []

    def ask(near: Neighbourhood, materials: list[str], y: np.ndarray, lengths: tuple) -> None:
        for length, row, seconds in rows_of(y, lengths):
            short = shortness(np.array([seconds]), full=30.0)
            percentile = near.percentile(row[np.newaxis], shortness=short)[0]
            found.extend((material, length, percentile) for material in materials)

    without: dict[str, Neighbourhood] = {}
    for part, name, y, lengths in controls(folder):
        artist = artist_of[name]
        if artist not in without:
            without[artist] = fit(table, artists, artists != artist)
        half = "second" if zlib.crc32(artist.encode()) % 2 else "first"
        where = {"audio": "ten genres", "four_genres": "four genres"}[part]
        kinds = ["all controls", f"controls, {half} half of artists", f"controls, {where}"]
        ask(without[artist], kinds, y, lengths)
    everything = fit(table, artists, np.full(len(table), fill_value=True))
    for material, y, lengths in itertools.chain(field_recordings(folder), made_up()):
        ask(everything, [material], y, lengths)
    return pd.DataFrame(found, columns=["material", "length", "percentile"])


def constants(folder: Path) -> str:
    """Return what the two constants of `bearing` are, by length, on the first half of artists.

    In units of shortness: how much distances grow (their 0.5, 0.9 and 0.95 quantiles,
    after variances were corrected), and how far log variances fall in the median column.
    """
    table, artists = training_table(folder)
    artist_of = dict(zip(table["filename"], artists, strict=True))
    found = []
    for _, name, y, lengths in controls(folder):
        if zlib.crc32((artist := artist_of[name]).encode()) % 2:
            continue
        near = fit(table, artists, artists != artist)
        spreads = near.bearing.shrinkage > 0
        for length, row, seconds in rows_of(y, lengths):
            short = shortness(np.array([seconds]), full=30.0)
            place = near.space.transform(row[np.newaxis])
            corrected = place + short * near.bearing.shrinkage
            away = np.sort(np.linalg.norm(corrected - near.rows, axis=1))[:5].mean()
            found.append((length, away, place[0, spreads]))
    lines = ["seconds  fall  growth (0.5, 0.9, 0.95)"]
    away = {n: np.array([a for length, a, _ in found if length == n]) for n in LENGTHS}
    spread = {n: np.array([s for length, _, s in found if length == n]) for n in LENGTHS}
    whole = LENGTHS[0]
    for n in LENGTHS[1:]:
        unit = shortness(np.array([n]), full=30.0)[0]
        fall = np.median(np.median(spread[whole] - spread[n], axis=0)) / unit
        quantiles = [np.quantile(away[k], [0.5, 0.9, 0.95]) for k in (n, whole)]
        growth = (quantiles[0] / quantiles[1] - 1) / unit
        lines.append(f"{n:7} {fall:5.2f}  {', '.join(f'{value:.2f}' for value in growth)}")
    return "\n".join(lines)


def as_text(found: pd.DataFrame, *, gate: float) -> str:
    """Return the table as Markdown: flagged in percent, and the median percentile."""
    lines = [
        "| material | pieces | " + " | ".join(f"{n} s" for n in LENGTHS) + " |",
        "|---|---|" + "---|" * len(LENGTHS),
    ]
    for material in found["material"].unique():
        mine = found[found["material"] == material]
        cells = []
        for length in LENGTHS:
            values = mine.loc[mine["length"] == length, "percentile"]
            share = f"{100 * (values > gate).mean():.1f}".removesuffix(".0")
            cells.append(f"{share} ({values.median():.0f})" if len(values) else "")
        pieces = mine.groupby("length").size().max()
        lines.append(f"| {material} | {pieces} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def speech_row(folder: Path) -> dict[str, float]:
    """Return the typical row of speech, as `genre_audio.learning.speech` holds it."""
    manifest = pd.read_csv(folder / "manifest.csv").fillna("")
    mine = manifest["file"].str.startswith("field/sefire/") & (manifest["label"] == "speech")
    clips = [read(folder / name) for name in sorted(manifest["file"][mine])[:FIRST_SPEECH]]
    rows = [next(rows_of(y, (30,)))[1] for y in joined(clips)]
    form = RowTransform(columns=COLUMNS, level_invariant=True).fit(np.array(rows))
    mean = dict(
        zip(form.get_feature_names_out(), form.transform(np.array(rows)).mean(0), strict=True)
    )
    level = 0.1
    mean["mfcc1_mean"] += 20 * np.log10(level) * np.sqrt(128)
    for name in [*mean]:
        stem, _, kind = name.rpartition("_")
        if kind == "var" or name == "tempo" or (stem in RELATIVE and kind == "mean"):
            mean[name] = np.exp(mean[name])
    for name in RELATIVE:
        mean[f"{name}_var"] *= mean[f"{name}_mean"] ** 2
    for name in ("rms", "harmony", "perceptr"):
        mean[f"{name}_var"] *= level**2
    return {name: float(f"{value:.4g}") for name, value in (mean | {LEVEL: level}).items()}


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gate", type=float, default=UNLIKE_PERCENTILE)
    parser.add_argument("--speech", action="store_true", help="print the typical row of speech")
    parser.add_argument("--constants", action="store_true", help="print what they come from")
    arguments = parser.parse_args()
    if not (folder := os.environ.get("GENRE_AUDIO_DATA")):
        sys.exit("GENRE_AUDIO_DATA names no folder")
    prepare_kernels()
    if arguments.speech:
        print(speech_row(Path(folder)))
        return
    if arguments.constants:
        print(constants(Path(folder)))
        return
    print(as_text(measure(Path(folder)), gate=arguments.gate))


if __name__ == "__main__":
    main()
