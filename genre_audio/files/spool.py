"""Values that are needed again later, on disk meanwhile.

Results of a hundred thousand recordings do not belong into memory. What stays there is where
each of them lies: a name and a number. Where the disk has no room, they stay in memory.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
import weakref
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Generic, TypeVar

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
        self._places: dict[str, tuple[int, int] | None] = {}
        self._kept: dict[str, Value] = {}

    def add(self, name: str, value: Value) -> None:
        """Put a value on disk; a later one of the same name takes its place."""
        place = self._written(pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL))
        self._places[name] = place
        self._kept.pop(name, None)
        if place is None:  # nothing need fail for that
            self._kept[name] = value

    def _written(self, data: bytes) -> tuple[int, int] | None:
        """Put bytes on disk; return where they are, None where there is no room."""
        with contextlib.suppress(OSError):
            if self._file is None:
                self._file = self._made()
            place = self._file.seek(0, os.SEEK_END)
            if self._file.write(data) == len(data):
                return place, len(data)
        return None

    def _made(self) -> IO[bytes]:
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what could not be written must not be tried again with what follows.
        file: IO[bytes] = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115
        weakref.finalize(self, file.close)
        return file

    def __getitem__(self, name: str) -> Value:
        place = self._places[name]
        if place is None:
            return self._kept[name]
        assert self._file is not None  # noqa: S101 - what has a place was written
        self._file.seek(place[0])
        # Nobody else can open this file.
        value: Value = pickle.loads(self._file.read(place[1]))  # noqa: S301
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
