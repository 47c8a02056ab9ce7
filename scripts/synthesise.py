"""Write synthetic recordings: a few short ones to try the commands, or one as long as a tape.

python scripts/synthesise.py FOLDER [--count 3] [--seconds 12]

`write_long` and `write_many` are for measurements of time and memory; the first holds half
a minute at a time.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

SR = 22050


def drone(t: np.ndarray) -> np.ndarray:
    """Return a sustained chord of three decaying harmonics."""
    y = np.zeros_like(t)
    for f in (110, 165, 220):
        for k in (1, 2, 3):
            y += np.sin(2 * np.pi * f * k * t) / k
    return y


def drum(t: np.ndarray) -> np.ndarray:
    """Return bursts of noise at 120 beats per minute."""
    noise = np.random.default_rng(0).normal(size=len(t))
    return noise * np.exp(-20.0 * (t % 0.5))


def melody(t: np.ndarray) -> np.ndarray:
    """Return a scale of plucked notes, three a second."""
    steps = np.array([0, 2, 4, 5, 7, 9, 11, 12])[(3 * t).astype(int) % 8]
    return np.sin(2 * np.pi * 220.0 * 2.0 ** (steps / 12.0) * t) * np.exp(-4.0 * (t % (1 / 3)))


VOICES = {"drone": drone, "drum": drum, "melody": melody}

LOOP_SECONDS = 30
LARGEST_WAV = 2**32 - 2**16  # bytes; WAV counts them in 32 bits

BROKEN_EVERY = 500


def write_long(path: Path, seconds: float, sr: int = 48000, channels: int = 2) -> None:
    """Write a 16-bit WAV of any length: the voices in a loop, whose balance changes slowly.

    Each voice swells and fades with a period of its own (5 to 8 minutes) and stands
    somewhere else in every channel, so that hardly two segments are alike. Beyond
    4 GiB the file is an RF64.
    """
    total = round(seconds * sr)
    t = np.arange(LOOP_SECONDS * sr) / sr
    loop = np.empty((len(t), len(VOICES)), dtype=np.float32)
    for number, voice in enumerate(VOICES.values()):
        y = voice(t)
        loop[:, number] = y / np.abs(y).max()
    large = 2 * channels * total > LARGEST_WAV
    with soundfile.SoundFile(
        path, "w", sr, channels, subtype="PCM_16", format="RF64" if large else "WAV"
    ) as file:
        for start in range(0, total, sr):
            place = start % len(t)
            count = min(sr, total - start)
            file.write(loop[place : place + count] @ _balance(start / sr, len(VOICES), channels))


def _balance(seconds: float, voices: int, channels: int) -> np.ndarray:
    """Return how loud each voice is in each channel, shape (voices, channels)."""
    periods = np.linspace(300.0, 480.0, voices)[:, np.newaxis]
    phases = np.arange(channels) / channels + np.arange(voices)[:, np.newaxis] / voices
    swell = 0.55 + 0.45 * np.sin(2 * np.pi * (seconds / periods + phases))
    return (0.9 * swell / voices).astype(np.float32)


def write_many(folder: Path, *, count: int, seconds: float) -> list[str]:
    """Write short recordings, no two alike; return the names of those broken on purpose."""
    broken = []
    t = np.arange(round(SR * seconds)) / SR
    for number in range(count):
        path = folder / f"{number // 1000:03d}" / f"{number:06d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        if number % BROKEN_EVERY == BROKEN_EVERY - 1:
            path.write_bytes(b"RIFF" + bytes(60))
            broken.append(path.relative_to(folder).as_posix())
            continue
        random = np.random.default_rng(number)
        pitch = 110.0 * 2.0 ** random.uniform(0.0, 3.0)
        y = np.sin(2 * np.pi * pitch * t) * np.exp(-4.0 * (t % random.uniform(0.2, 0.5)))
        y += random.uniform(0.01, 0.3) * random.normal(size=len(t))
        soundfile.write(path, 0.5 * y / np.abs(y).max(), SR)
    return broken


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=len(VOICES))
    parser.add_argument("--seconds", type=float, default=12.0)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    t = np.arange(int(SR * arguments.seconds)) / SR
    for name in list(VOICES)[: arguments.count]:
        y = VOICES[name](t)
        soundfile.write(arguments.folder / f"{name}.wav", 0.5 * y / np.abs(y).max(), SR)


if __name__ == "__main__":
    main()
