"""Finished work of a run that may be killed at any moment, line by line.

A journal cut short by a crash loses its last line and nothing else; a journal that
belongs to other settings is not believed.
"""

from __future__ import annotations

import contextlib
import itertools
import json
from typing import IO, TYPE_CHECKING, Any

from genre_audio.errors import OutputError
from genre_audio.files import replace_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Journal"]


class Journal:
    """Finished work of a run that may be killed at any moment, one JSON line each.

    Parameters
    ----------
    path : pathlib.Path
        The journal's file; made when the first entry comes.
    header : dict
        What the entries depend on. A journal with another header is not believed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.journal import Journal
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "journal")
    ...     with Journal(path, header={"v": 1}) as journal:
    ...         journal.append({"name": "a.wav"})
    ...     Journal(path, header={"v": 1}).entries(), Journal(path, header={"v": 2}).entries()
    ([{'name': 'a.wav'}], [])
    """

    def __init__(self, path: Path, *, header: dict[str, Any]) -> None:
        self.path = path
        self._header = header
        self._file: IO[str] | None = None

    def entries(self) -> list[dict[str, Any]]:
        """Return the entries of an earlier run; a line cut short ends the list."""
        return list(self.each())

    def each(self) -> Iterator[dict[str, Any]]:
        """Yield what `entries` returns: of many, one at a time is in memory."""
        try:
            with self.path.open("rb") as file:
                if json.loads(file.readline().decode()) == self._header:
                    for line in file:
                        yield json.loads(line.decode())
        except (OSError, ValueError, RecursionError):
            return

    def __enter__(self) -> Journal:
        self._write(self.each())
        self._file = self.path.open("a", encoding="utf-8")
        return self

    def append(self, entry: dict[str, Any]) -> None:
        """Add an entry; it is on its way to disk when this returns.

        Raises
        ------
        OutputError
            If it cannot be written, as on a full disk.
        """
        if self._file is None:
            raise ValueError("the journal is not open for writing")
        try:
            self._file.write(f"{json.dumps(entry)}\n")
            self._file.flush()
        except OSError as error:
            message = f"{self.path} cannot be written: {error.strerror or error}"
            raise OutputError(message) from error

    def __exit__(self, *exception: object) -> None:
        if self._file is not None:
            # What could not be written has been said; closing would try it once more.
            with contextlib.suppress(OSError):
                self._file.close()

    def keep(self, entries: Iterable[dict[str, Any]]) -> None:
        """Leave these entries only: what the others held has reached its final place."""
        kept = iter(entries)
        first = next(kept, None)
        if first is None:
            self.remove()
        else:
            self._write(itertools.chain([first], kept))

    def remove(self) -> None:
        """Delete the journal: what it held has reached its final place.

        Raises
        ------
        OutputError
            If it cannot be deleted, as where it is another user's.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            message = f"{self.path} cannot be deleted: {error.strerror or error}"
            raise OutputError(message) from error

    def _write(self, entries: Iterable[dict[str, Any]]) -> None:
        kept = itertools.chain([self._header], entries)
        replace_lines(self.path, (f"{json.dumps(value)}\n" for value in kept))
