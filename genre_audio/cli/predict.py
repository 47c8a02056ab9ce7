"""``genre-audio predict``."""

from __future__ import annotations

import typer

from genre_audio.cli import predict_options as options
from genre_audio.cli.options import Hop, Jobs, Scheduler, use_scheduler
from genre_audio.cli.output import NOTHING_DONE, SKIPPED, say

__all__ = ["command"]


def command(
    context: typer.Context,
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
    scheduler: Scheduler = None,
) -> None:
    """Tell which genres recordings resemble.

    Of one recording: what may be said of it and why. Of several: one line for each with
    file, genre and probability, the next genres, those that are not ruled out, and a remark
    when it lies farther out than nearly all of the training recordings do, or sounds like
    something else than music.

    Several recordings, as in a folder, are read once: what was measured is kept, a run that
    was stopped goes on, and tables that 'extract' made are used. The same call repeats a run
    with --params.
    """
    from genre_audio.cli.predict_order import Order, carry_out
    from genre_audio.cli.predict_results import Sheet
    from genre_audio.cli.predict_rows import Keeping
    from genre_audio.cli.predict_setting import Wish
    from genre_audio.cli.predict_tags import Tagging
    from genre_audio.files.remote import place_of

    order = Order(
        recordings=tuple(map(place_of, recordings or ())),
        table=table,
        params=params,
        wish=Wish(model, coverage, hop, content, whole, explain),
        sheet=Sheet(form, output, top, segments),
        exports=tuple(export or ()),
        report=report,
        keeping=Keeping(cache, never=no_cache),
        tagging=Tagging(write_tags, tag_copies, tag_in_place, tag_all),
        jobs=jobs,
    )
    use_scheduler(context, scheduler, jobs=jobs)
    done = carry_out(order)
    if not done.told:
        say("no recording could be read" if done.skipped else "no recordings found")
        raise typer.Exit(NOTHING_DONE)
    if done.skipped:
        raise typer.Exit(SKIPPED)
