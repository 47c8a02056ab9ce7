"""Pairs of columns of which one says all that the other says."""

from __future__ import annotations

import dataclasses

__all__ = ["NearDuplicate"]


@dataclasses.dataclass(frozen=True)
class NearDuplicate:
    """Two features that are (nearly) the same.

    Attributes
    ----------
    first, second : str
        The features.
    kind : str
        ``"equal"`` values, ``"scaled"`` (second = slope x first + intercept, to rounding) or
        ``"correlated"`` (|r| beyond the bound).
    pearson : float
        Correlation over the rows where both are known.
    slope, intercept : float
        Of the line through the rows: second from first.
    rows : int
        Rows where both are known.
    """

    first: str
    second: str
    kind: str
    pearson: float
    slope: float
    intercept: float
    rows: int
