"""Rows, columns, types, gaps and distributions."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from genre_audio.exploration.distribution import Distribution, distribution_of
from genre_audio.exploration.matrix import is_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "Column",
    "Distribution",
    "MissingTogether",
    "Overview",
    "distribution_of",
    "overview_of",
]

_PATTERNS: Final = 10


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

    Examples
    --------
    See `overview_of`.
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

    Examples
    --------
    See `overview_of`.
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

    Examples
    --------
    See `overview_of`.
    """

    rows: int
    columns: tuple[Column, ...]
    complete_rows: int
    missing_together: tuple[MissingTogether, ...]

    @property
    def features(self) -> tuple[Column, ...]:
        """The columns that are described and learned from."""
        return tuple(column for column in self.columns if column.role == "feature")


def overview_of(
    frame: pd.DataFrame,
    *,
    X: NDArray[np.float64],
    columns: Sequence[str],
    label: str | None = None,
    names: str | None = None,
) -> Overview:
    """Describe all columns of a table.

    Parameters
    ----------
    frame : DataFrame
        The table.
    X : ndarray of float64, shape (rows, columns)
        Its features, with NaN for gaps.
    columns : sequence of str
        Names of the features.
    label, names : str, optional
        Columns of genres and of names of rows.

    Returns
    -------
    Overview

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration.matrix import matrix
    >>> from genre_audio.exploration.overview import overview_of
    >>> frame = pd.DataFrame({"tempo": [90.0, 120.0, None], "title": ["a", "b", ""]})
    >>> found = overview_of(frame, X=matrix(frame, columns=["tempo"]), columns=["tempo"])
    >>> found.rows, found.complete_rows, [(c.type, c.missing) for c in found.columns]
    (3, 2, [('number', 1), ('text', 1)])
    """
    gaps = np.isnan(X)
    roles = dict.fromkeys(columns, "feature") | {label: "label", names: "name"}
    described = [
        _column(frame.iloc[:, place], name=str(name), role=roles.get(name, "other"))
        for place, name in enumerate(frame.columns)
    ]
    return Overview(
        rows=len(frame),
        columns=tuple(described),
        complete_rows=int((~gaps.any(axis=1)).sum()),
        missing_together=_patterns(gaps, columns=columns),
    )


def _column(column: pd.Series[Any], *, name: str, role: str) -> Column:
    missing, infinite, distribution = column.isna(), 0, None
    if is_number(column):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        infinite = int(np.isinf(values).sum())
        if np.isfinite(values).any():
            distribution = distribution_of(values[np.isfinite(values)])
    elif _type(column) == "text":
        # As objects: where pyarrow is installed, pandas takes no half of a sign for text.
        missing = missing | np.array([not str(value).strip() for value in column], dtype=bool)
    return Column(
        name=name,
        role=role,
        type=_type(column),
        missing=int(missing.sum()),
        missing_share=float(missing.mean()) if len(column) else 0.0,
        infinite=infinite,
        different=_different(column[~missing]),
        distribution=distribution,
    )


def _type(column: pd.Series[Any]) -> str:
    types = pd.api.types
    if column.isna().all():
        return "empty"
    if types.is_bool_dtype(column):
        return "yes/no"
    if types.is_integer_dtype(column):
        return "whole number"
    if is_number(column):
        return "number"
    return "date" if types.is_datetime64_any_dtype(column) else "text"


def _different(known: pd.Series[Any]) -> int:
    try:
        return int(known.nunique())
    except TypeError:  # lists and the like, as JSON may hold them
        return int(known.astype(str).nunique())


def _patterns(gaps: NDArray[np.bool_], *, columns: Sequence[str]) -> tuple[MissingTogether, ...]:
    several = gaps[gaps.sum(axis=1) > 1]
    if not len(several):
        return ()
    _, first, counts = np.unique(
        np.packbits(several, axis=1), axis=0, return_index=True, return_counts=True
    )
    found = [
        MissingTogether(tuple(np.array(columns)[several[row]].tolist()), int(rows))
        for row, rows in zip(first, counts, strict=True)
    ]
    return tuple(sorted(found, key=lambda f: (-f.rows, f.columns))[:_PATTERNS])
