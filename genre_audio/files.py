"""Files that are never half there: atomic replacement, locks, fingerprints.

What stands under a final name is always whole. A new version is written beside it
under a temporary name, forced to disk, and takes the name's place in one step.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genre_audio.errors import BusyError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "Fingerprint",
    "fingerprint",
    "lock",
    "replace_bytes",
    "replace_folder",
    "replace_text",
]


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
    replace_bytes(path, text.encode("utf-8"))


def replace_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one step, as `replace_text` does.

    Examples
    --------
    See `replace_text`.
    """
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
        with open(descriptor, "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_usual_mode(path))
        Path(temporary).replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        if temporary:
            Path(temporary).unlink(missing_ok=True)


def _usual_mode(path: Path) -> int:
    """Return the mode of the file to be replaced, or what a new file would have.

    Temporary files are private to their owner; what takes their name must not be.
    """
    with contextlib.suppress(OSError):
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


@contextlib.contextmanager
def replace_folder(path: Path, *, force: bool) -> Iterator[Path]:
    """Fill a folder under a temporary name; it takes the place of `path` at the end.

    Parameters
    ----------
    path : pathlib.Path
        Final name.
    force : bool
        Whether a folder that is there already may be replaced.

    Yields
    ------
    pathlib.Path
        An empty folder to fill. If the block raises, it vanishes and `path` is as before.

    Raises
    ------
    OutputError
        If `path` is there and `force` is not given, or if it cannot be written.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import replace_folder
    >>> with tempfile.TemporaryDirectory() as root:
    ...     with replace_folder(pathlib.Path(root, "model"), force=False) as folder:
    ...         _ = (folder / "a.txt").write_text("a")
    ...     sorted(p.name for p in pathlib.Path(root, "model").iterdir())
    ['a.txt']
    """
    if path.exists() and not force:
        raise OutputError(f"{path} is there already; use --force to replace it, or another name")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name[:100]}."))
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        new = temporary / "new"
        new.mkdir()
        yield new
        _take_place(path, new=new, old=temporary / "old")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _take_place(path: Path, *, new: Path, old: Path) -> None:
    """Move `path` away to `old` and `new` to `path`, or nothing."""
    if not path.exists():
        new.replace(path)
        return
    path.replace(old)
    try:
        new.replace(path)
    except BaseException:
        old.replace(path)
        raise


@contextlib.contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the right to write `path`; a second process is turned away at once.

    Raises
    ------
    BusyError
        If another process holds it.
    OutputError
        If the folder cannot be written to.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import lock
    >>> with tempfile.TemporaryDirectory() as folder, lock(pathlib.Path(folder, "t.csv")):
    ...     pass
    """
    import filelock

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
        held.acquire()
    except filelock.Timeout as error:
        message = f"another process is writing {path}; wait for it, or choose another output"
        raise BusyError(message) from error
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror or error}") from error
    try:
        yield
    finally:
        held.release()


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
