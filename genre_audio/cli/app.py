"""The application: its commands, its global options, and what becomes of errors."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from genre_audio import __version__
from genre_audio.cli import compare, evaluate, explore, extract, models, predict, retrain
from genre_audio.cli.hush import hush_libraries
from genre_audio.cli.output import INTERRUPTED, NOTHING_DONE, USAGE, say
from genre_audio.cli.pairs import PairsCommand
from genre_audio.errors import GenreAudioError, ParameterError

__all__ = ["app", "main"]


class _Commands(TyperGroup):
    """Commands whose known errors become one line and an exit code, however they are called."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Run a command; say a known error in one line, with its traceback on request."""
        try:
            return super().invoke(ctx)
        except GenreAudioError as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            say(f"genre-audio: {error}")
            code = USAGE if isinstance(error, ParameterError) else NOTHING_DONE
            raise typer.Exit(code) from error
        except KeyboardInterrupt as error:
            say(
                "genre-audio: interrupted; 'extract' and 'predict', run again, go on where they "
                "stopped"
            )
            raise typer.Exit(INTERRUPTED) from error


app = typer.Typer(
    name="genre-audio",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn music recordings into feature rows and tell which genres they resemble.",
    epilog="Exit codes: 0 all done, 1 nothing could be done, 2 wrong usage, "
    "3 done, but some recordings were skipped.",
)
app.command("extract", short_help="Turn recordings into a table of features.")(extract.command)
app.command("explore", cls=PairsCommand, short_help="Look at a table or a recording.")(
    explore.command
)
app.command("predict", short_help="Tell which genres recordings resemble.")(predict.command)
app.command("retrain", short_help="Train a model on a table with your own labels.")(retrain.command)
app.command("evaluate", short_help="Score learners on recordings not seen.")(evaluate.command)
app.command("compare", short_help="Compare learners and balancing on any table.")(compare.command)
app.add_typer(models.app, name="models")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"genre-audio {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Turn music recordings into feature rows and tell which genres they resemble."""


def main() -> None:
    """Run the command line.

    Examples
    --------
    >>> from genre_audio.cli import main
    >>> callable(main)
    True
    """
    # One thread does all sums, so that they come out the same. The others would be started
    # as numpy is imported, and spend a tenth of a second of every core waiting for work.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Workers would look for modules first in the current folder: that of the recordings.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    if "--debug" not in sys.argv:
        hush_libraries()
    app()
