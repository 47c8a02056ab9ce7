"""How a store is asked by way of fsspec, and what is said where it does not answer.

Which credentials are shown, and to which address, is configured as fsspec and the store's
library have it. What these raise becomes an `OSError` in one line, without what somebody could
sign in with: it ends in manifests and on terminals.

fsspec is imported when a store is asked, and not before.
"""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import GenreAudioError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genre_audio.files.remote import Remote

__all__ = ["asking"]

_SECRETS: Final = (
    (re.compile(r"(://)[^/@\s]*@"), r"\1"),
    (re.compile(r"(://[^\s?]*)\?[^\s\"']*"), r"\1"),
)
_LONGEST: Final = 300

_INSTALL: Final = "pip install 'genre-audio[remote]' brings s3://"


@contextlib.contextmanager
def asking(place: Remote) -> Iterator[tuple[Any, str]]:
    """Ask a store about a place in a block of code.

    Yields
    ------
    files : fsspec.AbstractFileSystem
        The store.
    path : str
        What it calls the place.

    Raises
    ------
    OSError
        Whatever goes wrong in the block, in words.
    ParameterError
        If the store is of a kind that cannot be asked here.

    Examples
    --------
    >>> from genre_audio.files.asking import asking
    >>> from genre_audio.files.remote import Remote
    >>> with asking(Remote("memory://archive/tapes")) as (files, path):
    ...     path, files.exists(path + "/nowhere.wav")
    ('/archive/tapes', False)
    """
    try:
        files = _filesystem(place)
        store, *below = place.parts
        # By its own rule the store only: that of SFTP takes a '?' in a name for a query.
        yield files, "/".join([files._strip_protocol(store).rstrip("/"), *below])
    except (GenreAudioError, MemoryError):
        raise
    except Exception as error:
        kind: type[OSError] = OSError
        if isinstance(error, FileNotFoundError | PermissionError):
            kind = type(error)
        raise kind(_words(error)) from error


def _words(error: Exception) -> str:
    """Say what was wrong, without what somebody could sign in with."""
    text = " ".join(str(error).split()) or type(error).__name__
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text[:_LONGEST]


def _filesystem(place: Remote) -> Any:  # noqa: ANN401 - fsspec, which may not be installed
    try:
        import fsspec
    except ImportError as error:
        raise ParameterError(
            f"{place.url!r} needs fsspec to be read: {_INSTALL}, and fsspec with it"
        ) from error
    store = place.parts[0]
    protocol = store.split("://")[0]
    try:
        kind = fsspec.get_filesystem_class(protocol)
    except (ImportError, ValueError) as error:
        raise ParameterError(
            f"{protocol}:// cannot be read here: {_words(error)} ({_INSTALL})"
        ) from error
    return fsspec.filesystem(protocol, **kind._get_kwargs_from_urls(store))
