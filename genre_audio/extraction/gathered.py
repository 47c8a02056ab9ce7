"""The recordings of a run: which they are in memory, what was found in them on disk.

A row of 57 numbers takes two kilobytes as Python has it. So of each recording no more is
kept than its name, where it lies and how many rows it has; everything else is read back
one recording at a time, when it is asked for.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from genre_audio.files import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, KeysView, Mapping
    from pathlib import Path

    from genre_audio.extraction.recording import Extracted
    from genre_audio.files import Fingerprint
    from genre_audio.files.remote import Place

__all__ = ["Gathered", "Held"]


@dataclasses.dataclass(frozen=True, slots=True)
class Held:
    """Where to find what is known of a recording.

    Attributes
    ----------
    origin : mapping of str to Extracted
        What holds it.
    rows, refused : int
        How many of each it has.
    path : pathlib.Path, Remote or None
        Where it lies now, where that is not as was noted.
    file : Fingerprint or None
        What its file is now, where that is another than was noted.
    called : str or None
        Its name in `origin`, where that is another.

    Examples
    --------
    See `Gathered`.
    """

    origin: Mapping[str, Extracted]
    rows: int
    refused: int
    path: Place | None = None
    file: Fingerprint | None = None
    called: str | None = None

    @classmethod
    def of(cls, recording: Extracted, origin: Mapping[str, Extracted], **now: Any) -> Held:  # noqa: ANN401
        """Note a recording of a mapping; `now` says what is another than there."""
        if now.get("file") == recording.file:
            del now["file"]
        return cls(origin, len(recording.rows), len(recording.refused), **now)

    def read(self, name: str) -> Extracted:
        """Return all that is known of it, under this name."""
        found = self.origin[self.called or name]
        file = self.file or found.file
        return dataclasses.replace(found, name=name, path=self.path or found.path, file=file)


class Gathered(Sequence["Extracted"]):
    """Recordings in the order of their names, each read from disk when it is asked for.

    Parameters
    ----------
    held : mapping of str to Held
        By name.
    folder : pathlib.Path, optional
        Where those lie that are added.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.extraction import Extracted, Row
    >>> from genre_audio.extraction.gathered import Gathered
    >>> from genre_audio.files import Fingerprint
    >>> row, file = Row(0.0, 30.0, 661500, (0.5,)), Fingerprint(1, 1, "")
    >>> gathered = Gathered()
    >>> for name in ("b.wav", "a.wav"):
    ...     gathered.add(Extracted(name, Path(name), file, {}, (row,), ()))
    >>> [recording.name for recording in gathered], gathered.rows, gathered.several
    (['a.wav', 'b.wav'], 2, False)
    """

    def __init__(
        self, held: Mapping[str, Held] | None = None, *, folder: Path | None = None
    ) -> None:
        self._held = dict(held or {})
        self._added: Spool[Extracted] = Spool(folder)

    @classmethod
    def of(cls, recordings: Iterable[Extracted]) -> Gathered:
        """Gather recordings that are in memory."""
        known = {recording.name: recording for recording in recordings}
        return cls({name: Held.of(recording, known) for name, recording in known.items()})

    def add(self, recording: Extracted) -> None:
        """Take one more, and put it on disk."""
        self._added.add(recording.name, recording)
        self.hold({recording.name: Held.of(recording, self._added)})

    def hold(self, more: Mapping[str, Held]) -> None:
        """Take more that lie elsewhere."""
        self._held.update(more)

    @property
    def held(self) -> Mapping[str, Held]:
        """What is known of each without reading."""
        return self._held

    @property
    def names(self) -> KeysView[str]:
        """The names, in no order."""
        return self._held.keys()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(each.rows for each in self._held.values())

    @property
    def refused(self) -> int:
        """How many segments gave none."""
        return sum(each.refused for each in self._held.values())

    @property
    def several(self) -> bool:
        """Whether a recording has more than one row."""
        return any(each.rows > 1 for each in self._held.values())

    def named(self, name: str) -> Extracted:
        """Return one by its name."""
        return self._held[name].read(name)

    def place(self, name: str) -> Place:
        """Return where one lies."""
        return self._held[name].path or self.named(name).path

    def __iter__(self) -> Iterator[Extracted]:
        return map(self.named, sorted(self._held))

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - a number, or several of them
        names = sorted(self._held)[place]
        return self.named(names) if isinstance(names, str) else list(map(self.named, names))

    def __len__(self) -> int:
        return len(self._held)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(other) != len(self):
            return NotImplemented if not isinstance(other, Sequence) else False
        return all(one == another for one, another in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # what is in it changes
