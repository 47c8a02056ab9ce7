"""What a join of two files found, and what it says of it.

Only counts and words may enter here: `join` does the work.
"""

from __future__ import annotations

import dataclasses

__all__ = ["Joined", "Side"]


@dataclasses.dataclass(frozen=True)
class Side:
    """One of two files that were joined.

    Attributes
    ----------
    file : str
        Its name.
    rows : int
        Its rows.
    without_id : int
        Rows that have no id, and match nothing.
    unmatched : int
        Rows whose id is not in the other file.
    first_unmatched : tuple of str
        The first of these ids.
    repeated : int
        Rows that repeat another row of the same id in every value, and were dropped.
    first_repeated : tuple of str
        The first of these ids.

    Examples
    --------
    >>> from genre_audio.tables import Side
    >>> Side("a.csv", rows=9, unmatched=2, first_unmatched=("3", "5")).notes
    ("a.csv: 2 of 9 rows match nothing ('3', '5')",)
    """

    file: str
    rows: int
    without_id: int = 0
    unmatched: int = 0
    first_unmatched: tuple[str, ...] = ()
    repeated: int = 0
    first_repeated: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of this file, one sentence each."""
        said = []
        if self.unmatched:
            match = "matches" if self.unmatched == 1 else "match"
            said.append(
                f"{self.file}: {self.unmatched} of {self.rows} rows {match} nothing "
                f"({_listed(self.first_unmatched, of=self.unmatched)})"
            )
        if self.without_id:
            have = "row has no id, and is" if self.without_id == 1 else "rows have no id, and are"
            said.append(f"{self.file}: {self.without_id} {have} left out")
        if self.repeated:
            repeat, are = ("row repeats", "is") if self.repeated == 1 else ("rows repeat", "are")
            said.append(
                f"{self.file}: {self.repeated} {repeat} another one in every value, and {are} "
                f"taken once ({_listed(self.first_repeated, of=self.repeated)})"
            )
        return tuple(said)


@dataclasses.dataclass(frozen=True)
class Joined:
    """How two files were joined.

    Attributes
    ----------
    on : str
        The column of ids.
    matched : int
        Rows of the result.
    table, metrics : Side
        The two files.
    shared : tuple of str
        Other columns that both files have, with equal values; they are kept once.
    renamed : tuple of str
        Columns that both files have with other values, as those of the table are called
        in the result.

    Examples
    --------
    >>> from genre_audio.tables import Joined, Side
    >>> joined = Joined("track_id", matched=7, table=Side("a.csv", 9), metrics=Side("b.json", 7))
    >>> joined.notes
    ('7 rows of a.csv and b.json match on track_id',)
    """

    on: str
    matched: int
    table: Side
    metrics: Side
    shared: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of the join, one sentence each."""
        rows, match = ("row", "matches") if self.matched == 1 else ("rows", "match")
        files = f"{self.table.file} and {self.metrics.file}"
        said = [f"{self.matched} {rows} of {files} {match} on {self.on}"]
        said += [*self.table.notes, *self.metrics.notes]
        if self.shared:
            said.append(f"in both files, and equal: {', '.join(self.shared)}")
        if self.renamed:
            said.append(
                f"in both files, and not equal: those of {self.table.file} are called "
                f"{', '.join(self.renamed)}"
            )
        return tuple(said)


def _listed(ids: tuple[str, ...], *, of: int) -> str:
    more = f" and {of - len(ids)} more" if of > len(ids) else ""
    return ", ".join(map(repr, ids)) + more
