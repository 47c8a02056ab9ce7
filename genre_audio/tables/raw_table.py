"""A table as its file has it, before anybody asks what its columns mean.

CSV and JSON in all their forms become the same thing: columns of values, and for each
row where it stands, so that whatever is wrong later can be found in the file. Values
are what the file says: text from CSV; text, numbers, true, false and nested ones from JSON.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["RawTable"]


@dataclasses.dataclass(frozen=True)
class RawTable:
    """Columns of values as they were written.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    columns : dict of str to list
        Values by name of the column; None or ``""`` where there is none.
    places : sequence of str
        Where each row stands, in words: ``"row 2"``, ``"line 7"``, ``"row 'a'"``.
    row_names : sequence of str or None
        What rows are called in a JSON file that names them.
    typed : bool
        Whether the file tells numbers from text, as JSON does.
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
    columns: dict[str, list[object]]
    places: Sequence[str]
    row_names: Sequence[str] | None = None
    typed: bool = False
    separator: str = ","
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.places)
