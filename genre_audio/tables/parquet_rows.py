"""Rows of Parquet, part by part: numbers take no more memory than they need.

A file may be small and say that it holds more rows than any machine has memory for: that is
asked before anything is read.
"""

from __future__ import annotations

import bisect
import itertools
import math
import os
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import TableError
from genre_audio.features import SCHEMAS
from genre_audio.tables.parquet_columns import Gathered, is_text, note_of, values_of
from genre_audio.tables.parquet_file import pyarrow_parquet, reading
from genre_audio.tables.parquet_parts import parts_of
from genre_audio.tables.raw_table import RawTable

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["Places", "parquet_names", "read_parquet"]

_ROWS: Final = 50_000
_INDEX: Final = re.compile(r"__index_level_\d+__")
_BYTES: Final = 8
"""What a number takes."""


class Places(Sequence[str]):
    """Where the rows of parts stand, in words, without having the words in memory.

    Parameters
    ----------
    counts : sequence of int
        Rows of each part.
    names : sequence of str
        What the parts are called; left out where there is one only.

    Examples
    --------
    >>> from genre_audio.tables.parquet_rows import Places
    >>> list(Places([1, 2], names=["a", "b"])), Places([7], names=["a"])[6]
    (['row 1 of a', 'row 1 of b', 'row 2 of b'], 'row 7')
    """

    def __init__(self, counts: Sequence[int], *, names: Sequence[str]) -> None:
        self._ends = list(itertools.accumulate(counts))
        self._names = names

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, row: Any) -> Any:  # noqa: ANN401 - a place, or several of them
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        part = bisect.bisect_right(self._ends, row)
        first = self._ends[part - 1] if part else 0
        where = f" of {self._names[part]}" if len(self._names) > 1 else ""
        return f"row {row - first + 1}{where}"


def parquet_names(path: Path) -> list[str]:
    """Return the names of the columns that can be read.

    Raises
    ------
    TableError
        If a file cannot be read, or two columns have one name.

    Examples
    --------
    See `read_parquet`.
    """
    file = parts_of(path).files[0]
    with reading(file):
        schema = pyarrow_parquet().read_schema(file)
    return _readable(schema, path=file)


def read_parquet(
    path: Path, *, needed: Collection[str] = (), numbers: Collection[str] | None = None
) -> RawTable:
    """Read a table in Parquet.

    Parameters
    ----------
    path : pathlib.Path
        A file, or a folder of parts.
    needed : collection of str
        Names of columns that must not be left out if they are there.
    numbers : collection of str, optional
        Features to read; all by default. Where all of these are there, other features of the
        known schemas are not read; any other column may be asked for later, and is.

    Raises
    ------
    TableError
        If a file cannot be read, parts have other columns, a column that is needed holds
        what no table can, or there is more than fits into memory.
    ParameterError
        If pyarrow is not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> from genre_audio.tables.parquet_rows import parquet_names, read_parquet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.parquet")
    ...     pq.write_table(pa.table({"id": ["x"], "tempo": [120.5], "tags": [["a"]]}), file)
    ...     table, names = read_parquet(file), parquet_names(file)
    >>> table.columns, names
    ({'id': ['x'], 'tempo': array([120.5])}, ['id', 'tempo'])
    >>> table.notes
    ('a.parquet, column tags: list<element: string>, which is no value of a table; left out',)
    """
    parts = parts_of(path)
    schemas = []
    for file in parts.files:
        with reading(file):
            schemas.append(pyarrow_parquet().read_schema(file))
    names = _readable(schemas[0], path=parts.files[0])
    for file, schema in zip(parts.files, schemas, strict=True):
        _refuse_others(schema, file, needed={*needed, *names}, names=schemas[0].names)
    notes = _notes(schemas[0], path=path)
    if numbers is not None and {*numbers} <= {*names}:
        known = {name for each in SCHEMAS.values() for name in each.columns}
        unread = known.intersection(names).difference(numbers, needed)
        names = [name for name in names if name not in unread]
        if unread:
            notes.append(f"{path.name}: {len(unread)} columns that were not asked for are not read")
    rows = _bounded(parts.files, columns=len(names))
    found = {name: Gathered(rows) for name in names}
    counts = [_read(*part, found) for part in zip(parts.files, schemas, strict=True)]
    columns = {name: column.values for name, column in found.items()}
    places = Places(counts, names=[file.name for file in parts.files])
    return RawTable(path, columns, places=places, typed=True, notes=tuple(notes))


