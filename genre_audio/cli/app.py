"""The application: its commands, its global options, and what becomes of errors."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from genre_audio import __version__
from genre_audio.cli import compare, evaluate, explore, extract, models, predict, retrain
from genre_audio.cli.faults import error_text
from genre_audio.cli.interruption import Interruption
from genre_audio.cli.output import FAULT, INTERRUPTED, NOTHING_DONE, USAGE, say
from genre_audio.cli.pairs import PairsCommand
from genre_audio.errors import GenreAudioError, ParameterError

__all__ = ["app", "main"]


_interruption = Interruption()

_QUIET: Final[tuple[type[BaseException], ...]] = (
    typer.Exit,
    typer.Abort,
    # Typer carries a Click of its own, whose errors have no other public name.
    *(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException"),
    BrokenPipeError,
)
"""What Typer says itself."""


class _Commands(TyperGroup):
    """Commands whose known errors become one line and an exit code, however they are called."""

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]  # noqa: ANN401
        """Run a command; say a known error in one line, with its traceback on request."""
        _interruption.said, _interruption.command = False, ""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read the result has had enough of it
        except (GenreAudioError, OSError) as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            say(f"genre-audio: {error_text(error)}")
            code = USAGE if isinstance(error, ParameterError) else NOTHING_DONE
            raise typer.Exit(code) from error
        except KeyboardInterrupt as error:
            _interruption.tell()
            raise typer.Exit(INTERRUPTED) from error
        except _QUIET:
            raise
        except Exception as error:
            if ctx.params["debug"]:
                traceback.print_exc()
            say(
                f"genre-audio: {type(error).__name__}: {error}. This is a fault of genre-audio, "
                "not yours: please report it with what 'genre-audio --debug ...' shows"
            )
            raise typer.Exit(FAULT) from error


app = typer.Typer(
    name="genre-audio",
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Turn music recordings into feature rows and tell which genres they resemble.",
    epilog="Exit codes: 0 all done, 1 nothing could be done, 2 wrong usage, "
    "3 done, but some recordings were skipped, 70 a fault of genre-audio, 130 interrupted.",
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
    ctx: typer.Context,
    *,
    debug: Annotated[  # noqa: ARG001 - both are looked at elsewhere
        bool, typer.Option("--debug", help="Show the traceback of an error.")
    ] = False,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Turn music recordings into feature rows and tell which genres they resemble."""
    _interruption.command = ctx.invoked_subcommand or ""


def main() -> None:
    """Run the command line.

    Examples
    --------
    >>> from genre_audio.cli import main
    >>> callable(main)
    True
    """
    # One thread does all sums, so that they come out the same. The others would be started
    # as numpy is imported, and spend a tenth of a second of every core waiting for work; and
    # a process with threads cannot be copied to have a worker.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    # Workers would look for modules first in the current folder: that of the recordings.
    os.environ.setdefault("PYTHONSAFEPATH", "1")
    _open_closed_streams()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that lacks a sign, or cannot show a name, must not lose the result.
        sys.stdout.reconfigure(errors="backslashreplace")
    _interruption.listen()
    try:
        app()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _interruption.leave()
        raise
    except KeyboardInterrupt:  # between commands
        _interruption.leave()


def _open_closed_streams() -> None:
    """Let a standard stream that was closed (``>&-``, some services) lead nowhere.

    Else the next file that is opened would get its number, and with it whatever a library
    or another program writes there.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
