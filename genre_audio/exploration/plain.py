"""Dataclasses as JSON can say them."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np

__all__ = ["as_json"]


def as_json(value: Any) -> Any:  # noqa: ANN401
    """Return dictionaries, lists, text and finite numbers; None for NaN and infinity.

    Parameters
    ----------
    value : object
        A dataclass, a collection, an array or a plain value. Fields of dataclasses with
        ``metadata={"json": False}`` are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.classes import ClassCount
    >>> from genre_audio.exploration.plain import as_json
    >>> as_json({"classes": (ClassCount("jazz", 3, float("nan")),), 85: np.array([1.5, np.inf])})
    {'classes': [{'label': 'jazz', 'count': 3, 'share': None}], '85': [1.5, None]}
    """
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return {
            field.name: as_json(getattr(value, field.name))
            for field in fields
            if field.metadata.get("json", True)
        }
    if isinstance(value, dict):
        return {str(key): as_json(held) for key, held in value.items()}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [as_json(held) for held in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value
