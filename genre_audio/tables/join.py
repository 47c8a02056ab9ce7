"""Two files become one table, by the ids of their rows.

Only rows whose id is in both files are in the result, in the order of the first file. A
row that is there twice is taken once; two rows of one id that say different things are
refused, because whichever were taken, the choice would be in every figure.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.errors import TableError
from genre_audio.tables.identifiers import id_column
from genre_audio.tables.joined import Joined, Side
from genre_audio.tables.loaded import series_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from genre_audio.tables.loaded import Loaded

__all__ = ["join"]

_FIRST: Final = 5


def join(
    table: Loaded, metrics: Loaded, *, on: str, label: str | None = None
) -> tuple[pd.DataFrame, Joined, list[int]]:
    """Join two files on their ids.

    Parameters
    ----------
    table, metrics : Loaded
        The files, with ids.
    on : str
        The column of ids.
    label : str, optional
        The column of labels. If both files have it, they must agree.

    Returns
    -------
    frame : pandas.DataFrame
        Columns of the table, then those of the metrics. What both have is there once if
        it is equal; else that of the table is renamed.
    joined : Joined
        What was found.
    rows : list of int
        The row of the table that each row of the result comes from.

    Raises
    ------
    TableError
        If nothing matches, two rows of one id contradict each other, or labels do.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.join import join
    >>> from genre_audio.tables.loaded import load
    >>> from genre_audio.tables.raw_table import RawTable
    >>> titles = RawTable(Path("a.csv"), {"id": ["1", "2"], "title": ["x", "y"]}, ("1", "2"))
    >>> tempi = RawTable(Path("b.csv"), {"id": ["2", "3"], "tempo": ["90", "80"]}, ("1", "2"))
    >>> frame, joined, _ = join(load(titles, on="id"), load(tempi, on="id"), on="id")
    >>> frame.to_dict("list"), joined.matched
    ({'id': [2], 'title': ['y'], 'tempo': [90]}, 1)
    """
    sides = table, metrics
    frames = [side.frame.drop(columns=on) for side in sides]
    kept = [_once(side, frame) for side, frame in zip(sides, frames, strict=True)]
    common = kept[0].keys() & kept[1].keys()
    if not common:
        raise TableError(_nothing(table, metrics, on=on, kept=kept))
    for side, frame, rows in zip(sides, frames, kept, strict=True):
        _refuse_contradictions(side, frame, {id_: rows[id_] for id_ in rows if id_ in common})
    ids = [id_ for id_ in kept[0] if id_ in common]
    left, right = ([rows[id_][0] for id_ in ids] for rows in kept)
    joined = Joined(
        on,
        matched=len(ids),
        table=_side(table, kept[0], common=common),
        metrics=_side(metrics, kept[1], common=common),
    )
    mine, other = frames[0].iloc[left], frames[1].iloc[right]
    frame, joined = _beside(mine, other, joined=joined, label=label, ids=ids)
    frame.insert(0, on, series_of(id_column(ids)))
    return frame, joined, left


def _once(side: Loaded, frame: pd.DataFrame) -> dict[str, list[int]]:
    """Return the rows of each id, without those that repeat another of the id."""
    rows: dict[str, list[int]] = defaultdict(list)
    for row, id_ in enumerate(side.ids or ()):
        if id_ is not None:
            rows[id_].append(row)
    for id_, several in rows.items():
        if len(several) > 1:
            repeats = frame.iloc[several].duplicated().to_numpy()
            rows[id_] = [row for row, again in zip(several, repeats, strict=True) if not again]
    return dict(rows)


def _refuse_contradictions(side: Loaded, frame: pd.DataFrame, rows: dict[str, list[int]]) -> None:
    twice = {id_: several for id_, several in rows.items() if len(several) > 1}
    if not twice:
        return
    id_, (first, second, *_) = next(iter(twice.items()))
    one, other = frame.iloc[[first]], frame.iloc[[second]]
    column = next(name for name in frame if not _equal(one[name], other[name]).all())
    values = " and ".join(repr(str(row[column].iloc[0])) for row in (one, other))
    raise TableError(
        f"{side.raw.path}: the id {id_!r} stands in {side.raw.places[first]} and "
        f"{side.raw.places[second]}, with {column} {values} ({len(twice)} such "
        f"id{'' if len(twice) == 1 else 's'}); keep one row of each id"
    )


def _side(side: Loaded, rows: dict[str, list[int]], *, common: set[str]) -> Side:
    ids = side.ids or []
    counts = Counter(id_ for id_ in ids if id_ is not None)
    unmatched = {id_: len(several) for id_, several in rows.items() if id_ not in common}
    repeated = {id_: counts[id_] - len(rows[id_]) for id_ in rows if counts[id_] > len(rows[id_])}
    return Side(
        side.raw.path.name,
        rows=len(ids),
        without_id=len(ids) - counts.total(),
        unmatched=sum(unmatched.values()),
        first_unmatched=tuple(unmatched)[:_FIRST],
        repeated=sum(repeated.values()),
        first_repeated=tuple(repeated)[:_FIRST],
    )


def _beside(
    mine: pd.DataFrame, other: pd.DataFrame, *, joined: Joined, label: str | None, ids: list[str]
) -> tuple[pd.DataFrame, Joined]:
    """Put columns side by side; of those that both have, keep one, or rename."""
    import pandas as pd

    mine, other = mine.reset_index(drop=True), other.reset_index(drop=True)
    shared, renamed = [], {}
    for name in [name for name in mine if name in other]:
        different = ~_equal(mine[name], other[name])
        if not different.any():
            shared.append(str(name))
        elif name == label:
            row = int(np.flatnonzero(different)[0])
            raise TableError(
                f"the label {name!r} of {joined.on} {ids[row]!r} is {mine[name][row]!r} in "
                f"{joined.table.file} and {other[name][row]!r} in {joined.metrics.file} "
                f"({int(different.sum())} such rows); delete the column in one of the files"
            )
        else:
            renamed[name] = f"{name} ({joined.table.file})"
    frame = pd.concat([mine.rename(columns=renamed), other.drop(columns=shared)], axis=1)
    return frame, dataclasses.replace(joined, shared=tuple(shared), renamed=tuple(renamed.values()))


def _equal(mine: pd.Series, other: pd.Series) -> NDArray[np.bool_]:
    """Tell where two columns say the same; two missing values do."""
    one, two = mine.to_numpy(), other.to_numpy()
    if (one.dtype == object) != (two.dtype == object):
        # Numbers in one file and text in the other: equal where both say nothing.
        return np.asarray(mine.isna().to_numpy() & other.isna().to_numpy())
    return np.asarray((one == two) | (mine.isna().to_numpy() & other.isna().to_numpy()), dtype=bool)


def _nothing(table: Loaded, metrics: Loaded, *, on: str, kept: list[dict[str, list[int]]]) -> str:
    first = [", ".join(map(repr, list(ids)[:_FIRST])) or "none" for ids in kept]
    return (
        f"no {on} is in both files: {table.raw.path} has {first[0]}, {metrics.raw.path} has "
        f"{first[1]}; is it the same id in both?"
    )
