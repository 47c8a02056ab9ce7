"""Rows that are equal in every feature."""

from __future__ import annotations

import dataclasses

__all__ = ["DuplicateGroup", "Duplicates"]


@dataclasses.dataclass(frozen=True)
class DuplicateGroup:
    """Two or more equal rows.

    Attributes
    ----------
    rows : tuple of int
        Positions in the table, from 0.
    names : tuple of str
        Names of these rows.
    labels : tuple of str or None
        Their labels.
    """

    rows: tuple[int, ...]
    names: tuple[str, ...]
    labels: tuple[str | None, ...]

    @property
    def conflicting(self) -> bool:
        """Whether equal rows have different labels."""
        return len({label for label in self.labels if label is not None}) > 1


@dataclasses.dataclass(frozen=True)
class Duplicates:
    """All groups of equal rows.

    Attributes
    ----------
    groups : tuple of DuplicateGroup
        In the order of their first rows.
    """

    groups: tuple[DuplicateGroup, ...]

    @property
    def surplus(self) -> int:
        """Rows that could be left out without losing a different one."""
        return sum(len(group.rows) - 1 for group in self.groups)

    @property
    def conflicting(self) -> tuple[DuplicateGroup, ...]:
        """Groups with more than one label."""
        return tuple(group for group in self.groups if group.conflicting)
