"""Rows of many recordings, of which those known already are not read again.

What is known: rows of tables that `extract` made, which are only looked at, and the store
of each folder of recordings (`genre_audio.extraction.cache`), which is brought up to date.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import TableError
from genre_audio.extraction.borrow import borrow, look
from genre_audio.extraction.cache import root_of, store_path
from genre_audio.extraction.compiled import prepare_kernels
from genre_audio.extraction.extract import extract
from genre_audio.extraction.gathered import Gathered, Held
from genre_audio.extraction.lost import bounds_for, read_all
from genre_audio.extraction.recording import Extracted, Failure, extract_recording
from genre_audio.extraction.tidy import tidy
from genre_audio.files import lock
from genre_audio.files.fingerprints import outline
from genre_audio.tables.manifest import manifest_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from genre_audio.audio import Source
    from genre_audio.config import Segmentation
    from genre_audio.features import Schema
    from genre_audio.files.remote import Place

__all__ = ["Described", "describe"]

_WAITING: Final = (
    "another run is reading the same recordings, and writes {store}: waiting for it to end "
    "(--cache names another folder, --no-cache keeps nothing)"
)


@dataclasses.dataclass(frozen=True)
class Described:
    """What is known of many recordings, and how it came to be known.

    Attributes
    ----------
    recordings : sequence of Extracted
        In the order of their names. They lie on disk, and are read one by one when they are
        asked for.
    failures : tuple of Failure
        Recordings without a row, in the order of their names.
    read, known : int
        How many were read in this run, and how many rows were found that still held.
    borrowed : tuple of pathlib.Path
        Tables of which rows were taken.
    stores : tuple of pathlib.Path
        Where rows are kept.

    Examples
    --------
    See `describe`.
    """

    recordings: Gathered
    failures: tuple[Failure, ...]
    read: int
    known: int = 0
    borrowed: tuple[Path, ...] = ()
    stores: tuple[Path, ...] = ()


@dataclasses.dataclass(frozen=True)
class _Way:
    """How recordings are described, and who hears of it."""

    schema: Schema
    segmentation: Segmentation
    n_jobs: int | None
    on_start: Callable[[int], None]
    on_result: Callable[[Extracted | Failure], None]
    on_message: Callable[[str], None]


def describe(
    sources: Sequence[Source],
    *,
    schema: Schema,
    segmentation: Segmentation,
    cache: Path | None = None,
    tables: Sequence[Path] = (),
    n_jobs: int | None = 1,
    on_start: Callable[[int], None] = lambda _: None,
    on_result: Callable[[Extracted | Failure], None] = lambda _: None,
    on_message: Callable[[str], None] = lambda _: None,
) -> Described:
    """Describe recordings; read only those of which nothing is known.

    Parameters
    ----------
    sources : sequence of Source
        The recordings, as `find_recordings` lists them.
    schema : Schema
        Which columns.
    segmentation : Segmentation
        How to cut recordings.
    cache : pathlib.Path, optional
        Folder of the stores, by which a run that was killed goes on where it stopped.
    tables : sequence of pathlib.Path
        Tables whose rows may be taken, where they fit; they are not changed.
    n_jobs, on_start, on_result, on_message
        As in `extract`.

    Returns
    -------
    Described

    Raises
    ------
    OutputError
        If a store cannot be written.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57, Segmentation, find_recordings
    >>> from genre_audio.extraction import describe
    >>> y = 0.1 * np.sin(np.arange(22050 * 2) / 10)
    >>> how = {"schema": GTZAN57, "segmentation": Segmentation()}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     tones = find_recordings([folder])
    ...     first = describe(tones, cache=Path(folder, "cache"), **how)
    ...     second = describe(tones, cache=Path(folder, "cache"), **how)
    >>> first.read, second.read, second.recordings == first.recordings
    (1, 0, True)
    """
    way = _Way(schema, segmentation, n_jobs, on_start, on_result, on_message)
    found, borrowed = borrow(sources, tables=tables, schema=schema, segmentation=segmentation)
    left = [source for source in sources if source.name not in found]
    rest = _read(left, way=way) if cache is None else _keep(left, cache=cache, way=way)
    return dataclasses.replace(
        rest,
        recordings=Gathered({**found, **rest.recordings.held}),
        failures=tuple(sorted(rest.failures, key=lambda each: each.name)),
        known=len(found) + rest.known,
        borrowed=borrowed,
    )


def _read(sources: Sequence[Source], *, way: _Way) -> Described:
    """Read recordings and keep nothing."""
    found = Gathered()
    failures: list[Failure] = []
    way.on_start(len(sources))
    if sources:
        prepare_kernels(way.on_message)
        how: dict[str, Any] = {"schema": way.schema, "segmentation": way.segmentation}
        work, bounds = functools.partial(extract_recording, **how), bounds_for(way.segmentation)
        for result in read_all(work, sources, n_jobs=way.n_jobs, bounds=bounds):
            if isinstance(result, Failure):
                failures.append(result)
            else:
                found.add(result)
            way.on_result(result)
    return Described(found, tuple(failures), read=len(sources))


def _keep(sources: Sequence[Source], *, cache: Path, way: _Way) -> Described:
    """Take recordings from the stores of their folders, brought up to date."""
    folders: dict[Place, list[Source]] = {}
    for source in sources:
        folders.setdefault(root_of(source), []).append(source)
    parts, total = [], 0

    def start(count: int) -> None:
        """Add the recordings of one more folder to those to be read."""
        nonlocal total
        total += count
        way.on_start(total)

    own = dataclasses.replace(way, on_start=start)
    for root, mine in folders.items():
        store = store_path(root, folder=cache, schema=way.schema, segmentation=way.segmentation)
        parts.append(_up_to_date(store, mine, way=own))
    together = Gathered()
    for part in parts:
        together.hold(part.recordings.held)
    return Described(
        recordings=together,
        failures=tuple(failure for part in parts for failure in part.failures),
        read=sum(part.read for part in parts),
        known=sum(part.known for part in parts),
        stores=tuple(store for part in parts for store in part.stores),
    )


def _up_to_date(store: Path, sources: Sequence[Source], *, way: _Way) -> Described:
    """Return the rows of a folder's recordings."""
    known = look(store, schema=way.schema, segmentation=way.segmentation)
    fresh = _fresh(known.recordings, sources)
    if len(fresh) == len(sources):  # the store stays as it is
        tidy(store, known=known.recordings, schema=way.schema, segmentation=way.segmentation)
        return Described(Gathered(fresh), (), read=0, known=len(fresh), stores=(store,))
    update = functools.partial(
        extract,
        sources,
        output=store,
        segmentation=way.segmentation,
        schema=way.schema,
        n_jobs=way.n_jobs,
        held=True,
        on_start=way.on_start,
        on_result=way.on_result,
        on_message=way.on_message,
    )
    with lock(store, on_wait=lambda: way.on_message(_WAITING.format(store=store))):
        try:
            summary = update()
        except TableError:
            # Nothing in a store is anybody's own: one that somebody spoilt is made anew.
            for path in (store, manifest_path(store)):
                path.unlink(missing_ok=True)
            summary = update()
    # Others that were read on the way, because their rows had been spoilt, do not count.
    asked = {source.name: source.path for source in sources}
    failures = tuple(failure for failure in summary.failures if failure.name in asked)
    failed = {failure.name for failure in failures}
    held, now = summary.recordings.held, {name: asked[name] for name in asked if name not in failed}
    found = Gathered({name: dataclasses.replace(held[name], path=now[name]) for name in now})
    tried = {failure.name for failure in failures if not failure.earlier}
    read = len({*summary.computed, *tried} & asked.keys())
    return Described(found, failures, read, len(sources) - read, stores=(store,))


def _fresh(known: Mapping[str, Extracted], sources: Sequence[Source]) -> dict[str, Held]:
    """Return what is known of recordings that were not even touched."""
    found = {}
    for source in sources:
        earlier = known.get(source.name)
        try:
            now = outline(source.path)
        except OSError:
            continue
        if earlier and earlier.file.looks_like(now):
            found[source.name] = Held.of(earlier, known, path=source.path)
    return found
