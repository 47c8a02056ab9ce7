"""How recordings become a table: rows in the order of their names, and an entry of each.

What is written does not depend on the order in which recordings were finished, and one
recording at a time is in memory. What of a table is believed is said in `store`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genre_audio.extraction.gathered import Gathered
from genre_audio.files.places import led_to
from genre_audio.files.remote import Remote
from genre_audio.tables import Manifest, RecordingEntry
from genre_audio.tables.feature_table import SEGMENT_COLUMNS
from genre_audio.tables.manifest import package_versions
from genre_audio.tables.stored import store

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from genre_audio.config import Segmentation
    from genre_audio.extraction.recording import Extracted, Failure
    from genre_audio.features import Schema
    from genre_audio.files.remote import Place

__all__ = ["write_table"]


def write_table(
    output: Path,
    recordings: Iterable[Extracted],
    failures: Iterable[Failure],
    *,
    schema: Schema,
    segmentation: Segmentation,
    labels: Mapping[str, str | None],
) -> None:
    """Write a table and its manifest.

    Recordings stand in the order of their names, so the bytes do not depend on the
    order in which they were finished. Of those that are gathered one at a time is in memory.

    Examples
    --------
    See `genre_audio.extraction.extract`.
    """
    folder = led_to(output).parent.resolve()
    gathered = recordings if isinstance(recordings, Gathered) else Gathered.of(recordings)
    manifest = Manifest(
        schema=schema.as_dict(),
        segmentation=segmentation,
        recordings={},
        failures={
            failure.name: _failure(failure, folder=folder)
            for failure in sorted(failures, key=lambda failure: failure.name)
        },
        versions=package_versions(),
    )
    place = SEGMENT_COLUMNS if gathered.several else ()
    store(
        output,
        _rows(gathered, labels=labels),
        columns=["filename", "length", *schema.columns, "label", *place],
        manifest=manifest,
        entries=((recording.name, _entry(recording, folder=folder)) for recording in gathered),
    )


def _rows(gathered: Gathered, *, labels: Mapping[str, str | None]) -> Iterator[tuple[Any, ...]]:
    several = gathered.several
    for recording in gathered:
        name = recording.name
        label = labels.get(name)
        for row in recording.rows:
            place = (name, row.start, row.stop) if several else ()
            yield (name, row.length, *row.values, label, *place)


def _entry(recording: Extracted, *, folder: Path) -> RecordingEntry:
    return RecordingEntry(
        path=_path(recording.path, folder=folder),
        file=recording.file,
        quality=recording.quality,
        segments=tuple((row.start, row.stop) for row in recording.rows),
        refused=recording.refused,
        digest=recording.digest,
    )


def _failure(failure: Failure, *, folder: Path) -> dict[str, Any]:
    """Return what is kept of a failure: where it lies only if that is to be asked."""
    found = failure.as_dict()
    return found if failure.file is None else found | {"path": _path(failure.path, folder=folder)}


def _path(place: Place, *, folder: Path) -> str:
    if isinstance(place, Remote):
        return str(place)
    return Path(os.path.relpath(place.absolute(), folder)).as_posix()
