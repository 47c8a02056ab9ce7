"""From rows to a `Prediction` for each recording."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.audio import Source
from genre_audio.errors import AudioError, TableError
from genre_audio.extraction import Extracted, Failure, extract_recording, prepare_kernels
from genre_audio.extraction.lost import bounds_for, read_all
from genre_audio.features import SCHEMAS
from genre_audio.files.remote import place_of
from genre_audio.prediction.listening import content_timeline
from genre_audio.prediction.pool import pool
from genre_audio.prediction.schema import schema_for, segmentation_for
from genre_audio.tables.weights import counted_once, frame_weights

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from genre_audio.prediction.content import ContentTimeline
    from genre_audio.prediction.prediction import Prediction
    from genre_audio.tables import FeatureTable
    from genre_audio.training import ModelBundle

__all__ = [
    "predict_extracted",
    "predict_recording",
    "predict_table",
]


def predict_recording(
    path: str | os.PathLike[str],
    bundle: ModelBundle,
    *,
    coverage: float | None = None,
    hop: float | None = None,
    content: ModelBundle | None = None,
    whole: bool = False,
    explain: bool = False,
) -> Prediction:
    """Tell what one recording resembles.

    Parameters
    ----------
    path : path-like
        A file that can be decoded.
    bundle : ModelBundle
        The model.
    coverage : float, optional
        How often the genres not ruled out hold the right one; the model's own by default.
    hop : float, optional
        As in `segmentation_for`: a shorter hop says more exactly when a genre changes.
    content : ModelBundle, optional
        A model of the task ``"content"``: segments then count by how much music they hold,
        and the prediction says what the recording holds.
    whole : bool
        Whether segments count by their length all the same.
    explain : bool
        Whether to say which training recordings it is like, and what pushed towards its
        label: about 0.2 s for each recording.

    Returns
    -------
    Prediction

    Raises
    ------
    AudioError
        If no segment of it can be described.
    ModelError
        If the model takes rows that this version does not make.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from genre_audio import load_bundle, predict_recording, resolve_model
    >>> y = 0.1 * np.sin(np.arange(22050 * 2) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(f"{folder}/tone.wav", y, 22050)
    ...     prediction = predict_recording(f"{folder}/tone.wav", load_bundle(resolve_model().path))
    >>> len(prediction.probabilities), prediction.unlike
    (10, True)
    """
    place = place_of(path)
    source = Source(place.name, place)
    segmentation = segmentation_for(bundle, hop=hop)
    work = functools.partial(
        extract_recording, schema=schema_for(bundle), segmentation=segmentation
    )
    prepare_kernels()
    # Not called by itself: under one thread, as in every table, sums come out the same.
    bounds = bounds_for(segmentation)
    (result,) = read_all(work, [source], n_jobs=1, bounds=bounds)
    if isinstance(result, Failure):
        raise AudioError(result.message, kind=result.kind)
    contents = [content_timeline(source, content)] if content else None
    how: dict[str, Any] = {"coverage": coverage, "whole": whole, "explain": explain}
    return predict_extracted([result], bundle, contents=contents, **how)[0]


def predict_extracted(
    recordings: Sequence[Extracted],
    bundle: ModelBundle,
    *,
    coverage: float | None = None,
    contents: Sequence[ContentTimeline | None] | None = None,
    whole: bool = False,
    explain: bool = False,
) -> list[Prediction]:
    """Tell what described recordings resemble, all their segments at once.

    Parameters
    ----------
    recordings : sequence of Extracted
        Described by the model's schema and in segments of its length.
    bundle, coverage
        As in `predict_recording`.
    contents : sequence of ContentTimeline or None, optional
        What each recording holds; without it, segments count by their length.
    whole, explain
        As in `predict_recording`.

    Returns
    -------
    list of Prediction
        In the order given.

    Examples
    --------
    See `predict_recording`, which does this for one recording.
    """
    rows = [row for recording in recordings for row in recording.rows]
    X = np.array([row.values for row in rows], dtype=np.float64)
    places = [(row.start, row.stop) for row in rows]
    owners = np.repeat(np.arange(len(recordings)), [len(r.rows) for r in recordings])
    first = np.rint(np.array([row.start for row in rows]) * schema_for(bundle).config.sr)
    lengths = np.array([row.length for row in rows], dtype=np.float64)
    weights = counted_once(first, lengths, recordings=owners)
    names = [recording.name for recording in recordings]
    refuse = functools.partial(AudioError, kind="not_finite")
    asked = (X, weights, places, owners, names, bundle, refuse, coverage)
    pooled = pool(*asked, contents=contents, whole=whole, explain=explain)
    return [
        dataclasses.replace(prediction, refused=recording.refused, quality=recording.quality)
        for prediction, recording in zip(pooled, recordings, strict=True)
    ]


def predict_table(
    table: FeatureTable,
    bundle: ModelBundle,
    *,
    coverage: float | None = None,
    explain: bool = False,
) -> list[Prediction]:
    """Tell what the recordings of a feature table resemble.

    Parameters
    ----------
    table : FeatureTable
        In segments of the model's length, and of its schema or one that includes it.
    bundle, coverage, explain
        As in `predict_recording`.

    Returns
    -------
    list of Prediction
        In the order in which the recordings first appear.

    Raises
    ------
    ModelError
        If schema or segmentation differ from the model's.
    TableError
        If the model has no answer, because a row holds too large a number.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio import GTZAN57, FeatureTable, Segmentation
    >>> from genre_audio import load_bundle, predict_table, resolve_model
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> frame = pd.DataFrame(bundle.probe.rows, columns=list(GTZAN57.columns))
    >>> frame["filename"] = [f"typical {label}" for label in bundle.labels]
    >>> predict_table(FeatureTable(frame, GTZAN57, Segmentation()), bundle)[1].label
    'classical'
    """
    wanted = SCHEMAS.get(bundle.info.schema["name"])
    if wanted is not None and table.schema.includes(wanted):
        table = dataclasses.replace(table, schema=wanted)
    bundle.check(schema=table.schema, segmentation=table.segmentation)
    frame, sr = table.frame, table.schema.config.sr
    full = np.full(len(frame), float(table.segmentation.samples(sr)))
    lengths = frame["length"].to_numpy(float) if "length" in frame else full
    starts = frame["start"].to_numpy(float) if "start" in frame else np.zeros(len(frame))
    names, first, owners = np.unique(table.recordings, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.argsort(order)
    weights = frame_weights(frame, recordings=table.recordings, sr=sr)
    places = list(zip(starts.tolist(), (starts + lengths / sr).tolist(), strict=True))
    ordered = [str(name) for name in names[order]]
    counted = full if weights is None else weights
    asked = (table.X, counted, places, rank[owners], ordered, bundle, TableError, coverage)
    return pool(*asked, explain=explain)
