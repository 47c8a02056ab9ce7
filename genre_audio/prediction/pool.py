"""From the segments of recordings to one `Prediction` each.

A recording's probabilities are the mean of its segments', weighted by how much each
counts: its length, shared with segments that it overlaps. Nothing may enter here that
reads recordings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.learning.bearing import shortness
from genre_audio.prediction.likeness import nearest
from genre_audio.prediction.prediction import Prediction, SegmentPrediction
from genre_audio.prediction.reasons import reasons_for
from genre_audio.prediction.timeline import genre_timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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
    sound = np.isfinite(probabilities).all(axis=1) & np.isfinite(percentiles)
    if not sound.all():
        row = int(sound.argmin())
        raise refuse(
            f"the model has no answer for {names[owners[row]]}: among its features is "
            f"{np.abs(X[row]).max():g}; extract it again, or leave it out"
        )
    labels = bundle.labels
    segments = [
        SegmentPrediction(start, stop, dict(zip(labels, row, strict=True)))
        for (start, stop), row in zip(places, probabilities.tolist(), strict=True)
    ]
    identity = _identity(bundle)
    predictions = []
    by_time = np.lexsort(np.stack([np.array([start for start, _ in places]), owners]))
    parts = np.split(by_time, np.cumsum(np.bincount(owners))[:-1])
    for name, mine in zip(names, parts, strict=True):
        # By hand, because np.average asks more questions than a row has numbers.
        weights, total = lengths[mine], lengths[mine].sum()
        mean = (probabilities[mine] * weights[:, np.newaxis]).sum(axis=0) / total
        percentile = float((percentiles[mine] * weights).sum() / total)
        asked: dict[str, Any] = {"weights": weights, "seconds": seconds[mine], "bundle": bundle}
        likeliest = labels[int(mean.argmax())]
        said = tuple(segments[place] for place in mine)
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
                neighbours=nearest(X[mine], **asked) if explain else (),
                reasons=reasons_for(X[mine], label=likeliest, **asked) if explain else (),
                **identity,
            )
        )
    return predictions


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
