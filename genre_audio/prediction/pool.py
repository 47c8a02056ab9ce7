"""From the segments of recordings to one `Prediction` each.

A recording's probabilities are the mean of its segments', weighted by how much each
counts: its length, shared with segments that it overlaps, or how much music it holds where
that is known. Nothing may enter here that reads recordings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.learning.bearing import shortness
from genre_audio.prediction.content import music_weights
from genre_audio.prediction.likeness import nearest
from genre_audio.prediction.prediction import Prediction, SegmentPrediction
from genre_audio.prediction.reasons import reasons_for
from genre_audio.prediction.timeline import genre_timeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from genre_audio.prediction.content import ContentTimeline
    from genre_audio.training import ModelBundle

__all__ = ["pool"]


def pool(
    X: NDArray[np.float64],
    lengths: NDArray[np.float64],
    places: list[tuple[float, float]],
    owners: NDArray[np.intp],
    names: list[str],
    bundle: ModelBundle,
    refuse: Callable[[str], Exception],
    coverage: float | None,
    *,
    contents: Sequence[ContentTimeline | None] | None = None,
    whole: bool = False,
    explain: bool = False,
) -> list[Prediction]:
    """Ask a model about segments, and sum up what it says of each recording.

    Parameters
    ----------
    X : ndarray of float64, shape (segments, columns)
        Features.
    lengths : ndarray of float, shape (segments,)
        How much each segment counts.
    places : list of (float, float)
        Start and stop of each, in s.
    owners : ndarray of int, shape (segments,)
        Place of its recording in `names`.
    names : list of str
        The recordings.
    bundle : ModelBundle
        The model.
    refuse : callable
        Makes the error where the model has no answer.
    coverage : float, optional
        How often the genres not ruled out are to hold the right one.
    contents : sequence of ContentTimeline or None, optional
        What each recording holds, in the order of `names`.
    whole : bool
        Whether segments count by their length all the same.
    explain : bool
        Whether to say what each is like, and why.

    Returns
    -------
    list of Prediction
        In the order of `names`.

    Examples
    --------
    See `genre_audio.prediction.predict_table`.
    """
    coverage = bundle.resolve_coverage(coverage)
    if not names:
        return []
    probabilities = bundle.predict_proba(X)
    seconds = np.array([stop - start for start, stop in places])
    short = shortness(seconds, full=bundle.segmentation.seconds)
    percentiles = bundle.neighbourhood.percentile(X, shortness=short)
    silent = ~(np.isfinite(probabilities).all(axis=1) & np.isfinite(percentiles))
    for row in np.flatnonzero(silent):
        raise refuse(_no_answer(names[owners[row]], X[row]))
    labels = bundle.labels
    segments = _segments(places, probabilities, labels=labels)
    identity = _identity(bundle)
    predictions = []
    by_time = np.lexsort(np.stack([np.array([start for start, _ in places]), owners]))
    parts = np.split(by_time, np.cumsum(np.bincount(owners))[:-1])
    known = contents or [None] * len(names)
    for name, mine, content in zip(names, parts, known, strict=True):
        where = [places[place] for place in mine]
        weights, weighting = music_weights(lengths[mine], where, content, whole=whole)
        # By hand, because np.average asks more questions than a row has numbers.
        mean = (probabilities[mine] * weights[:, np.newaxis]).sum(axis=0) / weights.sum()
        percentile = float((percentiles[mine] * weights).sum() / weights.sum())
        said = tuple(segments[place] for place in mine)
        asked: dict[str, Any] = {"weights": weights, "seconds": seconds[mine], "bundle": bundle}
        why = _explained(X[mine], labels[int(mean.argmax())], asked) if explain else {}
        predictions.append(
            Prediction(
                recording=name,
                probabilities=dict(zip(labels, mean.tolist(), strict=True)),
                segments=said,
                timeline=genre_timeline(said),
                refused=(),
                distance_percentile=percentile,
                genres_not_ruled_out=bundle.not_ruled_out(mean, coverage=coverage),
                coverage=coverage,
                unlike=percentile > bundle.info.thresholds["unlike_percentile"],
                content=content,
                weighting=weighting,
                **why,
                **identity,
            )
        )
    return predictions


def _no_answer(name: str, row: NDArray[np.float64]) -> str:
    return (
        f"the model has no answer for {name}: among its features is {np.abs(row).max():g}; "
        "extract it again, or leave it out"
    )


def _segments(
    places: list[tuple[float, float]], probabilities: NDArray[np.float64], *, labels: list[str]
) -> list[SegmentPrediction]:
    return [
        SegmentPrediction(start, stop, dict(zip(labels, row, strict=True)))
        for (start, stop), row in zip(places, probabilities.tolist(), strict=True)
    ]


def _explained(X: NDArray[np.float64], label: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what a recording is like, and why it got its label."""
    return {"neighbours": nearest(X, **asked), "reasons": reasons_for(X, label=label, **asked)}


def _identity(bundle: ModelBundle) -> dict[str, Any]:
    info = bundle.info
    model = {
        "name": info.name,
        "digest": bundle.digest,
        "created": info.created,
        "training_table": info.training["digest"],
        "segment_seconds": bundle.segmentation.seconds,
        "task": info.task,
        "grouping": info.training.get("grouping"),
        "sets": _sets(bundle),
    }
    return {"model": model, "schema": dict(info.schema)}


def _sets(bundle: ModelBundle) -> dict[str, Any] | None:
    """Return what was measured of the model's sets, which a verdict has to say."""
    said = bundle.info.conformal
    names = ("coverage", "measured_coverage", "mean_set_size")
    return None if said is None else {name: said[name] for name in names}
