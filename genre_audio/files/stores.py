"""What is asked of stores that fsspec knows: a listing, the state of an object, its bytes.

Whoever computes fetches: an object goes to a file of the worker's own, block by block, and
only the names in a listing ever reach the process that gives out the work.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import hashlib
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import AudioError, GenreAudioError, ParameterError
from genre_audio.files.asking import asking
from genre_audio.files.fingerprints import Fingerprint, outline
from genre_audio.files.remote import Remote
from genre_audio.files.scratch import scratch_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["fetched", "gone_from_stores", "is_store_folder", "list_store", "look"]

_BLOCK: Final = 8 << 20
"""Bytes that are asked for at once: few requests, and little memory."""
_PIECE: Final = 1 << 20

_TAGS: Final = ("ETag", "etag", "generation")
_TIMES: Final = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")


def is_store_folder(place: Remote) -> bool:
    """Tell whether a URL leads to a folder; one that cannot be asked about is none.

    Examples
    --------
    >>> from genre_audio.files.remote import Remote
    >>> from genre_audio.files.stores import is_store_folder
    >>> is_store_folder(Remote("nowhere://archive"))
    False
    """
    try:
        return bool(_info(place)["type"] == "directory")
    except (OSError, ParameterError):
        return False


def list_store(place: Remote) -> list[Remote]:
    """List the objects below a URL, or the one that it leads to, with what is said of them.

    Raises
    ------
    ParameterError
        If there is nothing, or it cannot be listed.

    Examples
    --------
    >>> import fsspec
    >>> from genre_audio.files.remote import Remote
    >>> from genre_audio.files.stores import list_store
    >>> _ = fsspec.filesystem("memory").pipe("/archive/tapes/a.wav", b"abc")
    >>> [(found.name, found.listed.size) for found in list_store(Remote("memory://archive/tapes"))]
    [('a.wav', 3)]
    """
    try:
        info = _info(place)
        if info["type"] != "directory":
            return [Remote(place.url, _state_of(info, place))]
        with asking(place) as (files, path):
            root = path.rstrip("/")
            # Object stores list everything at once; others would pass over closed folders.
            how = {} if files.async_impl else {"on_error": "raise"}
            found = files.find(root, detail=True, **how)
            files.invalidate_cache()
        below = ((f"{place.url}/{name[len(root) + 1 :]}", each) for name, each in found.items())
        return [_listed(url, each) for url, each in below]
    except FileNotFoundError as error:
        raise ParameterError(f"there is no file or folder {place.url!r}") from error
    except OSError as error:
        raise ParameterError(f"{place.url!r} cannot be listed: {error}") from error


def gone_from_stores(places: Iterable[Remote]) -> set[Remote]:
    """Return those that are certainly not there; folders are listed once for all in them.

    A store that does not answer hides what may well be there, and is not asked again: with a
    network that is down each question takes many seconds.

    Examples
    --------
    >>> import fsspec
    >>> from genre_audio.files.remote import Remote
    >>> from genre_audio.files.stores import gone_from_stores
    >>> _ = fsspec.filesystem("memory").pipe("/archive/tapes/a.wav", b"abc")
    >>> tapes = [Remote(f"memory://archive/tapes/{name}.wav") for name in "az"]
    >>> [place.name for place in gone_from_stores(tapes)]
    ['z.wav']
    """
    folders: dict[Remote, list[Remote]] = {}
    for place in places:
        if place.listed is None:
            folders.setdefault(place.parent, []).append(place)
    gone: set[Remote] = set()
    silent: set[str] = set()
    for folder, asked in folders.items():
        store = folder.parts[0]
        if store in silent:
            continue
        names = _names_in(folder) if len(asked) > 1 else set()
        try:
            gone.update(each for each in asked if each.name not in names and _is_missing(each))
        except (OSError, ParameterError):
            silent.add(store)
    return gone


def _names_in(folder: Remote) -> set[str]:
    """Return what a folder shows; nothing where it may not be listed."""
    with contextlib.suppress(OSError, ParameterError), asking(folder) as (files, path):
        files.invalidate_cache()
        return {name.rpartition("/")[2] for name in files.ls(path, detail=False)}
    return set()


def _is_missing(place: Remote) -> bool:
    """Tell whether its store says that there is nothing."""
    try:
        _info(place)
    except (FileNotFoundError, PermissionError) as error:
        return isinstance(error, FileNotFoundError)
    return False


def look(place: Remote) -> Fingerprint:
    """Ask the store how an object is now, without its content.

    Raises
    ------
    OSError
        If it is not there or the store does not answer.
    ParameterError
        If the store is of a kind that cannot be asked here.

    Examples
    --------
    >>> import fsspec
    >>> from genre_audio.files.remote import Remote
    >>> from genre_audio.files.stores import look
    >>> _ = fsspec.filesystem("memory").pipe("/archive/tapes/a.wav", b"abc")
    >>> look(Remote("memory://archive/tapes/a.wav")).size
    3
    """
    return _state_of(_info(place), place)


@contextlib.contextmanager
def fetched(place: Remote) -> Iterator[tuple[Path, Fingerprint]]:
    """Have an object in a file of this machine's for a block of code.

    Yields
    ------
    path : pathlib.Path
        The file, which ends as the object's name does. It vanishes at the end of the block.
    file : Fingerprint
        What was fetched.

    Raises
    ------
    AudioError
        ``io`` if it cannot be fetched, or is not what the listing said.

    Examples
    --------
    >>> import fsspec
    >>> from genre_audio.files.remote import Remote
    >>> from genre_audio.files.stores import fetched
    >>> _ = fsspec.filesystem("memory").pipe("/archive/tapes/a.wav", b"abc")
    >>> with fetched(Remote("memory://archive/tapes/a.wav")) as (path, file):
    ...     path.read_bytes(), file.size, path.suffix
    (b'abc', 3, '.wav')
    """
    with contextlib.ExitStack() as stack:
        try:
            before = outline(place)
            path = stack.enter_context(scratch_file(place.suffix, size=before.size))
            sha256, size = _copy(place, path)
            after = look(place)
        except FileNotFoundError as error:
            raise AudioError("it is not in its store any more", kind="io") from error
        except (OSError, GenreAudioError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise AudioError(f"it cannot be fetched: {said}", kind="io") from error
        if size != before.size or not after.looks_like(before):
            message = "the object changed since it was listed: try again when it is whole"
            raise AudioError(message, kind="io")
        yield path, dataclasses.replace(before, sha256=sha256)


def _copy(place: Remote, copy: Path) -> tuple[str, int]:
    """Copy an object block by block; return its hash and size."""
    content, size = hashlib.sha256(), 0
    with (
        copy.open("wb") as file,
        asking(place) as (files, path),
        files.open(path, "rb", block_size=_BLOCK) as source,
    ):
        while piece := source.read(_PIECE):
            content.update(piece)
            size += file.write(piece)
    return content.hexdigest(), size


def _info(place: Remote) -> dict[str, Any]:
    with asking(place) as (files, path):
        files.invalidate_cache()
        return dict(files.info(path))


def _listed(url: str, info: Mapping[str, Any]) -> Remote:
    # Of a link, a listing says how long the link is.
    return Remote(url, _state_of(info, Remote(url)) if info["type"] == "file" else None)


def _state_of(info: Mapping[str, Any], place: Remote) -> Fingerprint:
    """Return what a store says of an object: its size, time, and what tells it from others."""
    if info["type"] == "directory":
        raise IsADirectoryError(f"{place.url} is a folder")
    tag = next((str(info[key]) for key in _TAGS if info.get(key)), "").strip('"')
    time = next(filter(None, (_nanoseconds(info.get(key)) for key in _TIMES)), 0)
    if not (tag or time):
        raise OSError("its store says neither a tag nor a time, by which changes could be seen")
    if info["size"] is None:
        raise OSError("its store does not say how long it is")
    return Fingerprint(int(info["size"]), time, "", identity=tag or str(time))


def _nanoseconds(moment: Any) -> int:  # noqa: ANN401 - each store has its own form
    """Return a time; 0 where there is none, or in a form that is not known."""
    with contextlib.suppress(TypeError, ValueError):
        if isinstance(moment, str):
            moment = datetime.datetime.fromisoformat(moment)
        seconds = moment.timestamp() if isinstance(moment, datetime.datetime) else moment
        return int(float(seconds) * 1e6) * 1000
    return 0
