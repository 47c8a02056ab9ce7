"""Where results and messages go, and what the exit codes are."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from genre_audio.cli.faults import shown
from genre_audio.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = [
    "FAULT",
    "INTERRUPTED",
    "NOTHING_DONE",
    "SKIPPED",
    "USAGE",
    "annotation_file",
    "check_places",
    "emit",
    "emit_lines",
    "progress",
    "say",
]

NOTHING_DONE: Final = 1
USAGE: Final = 2
SKIPPED: Final = 3
FAULT: Final = 70
INTERRUPTED: Final = 130

_REDRAW: Final = 0.1

_BOLD: Final = ("\x1b[1m", "\x1b[0m")
"""What tables of ours do on a terminal: bold, and no longer bold."""
_STYLE: Final = re.compile(r"(\x1b\[[01]m)")


def say(message: str) -> None:
    """Print a message for people, on standard error: one line, whatever names are in it.

    Examples
    --------
    >>> from genre_audio.cli.output import say
    >>> say("3 recordings read")
    """
    with contextlib.suppress(OSError):  # work goes on where nobody can read of it
        typer.echo(shown(message), err=True)


def emit(text: str, *, output: Path | None = None) -> None:
    """Write a result to a file, whole or not at all, or to standard output.

    Examples
    --------
    >>> from genre_audio.cli.output import emit
    >>> emit("result")
    result
    """
    if output is None:
        _print(_shown(text if text.endswith("\n") else f"{text}\n"))
        return
    from genre_audio.files import replace_text

    replace_text(output, text)


def _shown(text: str) -> str:
    """Return a result as it is, but for a terminal, which would do what is in it."""
    if not sys.stdout.isatty():
        return text
    return "".join(
        part if part in _BOLD else shown(part, lines=True) for part in _STYLE.split(text)
    )


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
    OutputError
        If its place cannot be written to.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.cli.output import check_places
    >>> check_places(Path("page.html"), None, read=[Path("tracks.csv")])
    """
    from genre_audio.files.places import check_writable, is_folder, real_path

    given = [path for path in results if path is not None]
    tables = [path / "features.csv" for path in read if path and is_folder(path)]
    inputs = {real_path(path) for path in (*read, *tables) if path} if given else set()
    for place, path in enumerate(given):
        if is_folder(path):
            raise ParameterError(f"{str(path)!r} is a folder; name a file in it for the result")
        if real_path(path) in inputs:
            raise ParameterError(
                f"{str(path)!r} is read, and would be lost; name another file for the result"
            )
        if real_path(path) in {real_path(other) for other in given[:place]}:
            raise ParameterError(f"{str(path)!r} is named for two results; name two files")
        check_writable(path)


def annotation_file(option: str | None) -> Path | None:
    """Return the file that an option names as ``FILE`` or ``FILE:COLUMN``, if it names one.

    Examples
    --------
    >>> from genre_audio.cli.output import annotation_file
    >>> annotation_file("artist") is None
    True
    """
    whole = option or ""
    named = (text for text in (whole, whole.rpartition(":")[0]) if os.path.isfile(text))  # noqa: PTH113
    return next(map(Path, named), None)


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
            _print(_shown(line))
        return
    from genre_audio.files import replace_lines

    replace_lines(output, lines)


def _print(text: str) -> None:
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:
        raise  # whoever read the result has had enough of it
    except OSError as error:
        message = f"standard output cannot be written: {error.strerror or error}"
        raise OutputError(message) from error


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
    # Drawn when something happens: a thread that did so would forbid to copy this process.
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task, drawn = bar.add_task(title, total=None), time.monotonic()

        def advance() -> None:
            """Count a step; draw the bar, but not too often."""
            nonlocal drawn
            bar.advance(task)
            if time.monotonic() - drawn > _REDRAW:
                bar.refresh()
                drawn = time.monotonic()

        def start(total: int) -> None:
            """Say how many steps there will be."""
            bar.update(task, total=total)
            bar.refresh()

        yield start, advance
