"""Which training recordings a recording is most like."""

from __future__ import annotations

import dataclasses
from typing import Any

__all__ = ["Neighbour"]


@dataclasses.dataclass(frozen=True)
class Neighbour:
    """A training recording near to the one asked about.

    Attributes
    ----------
    name, label : str
        The training recording and its label.
    group : str or None
        Who made it (its artist), where training knew.
    title : str or None
        Its title, where training knew.
    distance : float
        In standard deviations of the training rows, over all columns.
    percentile : float
        How many in a hundred training recordings have their own nearest ones nearer.

    Examples
    --------
    >>> from genre_audio.prediction.likeness import Neighbour
    >>> Neighbour("blues.00000.wav", "blues", "John Lee Hooker", None, 4.2, 12.0).label
    'blues'
    """

    name: str
    label: str
    group: str | None
    title: str | None
    distance: float
    percentile: float

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)
