"""Rows that are equal in every feature."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DuplicateGroup", "Duplicates", "duplicates_of"]


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

    Examples
    --------
    See `duplicates_of`.
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

    Examples
    --------
    See `duplicates_of`.
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


def duplicates_of(
    X: NDArray[np.float64], *, names: NDArray[np.str_], labels: NDArray[np.object_]
) -> Duplicates:
    """Find rows that are equal in every column, to the last bit; gaps equal gaps.

    Rows without any known value are no copies of each other: nothing is known of them.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    names : ndarray of str, shape (rows,)
        Names of the rows.
    labels : ndarray of object, shape (rows,)
        Their genres, or None.

    Returns
    -------
    Duplicates

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.copies import duplicates_of
    >>> X = np.array([[1.0, np.nan], [2.0, 3.0], [1.0, np.nan]])
    >>> names, labels = np.array(["a", "b", "c"]), np.array(["jazz", "jazz", "rock"])
    >>> group, = duplicates_of(X, names=names, labels=labels).groups
    >>> group.names, group.labels, group.conflicting
    (('a', 'c'), ('jazz', 'rock'), True)
    """
    X = np.where(np.isnan(X), np.nan, X)  # gaps of one bit pattern
    same: dict[bytes, list[int]] = {}
    for row in np.flatnonzero(~np.isnan(X).all(axis=1)).tolist():
        same.setdefault(X[row].tobytes(), []).append(row)
    return Duplicates(
        tuple(
            DuplicateGroup(tuple(rows), tuple(names[rows].tolist()), tuple(labels[rows].tolist()))
            for rows in same.values()
            if len(rows) > 1
        )
    )
