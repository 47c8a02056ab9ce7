"""One file with the meaning of its columns: numbers, text, ids and labels."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import TableError
from genre_audio.tables.column_values import Column, column_of, text_of
from genre_audio.tables.decimal_commas import looks_numeric, with_points
from genre_audio.tables.feature_frame import NO_LABEL, refuse_spoilt
from genre_audio.tables.identifiers import id_column, ids_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from genre_audio.tables.raw_table import RawTable

__all__ = ["NAMES", "Loaded", "listed", "load", "series_of"]

NAMES: Final = ("recording", "filename")
"""Columns that name recordings: text, whatever it looks like."""


@dataclasses.dataclass(frozen=True, eq=False)
class Loaded:
    """The columns of a file, read.

    Attributes
    ----------
    raw : RawTable
        The columns as they were written.
    columns : dict of str to Column
        The columns by name; with `ids`, that of ids as well.
    ids : list of str or None
        The ids of the rows in one form, None where one is missing; None without ids.

    Examples
    --------
    See `load`.
    """

    raw: RawTable
    columns: dict[str, Column]
    ids: list[str | None] | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """The rows, numbered from 0."""
        import pandas as pd

        columns = {name: series_of(column.values) for name, column in self.columns.items()}
        return pd.DataFrame(columns, copy=False)


def load(raw: RawTable, *, on: str | None = None, label: str | None = None) -> Loaded:
    """Read the columns of a file.

    Parameters
    ----------
    raw : RawTable
        The file.
    on : str, optional
        The column of ids. Where there is none of this name, but the rows of a JSON file
        have names, these are the ids.
    label : str, optional
        The column of labels, if it is in this file.

    Raises
    ------
    TableError
        If there is no column of ids, or a value cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.loaded import load
    >>> from genre_audio.tables.raw_table import RawTable
    >>> values = {"id": ["7", "8"], "tempo": ["120", "90"], "genre": ["1", "nan"]}
    >>> loaded = load(RawTable(Path("a.csv"), values, places=("1", "2")), on="id", label="genre")
    >>> loaded.frame.to_dict("list"), loaded.ids
    ({'id': [7, 8], 'tempo': [120, 90], 'genre': ['1', None]}, ['7', '8'])
    """
    texts = {on, label, *NAMES}
    if not raw.typed:
        columns_of = raw.columns.items()
        numeric = [
            name for name, values in columns_of if name not in texts and looks_numeric(values)
        ]
        raw = with_points(raw, numbers=numeric)
    for name in raw.columns:
        if name in texts:
            refuse_spoilt(raw.values(name), places=raw.places, column=name, path=raw.path)
    columns, ids = {}, None
    if on is not None:
        columns[on], ids = _ids(raw, on=on)
    for name in raw.columns:
        if name == on:
            continue
        if name == label:
            columns[name] = Column(_labels(raw.values(name)), why="the label")
        elif name in NAMES:
            columns[name] = Column(_objects(map(text_of, raw.values(name))), why="text")
        else:
            columns[name] = column_of(raw, name)
    order = [*([on] if on is not None and on not in raw.columns else []), *raw.columns]
    return Loaded(raw, {name: columns[name] for name in order}, ids)


def listed(names: Iterable[str], *, most: int = 40) -> str:
    """Return names with commas between them, the first of them if there are many.

    Examples
    --------
    >>> from genre_audio.tables.loaded import listed
    >>> listed(["a", "b", "c"], most=2)
    'a, b, …'
    """
    shown = list(names)
    return ", ".join([*shown[:most], *(["…"] if len(shown) > most else [])])


def series_of(values: np.ndarray[Any, Any]) -> pd.Series:
    """Return a column of a frame with the type that the values have; text stays an object.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.tables.loaded import series_of
    >>> series_of(np.array(["a", None], dtype=object)).dtype
    dtype('O')
    """
    import pandas as pd

    return pd.Series(values, dtype=values.dtype, copy=False)


def _ids(raw: RawTable, *, on: str) -> tuple[Column, list[str | None]]:
    values = raw.values(on) if on in raw.columns else raw.row_names
    if values is None:
        raise TableError(f"{raw.path} has no column {on!r}; it has {listed(raw.columns)}")
    try:
        ids, coerced = ids_of(values, name=on, typed=raw.typed and on in raw.columns)
    except TableError as error:
        raise TableError(f"{raw.path}, {error}") from error
    coerced = tuple(dataclasses.replace(each, file=raw.path.name) for each in coerced)
    return Column(id_column(ids), coerced=coerced, why="the id"), ids


def _labels(values: list[object]) -> np.ndarray[Any, Any]:
    texts = map(text_of, values)
    return _objects(None if text in NO_LABEL else text for text in texts)


def _objects(values: Iterable[object]) -> np.ndarray[Any, Any]:
    found = list(values)
    objects = np.empty(len(found), dtype=object)
    objects[:] = found
    return objects
