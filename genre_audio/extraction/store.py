"""The store between runs: what of an earlier table still holds.

A recording's rows are reused when its file is the same and its rows are as they were
written: each recording's rows carry a digest, so a number changed by hand is noticed
and computed again. CSV and its manifest are replaced as a pair
(`genre_audio.files.pairs`); Parquet has its manifest within, and is replaced as a folder.
The journal of the run is deleted last: whenever a run is killed, the next one finds every
finished recording in one of the two.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from genre_audio.errors import TableError
from genre_audio.extraction.foreign import refuse_foreign
from genre_audio.extraction.intact import read_intact
from genre_audio.extraction.lost import from_dict
from genre_audio.extraction.recording import Extracted, Failure, Row, rows_digest
from genre_audio.files import Spool
from genre_audio.files.places import led_to
from genre_audio.files.remote import Remote, kept_place
from genre_audio.tables import (
    FeatureTable,
    Manifest,
    read_annotations,
    read_manifest,
    read_table,
)
from genre_audio.tables.manifest import package_versions

if TYPE_CHECKING:
    from genre_audio.config import Segmentation
    from genre_audio.features import Schema
    from genre_audio.files.remote import Place

__all__ = ["Known", "read_known"]


class Known:
    """An earlier table: its recordings by name, and their labels.

    Attributes
    ----------
    recordings : Spool of Extracted
        Those whose rows are as they were written, by name, on disk.
    labels : dict of str to str
        Labels that the table holds.
    stale : dict of str to pathlib.Path or Remote
        Where the other recordings of the manifest lie: their rows were changed since
        they were written, or come from another recipe or segmentation.
    changed : list of str
        Those of them whose rows were changed.
    added : list of str
        Recordings that have rows but are unknown to the manifest.
    lost : dict of str to Failure
        Recordings that are not to be read again while their files are the same.

    Examples
    --------
    See `read_known`.
    """

    def __init__(self) -> None:
        self.recordings: Spool[Extracted] = Spool()
        self.labels: dict[str, str] = {}
        self.stale: dict[str, Place] = {}
        self.changed: list[str] = []
        self.added: list[str] = []
        self.lost: dict[str, Failure] = {}


def read_known(output: Path, *, schema: Schema, segmentation: Segmentation) -> Known:
    """Read what an earlier run left at `output`.

    Raises
    ------
    TableError
        If what is there was not made by `extract`, or holds another schema's columns, lacks
        columns that it was made with, or holds columns of somebody's own, which a new
        table would lose.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57, Segmentation
    >>> from genre_audio.extraction.store import read_known
    >>> known = read_known(Path("new.csv"), schema=GTZAN57, segmentation=Segmentation())
    >>> len(known.recordings)
    0
    """
    if not output.exists():
        return Known()
    known = _intact(output, schema=schema, segmentation=segmentation)
    return known or _edited(output, schema=schema, segmentation=segmentation)


def _intact(output: Path, *, schema: Schema, segmentation: Segmentation) -> Known | None:
    """Return what a table holds that is as it was written, by these settings."""
    known, folder = Known(), led_to(output).parent.resolve()

    def take(recording: Extracted, label: str) -> None:
        """Put one more aside."""
        known.recordings.add(recording.name, recording)
        if label:
            known.labels[recording.name] = label

    manifest = read_intact(
        output,
        schema=schema,
        place_of=lambda path: _place(path, folder=folder),
        on_recording=take,
    )
    if manifest is None or manifest.segmentation != segmentation:
        return None
    if manifest.schema_digest != schema.digest:
        return None
    known.lost = _lost(manifest, folder=folder)
    return known


def _edited(output: Path, *, schema: Schema, segmentation: Segmentation) -> Known:
    """Return the same of any table."""
    known = Known()
    manifest = read_manifest(output)
    if manifest is None:
        raise TableError(
            f"{output} was not made by genre-audio (it has no manifest beside it); "
            "choose another output with -o, or --force to replace it"
        )
    refuse_foreign(output, manifest, schema=schema)
    folder = led_to(output).parent.resolve()
    known.lost = _lost(manifest, folder=folder)
    known.labels = read_annotations(output, column="label").values
    known.stale = {
        name: _place(entry.path, folder=folder) for name, entry in manifest.recordings.items()
    }
    if manifest.schema_digest == schema.digest and manifest.segmentation == segmentation:
        # A run killed while it wrote may have left the manifest of an older table.
        _fill(known, read_table(output, compare=False), manifest)
    return known


def _lost(manifest: Manifest, *, folder: Path) -> dict[str, Failure]:
    # Other libraries may read what these could not.
    if manifest.versions != package_versions():
        return {}
    found = {}
    for name, values in manifest.failures.items():
        path = {"path": str(_place(values["path"], folder=folder))} if "path" in values else {}
        if (failure := from_dict(name, values | path)) is not None:
            found[name] = failure
    return found


def _place(path: str, *, folder: Path) -> Place:
    # As `_entry` has it; resolved, because ".." behind a symbolic link leads elsewhere.
    place = kept_place(path)
    return place if isinstance(place, Remote) else Path(os.path.normpath(folder / place))


def _fill(known: Known, table: FeatureTable, manifest: Manifest) -> None:
    """Sort the table's recordings into those that hold, changed ones and unknown ones."""
    lengths, X = table.frame["length"].astype(int), table.X
    for name, places in table.frame.groupby(table.recordings, sort=False).indices.items():
        entry = manifest.recordings.get(str(name))
        if entry is None:
            known.added.append(str(name))
            continue
        if len(entry.segments) != len(places):
            known.changed.append(str(name))
            continue
        values = X[places].tolist()
        rows = tuple(
            Row(start, stop, int(length), tuple(row))
            for (start, stop), length, row in zip(
                entry.segments, lengths.iloc[places], values, strict=True
            )
        )
        if rows_digest(rows) != entry.digest:
            known.changed.append(str(name))
            continue
        path = known.stale.pop(str(name))
        found = Extracted(str(name), path, entry.file, entry.quality, rows, entry.refused)
        known.recordings.add(found.name, found)
    # A recording whose rows were all deleted by hand is not wanted any more.
    known.stale = {name: path for name, path in known.stale.items() if name in known.changed}
