"""What a table of any origin turned out to be: its rows, and how they were read.

Whatever reading changed or left aside is part of the result, so that a command can say it
and a page can show it. Only what describes a table may enter here: `any_table` reads one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.config import digest
from genre_audio.tables.csv_text import table_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from genre_audio.features import Schema
    from genre_audio.tables.joined import Joined

__all__ = ["Coercion", "LeftOut", "MetricTable"]


@dataclasses.dataclass(frozen=True)
class Coercion:
    """Values of a column that were read as something else than they were written as.

    Attributes
    ----------
    column : str
        Name of the column.
    rows : int
        How many values.
    what : str
        What was done, in words that follow "240 values".
    file : str
        Name of the file, where there could be two.

    Examples
    --------
    >>> from genre_audio.tables import Coercion
    >>> str(Coercion("tempo", 240, "written as text, and read as numbers"))
    'tempo: 240 values written as text, and read as numbers'
    """

    column: str
    rows: int
    what: str
    file: str = ""

    def __str__(self) -> str:
        where = f"{self.file}, column {self.column}" if self.file else self.column
        return f"{where}: {self.rows} value{'' if self.rows == 1 else 's'} {self.what}"


@dataclasses.dataclass(frozen=True)
class LeftOut:
    """A column that is no feature.

    Attributes
    ----------
    column : str
        Name of the column.
    why : str
        The reason, in words.

    Examples
    --------
    >>> from genre_audio.tables import LeftOut
    >>> str(LeftOut("title", "text"))
    'title (text)'
    """

    column: str
    why: str

    def __str__(self) -> str:
        return f"{self.column} ({self.why})"


@dataclasses.dataclass(frozen=True, eq=False)
class MetricTable:
    """Rows of a table of any origin.

    Attributes
    ----------
    frame : pandas.DataFrame
        All columns, one row for each recording or segment, numbered from 0. Columns of
        numbers are int64 or float64, with NaN where a value is missing; all others are
        objects: text, or None where it is missing.
    features : tuple of str
        Columns of numbers to describe and to learn from.
    path : pathlib.Path
        Where the table was read from.
    label : str or None
        The column of genres; its values are text.
    on : str or None
        The column that tells which recording a row belongs to.
    metrics_path : pathlib.Path or None
        Where the metrics were read from, if they were in a file of their own.
    schema : Schema or None
        What the features mean, where they are those of a known schema.
    joined : Joined or None
        How the two files were joined.
    places : sequence of str
        Where each row stands in the file `path`, in words; else rows are numbered.
    coerced : tuple of Coercion
        What was read as something else.
    left_out : tuple of LeftOut
        Columns that are no features, in the order of the table; not `label` and `on`.
    reading : tuple of str
        How the files were read, where somebody might have meant them otherwise.

    Examples
    --------
    >>> import pathlib
    >>> import pandas as pd
    >>> from genre_audio.tables import MetricTable
    >>> frame = pd.DataFrame({"energy": [0.5, 0.7], "genre": ["jazz", None]}, dtype=object)
    >>> frame = frame.astype({"energy": float})
    >>> table = MetricTable(frame, ("energy",), path=pathlib.Path("a.csv"), label="genre")
    >>> table.X.tolist(), table.labels.tolist(), table.recordings.tolist()
    ([[0.5], [0.7]], ['jazz', None], ['row 1', 'row 2'])
    """

    frame: pd.DataFrame
    features: tuple[str, ...]
    path: Path
    label: str | None = None
    on: str | None = None
    metrics_path: Path | None = None
    schema: Schema | None = None
    joined: Joined | None = None
    places: Sequence[str] = ()
    coerced: tuple[Coercion, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    reading: tuple[str, ...] = ()

    @property
    def X(self) -> NDArray[np.float64]:  # noqa: N802
        """The features, NaN where one is missing, shape (rows, features)."""
        return self.frame[list(self.features)].to_numpy(dtype=np.float64)

    @property
    def labels(self) -> NDArray[np.object_]:
        """The genre of each row, None where there is none, shape (rows,)."""
        if self.label is None:
            return np.full(len(self.frame), None, dtype=object)
        return self.frame[self.label].to_numpy(dtype=object)

    @property
    def recordings(self) -> NDArray[np.object_]:
        """Which recording each row belongs to, as text, shape (rows,).

        By `on`, else by ``recording`` or ``filename``, else by the row's number.
        """
        numbered = self.places or [f"row {row}" for row in range(1, len(self.frame) + 1)]
        column = self.names
        if column is None:
            return np.array(numbered, dtype=object)
        named = self.frame[column].to_numpy(dtype=object)
        found = np.empty(len(named), dtype=object)
        found[:] = [numbered[k] if _missing(name) else str(name) for k, name in enumerate(named)]
        return found

    @property
    def names(self) -> str | None:
        """The column that names rows, if there is one."""
        said = ("recording", "filename")
        return self.on or next((name for name in said if name in self.frame), None)

    @property
    def digest(self) -> str:
        """The identity of this table: its rows, its features and its label."""
        return digest([list(self.features), self.label, table_text(self.frame)])

    @property
    def notes(self) -> tuple[str, ...]:
        """How files were read, what was joined, coerced and left out, one sentence each."""
        said = [*self.reading, *(self.joined.notes if self.joined else ())]
        said += map(str, self.coerced)
        reasons: dict[str, list[str]] = {}
        for each in self.left_out:
            reasons.setdefault(each.why, []).append(each.column)
        said += [f"no features: {', '.join(names)} ({why})" for why, names in reasons.items()]
        return tuple(said)

    def as_dict(self) -> dict[str, Any]:
        """Return what was read, without the rows, as JSON can say it."""
        return {
            "file": self.path.name,
            "metrics": self.metrics_path.name if self.metrics_path else None,
            "rows": len(self.frame),
            "label": self.label,
            "on": self.on,
            "features": list(self.features),
            "schema": str(self.schema) if self.schema else None,
            "joined": dataclasses.asdict(self.joined) if self.joined else None,
            "coerced": [dataclasses.asdict(each) for each in self.coerced],
            "left_out": [dataclasses.asdict(each) for each in self.left_out],
            "reading": list(self.reading),
        }


def _missing(value: object) -> bool:
    return value is None or value != value
