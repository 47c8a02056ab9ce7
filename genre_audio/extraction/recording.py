"""One recording in, its rows or the reason for their absence out."""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any

from genre_audio.audio import Source, open_recording
from genre_audio.audio.decode import check_readable
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.features import GTZAN57, Schema, feature_row
from genre_audio.files import Fingerprint
from genre_audio.files.reading import reading
from genre_audio.files.remote import Place, Remote, kept_place
from genre_audio.segment import Refused, Segment
from genre_audio.tables.as_written import numbers_digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from genre_audio.audio import Recording

__all__ = ["Extracted", "Failure", "Row", "extract_recording"]


@dataclasses.dataclass(frozen=True)
class Row:
    """One described segment.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds.
    length : int
        Number of samples.
    values : tuple of float
        In the order of the schema's columns.

    Examples
    --------
    See `Extracted`.
    """

    start: float
    stop: float
    length: int
    values: tuple[float, ...]


@dataclasses.dataclass(frozen=True)
class Extracted:
    """All that is known of one recording after reading it.

    Attributes
    ----------
    name : str
        Name of the recording.
    path : pathlib.Path or Remote
        Where it was read from.
    file : Fingerprint
        What was read.
    quality : dict
        The figures of `genre_audio.audio.Quality`.
    rows : tuple of Row
        At least one.
    refused : tuple of Refused
        Segments that gave no row.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.extraction import Extracted, Row
    >>> from genre_audio.files import Fingerprint
    >>> row = Row(start=0.0, stop=30.0, length=661500, values=(0.5,))
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> found = Extracted("a.wav", Path("a.wav"), file, {}, (row,), ())
    >>> Extracted.from_dict(found.as_dict()) == found
    True
    """

    name: str
    path: Place
    file: Fingerprint
    quality: dict[str, Any]
    rows: tuple[Row, ...]
    refused: tuple[Refused, ...]

    @property
    def digest(self) -> str:
        """The identity of the rows' numbers."""
        return rows_digest(self.rows)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self) | {"path": str(self.path), "file": self.file.as_dict()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Extracted:
        """Make it from what `as_dict` gave."""
        return cls(
            name=values["name"],
            path=kept_place(values["path"]),
            file=Fingerprint(**values["file"]),
            quality=values["quality"],
            rows=tuple(Row(**row | {"values": tuple(row["values"])}) for row in values["rows"]),
            refused=tuple(Refused(**refused) for refused in values["refused"]),
        )


@dataclasses.dataclass(frozen=True)
class Failure:
    """A recording that gave no row.

    Attributes
    ----------
    name : str
        Name of the recording.
    path : pathlib.Path or Remote
        Where it lies.
    kind : str
        One of `genre_audio.errors.AUDIO_KINDS`.
    message : str
        What was found.
    file : Fingerprint or None
        Which file it was, where that is kept.
    earlier : bool
        Whether that was found by an earlier run, and the file not read again.

    Examples
    --------
    See `extract_recording`.
    """

    name: str
    path: Place
    kind: str
    message: str
    file: Fingerprint | None = None
    earlier: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return what a manifest holds of it."""
        found: dict[str, Any] = {"kind": self.kind, "message": self.message}
        return found if self.file is None else found | {"file": self.file.as_dict()}


def rows_digest(rows: Iterable[Row]) -> str:
    """Return the digest of rows' lengths and numbers."""
    return numbers_digest((row.length, row.values) for row in rows)


def extract_recording(
    source: Source,
    *,
    schema: Schema = GTZAN57,
    segmentation: Segmentation | None = None,
    share: tuple[int, int] = (0, 1),
) -> Extracted | Failure:
    """Describe every segment of one recording.

    Never raises for what is in the file: whatever goes wrong with one recording must
    not stop the others.

    Parameters
    ----------
    source : Source
        The recording.
    schema : Schema
        Which columns.
    segmentation : Segmentation, optional
        How to cut; segments of 30 s by default.
    share : tuple of int
        ``(k, n)`` describes only the k-th of every n segments, which may be none.

    Returns
    -------
    Extracted or Failure

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction import extract_recording
    >>> extract_recording(Source("a.wav", Path("nowhere/a.wav"))).kind
    'io'
    """
    if source.fault:
        return Failure(source.name, source.path, "io", source.fault)
    try:
        if not isinstance(source.path, Remote):
            check_readable(source.path)
        with (
            reading(source.path) as (path, file),
            open_recording(path, name=source.name) as recording,
        ):
            rows, refused = _describe(
                recording, schema, segmentation or Segmentation(), share=share
            )
            quality = recording.quality.as_dict()
    except AudioError as error:
        return Failure(source.name, source.path, error.kind, str(error))
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        return Failure(source.name, source.path, "io", message)
    except MemoryError:
        message = "reading it takes more memory than there is; ask for shorter segments"
        return Failure(source.name, source.path, "out_of_memory", message)
    except Exception as error:  # noqa: BLE001 - a decoder's surprise is this file's failure only
        return Failure(source.name, source.path, "unexpected", f"{type(error).__name__}: {error}")
    found = Extracted(source.name, source.path, file, quality, tuple(rows), tuple(refused))
    return checked(found) if share[1] == 1 else found


def checked(found: Extracted) -> Extracted | Failure:
    """Return a recording that has a row; one without is a failure."""
    if found.rows:
        return found
    message = _nothing_left(found.refused)
    return Failure(found.name, found.path, found.refused[0].kind, message)


def _describe(
    recording: Recording, schema: Schema, segmentation: Segmentation, *, share: tuple[int, int]
) -> tuple[list[Row], list[Refused]]:
    segments = recording.segments(sr=schema.config.sr, segmentation=segmentation)
    mine = itertools.islice(segments, share[0], None, share[1])
    found = [_row(each, schema) if isinstance(each, Segment) else each for each in mine]
    rows = [each for each in found if isinstance(each, Row)]
    return rows, [each for each in found if not isinstance(each, Row)]


def _row(segment: Segment, schema: Schema) -> Row | Refused:
    try:
        values = feature_row(segment, schema=schema)
    except AudioError as error:
        return Refused(segment.start, segment.stop, error.kind, str(error))
    return Row(segment.start, segment.stop, len(segment.y), tuple(values.tolist()))


def _nothing_left(refused: Sequence[Refused]) -> str:
    if len(refused) == 1:
        return refused[0].message
    if len(refused) == 2 and not refused[1].seconds:
        return f"{refused[0].message}; {refused[1].message}"
    kinds = ", ".join(sorted({entry.kind for entry in refused}))
    return f"none of its {len(refused)} segments can be described ({kinds})"
