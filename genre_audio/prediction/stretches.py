"""From what was heard of a recording to the stretches that it holds.

A content model is asked about every window; what it says counts for the window's middle.
Where nothing sounds is silence, whatever a model would say. A hidden Markov model then
weighs the moments against how long contents last.

Nothing may enter here that reads recordings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.prediction.content import SILENCE, ContentTimeline, Stretch
from genre_audio.prediction.levels import CELL_SECONDS
from genre_audio.prediction.smoothing import (
    likeliest_path,
    posteriors,
    runs,
    without_short_runs,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.prediction.listening import Heard
    from genre_audio.training import ModelBundle

__all__ = ["timeline_of"]

# These two were chosen on assembled tapes: `scripts/measure_content.py`, "development".
EXPECTED_SECONDS = 60.0
"""How long a content is expected to last."""

WEIGHT = 1.5
"""How many times what a window says counts over its length; overlapping ones repeat it."""

LEAST_SECONDS = 3.0
"""Shorter stretches of sound go to a neighbour: the shortest clips that were learned."""


def timeline_of(heard: Heard, bundle: ModelBundle) -> ContentTimeline:
    """Ask a content model about what was heard, and make stretches of it.

    Parameters
    ----------
    heard : Heard
        From `listen`.
    bundle : ModelBundle
        A model of the task ``"content"``.

    Returns
    -------
    ContentTimeline

    Examples
    --------
    See `content_timeline`.
    """
    identity = {"name": bundle.info.name, "digest": bundle.digest}
    labels = [*bundle.labels, SILENCE]
    silence = len(labels) - 1
    evidence = _evidence(heard, bundle)
    stay = 1.0 - CELL_SECONDS / EXPECTED_SECONDS
    sure = posteriors(evidence, stay=stay)
    path = without_short_runs(
        likeliest_path(evidence, stay=stay),
        sure,
        least=round(LEAST_SECONDS / CELL_SECONDS),
        fixed=silence,
    )
    stretches = []
    for start, stop in runs(path):
        end = heard.seconds if stop == len(path) else stop * CELL_SECONDS
        probability = float(sure[start:stop, path[start]].mean())
        stretches.append(Stretch(start * CELL_SECONDS, end, labels[path[start]], probability))
    return ContentTimeline(tuple(stretches), identity)


def _evidence(heard: Heard, bundle: ModelBundle) -> NDArray[np.float64]:
    """Return how likely each cell is in each state, as logarithms; silence is the last."""
    n_cells, n_contents = len(heard.sounds), len(bundle.labels)
    evidence = np.full((n_cells, n_contents + 1), -np.inf)
    evidence[~heard.sounds, -1] = 0.0
    evidence[heard.sounds, :-1] = 0.0
    if not len(heard.windows):
        return evidence
    said = np.log(np.maximum(bundle.predict_proba(heard.X), 1e-6))
    said *= WEIGHT * CELL_SECONDS / bundle.segmentation.seconds
    middles = heard.windows.mean(axis=1)
    for start, stop in runs(heard.sounds.astype(np.intp)):
        inside = np.flatnonzero((heard.windows[:, 0] >= start) & (heard.windows[:, 1] <= stop))
        if heard.sounds[start] and len(inside):
            borders = (middles[inside][1:] + middles[inside][:-1]) / 2
            nearest = np.searchsorted(borders, np.arange(start, stop) + 0.5)
            evidence[start:stop, :-1] = said[inside[nearest]]
    return evidence
