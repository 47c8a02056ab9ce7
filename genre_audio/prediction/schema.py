"""Which rows a model takes: what this version makes must be what it learned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.features import SCHEMAS, Schema

if TYPE_CHECKING:
    from genre_audio.training import ModelBundle

__all__ = ["schema_for"]


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