def _read(file: Path, schema: Any, columns: dict[str, Gathered]) -> int:  # noqa: ANN401
    """Read one part; return how many rows it has."""
    count = 0
    # A text that stands in many rows takes its bytes once in the file, and so it must in memory.
    texts = [field.name for field in schema if field.name in columns and is_text(field.type)]
    how = {"page_checksum_verification": True, "read_dictionary": texts}
    with reading(file), pyarrow_parquet().ParquetFile(file, **how) as parquet:
        for batch in parquet.iter_batches(batch_size=_ROWS, columns=list(columns)):
            count += batch.num_rows
            for name, column in columns.items():
                array = batch.column(batch.schema.get_field_index(name))
                try:
                    column.add(values_of(array))
                except ValueError as error:
                    raise TableError(
                        f"{file}, column {name}: {array.type} cannot be read as values of a "
                        f"table: {error}"
                    ) from error
    return count


def _bounded(files: Sequence[Path], *, columns: int) -> int:
    """Return how many rows there are said to be; refuse more than there is memory for."""
    rows = 0
    for file in files:
        with reading(file):
            rows += pyarrow_parquet().read_metadata(file).num_rows
    memory = _memory()
    if rows * columns * _BYTES > memory:
        raise TableError(
            f"{files[0].parent if len(files) > 1 else files[0]} says that it holds {rows} rows of "
            f"{columns} columns, which take {rows * columns * _BYTES / 1e9:.0f} GB, and this "
            f"machine has {memory / 1e9:.0f}; take fewer rows, or fewer columns, into a table"
        )
    return rows


def _memory() -> float:
    """Return the bytes of memory of this machine; infinity where the system does not say."""
    if not hasattr(os, "sysconf"):  # Windows
        return math.inf
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def _readable(schema: Any, *, path: Path) -> list[str]:  # noqa: ANN401 - a pyarrow.Schema
    """Return the names of the columns that can be read."""
    _refuse_twice(schema.names, path=path)
    return [field.name for field in schema if _said(field)[0]]


def _refuse_twice(names: Sequence[str], *, path: Path) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise TableError(f"{path} has columns twice: {', '.join(twice)}; rename or delete them")


def _refuse_others(
    schema: Any,  # noqa: ANN401 - a pyarrow.Schema
    file: Path,
    *,
    needed: Collection[str],
    names: Sequence[str],
) -> None:
    _refuse_twice(schema.names, path=file)
    if different := sorted(set(schema.names) ^ set(names)):
        raise TableError(
            f"{file} has other columns than the part before the others (they differ in "
            f"{', '.join(different)}); all parts of a table have the same"
        )
    for field in schema:
        readable, said = _said(field)
        if not readable and field.name in needed:
            raise TableError(f"{file}, column {field.name}: {said}; give one value to each row")


def _notes(schema: Any, *, path: Path) -> list[str]:  # noqa: ANN401 - a pyarrow.Schema
    notes = []
    for field in schema:
        readable, said = _said(field)
        if said:
            left_out = "" if readable else "; left out"
            notes.append(f"{path.name}, column {field.name}: {said}{left_out}")
    return notes


def _said(field: Any) -> tuple[bool, str]:  # noqa: ANN401 - a pyarrow.Field
    if _INDEX.fullmatch(field.name):
        return False, "numbers rows, as pandas wrote them"
    return note_of(field.type)
