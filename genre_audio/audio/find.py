"""Which recordings a command was given: files and folders become named sources.

A name is what tables call a recording: its POSIX path relative to the folder given,
so that a table does not depend on where the folder happens to lie.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["AUDIO_SUFFIXES", "Source", "find_recordings"]

AUDIO_SUFFIXES: Final = frozenset(
    f".{ending}"
    for ending in (
        *("aif", "aifc", "aiff", "au", "caf", "flac", "mp2", "mp3", "oga", "ogg", "opus"),
        *("rf64", "snd", "w64", "wav", "wave"),
        *("aac", "ac3", "amr", "ape", "dff", "dsf", "m4a", "m4b", "mka", "mpc", "spx", "tta"),
        *("weba", "wma", "wv"),
    )
)
"""Endings that mark a file in a folder as a recording. Some need ffmpeg; they are listed
where there is none, too, so that they are reported instead of passed over. Films are read
when they are named, and not looked for: beside a film often lies the recording of its sound."""


@dataclasses.dataclass(frozen=True, order=True)
class Source:
    """One recording to be read.

    Attributes
    ----------
    name : str
        POSIX path relative to the folder given, or the file's own name.
    path : pathlib.Path
        Where the file lies.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> Source("village/dance.wav", Path("tapes/village/dance.wav")).name
    'village/dance.wav'
    """

    name: str
    path: Path


def find_recordings(paths: Iterable[str | os.PathLike[str]]) -> list[Source]:
    """List the recordings below the given files and folders.

    A file given by itself is always listed. Folders are searched to the bottom for
    files that end in one of `AUDIO_SUFFIXES`; hidden files and folders are left out
    (file managers put their own there) and no folder is entered twice, so loops of
    symbolic links end.

    Parameters
    ----------
    paths : iterable of path-like
        Files and folders.

    Returns
    -------
    list of Source
        Sorted by name, each name once.

    Raises
    ------
    ParameterError
        If a path does not exist, or if two different files would get one name.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.audio import find_recordings
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "song.wav").write_bytes(b"")
    ...     [source.name for source in find_recordings([folder])]
    ['song.wav']
    """
    found: dict[str, Path] = {}
    for path in map(Path, paths):
        for source in _sources(path):
            known = found.setdefault(source.name, source.path)
            if not _same_file(known, source.path):
                raise ParameterError(
                    f"{known} and {source.path} would both be called {source.name!r}; "
                    "give the folder that holds both instead"
                )
    return [Source(name, found[name]) for name in sorted(found)]


def _sources(path: Path) -> Iterator[Source]:
    if path.is_dir():
        for file in _walk(path):
            yield Source(printable(file.relative_to(path).as_posix()), file)
    elif path.exists() or path.is_symlink():
        yield Source(printable(path.name), path)
    else:
        raise ParameterError(f"there is no file or folder {str(path)!r}")


def _same_file(first: Path, second: Path) -> bool:
    # A link that leads nowhere is the same file as itself only.
    return first == second or (first.exists() and second.exists() and first.samefile(second))


def printable(name: str) -> str:
    r"""Spell out what tables cannot hold: bytes not UTF-8, a carriage return.

    Examples
    --------
    >>> from genre_audio.audio.find import printable
    >>> print(printable("caf\udce9\r"))
    caf\xe9\x0d
    """
    text = os.fsencode(name).decode(errors="backslashreplace")
    return text.replace("\r", "\\x0d")  # a row would end there


def _walk(root: Path) -> Iterator[Path]:
    entered = set()
    for folder, subfolders, names in os.walk(root, followlinks=True):
        status = Path(folder).stat()
        if (status.st_dev, status.st_ino) in entered:
            subfolders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in AUDIO_SUFFIXES:
                yield Path(folder, name)
