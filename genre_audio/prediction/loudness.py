"""The level as a reason, for the models that keep it.

A model takes the level out unless it was told not to (``retrain --absolute-level``). One
that keeps it is asked what it would say of the same recording at the levels of its labels'
typical recordings, the medians that its probe holds. Nothing may enter here that reads
recordings.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.learning.forms import LEVEL, rescaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.training import ModelBundle

__all__ = ["keeps_level", "level_words", "without_level"]


def keeps_level(bundle: ModelBundle, columns: list[str]) -> bool:
    """Tell whether a gain can change what a model says.

    Examples
    --------
    >>> from genre_audio import GTZAN57, load_bundle, resolve_model
    >>> from genre_audio.prediction.loudness import keeps_level
    >>> keeps_level(load_bundle(resolve_model("default").path), list(GTZAN57.columns))
    False
    """
    return LEVEL in columns and not bundle.info.learning.get("level_invariant", True)


def without_level(
    X: NDArray[np.float64], weights: NDArray[np.float64], bundle: ModelBundle, columns: list[str]
) -> NDArray[np.float64]:
    """Return the mean probabilities of a recording at the levels of typical recordings.

    Examples
    --------
    See `genre_audio.prediction.reasons.reasons_for`.
    """
    levels = bundle.probe.rows[:, columns.index(LEVEL)]
    rows = np.repeat(X, len(levels), axis=0)
    with np.errstate(all="ignore"):  # features may be as large as numbers can be
        made = rescaled(rows, np.tile(levels, len(X)), columns=columns)
    said = bundle.predict_proba(made).reshape(len(X), len(levels), -1).mean(axis=1)
    return np.asarray(weights @ said / weights.sum())


def level_words(
    X: NDArray[np.float64],
    weights: NDArray[np.float64],
    bundle: ModelBundle,
    columns: list[str],
    label: str,
) -> str:
    """Say how loud a recording is beside the typical one of a label.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio import GTZAN57, load_bundle, resolve_model
    >>> from genre_audio.prediction.loudness import level_words
    >>> bundle, columns = load_bundle(resolve_model("default").path), list(GTZAN57.columns)
    >>> louder = bundle.probe.rows[:1] * 2
    >>> level_words(louder, np.ones(1), bundle, columns, bundle.labels[0])
    '6.0 dB louder than the typical blues clip: level -11.9 dBFS'
    """
    place = columns.index(LEVEL)
    level = _decibels(float(weights @ X[:, place] / weights.sum()))
    typical = _decibels(float(bundle.probe.rows[bundle.labels.index(label), place]))
    side = "louder" if level >= typical else "softer"
    away = f"{abs(level - typical):.1f} dB {side} than the typical {label} clip"
    return f"{away}: level {level:.1f} dBFS"


def _decibels(amplitude: float) -> float:
    return 20.0 * math.log10(max(amplitude, 1e-10))
