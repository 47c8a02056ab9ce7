"""What a failure is called in one line: what was found, and what to do about it.

File names may hold anything, also what makes a terminal clear itself or write over the
line above. Nothing of that reaches one.
"""

from __future__ import annotations

import errno
import os
import re
from typing import Final

from genre_audio.errors import OutputError

__all__ = ["error_text", "shown"]

_CLOSED: Final = "name another place, or ask for the right to write there"
_LOST: Final = "look whether its drive is still there and whole, then run it again"
_FULL: Final = "make room there or name another place, then run it again"
_ADVICE: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: f"your share of that disk is used up: {_FULL}",
    errno.EFBIG: "its disk, or a limit (ulimit -f), allows no larger file: name another place",
    errno.EACCES: _CLOSED,
    errno.EPERM: _CLOSED,
    errno.EROFS: _CLOSED,
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOTDIR: "a file stands where a folder should (or there is no home: set HOME)",
    errno.EIO: _LOST,
    errno.ESTALE: _LOST,
    errno.ENOTCONN: _LOST,
    errno.ETIMEDOUT: _LOST,
    errno.ENODEV: _LOST,
}
"""What to do where something cannot be written."""

_MEMORY: Final = (
    "there is not enough memory for this: take fewer recordings or rows at a time, or fewer "
    "workers (-j 1); a packed table may unfold into more than it seems"
)
_UNFIT: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_UNFIT_IN_LINES: Final = re.compile(rf"(?![\n\t]){_UNFIT.pattern}")
"""Controls, signs that turn the direction of text or end a line, bytes that are no UTF-8."""


def shown(text: str, *, lines: bool = False) -> str:
    r"""Spell out what would act on a terminal instead of being shown.

    Parameters
    ----------
    text : str
        Anything.
    lines : bool
        Leave the ends of lines, and tabs: a result has many lines, a message has one.

    Examples
    --------
    >>> from genre_audio.cli.faults import shown
    >>> print(shown("\x1b[2Jred.wav\n"), shown("caf\udce9"), shown("日本 −3 dB"))
    \x1b[2Jred.wav\x0a caf\xe9 日本 −3 dB
    """
    unfit = _UNFIT_IN_LINES if lines else _UNFIT
    return unfit.sub(lambda found: _spelled(ord(found[0])), text)


def error_text(error: Exception) -> str:
    """Return what to say of an error of ours, or of one that the system gave.

    Examples
    --------
    >>> import errno
    >>> from genre_audio.cli.faults import error_text
    >>> error_text(OSError(errno.ENAMETOOLONG, "File name too long", "a.csv"))
    'a.csv: File name too long'
    """
    if isinstance(error, MemoryError):
        return _MEMORY
    if isinstance(error, OSError):
        what = error.strerror or str(error) or type(error).__name__
        return what if error.filename is None else f"{os.fsdecode(error.filename)}: {what}"
    cause = error.__cause__
    if isinstance(error, OutputError) and isinstance(cause, OSError) and cause.errno in _ADVICE:
        return f"{error}; {_ADVICE[cause.errno]}"
    return str(error)


def _spelled(code: int) -> str:
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is no UTF-8
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
