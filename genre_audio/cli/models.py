"""``genre-audio models``."""

from __future__ import annotations

from typing import Annotated

import typer

from genre_audio.cli.output import emit, say

__all__ = ["app"]

app = typer.Typer(help="List the models, or choose the one to use.", rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """List the models, or choose the one to use.

    An asterisk marks the one that 'predict' uses when nothing is said.
    """
    if context.invoked_subcommand is not None:
        return
    from genre_audio.reporting.models import models_text
    from genre_audio.training import list_models

    emit(models_text(list_models()))


@app.command("use")
def use(
    name: Annotated[
        str, typer.Argument(help="A model's name or folder; 'default' is the shipped one.")
    ],
) -> None:
    """Use a model from now on."""
    from genre_audio.training import activate

    entry = activate(name)
    say(f"from now on 'predict' uses {entry.info.name} ({entry.path})")
