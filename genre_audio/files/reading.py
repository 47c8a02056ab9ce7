"""Recordings at hand to be read, wherever they lie."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from genre_audio.files.fingerprints import Fingerprint, watching
from genre_audio.files.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from genre_audio.files.remote import Place

__all__ = ["at_hand", "reading"]


@contextlib.contextmanager
def reading(place: Place) -> Iterator[tuple[Path, Fingerprint]]:
    """Have a recording at hand, and make sure that it is one content which is read.

    Yields
    ------
    path : pathlib.Path
        The file itself; of an object in a store, a copy that vanishes at the end of the block.
    file : Fingerprint
        What it is.

    Raises
    ------
    AudioError
        ``io`` if an object cannot be fetched, or the content changed meanwhile.
    OSError
        If a file cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.reading import reading
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.wav")
    ...     _ = file.write_bytes(b"abc")
    ...     with reading(file) as (path, found):
    ...         path == file, found.size
    (True, 3)
    """
    if isinstance(place, Remote):
        from genre_audio.files.stores import fetched

        with fetched(place) as found:
            yield found
    else:
        with watching(place) as file:
            yield place, file


@contextlib.contextmanager
def at_hand(place: Place) -> Iterator[Path]:
    """Have a recording at hand that is only looked at: a file need not be hashed for it.

    Raises
    ------
    AudioError
        ``io`` if an object cannot be fetched.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.reading import at_hand
    >>> with at_hand(Path("a.wav")) as path:
    ...     path.name
    'a.wav'
    """
    if isinstance(place, Remote):
        with reading(place) as (path, _):
            yield path
    else:
        yield place
