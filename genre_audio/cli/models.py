"""``genre-audio models``."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from genre_audio.cli.output import emit, say
from genre_audio.errors import ModelError

__all__ = ["app"]

app = typer.Typer(rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """List the models, or choose the one to use.

    An asterisk marks the one that 'predict' uses when nothing is said.
    """
    if context.invoked_subcommand is not None:
        return
    from genre_audio.reporting.models import models_text
    from genre_audio.training import list_models, resolve_model

    emit(models_text(list_models()))
    try:
        resolve_model()
    except ModelError as error:
        say(f"'predict' would use none of them: {error}")


@app.command("use")
def use(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A model's name or folder; 'default' is the shipped one."
        ),
    ],
) -> None:
    """Use a model from now on."""
    from genre_audio.training import activate

    entry = activate(name)
    say(f"from now on 'predict' uses {entry.info.name} ({entry.path})")
    warn_of_variable()


def warn_of_variable() -> None:
    """Say that the environment goes before the model that was activated.

    Examples
    --------
    >>> from genre_audio.cli.models import warn_of_variable
    >>> warn_of_variable()
    """
    from genre_audio.training.store import VARIABLE

    if os.environ.get(VARIABLE):
        say(f"but {VARIABLE} is set to {os.environ[VARIABLE]!r}, which goes first")
