"""Questions about a place that have an answer, whatever lies there.

`pathlib` raises where a folder may not be looked into, where links lead in a circle, or
where a drive does not answer; in the middle of other work that would be no answer.
"""

from __future__ import annotations

import os
from errno import ENAMETOOLONG, ENOENT, ENOTDIR
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar, cast

from genre_audio.errors import OutputError
from genre_audio.files.remote import Remote, refuse_url

if TYPE_CHECKING:
    from collections.abc import Collection

    from genre_audio.files.remote import Place

__all__ = [
    "check_writable",
    "gone_of",
    "is_folder",
    "is_gone",
    "led_to",
    "real_path",
    "same_file",
    "target_of",
]

Where = TypeVar("Where", bound="Place")

_NOWHERE: Final = frozenset({ENOENT, ENOTDIR, ENAMETOOLONG})


def is_folder(path: Place) -> bool:
    """Tell whether `path` leads to a folder; one that cannot be looked at is none.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import is_folder
    >>> is_folder(Path()), is_folder(Path("a" * 5000))
    (True, False)
    """
    if isinstance(path, Remote):
        from genre_audio.files.stores import is_store_folder

        return is_store_folder(path)
    return os.path.isdir(path)  # noqa: PTH112 - pathlib's raises


def is_gone(path: Place) -> bool:
    """Tell whether there is certainly nothing at `path`.

    A drive that does not answer, or a folder that may not be looked into, hides what may
    well be there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import is_gone
    >>> is_gone(Path("nowhere.wav")), is_gone(Path())
    (True, False)
    """
    if isinstance(path, Remote):
        return path in gone_of([path])
    try:
        path.stat()
    except OSError as error:
        return error.errno in _NOWHERE
    return False


def gone_of(paths: Collection[Place]) -> set[Place]:
    """Return the places at which there is certainly nothing; stores are asked by folders.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import gone_of
    >>> gone_of([Path("nowhere.wav"), Path()]) == {Path("nowhere.wav")}
    True
    """
    gone: set[Place] = {path for path in paths if isinstance(path, Path) and is_gone(path)}
    if remote := [path for path in paths if isinstance(path, Remote)]:
        from genre_audio.files.stores import gone_from_stores

        gone |= gone_from_stores(remote)
    return gone


def real_path(path: Where) -> Where:
    """Follow links as far as they lead; a circle of them is left as it is.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import real_path
    >>> real_path(Path()) == Path.cwd().resolve()
    True
    """
    return path if isinstance(path, Remote) else cast("Where", Path(os.path.realpath(path)))


def led_to(path: Path) -> Path:
    """Return what a link leads to, and every other path as it is.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import led_to
    >>> led_to(Path("features.csv")).name
    'features.csv'
    """
    return real_path(path) if os.path.islink(path) else path  # noqa: PTH114 - pathlib's raises


def target_of(path: Path) -> Path:
    """Return where that goes which is written to `path`: a link stays one.

    Raises
    ------
    OutputError
        If it is a link in a circle, or one into a folder that is not there.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import target_of
    >>> target_of(Path("features.csv")).name
    'features.csv'
    """
    place = led_to(path)
    # A drive that is not there is no place to make folders in.
    if place is not path and (os.path.islink(place) or not is_folder(place.parent)):  # noqa: PTH114
        raise OutputError(
            f"{path} cannot be written: it is a link that leads nowhere ({place}); delete it, or "
            "name another place"
        )
    return place


def same_file(first: Place, second: Place) -> bool:
    """Tell whether two paths lead to one file; where that cannot be seen, by where they lie.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import same_file
    >>> same_file(Path("nowhere"), Path("nowhere")), same_file(Path("a"), Path("b"))
    (True, False)
    """
    if isinstance(first, Remote) or isinstance(second, Remote):
        return first == second
    try:
        return first == second or first.samefile(second)
    except OSError:
        # Two links that lead nowhere, or to the same closed folder, are two files.
        one, other = (real_path(path.parent) / path.name for path in (first, second))
        return one == other


def check_writable(path: Path) -> None:
    """Refuse a place that cannot be written to, before work is spent on what goes there.

    A disk that is full, or becomes so, is not noticed here.

    Parameters
    ----------
    path : pathlib.Path
        A file, or a folder that files go to.

    Raises
    ------
    OutputError
        If the nearest folder that is there may not be written to, or is none, or it is a link
        that leads nowhere.
    ParameterError
        If it is a URL.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.places import check_writable
    >>> check_writable(Path("new", "folder", "page.html"))
    """
    refuse_url(path)
    folder = Path(os.path.abspath(target_of(path)))  # noqa: PTH100 - links may lead in a circle
    folder = folder if is_folder(folder) else folder.parent
    while is_gone(folder) and folder != folder.parent:
        folder = folder.parent
    if not is_folder(folder):
        raise OutputError(f"{path} cannot be written: {folder} is no folder that can be entered")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"{path} cannot be written: you may not write to {folder}; name another place"
        )
