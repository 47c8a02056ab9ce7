"""Synthetic feature tables: three genres that are easy to tell apart, in the 57 columns."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from genre_audio.config import Segmentation
from genre_audio.features import GTZAN57
from genre_audio.learning import Budget
from genre_audio.tables import FeatureTable

GENRES: Final = ("jazz", "metal", "polka")

TINY: Final = Budget("tiny", inner_folds=2, stack_folds=2, outer_folds=2, trees=5)
"""Nothing is tuned: a fit takes half a second."""


def feature_table(
    recordings: int = 12, *, segments: int = 1, genres: tuple[str, ...] = GENRES, seed: int = 0
) -> FeatureTable:
    """``recordings`` of each genre, in ``segments`` rows of 30 s each; artists have two."""
    rng = np.random.default_rng(seed)
    owners = np.repeat(np.arange(len(genres) * recordings), segments)
    label = owners // recordings
    centres = rng.normal(size=(len(genres), len(GTZAN57.columns)))
    # All positive, as variances must be; logarithms are normal.
    X = np.exp(1.5 * centres[label] + rng.normal(size=(len(owners), len(GTZAN57.columns))))
    frame = pd.DataFrame(X, columns=list(GTZAN57.columns))
    names = [f"{genres[owner // recordings]}.{owner:05d}" for owner in owners]
    place = np.tile(np.arange(segments), len(genres) * recordings)
    suffix = [f".{k}" if segments > 1 else "" for k in place]
    frame.insert(0, "filename", [f"{n}{s}.wav" for n, s in zip(names, suffix, strict=True)])
    frame.insert(1, "length", 30 * GTZAN57.config.sr)
    frame["label"] = np.array(genres)[label]
    if segments > 1:
        frame["recording"] = [f"{name}.wav" for name in names]
        frame["start"], frame["stop"] = 30.0 * place, 30.0 * (place + 1)
    frame["artist"] = [f"artist {owner // 2}" for owner in owners]
    return FeatureTable(frame, GTZAN57, Segmentation())
