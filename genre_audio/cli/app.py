"""The application: its commands, its global options, and what becomes of errors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from genre_audio import __version__
from genre_audio.cli import extract, models, predict, retrain
from genre_audio.cli.output import NOTHING_DONE, USAGE, say
from genre_audio.errors import GenreAudioError, ParameterError

__all__ = ["app", "main"]

app = typer.Typer(
    name="genre-audio",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn music recordings into feature rows and tell which genres they resemble.",
    epilog="Exit codes: 0 all done, 1 nothing could be done, 2 wrong usage, "
    "3 done, but some recordings were skipped.",
)
app.command("extract")(extract.command)
app.command("predict")(predict.command)
app.command("retrain")(retrain.command)
app.add_typer(models.app, name="models")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"genre-audio {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[  # noqa: ARG001 - done by its callback
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    _options.debug = debug  # type: ignore[attr-defined]


def main() -> None:
    """Run the command line; known errors become one line on standard error.

    Examples
    --------
    >>> from genre_audio.cli import main
    >>> callable(main)
    True
    """
    try:
        app()
    except GenreAudioError as error:
        if getattr(_options, "debug", False):
            raise
        say(f"genre-audio: {error}")
        sys.exit(USAGE if isinstance(error, ParameterError) else NOTHING_DONE)
    except KeyboardInterrupt:
        say("genre-audio: interrupted; finished recordings are kept, run the same command to go on")
        sys.exit(130)
