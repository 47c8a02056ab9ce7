"""Which families of features pushed towards a label, and which away from it."""

from __future__ import annotations

import dataclasses
from typing import Any

__all__ = ["Reason"]


@dataclasses.dataclass(frozen=True)
class Reason:
    """What one family of features did to a label.

    Attributes
    ----------
    family : str
        Such as ``"brightness"``.
    push : float
        How much it moved the logarithm of the label's probability: above 0 towards the
        label, below 0 away from it. 0.7 doubles the probability.
    words : str
        What it is like, compared with the training recordings of the label.

    Examples
    --------
    >>> from genre_audio.prediction.reasons import Reason
    >>> words = "brighter than 93 % of the blues clips: spectral centroid 3,100 Hz"
    >>> Reason("brightness", -0.4, words).push
    -0.4
    """

    family: str
    push: float
    words: str

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)
