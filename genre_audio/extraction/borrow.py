"""Rows of tables that somebody made with `extract`, for the recordings asked for.

Such a table is only looked at. Recordings are found in it by where they lie, because
their names depend on the folder that was given.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from genre_audio.audio.quality import Quality
from genre_audio.errors import TableError
from genre_audio.extraction.gathered import Held
from genre_audio.extraction.store import Known, read_known
from genre_audio.files import unchanged
from genre_audio.files.places import real_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from genre_audio.audio import Source
    from genre_audio.config import Segmentation
    from genre_audio.extraction.recording import Extracted
    from genre_audio.features import Schema

__all__ = ["borrow", "look"]


def borrow(
    sources: Sequence[Source],
    *,
    tables: Iterable[Path],
    schema: Schema,
    segmentation: Segmentation,
) -> tuple[dict[str, Held], tuple[Path, ...]]:
    """Take the rows of recordings from other tables, as far as they hold.

    Returns
    -------
    recordings : dict of str to Held
        By the names of `sources`.
    tables : tuple of pathlib.Path
        Those of which rows were taken.

    Examples
    --------
    See `genre_audio.extraction.describe`, which asks this first.
    """
    found: dict[str, Held] = {}
    borrowed = []
    for table in tables:
        known = look(table, schema=schema, segmentation=segmentation).recordings
        by_place = {
            real_path(recording.path): name
            for name, recording in known.items()
            if _is_measured(recording)
        }
        before = len(found)
        for source in sources if by_place else ():
            name = by_place.get(real_path(source.path))
            if name is None or source.name in found or not known[name].file.matches(source.path):
                continue
            found[source.name] = Held.of(known[name], known, path=source.path, called=name)
        if len(found) > before:
            borrowed.append(table)
    return found, tuple(borrowed)


def look(table: Path, *, schema: Schema, segmentation: Segmentation) -> Known:
    """Read a table; one that is not there or does not fit is as good as none.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57, Segmentation
    >>> from genre_audio.extraction.borrow import look
    >>> len(look(Path("nowhere.csv"), schema=GTZAN57, segmentation=Segmentation()).recordings)
    0
    """
    try:
        return unchanged(read_known)(table, schema=schema, segmentation=segmentation)
    except TableError:
        return Known()


def _is_measured(recording: Extracted) -> bool:
    """Tell whether an earlier version measured all that this one does.

    What depends on the recording is left out of its quality; of that, an earlier version
    has nothing at all.
    """
    fields = dataclasses.fields(Quality)
    always = {field.name for field in fields if field.default is dataclasses.MISSING}
    perhaps = {field.name for field in fields} - always
    known = recording.quality.keys()
    return always <= known and bool(perhaps & known)
