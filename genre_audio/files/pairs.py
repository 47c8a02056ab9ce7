"""Two files that belong together: a table and its description, replaced as if in one step.

No system replaces two files at once. So the new description is noted first, in a hidden
file, with the hash of the table that it describes; then the table takes its place, then the
description, and the note goes. Whenever a run is killed, the note tells which of the two
descriptions is that of the table that stands there, and the next run finishes the work.
"""

from __future__ import annotations

import functools
import hashlib
import json
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar

from genre_audio.errors import GenreAudioError, OutputError, TableError
from genre_audio.files.fingerprints import fingerprint
from genre_audio.files.replace import replace_text

if TYPE_CHECKING:
    from collections.abc import Callable
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
    return path.with_name(f".{path.name}.pending")


def replace_pair(path: Path, text: str, *, beside: Path, description: str) -> None:
    r"""Replace a table and its description; a lock on `path` is held.

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
    ...     replace_pair(table, "a\n", beside=beside, description="{}")
    ...     read_description(table, beside=beside)
    '{}'
    """
    note = {
        "before": _sha256(path),
        "after": hashlib.sha256(text.encode()).hexdigest(),
        "description": description,
    }
    try:
        replace_text(note_path(path), json.dumps(note) + "\n")
    except OutputError as error:  # nobody asked for a note
        raise OutputError(str(error).replace(str(note_path(path)), str(path))) from error.__cause__
    replace_text(path, text)
    replace_text(beside, description)
    note_path(path).unlink()


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
    try:
        note = json.loads(note_path(path).read_text(encoding="utf-8"))
        return {name: note[name] for name in ("before", "after", "description")}
    except (OSError, ValueError, KeyError, TypeError):
        return None
