"""What libraries print by themselves does not belong among what we say.

The decoder of MP3 writes a line to the standard error output for each thing that it finds
odd ("Illegal Audio-MPEG-Header …", "Trying to resync..."), hundreds of them for one damaged
file, and it cannot be told not to. What it means for a recording is said by us.
"""

from __future__ import annotations

import os
import sys

__all__ = ["hush_libraries"]

_ERRORS = 2


def hush_libraries() -> None:
    """Keep the standard error output for ourselves, here and in all processes started later.

    Native libraries write to a file by its number, Python to ``sys.stderr``: the one is
    pointed to nowhere, the other to where the first had pointed.

    Examples
    --------
    >>> from genre_audio.cli.hush import hush_libraries
    >>> callable(hush_libraries)
    True
    """
    try:
        if sys.stderr.fileno() != _ERRORS:
            return
        sys.stderr.flush()
        ours = os.dup(_ERRORS)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _ERRORS)
        os.close(nowhere)
    except (AttributeError, OSError, ValueError):  # no such output: nobody would read it either
        return
    sys.stderr = os.fdopen(
        ours, "w", encoding=sys.stderr.encoding, errors="backslashreplace", buffering=1
    )
