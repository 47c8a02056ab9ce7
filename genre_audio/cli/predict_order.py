"""What ``genre-audio predict`` is ordered to do, and the doing of it, step by step.

All that can be refused is refused before recordings are read.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from typing import TYPE_CHECKING

import typer

from genre_audio.cli.output import check_places, say
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from genre_audio.audio import Source
    from genre_audio.cli.predict_exports import Export
    from genre_audio.cli.predict_results import Sheet
    from genre_audio.cli.predict_rows import Keeping, Told
    from genre_audio.cli.predict_setting import Setting, Wish
    from genre_audio.cli.predict_tags import Tagging
    from genre_audio.files.remote import Place
    from genre_audio.prediction import Prediction
    from genre_audio.reporting.runs import Run

__all__ = ["Done", "Order", "carry_out"]


@dataclasses.dataclass(frozen=True)
class Order:
    """What the command line says.

    Attributes
    ----------
    recordings : tuple of pathlib.Path or Remote
        Recordings and folders.
    table : pathlib.Path or None
        A feature table instead.
    params : pathlib.Path or None
        What says which run to repeat.
    wish : Wish
        What changes an answer.
    sheet : Sheet
        How to write results.
    exports : tuple of str
        Forms and places.
    report : pathlib.Path or None
        Where pages go.
    keeping : Keeping
        Where to keep what was read.
    tagging : Tagging
        What to do about tags.
    jobs : int or None
        Worker processes.
    """

    recordings: tuple[Place, ...]
    table: Path | None
    params: Path | None
    wish: Wish
    sheet: Sheet
    exports: tuple[str, ...]
    report: Path | None
    keeping: Keeping
    tagging: Tagging
    jobs: int | None


@dataclasses.dataclass(frozen=True)
class Done:
    """How it went.

    Attributes
    ----------
    told : int
        Recordings with a prediction.
    skipped : int
        Those without, and those that could not be tagged.
    """

    told: int
    skipped: int = 0


def carry_out(order: Order) -> Done:
    """Do what is ordered."""
    from genre_audio.audio import find_recordings
    from genre_audio.cli.predict_exports import export_prediction, read_exports
    from genre_audio.cli.predict_report import check_report, write_report
    from genre_audio.cli.predict_results import write_results
    from genre_audio.cli.predict_setting import settle
    from genre_audio.files.places import is_folder

    before = _run(order.params)
    paths, table, sources = _given(order, before)
    single = len(paths) == 1 and not is_folder(paths[0])
    order.tagging.check(table=table, paths=paths)
    exports = read_exports(order.exports, single=single)
    check_report(order.report, single=single)
    setting = settle(
        order.wish,
        before=before.parameters if before else None,
        explain=single or order.report is not None,
        content=table is None,
    )
    sources = sources or find_recordings(paths)
    _check_results(order, sources, table, exports)
    with _alone(order):
        told, setting = _tell(order, sources, table, setting)
        if not told.count:
            return Done(0, len(told.failures))
        kept: list[Prediction] = []
        also: list[Callable[[Prediction], None]] = [order.tagging.plan]
        if order.report is not None:
            also.append(kept.append)
        if exports:
            also.append(functools.partial(export_prediction, exports=exports))
        write_results(
            told, setting, order.sheet, single=single, paths=paths, table=table, also=also
        )
        if order.report is not None:
            write_report(order.report, kept, told, setting)
    return Done(told.count, len(told.failures) + order.tagging.write(told.paths))


@contextlib.contextmanager
def _alone(order: Order) -> Iterator[None]:
    """Hold the right to write results and report, from before the work to its end."""
    from genre_audio.files import lock

    report = order.report
    if report is not None and not report.suffix:
        report /= "index.html"
    with contextlib.ExitStack() as held:
        for place in (order.sheet.output, report):
            if place is not None:
                held.enter_context(lock(place))
        yield


def _check_results(
    order: Order, sources: Sequence[Source], table: Path | None, exports: Sequence[Export]
) -> None:
    """Refuse to write where a recording or the table lies: it could not be had again."""
    from genre_audio.files.remote import Remote

    page = order.report if order.report is not None and order.report.suffix else None
    files = [each.place for each in exports if each.is_file]
    read = [table, *(each.path for each in sources if not isinstance(each.path, Remote))]
    check_places(order.sheet.output, page, *files, read=read)


def _run(params: Path | None) -> Run | None:
    if params is None:
        return None
    from genre_audio.reporting.runs import read_run

    run = read_run(params)
    for note in run.notes:
        say(note)
    return run


def _given(
    order: Order, before: Run | None
) -> tuple[Sequence[Place], Path | None, Sequence[Source]]:
    """Return what is asked about: what was given, else what a run to be repeated had.

    Recordings are named by the third only where they must be called as they were.
    """
    recordings, table = order.recordings, order.table
    if before is not None and not recordings and table is None:
        recordings, table = before.paths, before.table
        if not recordings and table is None and before.sources:
            return [source.path for source in before.sources], None, before.sources
    if table is not None and order.wish.content:
        raise ParameterError("a table cannot be listened to: --content needs recordings")
    if bool(recordings) == (table is not None):
        raise typer.BadParameter("give recordings, or a feature table with --table")
    return recordings, table, ()


def _tell(
    order: Order, sources: Sequence[Source], table: Path | None, setting: Setting
) -> tuple[Told, Setting]:
    from genre_audio.cli.predict_rows import from_recordings, from_table

    if table is not None:
        return from_table(table, setting)
    told = from_recordings(sources, setting, keeping=order.keeping, jobs=order.jobs)
    return told, setting
