"""Whether a file is still the one that was read."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import time
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import AudioError
from genre_audio.files.places import is_gone
from genre_audio.files.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from genre_audio.files.remote import Place

__all__ = ["Fingerprint", "fingerprint", "outline", "watching"]

_COARSEST: Final = 2_000_000_000
"""Nanoseconds between times that a file system can tell apart, at worst (FAT, of memory cards)."""


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """What tells whether a file is still the one that was read.

    Attributes
    ----------
    size : int
        In bytes.
    mtime_ns : int
        Time of the last change, in nanoseconds.
    sha256 : str
        Hash of the content.
    identity : str
        Of an object in a store, what the store tells it by from others that had its name: an
        ETag, else its time. Empty for a file of this machine.

    Examples
    --------
    See `fingerprint`.
    """

    size: int
    mtime_ns: int
    sha256: str
    identity: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name; an identity only where there is one."""
        found = dataclasses.asdict(self)
        return found if self.identity else {k: v for k, v in found.items() if k != "identity"}

    def looks_like(self, other: Fingerprint) -> bool:
        """Tell whether two are of one content, as far as can be seen without reading it."""
        if self.identity or other.identity:
            return (self.size, self.identity) == (other.size, other.identity)
        return (self.size, self.mtime_ns) == (other.size, other.mtime_ns)

    def matches(self, path: Place) -> bool:
        """Tell whether `path` holds the same content.

        Size and time are believed where both agree; where only the time differs (a
        copy, a touched file) the content is hashed. An object in a store is not read for it.
        """
        try:
            now = outline(path)
            if self.looks_like(now):
                return True
            if isinstance(path, Remote) or now.size != self.size:
                return False
            return fingerprint(path).sha256 == self.sha256
        except OSError:
            return False

    def may_match(self, path: Place) -> bool:
        """Tell whether a file that cannot be read looks, as far as can be seen, as it did."""
        try:
            return self.looks_like(outline(path))
        except OSError:
            return not is_gone(path)


def outline(path: Place) -> Fingerprint:
    """Return what can be told of a file without reading it: a fingerprint without a hash.

    Of an object in a store that was listed, what the listing said; the store is not asked.

    Raises
    ------
    OSError
        If it cannot be looked at.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.fingerprints import fingerprint, outline
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a")
    ...     _ = file.write_bytes(b"abc")
    ...     outline(file).size, outline(file).looks_like(fingerprint(file))
    (3, True)
    """
    if not isinstance(path, Remote):
        status = path.stat()
        return Fingerprint(status.st_size, status.st_mtime_ns, "")
    if path.listed is not None:
        return path.listed
    from genre_audio.files.stores import look

    return look(path)


def fingerprint(path: Path) -> Fingerprint:
    """Take the fingerprint of a file.

    Raises
    ------
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import fingerprint
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a")
    ...     _ = file.write_bytes(b"abc")
    ...     fingerprint(file).matches(file), fingerprint(file).size
    (True, 3)
    """
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return Fingerprint(status.st_size, status.st_mtime_ns, content)


@contextlib.contextmanager
def watching(path: Path) -> Iterator[Fingerprint]:
    """Take the fingerprint of a file; make sure at the end of the block that it still holds.

    What is made of a file must not be kept under the fingerprint of another content, as
    where a recorder goes on writing, or a file is replaced while it is read.

    Yields
    ------
    Fingerprint

    Raises
    ------
    AudioError
        ``io`` if the file is not as it was when the block began.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files.fingerprints import watching
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.wav")
    ...     _ = file.write_bytes(b"abc")
    ...     with watching(file) as found:
    ...         _ = file.write_bytes(b"abcd")
    Traceback (most recent call last):
    genre_audio.errors.AudioError: the file changed while it was read: try again when it is whole
    """
    before = _state(path)
    found = fingerprint(path)
    yield found
    # Twice within one tick of its clock, a file changes without a trace.
    settled = time.time_ns() - found.mtime_ns > _COARSEST
    if settled and _state(path) == before:
        return
    if fingerprint(path).sha256 != found.sha256:
        message = "the file changed while it was read: try again when it is whole"
        raise AudioError(message, kind="io")


def _state(path: Path) -> tuple[int, ...]:
    """Return what differs where a file was written to, or another has taken its place."""
    now = path.stat()
    return now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns
