"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

__all__ = ["Jobs", "Seconds"]

Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        help="Worker processes; by default as many as cores, or as work is worth.",
    ),
]

Seconds = Annotated[
    float | None, typer.Option(help="Length of the table's segments, if it does not say.")
]
