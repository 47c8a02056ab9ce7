"""Names of files for recordings that may be called anything."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import Final

__all__ = ["fitting", "page_name"]

_UNFIT: Final = re.compile(r"[^a-z0-9]+")
_MOST: Final = 60
_DIGITS: Final = 12
_BYTES: Final = 255
"""As many as a file's name may have on nearly all systems."""


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
    whole = _hash(recording)
    plain = unicodedata.normalize("NFKD", recording).encode("ascii", "ignore").decode()
    readable = _UNFIT.sub("-", plain.lower()).strip("-")[-_MOST:].strip("-")
    return f"{readable or 'recording'}-{whole}.html"


def fitting(name: str, *, ending: str) -> str:
    """Return a file's name with an ending; what is too much of it gives way to its hash.

    Parameters
    ----------
    name : str
        Name of a recording, without folders.
    ending : str
        What follows it.

    Returns
    -------
    str
        At most 255 bytes.

    Examples
    --------
    >>> from genre_audio.reporting.file_names import fitting
    >>> fitting("tape 1.wav", ending=".csv"), fitting("a" * 251 + ".wav", ending=".csv")[-24:]
    ('tape 1.wav.csv', 'aaaaaaa-3eee68fe8611.csv')
    """
    whole = f"{name}{ending}"
    if len(_bytes(whole)) <= _BYTES:
        return whole
    ending = f"-{_hash(name)}{ending}"
    return _bytes(name)[: _BYTES - len(ending)].decode(errors="ignore") + ending


def _hash(recording: str) -> str:
    return hashlib.sha256(_bytes(recording)).hexdigest()[:_DIGITS]


def _bytes(name: str) -> bytes:
    """Encode a name; bytes that are no UTF-8 come as stray surrogates, and stay as they are."""
    return name.encode("utf-8", "surrogatepass")
