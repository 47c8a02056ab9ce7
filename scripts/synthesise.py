"""Write a few synthetic recordings, to try the commands where no music is at hand.

python scripts/synthesise.py FOLDER [--count 3] [--seconds 12]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import soundfile

SR = 22050


def drone(t: np.ndarray) -> np.ndarray:
    """Return a sustained chord of three decaying harmonics."""
    partials = [np.sin(2 * np.pi * f * k * t) / k for f in (110, 165, 220) for k in (1, 2, 3)]
    return np.sum(partials, axis=0)


def drum(t: np.ndarray) -> np.ndarray:
    """Return bursts of noise at 120 beats per minute."""
    noise = np.random.default_rng(0).normal(size=len(t))
    return noise * np.exp(-20.0 * (t % 0.5))


def melody(t: np.ndarray) -> np.ndarray:
    """Return a scale of plucked notes, three a second."""
    steps = np.array([0, 2, 4, 5, 7, 9, 11, 12])[(3 * t).astype(int) % 8]
    return np.sin(2 * np.pi * 220.0 * 2.0 ** (steps / 12.0) * t) * np.exp(-4.0 * (t % (1 / 3)))


VOICES = {"drone": drone, "drum": drum, "melody": melody}


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
