"""Synthetic signals: mono float32, the same samples on every machine and numpy version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SR: Final = 22050


def silence(seconds: float, *, sr: int = SR) -> Samples:
    """Zeros."""
    return np.zeros(round(seconds * sr), dtype=np.float32)


def tone(
    frequency: float = 440.0, *, seconds: float = 2.0, amplitude: float = 0.5, sr: int = SR
) -> Samples:
    """A sine."""
    t = np.arange(round(seconds * sr)) / sr
    return (amplitude * np.sin(2 * np.pi * frequency * t)).astype(np.float32)


def chord(
    frequencies: Sequence[float] = (220.0, 277.18, 329.63),
    *,
    seconds: float = 2.0,
    amplitude: float = 0.5,
    sr: int = SR,
) -> Samples:
    """Sines of equal level whose amplitudes add up to `amplitude`; A major by default."""
    share = amplitude / len(frequencies)
    parts = [tone(f, seconds=seconds, amplitude=share, sr=sr) for f in frequencies]
    return np.sum(parts, axis=0, dtype=np.float32)


def clicks(
    bpm: float = 120.0, *, seconds: float = 8.0, amplitude: float = 0.8, sr: int = SR
) -> Samples:
    """A decaying 1 kHz click of 20 ms on every beat, silence between."""
    y = silence(seconds, sr=sr)
    t = np.arange(round(0.02 * sr)) / sr
    click = (amplitude * np.exp(-t / 0.004) * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)
    for beat in range(int(seconds * bpm / 60) + 1):
        start = round(beat * 60 / bpm * sr)
        room = y[start : start + len(click)]
        room[:] = click[: len(room)]
    return y


def noise(seconds: float = 2.0, *, amplitude: float = 0.5, seed: int = 0, sr: int = SR) -> Samples:
    """White noise, uniform in ±amplitude: splitmix64 of the sample's number.

    numpy does not promise that its generators give the same stream in every version.
    """
    step = np.uint64(0x9E3779B97F4A7C15)
    z = np.arange(1, round(seconds * sr) + 1, dtype=np.uint64) * step
    z += np.array(seed, dtype=np.uint64) * np.array(0xD1342543DE82EF95, dtype=np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    uniform = (z >> np.uint64(11)).astype(np.float64) / 2**53
    return (amplitude * (2 * uniform - 1)).astype(np.float32)


def music(seconds: float = 4.0, *, seed: int = 0, sr: int = SR) -> Samples:
    """A chord, clicks and a little noise: every family has something to measure."""
    y = chord(seconds=seconds, amplitude=0.3, sr=sr)
    y += clicks(110.0, seconds=seconds, amplitude=0.4, sr=sr)
    y += noise(seconds, amplitude=0.05, seed=seed, sr=sr)
    return y
