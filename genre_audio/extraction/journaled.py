"""Finished recordings in a journal, and their way back.

A journal lies about for as long as a run is broken off, and what comes out of it goes into
the table. So each entry has a digest of all it says, and one that is damaged, edited or
of another form is as good as not there: the recording is read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.config import digest
from genre_audio.extraction.lost import from_dict
from genre_audio.extraction.recording import Extracted
from genre_audio.files.places import gone_of
from genre_audio.tables.forms import ENTRY, has_forms, is_failure, is_number, is_text, is_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from genre_audio.extraction.recording import Failure
    from genre_audio.features import Schema
    from genre_audio.files.remote import Place

__all__ = [
    "each_finished",
    "failure_entry",
    "finished",
    "journal_entry",
    "lost_before",
    "of_others",
]

_DIGEST: Final = "digest"
_ROW: Final[dict[str, Callable[[Any], bool]]] = {
    "start": is_number,
    "stop": is_number,
    "length": is_whole,
    "values": lambda value: isinstance(value, list | tuple) and all(map(is_number, value)),
}


def journal_entry(recording: Extracted) -> dict[str, Any]:
    """Return what a journal keeps of a recording.

    Examples
    --------
    See `finished`.
    """
    value = recording.as_dict()
    return value | {_DIGEST: digest(value)}


def failure_entry(failure: Failure) -> dict[str, Any]:
    """Return what a journal keeps of a recording that must not be tried again.

    Examples
    --------
    See `lost_before`.
    """
    said = failure.as_dict() | {"path": str(failure.path.absolute())}
    value = {"name": failure.name, "failure": said}
    return value | {_DIGEST: digest(value)}


def lost_before(entries: Iterable[object]) -> dict[str, Failure]:
    """Return the failures of a journal by name.

    Parameters
    ----------
    entries : iterable of object
        What the journal says.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.extraction import Failure
    >>> from genre_audio.extraction.journaled import failure_entry, lost_before
    >>> from genre_audio.files import Fingerprint
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> entry = failure_entry(Failure("a.wav", Path("a.wav"), "too_long", "slow", file=file))
    >>> list(lost_before([entry, entry | {"name": "b.wav"}, None]))
    ['a.wav']
    """
    found: dict[str, Failure] = {}
    for entry in entries:
        value = dict(entry) if isinstance(entry, dict) else {}
        fits = is_text(value.get("name")) and is_failure(value.get("failure"))
        if fits and value.pop(_DIGEST, None) == digest(value):
            failure = from_dict(value["name"], value["failure"])
            found |= {failure.name: failure} if failure else {}
    return found


def finished(entries: Iterable[object], *, schema: Schema) -> dict[str, Extracted]:
    """Return the recordings of a journal by name, the last where one is there twice.

    Parameters
    ----------
    entries : iterable of object
        What the journal says.
    schema : Schema
        Whose columns the rows must have.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57
    >>> from genre_audio.extraction import Extracted, Row
    >>> from genre_audio.extraction.journaled import finished, journal_entry
    >>> from genre_audio.files import Fingerprint
    >>> row = Row(start=0.0, stop=30.0, length=661500, values=(0.5,) * 57)
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> entry = journal_entry(Extracted("a.wav", Path("a.wav"), file, {}, (row,), ()))
    >>> list(finished([entry, entry | {"path": "b.wav"}, None], schema=GTZAN57))
    ['a.wav']
    """
    return {recording.name: recording for recording in each_finished(entries, schema=schema)}


def each_finished(entries: Iterable[object], *, schema: Schema) -> Iterator[Extracted]:
    """Yield the recordings of a journal as they stand there.

    Examples
    --------
    See `finished`.
    """
    for entry in entries:
        try:
            recording = _extracted(entry, width=len(schema.columns))
        except ValueError:
            continue
        yield recording


def of_others(
    entries: Callable[[], Iterable[dict[str, Any]]], *, schema: Schema, names: Iterable[str]
) -> Iterator[dict[str, Any]]:
    """Yield what a journal says of other recordings than those named, and holds.

    A killed run may have been asked for more than the one that follows it: of what it
    had finished, this one has no need, and a later one may.

    Parameters
    ----------
    entries : callable
        Returns what the journal says. It is asked twice: first for all places, so that stores
        can be asked by folders.
    schema : Schema
        Whose columns the rows must have.
    names : iterable of str
        Recordings that this run was asked for, or that stand in the table.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57
    >>> from genre_audio.extraction import Failure
    >>> from genre_audio.extraction.journaled import failure_entry, of_others
    >>> from genre_audio.files import Fingerprint
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> entry = failure_entry(Failure("a.wav", Path(), "too_long", "slow", file=file))
    >>> for name in ("a.wav", "b.wav"):
    ...     len(list(of_others(lambda: [entry], schema=GTZAN57, names=[name])))
    0
    1
    """
    known = set(names)

    def others() -> Iterator[tuple[dict[str, Any], Place]]:
        """Yield what holds, with where the recording lies."""
        for entry in entries():
            name = entry.get("name") if isinstance(entry, dict) else None
            if not is_text(name) or name in known:
                continue
            for done in finished([entry], schema=schema).values():
                yield entry, done.path
            for lost in lost_before([entry]).values():
                yield entry, lost.path

    gone = gone_of({place for _, place in others()})
    yield from (entry for entry, place in others() if place not in gone)


def _extracted(entry: object, *, width: int) -> Extracted:
    def are_rows(value: object) -> bool:
        """Tell whether these are rows of as many numbers as the schema has columns."""
        rows = value if isinstance(value, list | tuple) else ()
        return bool(rows) and all(_is_row(row, width) for row in rows)

    parts = ("path", "file", "quality", "refused", _DIGEST)
    forms = {name: ENTRY[name] for name in parts} | {"name": is_text, "rows": are_rows}
    value = dict(has_forms(entry, forms, what="a recording"))
    if value.pop(_DIGEST) != digest(value):
        raise ValueError(f"the entry of {value['name']!r} was changed")
    return Extracted.from_dict(value)


def _is_row(value: object, width: int) -> bool:
    if not isinstance(value, dict) or value.keys() != _ROW.keys():
        return False
    return all(fits(value[name]) for name, fits in _ROW.items()) and len(value["values"]) == width
