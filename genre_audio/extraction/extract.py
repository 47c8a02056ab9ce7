"""Make a feature table, or bring one up to date."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING

from genre_audio.errors import ParameterError, TableError
from genre_audio.execution import map_unordered
from genre_audio.extraction.recording import Extracted, Failure, extract_recording
from genre_audio.extraction.store import Known, read_known, write_table
from genre_audio.features import GTZAN57, Schema
from genre_audio.files import lock
from genre_audio.journal import Journal
from genre_audio.tables import read_annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genre_audio.audio import Source
    from genre_audio.config import Segmentation

__all__ = ["ExtractSummary", "extract"]


@dataclasses.dataclass(frozen=True)
class ExtractSummary:
    """What one run did.

    Attributes
    ----------
    output : pathlib.Path
        The table.
    computed, reused : tuple of str
        Names of the recordings that were read, and of those whose rows still held.
    kept : tuple of str
        Recordings of the table that were not asked for in this run and are still there.
    removed : tuple of str
        Recordings of the table whose files are gone.
    changed : tuple of str
        Recordings whose rows had been changed by hand and were computed again.
    failures : tuple of Failure
        Recordings without a row.
    rows, refused : int
        Rows of the table, and segments that gave none.
    """

    output: Path
    computed: tuple[str, ...]
    reused: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    failures: tuple[Failure, ...]
    rows: int
    refused: int


def extract(
    sources: Sequence[Source],
    *,
    output: Path,
    segmentation: Segmentation,
    schema: Schema = GTZAN57,
    labels: str | None = None,
    n_jobs: int = 1,
    force: bool = False,
    on_start: Callable[[int], None] = lambda _: None,
    on_result: Callable[[Extracted | Failure], None] = lambda _: None,
) -> ExtractSummary:
    """Bring the feature table at `output` up to date with the given recordings.

    Parameters
    ----------
    sources : sequence of Source
        The recordings, as `genre_audio.audio.find_recordings` lists them.
    output : pathlib.Path
        The CSV file; its manifest stands beside it.
    segmentation : Segmentation
        How to cut recordings.
    schema : Schema
        Which columns.
    labels : str, optional
        ``"folders"`` (the parent folder's name), ``"none"``, or the path of an
        annotation file. By default labels that the table has already are kept.
    n_jobs : int
        Number of worker processes.
    force : bool
        Compute everything again, and replace whatever stands at `output`.
    on_start : callable, optional
        Called with the number of recordings to be read.
    on_result : callable, optional
        Called with each result as it comes.

    Returns
    -------
    ExtractSummary

    Raises
    ------
    BusyError
        If another run is writing the same table.
    TableError
        If `output` is there and was not made by this function.
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio import Segmentation, extract, find_recordings
    >>> y = 0.1 * np.sin(np.arange(22050 * 2) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     table = Path(folder, "features.csv")
    ...     extract(find_recordings([folder]), output=table, segmentation=Segmentation()).rows
    1
    """
    with lock(output):
        known = _known(output, schema=schema, segmentation=segmentation, force=force)
        header = {"schema": schema.digest, "segmentation": segmentation.digest}
        journal = Journal(output.with_name(f".{output.name}.journal"), header=header)
        reusable = {} if force else known.recordings | _finished(journal)
        if force:
            journal.remove()
        reused = {s.name: found for s in sources if (found := _reuse(s, reusable)) is not None}
        others, removed = _others(known, sources)
        wanted = [source for source in sources if source.name not in reused]
        on_start(len(wanted))
        work = functools.partial(extract_recording, schema=schema, segmentation=segmentation)
        computed, failures = _run(work, wanted, journal=journal, n_jobs=n_jobs, on_result=on_result)
        recordings = [*others, *reused.values(), *computed]
        write_table(
            output,
            recordings,
            failures,
            schema=schema,
            segmentation=segmentation,
            labels=_labels(labels, recordings, known=known),
        )
        journal.remove()
    return ExtractSummary(
        output=output,
        computed=tuple(sorted(recording.name for recording in computed)),
        reused=tuple(sorted(reused)),
        kept=tuple(recording.name for recording in others),
        removed=tuple(removed),
        changed=tuple(known.changed),
        failures=tuple(sorted(failures, key=lambda failure: failure.name)),
        rows=sum(len(recording.rows) for recording in recordings),
        refused=sum(len(recording.refused) for recording in recordings),
    )


def _known(output: Path, *, schema: Schema, segmentation: Segmentation, force: bool) -> Known:
    try:
        return read_known(output, schema=schema, segmentation=segmentation)
    except TableError:
        if force:
            return Known()
        raise


def _finished(journal: Journal) -> dict[str, Extracted]:
    entries = map(Extracted.from_dict, journal.entries())
    return {entry.name: entry for entry in entries}


def _reuse(source: Source, reusable: dict[str, Extracted]) -> Extracted | None:
    earlier = reusable.get(source.name)
    if earlier is None or not earlier.file.matches(source.path):
        return None
    # A file that was only touched must not be hashed again in every later run.
    file = dataclasses.replace(earlier.file, mtime_ns=source.path.stat().st_mtime_ns)
    return dataclasses.replace(earlier, path=source.path, file=file)


def _others(known: Known, sources: Sequence[Source]) -> tuple[list[Extracted], list[str]]:
    """Part the table's other recordings into those still there and those gone."""
    asked = {source.name: source.path for source in sources}
    others, removed = [], [name for name in known.outdated if name not in asked]
    for name, recording in known.recordings.items():
        there = recording.path.exists()
        if name not in asked and there:
            others.append(recording)
        elif name not in asked:
            removed.append(name)
        elif there and asked[name].exists() and not recording.path.samefile(asked[name]):
            raise ParameterError(
                f"the table holds another recording called {name!r} ({recording.path}); "
                "choose another output with -o, or give the folder that holds both"
            )
    return others, removed


def _run(
    work: Callable[[Source], Extracted | Failure],
    sources: Sequence[Source],
    *,
    journal: Journal,
    n_jobs: int,
    on_result: Callable[[Extracted | Failure], None],
) -> tuple[list[Extracted], list[Failure]]:
    computed: list[Extracted] = []
    failures: list[Failure] = []
    if not sources:
        return computed, failures
    with journal:
        for result in map_unordered(work, sources, n_jobs=n_jobs):
            if isinstance(result, Failure):
                failures.append(result)
            else:
                computed.append(result)
                journal.append(result.as_dict())
            on_result(result)
    return computed, failures


def _labels(
    option: str | None, recordings: Sequence[Extracted], *, known: Known
) -> dict[str, str | None]:
    if option is None:
        return dict(known.labels)
    if option == "none":
        return {}
    if option == "folders":
        return {entry.name: entry.path.absolute().parent.name or None for entry in recordings}
    names = [recording.name for recording in recordings]
    values = read_annotations(Path(option)).lookup(names)
    return dict(zip(names, values, strict=True))
