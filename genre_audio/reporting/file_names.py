"""Names of files for recordings that may be called anything."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

__all__ = ["page_name"]

_UNFIT: Final = re.compile(r"[^a-z0-9]+")
_MOST: Final = 60
_DIGITS: Final = 12


def page_name(recording: str) -> str:
    r"""Return the name of a recording's page: safe on every system, its own, and always the same.

    Letters and digits of the recording's name make it readable, a part of its hash makes
    it differ from others: names that differ in case, signs or folders only get different
    files, also where a system does not tell case. No name leads out of its folder.

    Parameters
    ----------
    recording : str
        Name of the recording.

    Returns
    -------
    str
        Lower-case letters a to z, digits and hyphens, and ``.html``.

    Examples
    --------
    >>> from genre_audio.reporting.file_names import page_name
    >>> page_name("Tapes/Añay <1>.wav"), page_name("../../etc/passwd")
    ('tapes-anay-1-wav-309b1d521451.html', 'etc-passwd-3754d6cb3a38.html')
    """
    # Bytes that are no UTF-8 come as stray surrogates, and are hashed as they are.
    whole = hashlib.sha256(recording.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    plain = unicodedata.normalize("NFKD", recording).encode("ascii", "ignore").decode()
    readable = _UNFIT.sub("-", plain.lower()).strip("-")[-_MOST:].strip("-")
    return f"{readable or 'recording'}-{whole}.html"
