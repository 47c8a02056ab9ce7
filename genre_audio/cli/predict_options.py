"""The options of ``genre-audio predict``."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated

import typer

__all__ = [
    "Cache",
    "Content",
    "Coverage",
    "Explain",
    "Exports",
    "Form",
    "Format",
    "InPlace",
    "Model",
    "NoCache",
    "Output",
    "Params",
    "Recordings",
    "Report",
    "Segments",
    "Table",
    "TagAll",
    "TagCopies",
    "Top",
    "Whole",
    "WriteTags",
]


class Format(enum.StrEnum):
    """Forms of a result."""

    answer = "answer"
    table = "table"
    csv = "csv"
    json = "json"
    jsonl = "jsonl"


def _share(value: float | None) -> float | None:
    if value is not None and not 0.0 < value < 1.0:
        raise typer.BadParameter("give a share above 0 and below 1, such as 0.9")
    return value


Recordings = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RECORDING", help="Recordings, or folders of them; URLs such as s3://BUCKET."
    ),
]
Table = Annotated[Path | None, typer.Option(help="Take the rows of this feature table instead.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        help="A model's name or folder; else GENRE_AUDIO_MODEL, else the one activated, "
        "else the one shipped.",
    ),
]
Top = Annotated[
    int, typer.Option("-k", "--top", min=1, help="How many genres a line or answer names.")
]
Form = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        help="Form of the result; by default that of the output's ending, else an answer for "
        "one recording and a table for several.",
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="File for the result. Beside a CSV or table its parameters are written, as .json.",
    ),
]
Segments = Annotated[
    bool, typer.Option("--segments", help="One line for each segment, with start and stop.")
]
Coverage = Annotated[
    float | None,
    typer.Option(
        callback=_share,
        help="How often the genres not ruled out are to hold the right one; 0.9, if the model "
        "does not say otherwise.",
    ),
]
Content = Annotated[
    bool | None,
    typer.Option(
        "--content/--no-content",
        help="Tell speech, singing, instruments, noise and silence apart first, so that "
        "segments count by how much music they hold: done unless it is refused.",
    ),
]
Whole = Annotated[
    bool | None,
    typer.Option("--whole", help="Let segments count by their length, whatever they hold."),
]
Explain = Annotated[
    bool | None,
    typer.Option(
        "--explain/--no-explain",
        help="Name the nearest training recordings, and what speaks for and against the label: "
        "done for one recording and in reports unless it is refused.",
    ),
]
Exports = Annotated[
    list[str] | None,
    typer.Option(
        "--export",
        metavar="FORM[:PLACE]",
        help="Write genres and contents over time for other tools: audacity, csv, elan, jams, "
        "jsonl, raven or sonic-visualiser; into a folder, or for one recording a file. May be "
        "given several times.",
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        metavar="PLACE",
        help="Write a page on one recording (a file that ends in .html), or pages on all with "
        "an index into a folder.",
    ),
]
Params = Annotated[
    Path | None,
    typer.Option(
        help="Ask again what a result (JSON, or the file beside a CSV) says was asked; what "
        "contradicts it is refused.",
    ),
]
WriteTags = Annotated[
    bool,
    typer.Option(
        "--write-tags",
        help="Say which genre would be written into the tags of which file. Needs mutagen.",
    ),
]
TagCopies = Annotated[
    Path | None,
    typer.Option(
        "--tag-copies", metavar="FOLDER", help="With --write-tags: write it into copies there."
    ),
]
InPlace = Annotated[
    bool,
    typer.Option("--tag-in-place", help="With --write-tags: write it into the files themselves."),
]
TagAll = Annotated[
    bool,
    typer.Option(
        "--tag-all",
        help="With --write-tags: also where the verdict does not come to one genre.",
    ),
]
Cache = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Where to keep what was read of recordings; by default in the user's cache, "
        "where there are several.",
    ),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Read all recordings again, and keep nothing.")
]
