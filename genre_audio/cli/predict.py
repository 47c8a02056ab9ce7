"""``genre-audio predict``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import typer

from genre_audio.cli import predict_options as options
from genre_audio.cli.options import Hop, Jobs
from genre_audio.cli.output import NOTHING_DONE, SKIPPED, say
from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from genre_audio.audio import Source
    from genre_audio.cli.predict_rows import Told
    from genre_audio.cli.predict_setting import Setting
    from genre_audio.prediction import Prediction
    from genre_audio.reporting.runs import Run

__all__ = ["command"]


def command(
    recordings: options.Recordings = None,
    *,
    table: options.Table = None,
    model: options.Model = None,
    top: options.Top = 3,
    form: options.Form = None,
    output: options.Output = None,
    segments: options.Segments = False,
    coverage: options.Coverage = None,
    hop: Hop = None,
    content: options.Content = None,
    whole: options.Whole = None,
    explain: options.Explain = None,
    export: options.Exports = None,
    report: options.Report = None,
    params: options.Params = None,
    write_tags: options.WriteTags = False,
    tag_copies: options.TagCopies = None,
    tag_in_place: options.InPlace = False,
    tag_all: options.TagAll = False,
    cache: options.Cache = None,
    no_cache: options.NoCache = False,
    jobs: Jobs = None,
) -> None:
    """Tell which genres recordings resemble.

    Of one recording: what may be said of it and why. Of several: one line for each with
    file, genre and probability, the next genres, those that are not ruled out, and a remark
    when it lies farther out than nearly all of the training recordings do.

    Several recordings, as in a folder, are read once: what was measured is kept, a run that
    was stopped goes on, and tables that 'extract' made are used. The same call repeats a run
    with --params.
    """
    from genre_audio.audio import find_recordings
    from genre_audio.cli.predict_exports import export_prediction, read_exports
    from genre_audio.cli.predict_report import check_report, write_report
    from genre_audio.cli.predict_results import Sheet, write_results
    from genre_audio.cli.predict_rows import Keeping
    from genre_audio.cli.predict_setting import Wish, settle
    from genre_audio.cli.predict_tags import Tagging

    before = _run(params)
    recordings, table, sources = _given(recordings or [], table, before, content=content)
    single = len(recordings) == 1 and not recordings[0].is_dir()
    tagging = Tagging.of(
        write_tags, copies=tag_copies, in_place=tag_in_place, undecided=tag_all, table=table
    )
    exports = read_exports(export or [], single=single)
    check_report(report, single=single)
    setting = settle(
        Wish(model, coverage, hop, content, whole, explain),
        before=before.parameters if before else None,
        explain=single or report is not None,
        content=table is None,
    )
    told, setting = _tell(
        sources or find_recordings(recordings),
        table,
        setting,
        keeping=Keeping(cache, never=no_cache),
        jobs=jobs,
    )
    if not told.count:
        say("no recording could be read")
        raise typer.Exit(NOTHING_DONE)
    kept: list[Prediction] = []
    also: list[Callable[[Prediction], None]] = [tagging.plan]
    if report is not None:
        also.append(kept.append)
    if exports:
        also.append(functools.partial(export_prediction, exports=exports))
    sheet = Sheet(form, output, top, segments)
    write_results(told, setting, sheet, single=single, paths=recordings, table=table, also=also)
    if report is not None:
        write_report(report, kept, told, setting)
    untagged = tagging.write(told.paths)
    if told.failures or untagged:
        raise typer.Exit(SKIPPED)


def _run(params: Path | None) -> Run | None:
    if params is None:
        return None
    from genre_audio.reporting.runs import read_run

    return read_run(params)


def _given(
    recordings: list[Path], table: Path | None, before: Run | None, *, content: bool | None
) -> tuple[list[Path], Path | None, Sequence[Source]]:
    """Return what is asked about: what was given, else what a run to be repeated had.

    Recordings are named by the third only where they must be called as they were.
    """
    if before is not None and not recordings and table is None:
        recordings, table = list(before.paths), before.table
        if not recordings and table is None and before.sources:
            return [source.path for source in before.sources], None, before.sources
    if table is not None and content:
        raise ParameterError("a table cannot be listened to: --content needs recordings")
    if bool(recordings) == (table is not None):
        raise typer.BadParameter("give recordings, or a feature table with --table")
    return recordings, table, ()


def _tell(
    sources: Sequence[Source],
    table: Path | None,
    setting: Setting,
    **how: object,
) -> tuple[Told, Setting]:
    from genre_audio.cli.predict_rows import from_recordings, from_table

    if table is not None:
        return from_table(table, setting)
    return from_recordings(sources, setting, **how), setting  # type: ignore[arg-type]
