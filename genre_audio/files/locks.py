"""One process at a time writes an output.

The lock is a hidden file beside the output, ``.features.csv.lock``, held by the system for
as long as the process lives: one that a dead process left behind blocks nobody. It is
deleted by the process that holds it, before it lets go; who waited for it notices that it
is gone, and makes it anew (`filelock` does so from version 3.24 on).
"""

from __future__ import annotations

import contextlib
import errno
import warnings
from typing import TYPE_CHECKING, Final

from genre_audio.errors import BusyError, OutputError
from genre_audio.files.places import led_to, target_of
from genre_audio.files.remote import refuse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import filelock

__all__ = ["lock", "lock_path"]

_POLL_SECONDS: Final = 0.2
_WITHOUT: Final = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
_NO_LOCKS: Final = "its file system has no locks; choose a place on another one"


def lock_path(path: Path) -> Path:
    """Return where the lock of an output lies; a link has that of what it leads to.

    Raises
    ------
    OutputError
        If it is the root of all files, beside which nothing lies.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files import lock_path
    >>> lock_path(Path("features.csv")).name
    '.features.csv.lock'
    """
    whole = led_to(path).absolute()  # "." has no name
    if not whole.name:
        raise OutputError(f"{path} cannot be written: name a place in it")
    return whole.with_name(f".{whole.name}.lock")


@contextlib.contextmanager
def lock(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Hold the right to write `path`; a second process is turned away at once, or waits.

    Parameters
    ----------
    path : pathlib.Path
        The file or folder.
    on_wait : callable, optional
        Called if another process holds it, which is then waited for, however long it takes.

    Raises
    ------
    BusyError
        If another process holds it, and `on_wait` is not given.
    OutputError
        If its folder cannot be written to, or can hold no locks, or it is a link that leads
        nowhere.
    ParameterError
        If it is a URL.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.files import lock
    >>> with tempfile.TemporaryDirectory() as folder, lock(pathlib.Path(folder, "t.csv")):
    ...     pass
    """
    import filelock

    refuse_url(path)
    place = lock_path(target_of(path))
    made = not place.parent.exists()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        held = filelock.FileLock(place)
        _acquire(held, on_wait)
    except filelock.Timeout as error:
        message = f"another process is writing {path}; wait for it, or choose another output"
        raise BusyError(message) from error
    except (NotImplementedError, OSError) as error:
        number = getattr(error, "errno", errno.ENOSYS)
        why = _NO_LOCKS if number in _WITHOUT else getattr(error, "strerror", None) or error
        raise OutputError(f"{path} cannot be written: {why}") from error
    try:
        yield
    finally:
        try:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)
        finally:
            held.release()
        if made:  # and nothing was written to it
            with contextlib.suppress(OSError):
                place.parent.rmdir()


def _acquire(held: filelock.BaseFileLock, on_wait: Callable[[], None] | None) -> None:
    import filelock

    with warnings.catch_warnings():
        # Where there are no locks of the system's, a file with the process's number is one.
        warnings.filterwarnings("ignore", message="flock not supported", category=UserWarning)
        try:
            held.acquire(timeout=0)
        except filelock.Timeout:
            if on_wait is None:
                raise
            on_wait()
            held.acquire(timeout=-1, poll_interval=_POLL_SECONDS)
