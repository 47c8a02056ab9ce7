"""What a manifest knows of one recording."""

from __future__ import annotations

import dataclasses
from typing import Any

from genre_audio.files import Fingerprint
from genre_audio.segment import Refused
from genre_audio.tables.forms import ENTRY, has_forms

__all__ = ["RecordingEntry"]


@dataclasses.dataclass(frozen=True)
class RecordingEntry:
    """What is known of one recording of the table.

    Attributes
    ----------
    path : str
        Where the file lies, relative to the table's folder; of an object in a store, its URL.
    file : Fingerprint
        Its size, time and hash when it was read.
    quality : dict
        The figures of `genre_audio.audio.Quality`.
    segments : tuple of (start, stop)
        In seconds, one for each row.
    refused : tuple of Refused
        Segments that gave no row, with the reason.
    digest : str
        Of the recording's rows, to see whether somebody changed them.

    Examples
    --------
    >>> from genre_audio.files import Fingerprint
    >>> from genre_audio.tables import RecordingEntry
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> entry = RecordingEntry("a.wav", file, {}, ((0.0, 30.0),), (), "")
    >>> RecordingEntry.from_dict(entry.as_dict()) == entry
    True
    """

    path: str
    file: Fingerprint
    quality: dict[str, Any]
    segments: tuple[tuple[float, float], ...]
    refused: tuple[Refused, ...]
    digest: str

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RecordingEntry:
        """Make an entry from what `as_dict` gave.

        Raises
        ------
        ValueError
            If a part is missing, or of another form.
        """
        has_forms(values, ENTRY, what="a recording")
        return cls(
            path=values["path"],
            file=Fingerprint(**values["file"]),
            quality=values["quality"],
            segments=tuple((start, stop) for start, stop in values["segments"]),
            refused=tuple(Refused(**refused) for refused in values["refused"]),
            digest=values["digest"],
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as JSON can say it."""
        spans = [list(span) for span in self.segments]
        return dataclasses.asdict(self) | {"segments": spans, "file": self.file.as_dict()}
