"""A table and its manifest read line by line, as long as they are as `extract` wrote them.

A table of a hundred thousand recordings with its manifest takes gigabytes when it is read
whole, and who brings it up to date needs one recording at a time. Files that people have
edited may have any form; these readers know one form only, to the last sign, and raise
``ValueError`` at the first that is another: then the table is to be read as any other is.
"""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from genre_audio.tables.csv_text import csv_lines, unescaped
from genre_audio.tables.forms import parsed
from genre_audio.tables.manifest import Manifest
from genre_audio.tables.recording_entry import RecordingEntry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["WrittenManifest", "WrittenRow", "written_rows"]

_BEGIN: Final = ' "recordings": {\n'
_ENTRY_ENDS: Final = ("  },\n", "  }\n")
_END: Final = " },\n"


class WrittenRow(NamedTuple):
    """A row as it stands in a table.

    Attributes
    ----------
    name : str
        Of the recording.
    length : int
        In samples.
    values : tuple of float
        In the order of the schema's columns.
    label : str
        Empty where there is none.
    span : tuple of float or None
        Where it begins and ends, in the columns of a table that has them.

    Examples
    --------
    See `written_rows`.
    """

    name: str
    length: int
    values: tuple[float, ...]
    label: str
    span: tuple[float, float] | None


def written_rows(file: IO[str], *, columns: Sequence[str]) -> Iterator[WrittenRow]:
    r"""Yield the rows of a table in CSV.

    Parameters
    ----------
    file : file of text
        Opened without translation of line ends.
    columns : sequence of str
        Names of the features.

    Raises
    ------
    ValueError
        If anything is not as it was written.

    Examples
    --------
    >>> import io
    >>> from genre_audio.tables.written_rows import written_rows
    >>> file = io.StringIO("filename,length,tempo,label\na.wav,22050,90.5,jazz\n")
    >>> list(written_rows(file, columns=["tempo"]))
    [WrittenRow(name='a.wav', length=22050, values=(90.5,), label='jazz', span=None)]
    """
    plain = ["filename", "length", *columns, "label"]
    placed = [*plain, "recording", "start", "stop"]
    header = file.readline()
    wide = header == csv_lines([placed])
    if not wide and header != csv_lines([plain]):
        raise ValueError("the names of columns are others")
    try:
        for row in csv.reader(file, strict=True):
            if len(row) != len(placed if wide else plain):
                raise ValueError(f"a row of {len(row)} values")
            yield _row(row, len(plain), wide=wide)
    except csv.Error as error:
        raise ValueError(str(error)) from error


def _row(row: list[str], width: int, *, wide: bool) -> WrittenRow:
    span = None
    if wide:
        span = _number(row[width + 1]), _number(row[width + 2])
        if row[width] != row[0]:
            raise ValueError(f"{row[0]!r} is called {row[width]!r}")
    length = int(row[1])
    if str(length) != row[1]:
        raise ValueError(f"{row[1]!r} is no length as they are written")
    values = tuple(map(_number, row[2 : width - 1]))
    return WrittenRow(unescaped(row[0]), length, values, unescaped(row[width - 1]), span)


def _number(text: str) -> float:
    value = float(text)
    if repr(value) != text:
        raise ValueError(f"{text!r} is no number as they are written")
    return value


class WrittenManifest:
    """The manifest of a table in CSV, recording by recording.

    Parameters
    ----------
    file : file of text
        Opened without translation of line ends.

    Examples
    --------
    >>> import io
    >>> from genre_audio import GTZAN57, Segmentation
    >>> from genre_audio.files import Fingerprint
    >>> from genre_audio.tables import Manifest, RecordingEntry
    >>> from genre_audio.tables.written_rows import WrittenManifest
    >>> entry = RecordingEntry("a.wav", Fingerprint(1, 1, ""), {}, ((0.0, 30.0),), (), "")
    >>> whole = Manifest(GTZAN57.as_dict(), Segmentation(), {"a.wav": entry}, {}, {})
    >>> written = WrittenManifest(io.StringIO(whole.to_json()))
    >>> dict(written.entries()) == whole.recordings, written.rest().segmentation.seconds
    (True, 30.0)
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._head: list[str] = []
        for line in file:
            if line == _BEGIN:
                return
            self._head.append(line)
        raise ValueError("no recordings as they are written")

    def entries(self) -> Iterator[tuple[str, RecordingEntry]]:
        """Yield what is known of each recording, in the order of their names."""
        before = ""
        for line in self._file:
            if line == _END:
                return
            text = [line]
            while text[-1] not in _ENTRY_ENDS:
                text.append(next(self._file, _ENTRY_ENDS[0]))
            ((name, value),) = parsed("{" + "".join(text).rstrip(",\n") + "}").items()
            if name <= before:
                raise ValueError(f"{name!r} stands behind {before!r}")
            yield name, RecordingEntry.from_dict(value)
            before = name

    def rest(self) -> Manifest:
        """Return all else, when the recordings have been read."""
        text = "".join(self._head) + _BEGIN.rstrip() + _END + self._file.read()
        return Manifest.from_dict(parsed(text))
