"""Make a feature table, or bring one up to date."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from typing import TYPE_CHECKING, Any

from genre_audio.errors import OutputError, TableError
from genre_audio.extraction.compiled import prepare_kernels
from genre_audio.extraction.gathered import Gathered
from genre_audio.extraction.journaled import (
    each_finished,
    failure_entry,
    journal_entry,
    lost_before,
    of_others,
)
from genre_audio.extraction.labels import find_labels, refuse_unreadable
from genre_audio.extraction.lost import bounds_for, of_others_kept, part, read_all
from genre_audio.extraction.plan import make_plan
from genre_audio.extraction.recording import Extracted, Failure, extract_recording
from genre_audio.extraction.store import Known, read_known
from genre_audio.extraction.tidy import journal_of, writing
from genre_audio.extraction.written import write_table
from genre_audio.features import GTZAN57, Schema
from genre_audio.files import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from genre_audio.audio import Source
    from genre_audio.config import Segmentation
    from genre_audio.execution import Bounds
    from genre_audio.journal import Journal

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
        Recordings of the table that were not asked for in this run, or could not be read
        in it, whose rows still held. (Where they did not, the recordings were read again.)
    removed : tuple of str
        Recordings of the table whose files are gone.
    changed : tuple of str
        Recordings whose rows had been changed by hand.
    failures : tuple of Failure
        Recordings without a row.
    rows, refused : int
        Rows of the table, and segments that gave none.
    recordings : sequence of Extracted
        All of the table, in the order of their names. They lie on disk, and are read one by
        one when they are asked for.

    Examples
    --------
    See `extract`.
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
    recordings: Gathered = dataclasses.field(default_factory=Gathered, repr=False, compare=False)


def extract(
    sources: Sequence[Source],
    *,
    output: Path,
    segmentation: Segmentation,
    schema: Schema = GTZAN57,
    labels: str | None = None,
    n_jobs: int | None = 1,
    force: bool = False,
    bounds: Bounds | None = None,
    held: bool = False,
    on_start: Callable[[int], None] = lambda _: None,
    on_result: Callable[[Extracted | Failure], None] = lambda _: None,
    on_message: Callable[[str], None] = lambda _: None,
) -> ExtractSummary:
    """Bring the feature table at `output` up to date with the given recordings.

    Parameters
    ----------
    sources : sequence of Source
        The recordings, as `genre_audio.audio.find_recordings` lists them.
    output : pathlib.Path
        The CSV file, beside which its manifest stands; or, where it is called ``.parquet``, a
        folder of parts with all in it.
    segmentation : Segmentation
        How to cut recordings.
    schema : Schema
        Which columns.
    labels : str, optional
        ``"folders"`` (the parent folder's name), ``"none"``, or an annotation file as
        ``FILE`` or ``FILE:COLUMN``. By default labels that the table has already are kept.
    n_jobs : int, optional
        Number of worker processes; None is as many as cores, or as work is worth.
    force : bool
        Compute everything again, and replace whatever stands at `output`.
    bounds : Bounds, optional
        What reading one recording may take; generous by default.
    held : bool
        Whether the caller holds the lock on `output`.
    on_start : callable, optional
        Called with the number of recordings to be read.
    on_result : callable, optional
        Called with each result as it comes.
    on_message : callable, optional
        Called with what takes time, in words.

    Returns
    -------
    ExtractSummary

    Raises
    ------
    BusyError
        If another run is writing the same table.
    TableError
        If `output` is there and was not made by this function or holds more than it
        wrote, or if the annotation file is of no use.
    ParameterError
        If the table holds another recording of the same name, a name or a folder's label
        could not be read back, or Parquet is asked for and pyarrow not installed.
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
    how: dict[str, Any] = {"schema": schema, "segmentation": segmentation}
    if not held:  # who holds the lock looks after a store, which nobody else reads
        refuse_unreadable(source.name for source in sources)
    with writing(output, held=held):
        known = _known(output, force=force, **how)
        journal = journal_of(output, **how)
        asked = {source.name for source in sources}
        if force:
            journal.keep(of_others(journal.each, schema=schema, names=asked))
        done = _done(journal, schema=schema, folder=output.parent)
        lost = known.lost | lost_before(journal.each())
        plan = make_plan(sources, known=known, finished=done, force=force)
        wanted, failures = part(plan.wanted, {} if force else lost)
        label_of = find_labels(labels, plan.paths, known=known.labels)
        if wanted:
            prepare_kernels(on_message)
        on_start(len(plan.wanted))
        for failure in failures:
            on_result(failure)
        work = functools.partial(extract_recording, **how)
        results = read_all(work, wanted, n_jobs=n_jobs, bounds=bounds or bounds_for(segmentation))
        found = Gathered(folder=output.parent)
        if wanted:
            failures += _kept(results, journal=journal, found=found, on_result=on_result)
        computed = tuple(sorted(found.names))
        kept = {**plan.kept, **plan.unread(failures)}
        found.hold({**kept, **plan.reused})
        there = asked | found.names | {failure.name for failure in failures}
        others = of_others_kept(lost.values(), names=there)
        write_table(output, found, [*failures, *others], labels=label_of, **how)
        there |= {failure.name for failure in others}
        _shorten(journal, schema=schema, names=there)
    return ExtractSummary(
        output=output,
        computed=computed,
        reused=tuple(sorted(plan.reused)),
        kept=tuple(kept),
        removed=plan.removed,
        changed=plan.changed,
        failures=tuple(sorted(failures, key=lambda failure: failure.name)),
        rows=found.rows,
        refused=found.refused,
        recordings=found,
    )


def _done(journal: Journal, *, schema: Schema, folder: Path) -> Spool[Extracted]:
    """Return what a killed run had finished."""
    done: Spool[Extracted] = Spool(folder)
    for recording in each_finished(journal.each(), schema=schema):
        done.add(recording.name, recording)
    return done


def _shorten(journal: Journal, *, schema: Schema, names: set[str]) -> None:
    """Delete what a journal says of recordings that the table holds."""
    with contextlib.suppress(OutputError):  # the table is whole; entries that stay do no harm
        journal.keep(of_others(journal.each, schema=schema, names=names))


def _known(output: Path, *, schema: Schema, segmentation: Segmentation, force: bool) -> Known:
    try:
        return read_known(output, schema=schema, segmentation=segmentation)
    except TableError:
        if force:
            return Known()
        raise


def _kept(
    results: Generator[Extracted | Failure, None, None],
    *,
    journal: Journal,
    found: Gathered,
    on_result: Callable[[Extracted | Failure], None],
) -> list[Failure]:
    """Take results as they come; what a killed run must not do again goes to the journal."""
    failures: list[Failure] = []
    with journal, contextlib.closing(results):
        for result in results:
            if isinstance(result, Failure):
                failures.append(result)
                if result.file is not None:
                    journal.append(failure_entry(result))
            else:
                journal.append(journal_entry(result))
                found.add(result)
            on_result(result)
    return failures
