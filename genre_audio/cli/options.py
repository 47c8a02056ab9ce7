"""Options that several commands share."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

__all__ = ["Budget", "Groups", "Hop", "Jobs", "Scheduler", "Seconds", "use_scheduler"]


class Budget(enum.StrEnum):
    """How much to tune."""

    none = "none"
    small = "small"
    full = "full"


Groups = Annotated[
    str | None,
    typer.Option(
        help="What must not be on both sides of a split, such as the artist: a column of "
        "the table, a CSV file, or FILE.csv:COLUMN. By default the recording.",
    ),
]

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        help="Worker processes; by default as many as cores, or as work is worth.",
    ),
]

Scheduler = Annotated[
    str | None,
    typer.Option(
        envvar="DASK_SCHEDULER_ADDRESS",
        show_envvar=True,
        help="Send the work to a Dask cluster: the address of its scheduler "
        "(tcp://HOST:8786), or 'local' for one of this machine's cores.",
    ),
]

Hop = Annotated[
    float | None,
    typer.Option(
        help="Begin a segment every so many seconds, so that segments overlap; by default "
        "each begins where the one before ends.",
    ),
]

Seconds = Annotated[
    float | None, typer.Option(help="Length of the table's segments, if it does not say.")
]


def use_scheduler(context: typer.Context, address: str | None, *, jobs: int | None) -> None:
    """Send the work of a command to a Dask cluster, until the command ends.

    Examples
    --------
    >>> import typer
    >>> from genre_audio.cli import app
    >>> from genre_audio.cli.options import use_scheduler
    >>> context = typer.Context(typer.main.get_command(app))
    >>> use_scheduler(context, None, jobs=1)
    """
    if address is not None:
        from genre_audio.cli.output import say
        from genre_audio.execution import on_scheduler

        context.with_resource(on_scheduler(address, n_jobs=jobs, on_message=say))
