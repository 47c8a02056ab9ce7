"""Columns that say (nearly) the same of every row."""

from __future__ import annotations

import dataclasses

__all__ = ["ConstantColumn"]


@dataclasses.dataclass(frozen=True)
class ConstantColumn:
    """A feature with one value in (nearly) all rows.

    Attributes
    ----------
    name : str
        The feature.
    value : float
        The most frequent value; NaN if the column has no value at all.
    share : float
        Of the known rows that have it: 1 for a constant column.
    known : int
        Rows where the column is known.
    """

    name: str
    value: float
    share: float
    known: int

    @property
    def constant(self) -> bool:
        """Whether all known rows have the one value (or none is known)."""
        return self.share == 1.0
