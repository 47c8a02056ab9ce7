"""Where rows of recordings are kept that nobody asked to keep.

A folder of recordings has one store for each schema and segmentation: a table with its
manifest, as `extract` keeps them, in a folder of its own below the user's cache. So several
stores lie side by side, nothing is written beside the recordings, which may be read-only,
and everything may be deleted at any time: it is read again then.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from genre_audio.audio.find import printable
from genre_audio.audio.quality import Quality
from genre_audio.config import digest
from genre_audio.files.homes import user_folder
from genre_audio.files.places import real_path

if TYPE_CHECKING:
    from genre_audio.audio import Source
    from genre_audio.config import Segmentation
    from genre_audio.features import Schema
    from genre_audio.files.remote import Place

__all__ = ["cache_folder", "is_usable", "root_of", "store_path"]


def cache_folder() -> Path:
    """Return the folder of all stores where none is named; it need not exist yet.

    Examples
    --------
    >>> from genre_audio.extraction.cache import cache_folder
    >>> cache_folder().name
    'tables'
    """
    return user_folder("cache") / "tables"


def is_usable(folder: Path) -> bool:
    """Tell whether files can be kept in a folder, which is made if it is not there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from genre_audio.extraction.cache import is_usable
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     is_usable(Path(folder, "new"))
    True
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def root_of(source: Source) -> Place:
    """Return the folder that a recording's name is relative to.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction.cache import root_of
    >>> root_of(Source("village/a.wav", Path("tapes/village/a.wav"))).as_posix()
    'tapes'
    """
    name = PurePosixPath(source.name).parts
    path = source.path
    if name and path.parts[-len(name) :] == name:
        return path.parents[len(name) - 1]
    return source.path.parent  # the name has signs spelt out that no table can hold


def store_path(root: Place, *, folder: Path, schema: Schema, segmentation: Segmentation) -> Path:
    """Return where the rows of the recordings below `root` are kept.

    Parameters
    ----------
    root : pathlib.Path or Remote
        The folder of recordings. Moved elsewhere, it has another store.
    folder : pathlib.Path
        Where all stores are.
    schema, segmentation
        What the rows are.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57, Segmentation
    >>> from genre_audio.extraction.cache import store_path
    >>> how = {"schema": GTZAN57, "segmentation": Segmentation()}
    >>> path = store_path(Path("/tapes"), folder=Path("/cache"), **how)
    >>> path.parent.name.split("-")[0], path.name.split("-")[0]
    ('tapes', 'gtzan57')
    """
    place = real_path(root)
    # What is measured of a recording beside its rows may grow from version to version.
    measured = sorted(field.name for field in dataclasses.fields(Quality))
    kind = digest([schema.digest, segmentation.digest, measured])
    name = printable(place.name)[:40]
    return folder / f"{name}-{digest(str(place))}" / f"{schema.name}-{kind}.csv"
