"""Which way round a JSON table is written, told by its structure.

pandas writes five orientations: a list of records, ``{column: {row: value}}``, ``{row:
{column: value}}``, names and rows apart (``split``), and records on lines. The second and
the third look alike. What tells them apart is said in `_outer_are_columns`; where nothing
does, the file is refused: a table that lies on its side has plausible numbers, too.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import TableError
from genre_audio.tables.json_file import Lines
from genre_audio.tables.raw_table import RawTable

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

__all__ = ["json_table"]

_WRITE: Final = "write it as a list of records, [{...}, {...}]"
_NUMBER: Final = re.compile(r"-?\d+", re.ASCII)
_HALF: Final = re.compile("[\ud800-\udfff]")
"""Half a sign: JSON can escape one by itself, and nothing that is written can hold it."""
Objects = dict[str, dict[str, object]]


def json_table(document: Any, *, path: Path, known: Collection[str] = ()) -> RawTable:  # noqa: ANN401
    """Make a table of what `json_document` gave.

    Parameters
    ----------
    document : object
        Dictionaries and lists, or `Lines`.
    path : pathlib.Path
        Where it comes from, for messages.
    known : collection of str
        Columns that must be there.

    Raises
    ------
    TableError
        If it is no table, could be read in two ways, or holds text that is none.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.json_orientation import json_table
    >>> table = json_table({"tempo": {"0": 90, "1": 120}}, path=Path("a.json"))
    >>> table.columns, table.places
    ({'tempo': [90, 120]}, ["row '0'", "row '1'"])
    """
    return _without_halves(_table(document, path=path, known=known))


def _table(document: Any, *, path: Path, known: Collection[str]) -> RawTable:  # noqa: ANN401
    if isinstance(document, Lines):
        places = [f"line {number}" for number in document.numbers]
        return _records(document.values, path=path, places=places)
    if isinstance(document, list):
        places = [f"row {number}" for number in range(1, len(document) + 1)]
        return _records(document, path=path, places=places)
    if not isinstance(document, dict) or not document:
        raise TableError(f"{path} holds no table; {_WRITE}")
    if isinstance(document.get("columns"), list) and isinstance(document.get("data"), list):
        return _split(document, path=path)
    values = document.values()
    if all(isinstance(value, list) for value in values):
        return _lists(document, path=path)
    if all(isinstance(value, dict) for value in values):
        return _objects(document, path=path, known=known)
    odd = next(name for name, value in document.items() if not isinstance(value, dict))
    raise TableError(
        f"{path}: {odd!r} is {_shown(document[odd])}, where other names have whole columns or "
        f"rows; {_WRITE}"
    )


def _without_halves(table: RawTable) -> RawTable:
    """Refuse a table with half a surrogate pair in it, which no page and no file could show."""
    advice = "(a sign was cut in two): correct it or leave it out"
    for name in [*table.columns, *(table.row_names or ())]:
        if _HALF.search(name):
            raise TableError(f"{table.path}: the name {name!r} is no text in UTF-8 {advice}")
    for name, values in table.columns.items():
        for place, value in zip(table.places, values, strict=True):
            text = value if isinstance(value, str) else ""
            if isinstance(value, list | dict):
                text = json.dumps(value, ensure_ascii=False)
            if _HALF.search(text):
                raise TableError(
                    f"{table.path}, {place}, column {name}: {_shown(value)} is no text in UTF-8 "
                    f"{advice}"
                )
    return table


def _records(records: Sequence[object], *, path: Path, places: Sequence[str]) -> RawTable:
    names: dict[str, None] = {}
    for place, record in zip(places, records, strict=True):
        if not isinstance(record, dict):
            raise TableError(
                f"{path}, {place}: {_shown(record)} is no object with names of columns; {_WRITE}"
            )
        names |= dict.fromkeys(record)
    rows: list[dict[str, object]] = list(records)  # type: ignore[arg-type]
    columns = {name: [row.get(name) for row in rows] for name in names}
    return RawTable(path, columns, places=places, typed=True)


def _split(document: dict[str, Any], *, path: Path) -> RawTable:
    if odd := document.keys() - {"columns", "index", "data"}:
        raise TableError(
            f"{path}: {min(odd)!r} beside 'columns', 'index' and 'data' is not known; {_WRITE}"
        )
    names, rows, index = document["columns"], document["data"], document.get("index")
    if any(isinstance(name, list | dict) for name in names):
        raise TableError(f"{path}: columns have names in several levels; {_WRITE}")
    names = [str(name) for name in names]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(f"{path} has columns twice: {', '.join(twice)}; rename or delete them")
    if index is not None and (not isinstance(index, list) or len(index) != len(rows)):
        raise TableError(f"{path}: 'index' does not name each of the {len(rows)} rows of 'data'")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, list) or len(row) != len(names):
            raise TableError(
                f"{path}, row {number} of 'data': {_shown(row)} is no list of {len(names)} values"
            )
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    if index is None:
        places = [f"row {number}" for number in range(1, len(rows) + 1)]
        return RawTable(path, columns, places=places, typed=True)
    return _named(path, columns, [str(name) for name in index])


def _lists(document: dict[str, list[object]], *, path: Path) -> RawTable:
    lengths = {name: len(values) for name, values in document.items()}
    if len(set(lengths.values())) > 1:
        short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise TableError(
            f"{path}: {short!r} has {lengths[short]} values and {long!r} {lengths[long]}; columns "
            "must be equally long"
        )
    places = [f"row {number}" for number in range(1, max(lengths.values()) + 1)]
    return RawTable(path, dict(document), places=places, typed=True)


def _objects(document: Objects, *, path: Path, known: Collection[str]) -> RawTable:
    inner = list(dict.fromkeys(name for value in document.values() for name in value))
    outer_are_columns = _outer_are_columns(document, inner=inner, known=set(known))
    if outer_are_columns is None:
        raise TableError(
            f"{path} can be read in two ways: {min(document)!r} could be a column or a row, and "
            f"{min(inner, default='')!r} too; {_WRITE}, or name the column of ids or labels"
        )
    if outer_are_columns:
        columns = {name: [rows.get(row) for row in inner] for name, rows in document.items()}
        return _named(path, columns, inner)
    columns = {name: [row.get(name) for row in document.values()] for name in inner}
    return _named(path, columns, list(document))


def _outer_are_columns(document: Objects, *, inner: list[str], known: set[str]) -> bool | None:
    """Tell whether ``{outer: {inner: value}}`` has columns outside; None if nothing does.

    Names that were asked for are columns. Else numbers count rows, and the values of a
    column are of one type; where these two contradict each other, nothing is settled.
    """
    named = bool(known & document.keys()), bool(known & set(inner))
    if named[0] != named[1]:
        return named[0]
    numbered = _numbered(inner), _numbered(document)
    outside = [list(value.values()) for value in document.values()]
    inside = [[value[name] for value in document.values() if name in value] for name in inner]
    alike = all(map(_alike, outside)), all(map(_alike, inside))
    verdicts = {first for first, second in (numbered, alike) if first != second}
    return verdicts.pop() if len(verdicts) == 1 else None


def _numbered(names: Collection[str]) -> bool:
    return all(_NUMBER.fullmatch(name) for name in names)


def _alike(values: list[object]) -> bool:
    kinds = {"number" if _is_number(value) else type(value).__name__ for value in values}
    return len(kinds - {"NoneType"}) <= 1


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _named(path: Path, columns: dict[str, list[object]], names: list[str]) -> RawTable:
    """Return a table whose rows have names, which say nothing where they only count."""
    places = [f"row {name!r}" for name in names]
    counted = names == [str(number) for number in range(len(names))]
    return RawTable(path, columns, places=places, row_names=None if counted else names, typed=True)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
