"""Rows, columns, types, gaps and distributions."""

from __future__ import annotations

import dataclasses

__all__ = ["Column", "Distribution", "MissingTogether", "Overview"]


@dataclasses.dataclass(frozen=True)
class Distribution:
    """How the known, finite values of a column lie.

    Attributes
    ----------
    count : int
        Values that are known and finite.
    mean, sd, minimum, lower_quartile, median, upper_quartile, maximum : float
        In the unit of the column. `sd` is that of a sample (n - 1), NaN for one value.
    skewness : float
        Third standardised moment; NaN where all values are equal.
    """

    count: int
    mean: float
    sd: float
    minimum: float
    lower_quartile: float
    median: float
    upper_quartile: float
    maximum: float
    skewness: float


@dataclasses.dataclass(frozen=True)
class Column:
    """One column of the table.

    Attributes
    ----------
    name : str
        As in the table.
    role : str
        ``"feature"``, ``"label"``, ``"name"`` or ``"other"``.
    type : str
        ``"number"``, ``"whole number"``, ``"yes/no"``, ``"date"``, ``"text"`` or ``"empty"``.
    missing : int
        Rows without a value.
    missing_share : float
        The same, from 0 to 1.
    infinite : int
        Rows whose value is infinite: they count as missing in all that follows.
    different : int
        Number of different known values.
    distribution : Distribution, optional
        Of a column of numbers that has at least one.
    """

    name: str
    role: str
    type: str
    missing: int
    missing_share: float
    infinite: int
    different: int
    distribution: Distribution | None


@dataclasses.dataclass(frozen=True)
class MissingTogether:
    """Features that miss in the same rows.

    Attributes
    ----------
    columns : tuple of str
        Exactly these features miss in these rows.
    rows : int
        Number of rows.
    """

    columns: tuple[str, ...]
    rows: int


@dataclasses.dataclass(frozen=True)
class Overview:
    """What the table is made of.

    Attributes
    ----------
    rows : int
        All rows.
    columns : tuple of Column
        All columns of the table, in its order.
    complete_rows : int
        Rows in which every feature is known.
    missing_together : tuple of MissingTogether
        Which features miss together, the most frequent first (at most 10).
    """

    rows: int
    columns: tuple[Column, ...]
    complete_rows: int
    missing_together: tuple[MissingTogether, ...]

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that are described and learned from."""
        return tuple(column for column in self.columns if column.role == "feature")
