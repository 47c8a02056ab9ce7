"""The store between runs: what of an earlier table still holds, and how one is written.

A recording's rows are reused when its file is the same and its rows are as they were
written: each recording's rows carry a digest, so a number changed by hand is noticed
and computed again. The table goes to its place before the manifest, and the journal of
the run is deleted last: whenever a run is killed, the next one finds every finished
recording in one of the two.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from genre_audio.errors import TableError
from genre_audio.extraction.recording import Extracted, Failure, Row, rows_digest
from genre_audio.files import replace_text
from genre_audio.tables import (
    FeatureTable,
    Manifest,
    RecordingEntry,
    read_annotations,
    read_manifest,
    read_table,
    table_text,
)
from genre_audio.tables.feature_table import SEGMENT_COLUMNS
from genre_audio.tables.manifest import manifest_path, package_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from genre_audio.config import Segmentation
    from genre_audio.features import Schema

__all__ = ["Known", "read_known", "write_table"]


class Known:
    """An earlier table: its recordings by name, and their labels.

    Attributes
    ----------
    recordings : dict of str to Extracted
        Those whose rows are as they were written.
    labels : dict of str to str
        Labels that the table holds.
    changed : list of str
        Recordings whose rows were changed since they were written.
    outdated : list of str
        Recordings whose rows come from another recipe or segmentation.
    """

    def __init__(self) -> None:
        self.recordings: dict[str, Extracted] = {}
        self.labels: dict[str, str] = {}
        self.changed: list[str] = []
        self.outdated: list[str] = []


def read_known(output: Path, *, schema: Schema, segmentation: Segmentation) -> Known:
    """Read what an earlier run left at `output`.

    Raises
    ------
    TableError
        If what is there was not made by `extract`, or holds columns of somebody's own,
        which a new table would lose.
    """
    known = Known()
    if not output.exists():
        return known
    manifest = read_manifest(output)
    if manifest is None:
        raise TableError(
            f"{output} was not made by genre-audio (it has no manifest beside it); "
            "choose another output with -o, or --force to replace it"
        )
    known.labels = read_annotations(output, column="label").values
    same = manifest.schema_digest == schema.digest and manifest.segmentation == segmentation
    if not same:
        known.outdated = list(manifest.recordings)
        return known
    table = read_table(output)
    ours = {"filename", "length", "label", *schema.columns, *SEGMENT_COLUMNS}
    foreign = set(map(str, table.frame)) - ours
    if foreign:
        raise TableError(
            f"{output} has columns of its own that would be lost ({', '.join(sorted(foreign))}); "
            "choose another output with -o, or --force to replace it"
        )
    _fill(known, table, manifest, folder=output.parent)
    return known


def _fill(known: Known, table: FeatureTable, manifest: Manifest, *, folder: Path) -> None:
    lengths = table.frame["length"].astype(int)
    for name, places in table.frame.groupby(table.recordings, sort=False).indices.items():
        entry = manifest.recordings.get(str(name))
        values = table.X[places].tolist()
        if entry is None or len(entry.segments) != len(places):
            known.changed.append(str(name))
            continue
        rows = tuple(
            Row(start, stop, int(length), tuple(row))
            for (start, stop), length, row in zip(
                entry.segments, lengths.iloc[places], values, strict=True
            )
        )
        if rows_digest(rows) != entry.digest:
            known.changed.append(str(name))
            continue
        path = Path(os.path.normpath(folder / entry.path))
        known.recordings[str(name)] = Extracted(
            str(name), path, entry.file, entry.quality, rows, entry.refused
        )


def write_table(
    output: Path,
    recordings: Iterable[Extracted],
    failures: Iterable[Failure],
    *,
    schema: Schema,
    segmentation: Segmentation,
    labels: Mapping[str, str | None],
) -> None:
    """Write a table and its manifest, each in one step.

    Recordings stand in the order of their names, so the bytes do not depend on the
    order in which they were finished.
    """
    ordered = sorted(recordings, key=lambda recording: recording.name)
    frame = _frame(ordered, schema=schema, labels=labels)
    manifest = Manifest(
        schema=schema.as_dict(),
        segmentation=segmentation,
        recordings={
            recording.name: _entry(recording, folder=output.parent) for recording in ordered
        },
        failures={
            failure.name: {"kind": failure.kind, "message": failure.message}
            for failure in sorted(failures, key=lambda failure: failure.name)
        },
        versions=package_versions(),
    )
    replace_text(output, table_text(frame))
    replace_text(manifest_path(output), manifest.to_json())


def _frame(
    recordings: list[Extracted], *, schema: Schema, labels: Mapping[str, str | None]
) -> pd.DataFrame:
    records = [
        (name.name, row.length, *row.values, labels.get(name.name), name.name, row.start, row.stop)
        for name in recordings
        for row in name.rows
    ]
    columns = ["filename", "length", *schema.columns, "label", *SEGMENT_COLUMNS]
    frame = pd.DataFrame.from_records(records, columns=columns)
    several = any(len(recording.rows) > 1 for recording in recordings)
    return frame if several else frame.drop(columns=list(SEGMENT_COLUMNS))


def _entry(recording: Extracted, *, folder: Path) -> RecordingEntry:
    relative = os.path.relpath(recording.path.absolute(), folder.absolute())
    return RecordingEntry(
        path=Path(relative).as_posix(),
        file=recording.file,
        quality=recording.quality,
        segments=tuple((row.start, row.stop) for row in recording.rows),
        refused=recording.refused,
        digest=recording.digest,
    )
