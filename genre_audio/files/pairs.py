"""Two files that belong together: a table and its description, replaced as if in one step.

No system replaces two files at once. So the new description is noted first, in a hidden
file, behind a line with the hash of the table that it describes; then the table takes its
place, then the description, and the note goes. Whenever a run is killed, the note tells
which of the two descriptions is that of the table that stands there, and the next run
finishes the work.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import shutil
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from genre_audio.errors import GenreAudioError, OutputError, TableError
from genre_audio.files.fingerprints import fingerprint
from genre_audio.files.places import led_to
from genre_audio.files.replace import replace_lines, replace_text, replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["finish_pair", "note_path", "read_description", "replace_pair", "unchanged"]

_TRIES: Final = 5

Parameters = ParamSpec("Parameters")
Value = TypeVar("Value")


def note_path(path: Path) -> Path:
    """Return where the note of a table lies while it is replaced.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.pairs import note_path
    >>> note_path(Path("features.csv")).name
    '.features.csv.pending'
    """
    real = led_to(path)
    return real.with_name(f".{real.name}.pending")


def replace_pair(
    path: Path, text: Iterable[str], *, beside: Path, description: Iterable[str]
) -> None:
    r"""Replace a table and its description; a lock on `path` is held.

    Parameters
    ----------
    path : pathlib.Path
        The table.
    text : iterable of str
        What is in it, in pieces that need not be in memory at once.
    beside : pathlib.Path
        Where the description goes.
    description : iterable of str
        Its pieces, which are asked for when the last of the table is written.

    Raises
    ------
    OutputError
        If one of them cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.pairs import read_description, replace_pair
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table, beside = pathlib.Path(folder, "a.csv"), pathlib.Path(folder, "a.csv.json")
    ...     replace_pair(table, ["a\n"], beside=beside, description=["{}"])
    ...     read_description(table, beside=beside)
    '{}'
    """
    before = _sha256(path)
    with replacing(path) as table:
        note = {"before": before, "after": _write(table, text)}
        try:
            head = json.dumps(note)
            replace_lines(note_path(path), itertools.chain([f"{head}\n"], description))
        except OutputError as error:  # nobody asked for a note
            said = str(error).replace(str(note_path(path)), str(path))
            raise OutputError(said) from error.__cause__
    _copy_description(note_path(path), beside)
    note_path(path).unlink()


def _write(file: Path, text: Iterable[str]) -> str:
    """Write pieces to a file; return the hash of the whole."""
    hashed = hashlib.sha256()
    with file.open("wb") as stream:
        for piece in text:
            content = piece.encode()
            hashed.update(content)
            stream.write(content)
    return hashed.hexdigest()


def _copy_description(note: Path, beside: Path) -> None:
    with note.open("rb") as source, replacing(beside) as new, new.open("wb") as target:
        source.readline()
        shutil.copyfileobj(source, target)


def finish_pair(path: Path, *, beside: Path) -> None:
    """Finish what a killed run began; a lock on `path` is held.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.pairs import finish_pair
    >>> finish_pair(Path("nowhere.csv"), beside=Path("nowhere.csv.json"))
    """
    note = _note(path)
    if note is not None and note["after"] == _sha256(path):
        replace_text(beside, str(note["description"]))
    note_path(path).unlink(missing_ok=True)


def read_description(path: Path, *, beside: Path) -> str:
    """Return the description that is true of the table that stands there.

    Raises
    ------
    TableError
        If a run was killed while it replaced the two, and the table was edited since.
    OSError
        If there is none, or it cannot be read.

    Examples
    --------
    See `replace_pair`.
    """
    note = _note(path)
    if note is not None:
        found = _sha256(path)
        if found == note["after"]:
            return str(note["description"])
        if found != note["before"]:
            raise TableError(
                f"a run that wrote {path} was stopped, and the table was changed since: whether "
                f"{beside.name} describes it is not known; bring it up to date with "
                "'genre-audio extract'"
            )
    return beside.read_text(encoding="utf-8")


def unchanged(
    read: Callable[Concatenate[Path, Parameters], Value],
) -> Callable[Concatenate[Path, Parameters], Value]:
    """Have a function that reads a table and its description do so again if they change meanwhile.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.pairs import unchanged
    >>> unchanged(lambda path: path.name)(Path("nowhere.csv"))
    'nowhere.csv'
    """

    def again(path: Path, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Value:
        """Read; a table that was replaced meanwhile may have been read with the other's words."""
        for _ in range(_TRIES):
            before = _identity(path)
            try:
                value = read(path, *args, **kwargs)
            except GenreAudioError:
                if _identity(path) == before:
                    raise
                continue
            if _identity(path) == before:
                return value
        return read(path, *args, **kwargs)

    functools.update_wrapper(again, read)
    return again  # type: ignore[return-value]  # the path may be given by name as well


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _sha256(path: Path) -> str | None:
    try:
        return fingerprint(path).sha256
    except OSError:
        return None


def _note(path: Path) -> dict[str, str | None] | None:
    """Return a note with the description behind its first line, where earlier versions had it."""
    try:
        head, _, rest = note_path(path).read_text(encoding="utf-8").partition("\n")
        note = json.loads(head)
        known = {name: note[name] for name in ("before", "after")}
        return known | {"description": note.get("description", rest)}
    except (OSError, ValueError, KeyError, TypeError):
        return None
