"""Where results and messages go, and what the exit codes are."""

from __future__ import annotations

import contextlib
import re
import sys
from typing import TYPE_CHECKING, Final

import typer

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

__all__ = [
    "INTERRUPTED",
    "NOTHING_DONE",
    "SKIPPED",
    "USAGE",
    "check_places",
    "emit",
    "emit_lines",
    "progress",
    "say",
]

NOTHING_DONE: Final = 1
USAGE: Final = 2
SKIPPED: Final = 3
INTERRUPTED: Final = 130

_BOLD: Final = ("\x1b[1m", "\x1b[0m")
"""What tables of ours do on a terminal: bold, and no longer bold."""
_STYLE: Final = re.compile(r"(\x1b\[[01]m)")


def say(message: str) -> None:
    """Print a message for people, on standard error.

    Examples
    --------
    >>> from genre_audio.cli.output import say
    >>> say("3 recordings read")
    """
    typer.echo(_harmless(message), err=True)


def emit(text: str, *, output: Path | None = None) -> None:
    """Write a result to a file, whole or not at all, or to standard output.

    Examples
    --------
    >>> from genre_audio.cli.output import emit
    >>> emit("result")
    result
    """
    if output is None:
        typer.echo(_shown(text), nl=not text.endswith("\n"))
        return
    from genre_audio.files import replace_text

    replace_text(output, text)


def _shown(text: str) -> str:
    """Return a result as it is, but for a terminal, which would do what is in it."""
    if not sys.stdout.isatty():
        return text
    return "".join(part if part in _BOLD else _harmless(part) for part in _STYLE.split(text))


def _harmless(text: str) -> str:
    """Spell out what would move a cursor or change a colour: names and labels are anybody's."""
    if text.isascii() and text.isprintable():
        return text
    from genre_audio.reporting.printable import printable

    return "".join(each if each in "\n\t" else printable(each) for each in text)


def check_places(*results: Path | None, read: Sequence[Path | None] = ()) -> None:
    """Refuse before the work what could not be written after it, or would destroy what is read.

    Parameters
    ----------
    *results : pathlib.Path or None
        Files that are to be written.
    read : sequence of pathlib.Path or None
        Files that are read; of a folder, its table.

    Raises
    ------
    ParameterError
        If a result is a folder, is read, or is another result as well.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.cli.output import check_places
    >>> check_places(Path("page.html"), None, read=[Path("tracks.csv")])
    """
    given = [path for path in results if path is not None]
    inputs = {each.resolve() for path in read if path for each in (path, path / "features.csv")}
    for place, path in enumerate(given):
        if path.is_dir():
            raise ParameterError(f"{str(path)!r} is a folder; name a file in it for the result")
        if path.resolve() in inputs:
            raise ParameterError(
                f"{str(path)!r} is read, and would be lost; name another file for the result"
            )
        if path.resolve() in {other.resolve() for other in given[:place]}:
            raise ParameterError(f"{str(path)!r} is named for two results; name two files")


def emit_lines(lines: Iterable[str], *, output: Path | None = None) -> None:
    r"""Write a result as it comes: to a file, whole or not at all, or to standard output.

    Examples
    --------
    >>> from genre_audio.cli.output import emit_lines
    >>> emit_lines(["first\n", "second\n"])
    first
    second
    """
    if output is None:
        for line in lines:
            typer.echo(_shown(line), nl=False)
        return
    from genre_audio.files import replace_lines

    replace_lines(output, lines)


@contextlib.contextmanager
def progress(title: str) -> Iterator[tuple[Callable[[int], None], Callable[[], None]]]:
    """Show a bar on standard error where that is a terminal.

    Yields
    ------
    start, advance : callable
        ``start(total)`` once the total is known, ``advance()`` for each step.
    """
    if not sys.stderr.isatty():
        yield (lambda _total: None), (lambda: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Remaining())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield (lambda total: bar.update(task, total=total)), (lambda: bar.advance(task))
