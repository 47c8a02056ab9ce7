"""A file takes another's place in one step."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from genre_audio.errors import OutputError
from genre_audio.files.leftovers import temporary_file
from genre_audio.files.places import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["replace_bytes", "replace_lines", "replace_text", "replacing"]


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path` in one step: readers see the old file or the new one.

    Raises
    ------
    OutputError
        If the folder cannot be written to; an old file then stands unchanged.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import replace_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_text(pathlib.Path(folder, "note.txt"), "done")
    ...     pathlib.Path(folder, "note.txt").read_text()
    'done'
    """
    replace_lines(path, [text])


def replace_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, as `replace_text` does.

    Examples
    --------
    See `replace_text`.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def replace_lines(path: Path, lines: Iterable[str]) -> None:
    r"""Write texts one after another to `path`, as `replace_text` writes one.

    They need not be in memory at once. If making one of them fails, an old file stands
    unchanged as well.

    Raises
    ------
    OutputError
        As of `replace_text`.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import replace_lines
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     replace_lines(pathlib.Path(folder, "note.txt"), (f"{n}\n" for n in range(3)))
    ...     pathlib.Path(folder, "note.txt").read_text().split()
    ['0', '1', '2']
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Fill a file under a temporary name beside `path`, whose place it takes at the end.

    Where `path` is a link, it takes the place of what that leads to, and the link stays.

    Yields
    ------
    pathlib.Path
        An empty file. If the block raises, it vanishes and `path` is as before.

    Raises
    ------
    OutputError
        If the folder cannot be written to, a link leads nowhere, or what stands there is no
        ordinary file: a device or a pipe would be lost.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import replacing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(pathlib.Path(folder, "a.bin")) as file:
    ...         _ = file.write_bytes(b"abc")
    ...     pathlib.Path(folder, "a.bin").read_bytes()
    b'abc'
    """
    try:
        # The links in /dev lead to ordinary files now and then, and are none themselves.
        if path.absolute().parent == Path("/dev") or (path.exists() and not path.is_file()):
            raise OutputError(f"{path} is no ordinary file: name another place")
        place = target_of(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        with temporary_file(place) as temporary:
            yield temporary
            with open(temporary, "rb") as file:  # noqa: PTH123
                os.fsync(file.fileno())
            temporary.chmod(_usual_mode(place))
            temporary.replace(place)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error


def _usual_mode(path: Path) -> int:
    """Return the mode of the file to be replaced, or what a new file would have.

    Temporary files are private to their owner; what takes their name must not be.
    """
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
