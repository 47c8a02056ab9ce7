"""Many recordings, some at a time: answers come as they are made, and need not be kept."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.prediction.predict import predict_extracted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from genre_audio.extraction import Extracted
    from genre_audio.prediction.content import ContentTimeline
    from genre_audio.prediction.prediction import Prediction
    from genre_audio.training import ModelBundle

__all__ = ["predict_batches"]

_SEGMENTS: Final = 1000
"""How many segments are asked about at once: enough that asking is no work by itself."""


def predict_batches(
    recordings: Sequence[Extracted],
    bundle: ModelBundle,
    *,
    coverage: float | None = None,
    contents: Mapping[str, ContentTimeline] | None = None,
    whole: bool = False,
    explain: bool = False,
) -> Iterator[Prediction]:
    """Yield what described recordings resemble, in the order given.

    Which recordings are asked about together depends on their order and lengths only, so
    the same recordings give the same numbers to the last bit.

    Parameters
    ----------
    recordings : sequence of Extracted
        Described by the model's schema and in segments of its length.
    bundle, coverage
        As in `predict_recording`.
    contents : mapping of str to ContentTimeline, optional
        What recordings hold, by name.
    whole, explain
        As in `predict_recording`.

    Yields
    ------
    Prediction
        With the fingerprint of the file that was read.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction.batches import predict_batches
    >>> list(predict_batches([], load_bundle(resolve_model("default").path)))
    []
    """
    for batch in _batches(recordings):
        known = None if contents is None else [contents.get(each.name) for each in batch]
        how: dict[str, Any] = {"coverage": coverage, "whole": whole, "explain": explain}
        predictions = predict_extracted(batch, bundle, contents=known, **how)
        for recording, prediction in zip(batch, predictions, strict=True):
            yield dataclasses.replace(prediction, file=_file(recording))


def _batches(recordings: Sequence[Extracted]) -> Iterator[list[Extracted]]:
    batch: list[Extracted] = []
    segments = 0
    for recording in recordings:
        if batch and segments + len(recording.rows) > _SEGMENTS:
            yield batch
            batch, segments = [], 0
        batch.append(recording)
        segments += len(recording.rows)
    if batch:
        yield batch


def _file(recording: Extracted) -> dict[str, Any]:
    file = recording.file
    return {"path": str(recording.path), "size": file.size, "sha256": file.sha256}
