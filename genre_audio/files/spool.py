"""Values that are needed again later, on disk meanwhile.

Results of a hundred thousand recordings do not belong into memory. What stays there is where
each of them lies: a name and a number.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import weakref
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Generic, TypeVar

from genre_audio.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Spool"]

Value = TypeVar("Value")


class Spool(Mapping[str, Value], Generic[Value]):
    """Values by name, in a file without a name of its own, which ends with this object.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where there is room for it; where temporary files lie by default.

    Examples
    --------
    >>> from genre_audio.files import Spool
    >>> spool = Spool()
    >>> spool.add("a.wav", [0.5, 1.5])
    >>> spool["a.wav"], list(spool), len(spool)
    ([0.5, 1.5], ['a.wav'], 1)
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._places: dict[str, int] = {}

    def add(self, name: str, value: Value) -> None:
        """Put a value on disk; a later one of the same name takes its place.

        Raises
        ------
        OutputError
            If there is no room for it.
        """
        try:
            if self._file is None:
                self._file = self._made()
            place = self._file.seek(0, os.SEEK_END)
            pickle.dump(value, self._file, protocol=pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        except OSError as error:
            where = self._folder or tempfile.gettempdir()
            raise OutputError(
                f"{where} has no room for what is kept there while the run lives: "
                f"{error.strerror or error}"
            ) from error
        self._places[name] = place

    def _made(self) -> IO[bytes]:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        file: IO[bytes] = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115
        weakref.finalize(self, file.close)
        return file

    def __getitem__(self, name: str) -> Value:
        place = self._places[name]
        assert self._file is not None  # noqa: S101 - what has a place was written
        self._file.seek(place)
        value: Value = pickle.load(self._file)  # noqa: S301 - nobody else can open this file
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
