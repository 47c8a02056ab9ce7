"""Whether a file is still the one that was read."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Fingerprint", "fingerprint"]


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

    Examples
    --------
    See `fingerprint`.
    """

    size: int
    mtime_ns: int
    sha256: str

    def as_dict(self) -> dict[str, Any]:
        """Return the fields by name."""
        return dataclasses.asdict(self)

    def matches(self, path: Path) -> bool:
        """Tell whether `path` holds the same content.

        Size and time are believed where both agree; where only the time differs (a
        copy, a touched file) the content is hashed.
        """
        try:
            status = path.stat()
            if status.st_size != self.size:
                return False
            return status.st_mtime_ns == self.mtime_ns or fingerprint(path).sha256 == self.sha256
        except OSError:
            return False


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
