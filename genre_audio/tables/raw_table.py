"""A table as its file has it, before anybody asks what its columns mean.

CSV and JSON in all their forms become the same thing: columns of values, and for each
row where it stands, so that whatever is wrong later can be found in the file. Values
are what the file says: text from CSV; text, numbers, true, false and nested ones from JSON;
of Parquet, arrays where there are nothing but numbers, which may be millions.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["RawTable", "Values"]

Values: TypeAlias = "list[object] | NDArray[Any]"
"""Values of a column; an array only where a file in Parquet has nothing but numbers."""


@dataclasses.dataclass(frozen=True)
class RawTable:
    """Columns of values as they were written.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    columns : dict of str to list or ndarray
        Values by name of the column; None, NaN or ``""`` where there is none.
    places : sequence of str
        Where each row stands, in words: ``"row 2"``, ``"line 7"``, ``"row 'a'"``.
    row_names : sequence of str or None
        What rows are called in a JSON file that names them.
    typed : bool
        Whether the file tells numbers from text, as JSON and Parquet do.
    separator : str
        What stands between the values of a row of CSV.
    notes : tuple of str
        How the file was read, where somebody might have meant it otherwise.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.raw_table import RawTable
    >>> len(RawTable(Path("a.csv"), {"tempo": ["120"]}, places=("row 2",)))
    1
    """

    path: Path
    columns: Mapping[str, Values]
    places: Sequence[str]
    row_names: Sequence[str] | None = None
    typed: bool = False
    separator: str = ","
    notes: tuple[str, ...] = ()

    def values(self, name: str) -> list[object]:
        """Return the values of a column one by one, as Python knows them."""
        values = self.columns[name]
        return cast("list[object]", values.tolist()) if isinstance(values, np.ndarray) else values

    def __len__(self) -> int:
        return len(self.places)
