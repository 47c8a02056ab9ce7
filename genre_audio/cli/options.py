"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["Jobs"]

Jobs = Annotated[
    int | None, typer.Option("--jobs", "-j", help="Worker processes; all cores by default.")
]
