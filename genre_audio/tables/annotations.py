"""What people say of recordings in tables of their own: labels, artists, groups.

An annotation file is a CSV with a column that names recordings (``filename``, else the
first) and columns that say something of them. Names match exactly, else by the file's
stem (``blues/blues.00000.flac``, ``blues.00000.wav`` and plain ``blues.00000``) where
that is unique; a name that could mean two things is refused, never guessed.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.tables.column_values import text_of
from genre_audio.tables.csv_file import read_csv
from genre_audio.tables.feature_frame import refuse_spoilt
from genre_audio.tables.parquet_file import is_parquet, is_table
from genre_audio.tables.parquet_rows import read_parquet
from genre_audio.tables.text_file import file_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from genre_audio.tables.raw_table import RawTable

__all__ = ["Annotations", "annotations_of", "find_annotations", "read_annotations", "read_names"]


@dataclasses.dataclass(frozen=True)
class Annotations:
    """One value for each recording, by name.

    Attributes
    ----------
    values : dict of str to str
        By name as the file has it; recordings without a value are left out.
    column : str
        Name of the column they come from.

    Examples
    --------
    >>> from genre_audio.tables import Annotations
    >>> artists = Annotations({"a.wav": "Ali", "b.wav": "Bo"}, column="artist")
    >>> artists.lookup(["tape/a.flac", "c.wav"])
    ['Ali', None]
    """

    values: dict[str, str]
    column: str

    def lookup(self, names: Iterable[str]) -> list[str | None]:
        """Return the value for each name, None where there is none.

        Raises
        ------
        TableError
            If a stem stands for several recordings or several entries, and it is open
            which is meant.
        """
        asked = list(names)
        # An entry that names one recording in full means no other one.
        entries = _by_stem(self.values.keys() - set(asked))
        recordings = _by_stem(asked)
        return [self._value(name, entries, recordings) for name in asked]

    def _value(
        self, name: str, entries: dict[str, set[str]], recordings: dict[str, set[str]]
    ) -> str | None:
        if name in self.values:
            return self.values[name]
        candidates = entries.get(_stem(name), set())
        if not candidates:
            return None
        namesakes = recordings[_stem(name)]
        if len({self.values[candidate] for candidate in candidates}) > 1 or len(namesakes) > 1:
            raise TableError(
                f"{', '.join(map(repr, sorted(namesakes)))}: each could be any of "
                f"{', '.join(map(repr, sorted(candidates)))} in the column {self.column!r}; write "
                "the full names in the file"
            )
        return self.values[min(candidates)]


def read_annotations(path: Path, *, column: str | None = None) -> Annotations:
    r"""Read one column of an annotation file.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file, with commas, semicolons or tabs between columns; or Parquet.
    column : str, optional
        Which column; may be left out where the file has only one besides the names.

    Returns
    -------
    Annotations

    Raises
    ------
    TableError
        If the file cannot be read, has no such column, leaves open which column is
        meant, or says two things of one recording.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables import read_annotations
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "labels.csv")
    ...     _ = file.write_text("filename,genre\na.wav,jazz\n")
    ...     read_annotations(file).values
    {'a.wav': 'jazz'}
    """
    if is_parquet(path):
        asked = None if column is None else [column]
        return annotations_of(read_parquet(path, numbers=asked), column=column)
    return annotations_of(read_csv(path, ragged=True), column=column)


def annotations_of(table: RawTable, *, column: str | None = None) -> Annotations:
    """Take one column of a table that was read, as `read_annotations` does.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.annotations import annotations_of
    >>> from genre_audio.tables.raw_table import RawTable
    >>> columns = {"filename": ["a.wav"], "genre": ["jazz"]}
    >>> annotations_of(RawTable(Path("a.csv"), columns, places=("row 2",))).values
    {'a.wav': 'jazz'}
    """
    path, columns = table.path, table.columns
    if not columns:
        raise TableError(f"{path} is empty; it must name recordings, and say something of them")
    names = "filename" if "filename" in columns else next(iter(columns))
    chosen = _choose(column, [name for name in columns if name != names], path=path)
    for each in (names, chosen):
        refuse_spoilt(table.values(each), places=table.places, column=each, path=path)
    values: dict[str, str] = {}
    first: dict[str, str] = {}
    texts = [_texts(table, each) for each in (names, chosen)]
    for place, name, value in zip(table.places, *texts, strict=True):
        if value == "":
            continue
        said = values.setdefault(str(name), str(value))
        if said != value:
            raise TableError(
                f"{path}, {place}, column {chosen}: {name!r} is {value!r} and {said!r} "
                f"({first[str(name)]}); delete one of these rows"
            )
        first.setdefault(str(name), place)
    return Annotations(values, column=chosen)


def _texts(table: RawTable, name: str) -> list[object]:
    values = table.values(name)
    return [text_of(value) or "" for value in values] if table.typed else values


def find_annotations(text: str) -> Annotations | None:
    """Read what an option names as ``FILE`` or ``FILE:COLUMN``; None where there is no file.

    Raises
    ------
    TableError
        If the file has no such column, or leaves open which one is meant.

    Examples
    --------
    >>> from genre_audio.tables.annotations import find_annotations
    >>> find_annotations("nowhere.csv:artist") is None
    True
    """
    if is_table(Path(text)):
        return read_annotations(Path(text))
    file, _, column = text.rpartition(":")
    return read_annotations(Path(file), column=column) if is_table(Path(file)) else None


def read_names(path: Path) -> list[str]:
    r"""Read a list of recordings: one name to a line; empty lines say nothing.

    Raises
    ------
    TableError
        If it cannot be read, is empty, or names a recording twice.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables import read_names
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "train.txt")
    ...     _ = file.write_text("blues/a.wav\n\nb.wav\n")
    ...     read_names(file)
    ['blues/a.wav', 'b.wav']
    """
    # Other signs that Python takes for the end of a line may stand in names.
    lines = file_text(path).replace("\r", "\n").split("\n")
    names = [line.strip() for line in lines if line.strip()]
    if not names:
        raise TableError(f"{path} names no recording; write one name to a line")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise TableError(f"{path} names {twice!r} twice")
    return names


def _by_stem(names: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name in names:
        found[_stem(name)].add(name)
    return found


def _stem(name: str) -> str:
    """Return a name without folders and ending; what begins with a digit is no ending."""
    path = PurePosixPath(name)
    return path.stem if path.suffix[1:2].isalpha() else path.name


def _choose(column: str | None, columns: list[str], *, path: Path) -> str:
    if column is None and len(columns) == 1:
        return columns[0]
    if column in columns:
        return str(column)
    said = "which column is meant is open" if column is None else f"there is no column {column!r}"
    raise TableError(f"{path}: {said}; choose one of {', '.join(columns)} as FILE:COLUMN")
