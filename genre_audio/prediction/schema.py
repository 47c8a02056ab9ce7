"""Which rows a model takes: what this version makes must be what it learned from."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from genre_audio.features import SCHEMAS, Schema

if TYPE_CHECKING:
    from genre_audio.config import Segmentation
    from genre_audio.training import ModelBundle

__all__ = ["schema_for", "segmentation_for"]


def schema_for(bundle: ModelBundle) -> Schema:
    """Return the schema whose rows a model takes.

    Raises
    ------
    ModelError
        If this version describes segments in another way than the model was trained on.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction import schema_for
    >>> schema_for(load_bundle(resolve_model("default").path)).name
    'gtzan57'
    """
    schema = SCHEMAS.get(bundle.info.schema["name"], next(iter(SCHEMAS.values())))
    bundle.check(schema=schema, segmentation=bundle.segmentation)
    return schema


def segmentation_for(bundle: ModelBundle, *, hop: float | None = None) -> Segmentation:
    """Return how recordings are cut for a model.

    Parameters
    ----------
    bundle : ModelBundle
        Its segments' length is the model's.
    hop : float, optional
        From one segment's beginning to the next one's, in s, up to that length; without
        one segments do not overlap.

    Raises
    ------
    ParameterError
        If the hop is too short, or longer than a segment.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction import segmentation_for
    >>> segmentation_for(load_bundle(resolve_model("default").path), hop=5).words
    '30 s, one every 5 s'
    """
    return dataclasses.replace(bundle.segmentation, hop=hop)
