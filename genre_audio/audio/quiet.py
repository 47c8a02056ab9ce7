"""What libmpg123 says about broken files is kept from the terminal.

It writes notes of its own through C's ``stderr``, and libsndfile leaves no way to forbid
it. That variable is exchanged while it works; the file descriptor 2 is not, so that nothing
that Python writes in the meantime, in this thread or another, is lost.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import platform
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["quiet_decoders"]

_LOCK: Final = threading.Lock()
_INSIDE: Final[list[int | None]] = []
"""What ``stderr`` was, for each caller inside; the last to leave puts it back."""


@contextlib.contextmanager
def quiet_decoders() -> Iterator[None]:
    """Keep C libraries from writing to ``stderr`` within the ``with`` block.

    Where the C library does not allow it (it is neither glibc nor that of macOS) nothing
    is done.

    Examples
    --------
    >>> from genre_audio.audio.quiet import quiet_decoders
    >>> with quiet_decoders():
    ...     pass
    """
    found = _streams()
    if found is None:
        yield
        return
    slot, nowhere = found
    with _LOCK:
        _INSIDE.append(_INSIDE[0] if _INSIDE else slot.value)
        slot.value = nowhere
    try:
        yield
    finally:
        with _LOCK:
            was = _INSIDE.pop()
            if not _INSIDE:
                slot.value = was


@functools.cache
def _streams() -> tuple[ctypes.c_void_p, int] | None:
    """Return the variable ``stderr`` and a stream that leads nowhere."""
    system = platform.system()
    if system != "Darwin" and platform.libc_ver()[0] != "glibc":
        return None
    library = ctypes.CDLL(None)
    library.fopen.restype = ctypes.c_void_p
    nowhere = library.fopen(b"/dev/null", b"w")
    if nowhere is None:
        return None
    name = "__stderrp" if system == "Darwin" else "stderr"
    return ctypes.c_void_p.in_dll(library, name), nowhere
