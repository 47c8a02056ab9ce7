"""Which recordings a command was given: files and folders become named sources.

A name is what tables call a recording: its POSIX path relative to the folder given,
so that a table does not depend on where the folder happens to lie. Different files have
different names, whatever bytes their names are made of. What cannot be looked at is listed
as well, so that it is reported instead of passed over.
"""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError
from genre_audio.files.places import same_file
from genre_audio.files.remote import Remote, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from genre_audio.files.remote import Place

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

_ESCAPE: Final = re.compile(r"\\(?=x[0-9a-f]{2})")
"""A backslash that could be taken for one of ours."""

_NOTHING_THERE: Final = (FileNotFoundError, NotADirectoryError)


@dataclasses.dataclass(frozen=True, order=True, slots=True)
class Source:
    """One recording to be read.

    Attributes
    ----------
    name : str
        POSIX path relative to the folder given, or the file's own name.
    path : pathlib.Path or Remote
        Where the file lies.
    fault : str
        Why there is nothing to be read, as of a folder that cannot be listed; empty
        for a recording.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> Source("village/dance.wav", Path("tapes/village/dance.wav")).name
    'village/dance.wav'
    """

    name: str
    path: Place
    fault: str = ""


def find_recordings(paths: Iterable[str | os.PathLike[str] | Remote]) -> list[Source]:
    """List the recordings below the given files and folders.

    A file given by itself is always listed. Folders are searched to the bottom for
    files that end in one of `AUDIO_SUFFIXES`; hidden files and folders are left out
    (file managers put their own there) and no folder is entered twice, so loops of
    symbolic links end. A folder that cannot be listed is a source with a fault, whose
    name ends in a slash. URLs (``s3://bucket/tapes``) are listed likewise, by their store.

    Parameters
    ----------
    paths : iterable of path-like or Remote
        Files and folders, or their URLs.

    Returns
    -------
    list of Source
        Sorted by name, each name once.

    Raises
    ------
    ParameterError
        If a path does not exist, if two different files would get one name, or if a URL
        cannot be listed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.audio import find_recordings
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = pathlib.Path(folder, "song.wav").write_bytes(b"")
    ...     [source.name for source in find_recordings([folder])]
    ['song.wav']
    """
    found: dict[str, Source] = {}
    for path in map(place_of, paths):
        for source in _stored(path) if isinstance(path, Remote) else _sources(path):
            known = found.setdefault(source.name, source)
            if known is not source and not same_file(known.path, source.path):
                raise ParameterError(
                    f"{known.path} and {source.path} would both be called {source.name!r}; "
                    "give the folder that holds both instead"
                )
    return [found[name] for name in sorted(found)]


def _sources(path: Path) -> Iterator[Source]:
    try:
        is_folder = stat.S_ISDIR(path.stat().st_mode)
    except OSError as error:
        # What is there and cannot be looked at, as a link that leads nowhere, is reported.
        if isinstance(error, _NOTHING_THERE) and not os.path.lexists(path):
            raise ParameterError(f"there is no file or folder {str(path)!r}") from error
        is_folder = False
    if is_folder:
        yield from _below(path)
    else:
        yield Source(printable(path.name), path)


def _stored(place: Remote) -> Iterator[Source]:
    from genre_audio.files.stores import list_store

    for found in list_store(place):
        if found == place:
            yield Source(printable(place.name), found)
            continue
        name = found.url[len(place.url) + 1 :]
        hidden = name.startswith(".") or "/." in name
        if not hidden and found.suffix.lower() in AUDIO_SUFFIXES:
            yield Source(printable(name), found)


def printable(name: str) -> str:
    r"""Spell out what tables cannot hold: bytes not UTF-8, a carriage return.

    A backslash that would look like such a byte is spelled out too, so that different
    names stay different.

    Examples
    --------
    >>> from genre_audio.audio.find import printable
    >>> print(printable("caf\udce9\r"), printable(r"caf\xe9"), printable(r"AC\DC"))
    caf\xe9\x0d caf\x5cxe9 AC\DC
    """
    text = os.fsencode(_ESCAPE.sub(r"\\x5c", name)).decode(errors="backslashreplace")
    return text.replace("\r", "\\x0d")  # a row would end there


def _below(root: Path) -> Iterator[Source]:
    """Look through a folder: its files, then its subfolders, in the order of their names.

    Nothing here calls itself: folders may lie deeper in each other than calls may.
    """
    entered = set()
    waiting = [""]
    while waiting:
        below = waiting.pop()
        folder = os.path.join(root, below)  # noqa: PTH118 - a path is made for recordings only
        try:
            status = os.stat(folder)  # noqa: PTH116
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                listed = sorted((each.name, _is_folder(each)) for each in entries)
        except OSError as error:
            name, fault = below or f"{root.name}/", error.strerror or str(error)
            yield Source(printable(name), Path(folder), f"the folder cannot be listed: {fault}")
            continue
        seen = [(name, is_folder) for name, is_folder in listed if not name.startswith(".")]
        for name, is_folder in seen:
            if not is_folder and os.path.splitext(name)[1].lower() in AUDIO_SUFFIXES:  # noqa: PTH122
                yield Source(printable(below + name), Path(root, below + name))
        waiting += [f"{below}{name}/" for name, is_folder in reversed(seen) if is_folder]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a loop of links, or a link to where nobody may look
        return False
