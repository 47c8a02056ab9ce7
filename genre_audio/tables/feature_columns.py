"""Which columns of a table are features, and why the others are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError, TableError
from genre_audio.tables.feature_table import SEGMENT_COLUMNS
from genre_audio.tables.loaded import NAMES, listed
from genre_audio.tables.metric_table import LeftOut

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from genre_audio.features import Schema
    from genre_audio.tables.column_values import Column

__all__ = ["choose_features"]

_PLACES: Final = frozenset({"length", *SEGMENT_COLUMNS[1:]})


def choose_features(
    columns: Mapping[str, Column],
    *,
    sources: Mapping[str, Path],
    asked: Sequence[str] | None = None,
    schema: Schema | None = None,
    metrics: Path | None = None,
) -> tuple[tuple[str, ...], tuple[LeftOut, ...]]:
    """Choose the features of a table.

    Parameters
    ----------
    columns : mapping of str to Column
        All columns but the id and the label.
    sources : mapping of str to Path
        The file that each column is from.
    asked : sequence of str, optional
        The columns to take. By default those of the schema, else all numbers, without
        what names or numbers rows.
    schema : Schema, optional
        Whose columns are there.
    metrics : pathlib.Path, optional
        The file to take features from, where there are two.

    Returns
    -------
    features : tuple of str
    left_out : tuple of LeftOut

    Raises
    ------
    TableError
        If a feature holds something that is no number, or there are none.
    ParameterError
        If a column that was asked for is not there.

    Examples
    --------
    >>> import numpy as np
    >>> from pathlib import Path
    >>> from genre_audio.tables.column_values import Column
    >>> from genre_audio.tables.feature_columns import choose_features
    >>> columns = {"tempo": Column(np.array([90])), "title": Column(np.array(["x"]), why="text")}
    >>> choose_features(columns, sources=dict.fromkeys(columns, Path("a.csv")))
    (('tempo',), (LeftOut(column='title', why='text'),))
    """
    wanted = schema.columns if asked is None and schema is not None else asked
    if wanted is not None:
        features = _wanted(wanted, columns, sources=sources)
        why = {
            name: _aside(name, source=sources[name], metrics=metrics) or column.why or "not chosen"
            for name, column in columns.items()
            if name not in features
        }
    else:
        why = {name: _aside(name, source=sources[name], metrics=metrics) for name in columns}
        features = {}
        for name, column in columns.items():
            if not why[name] and column.odd:
                raise TableError(
                    f"{sources[name]}, column {name}: {column.why}, and the others are numbers; "
                    "correct or empty these values, or say with --columns which columns to take"
                )
            why[name] = why[name] or column.why
            if not why[name]:
                features[name] = None
    left_out = tuple(LeftOut(name, why[name]) for name in columns if why.get(name))
    if not features:
        raise TableError(
            f"{metrics or next(iter(sources.values()), '')}: no column of numbers to learn from "
            f"({listed(map(str, left_out)) or 'it has only the id and the label'})"
        )
    return tuple(features), left_out


def _wanted(
    names: Sequence[str], columns: Mapping[str, Column], *, sources: Mapping[str, Path]
) -> dict[str, None]:
    for name in names:
        if name not in columns:
            raise ParameterError(
                f"there is no column {name!r} to learn from; there are {listed(columns)}"
            )
        if columns[name].why:
            said = columns[name].odd or f"it holds {columns[name].why}"
            raise TableError(
                f"{sources[name]}, column {name}: these are no numbers ({said}); correct the "
                "values, empty them, or do without the column"
            )
    return dict.fromkeys(names)


def _aside(name: str, *, source: Path, metrics: Path | None) -> str:
    """Return why a column is no feature, whatever it holds; empty if it may be one."""
    if metrics is not None and source != metrics:
        return f"of {source.name}, not of the metrics"
    if name in NAMES:
        return "names recordings"
    if name in _PLACES:
        return "a place in a recording"
    if name.startswith("column ") and name[7:].isdigit():
        return "has no name"
    if name.casefold() == "id" or name.casefold().endswith(("_id", " id")):
        return "called an id"
    return ""
