"""Write ``docs/cli.md``: the help of every command, as the program prints it.

Help texts are written once, in the code; a test compares the document with them.

    python scripts/make_cli_docs.py [-o docs/cli.md]
"""

from __future__ import annotations

import argparse
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

# Both before typer is imported: help is as wide as the terminal and in its colours.
os.environ |= {"COLUMNS": "80", "TERMINAL_WIDTH": "80", "NO_COLOR": "1"}

import typer
from typer.main import get_command
from typer.testing import CliRunner

from genre_audio.cli import app

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# Commands

<!-- Written by scripts/make_cli_docs.py with typer {typer}; do not edit. -->

Results go to standard output in the chosen form, everything else to standard error.

| exit code | meaning |
|---|---|
| 0 | all done |
| 1 | nothing could be done |
| 2 | wrong usage |
| 3 | done, but some recordings were skipped |
| 70 | a fault of genre-audio itself: please report it |
| 130 | interrupted, by Ctrl-C or SIGTERM |

Which model `predict` uses, first match wins: the one named with `-m`, the one that the
environment variable `GENRE_AUDIO_MODEL` names, the one that `retrain` or `models use`
activated, the one that ships with the package. It must tell genres. A name is a folder's
path, the name of a model in your own model folder, or that of the shipped one.
"""


def commands() -> Iterator[list[str]]:
    """Yield the words of every command, the program itself first."""
    found = [([], get_command(app))]
    for words, command in found:
        yield words
        found += [([*words, name], sub) for name, sub in getattr(command, "commands", {}).items()]


def cli_text() -> str:
    """Return the document."""
    parts = [HEAD.format(typer=".".join(typer.__version__.split(".")[:2]))]
    for words in commands():
        result = CliRunner().invoke(app, [*words, "--help"], prog_name="genre-audio")
        if result.exit_code:
            raise RuntimeError(f"{words} has no help: {result.output}")
        text = re.sub(r"[ \t]+$", "", result.stdout, flags=re.MULTILINE).strip()
        name = " ".join(["genre-audio", *words])
        parts.append(f"## `{name}`\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def main() -> None:
    """Write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/cli.md"))
    arguments = parser.parse_args()
    arguments.output.write_text(cli_text(), encoding="utf-8")
    print(arguments.output)


if __name__ == "__main__":
    main()
