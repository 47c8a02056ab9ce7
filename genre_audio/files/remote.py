"""Where recordings lie: paths of this machine, and URLs of stores.

A `Remote` is no path: what it leads to can be neither opened nor written to here, and asking
for it takes a network. So it has only what code asks of places without looking at them (names
and folders), and what a listing said of the object. Python's and fsspec's path classes ask the
store for each ``stat``: with a hundred thousand tapes the second run alone would take hours.
"""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, TypeAlias
from urllib.parse import unquote

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from genre_audio.files.fingerprints import Fingerprint

__all__ = ["Place", "Remote", "is_folded_url", "kept_place", "place_of", "refuse_url"]

_URL: Final = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_HERE: Final = frozenset({"", "localhost"})
_WEB: Final = frozenset({"http", "https"})
_FOLDED: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
"""How URLs begin that were taken for paths, in which two slashes are one; no drive is."""


@dataclasses.dataclass(frozen=True, order=True)
class Remote:
    """An object of a store, or a folder of objects, by its URL.

    Attributes
    ----------
    url : str
        Without credentials and without a slash at the end.
    listed : Fingerprint or None
        What a listing said of the object; None where none did. It does not count when two
        places are compared.

    Examples
    --------
    >>> from genre_audio.files.remote import Remote
    >>> tape = Remote("s3://archive/tapes/village/dance.wav")
    >>> tape.name, tape.suffix, str(tape.parent)
    ('dance.wav', '.wav', 's3://archive/tapes/village')
    """

    url: str
    listed: Fingerprint | None = dataclasses.field(default=None, compare=False)

    def __str__(self) -> str:
        return self.url

    @property
    def parts(self) -> tuple[str, ...]:
        """The store (a bucket, a host), then folders and the object."""
        scheme, rest = self.url.split("://", 1)
        store, *below = rest.split("/")
        return (f"{scheme}://{store}", *below)

    @property
    def name(self) -> str:
        """The last part; of a store, its name."""
        return self.url.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """What the name ends in, with its dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parents(self) -> tuple[Remote, ...]:
        """The folders around it, from the innermost to the store."""
        parts = self.parts
        return tuple(Remote("/".join(parts[:count])) for count in range(len(parts) - 1, 0, -1))

    @property
    def parent(self) -> Remote:
        """The folder that it lies in; a store lies in itself."""
        return (*self.parents, self)[0]

    def absolute(self) -> Remote:
        """Return itself: a URL means the same wherever it is read."""
        return self


Place: TypeAlias = Path | Remote


def place_of(given: str | os.PathLike[str] | Remote) -> Place:
    """Tell a URL, as somebody gave it, from a path.

    A ``file://`` URL is a path.

    Raises
    ------
    ParameterError
        If a URL holds what may be secret: a password, a query. It would stand in tables and
        messages.

    Examples
    --------
    >>> from genre_audio.files.remote import place_of
    >>> place_of("s3://archive/tapes/"), place_of("file:///tapes/a%20b.wav").as_posix()
    (Remote(url='s3://archive/tapes', listed=None), '/tapes/a b.wav')
    """
    if isinstance(given, Remote):
        return given
    text = os.fspath(given)
    parts = _URL.fullmatch(text)
    if parts is None:
        return Path(text)
    scheme, rest = parts["scheme"].lower(), parts["rest"].rstrip("/")
    store = rest.split("/")[0]
    if scheme == "file":
        return _local(parts["rest"])
    if ":" in store.rpartition("@")[0]:
        raise ParameterError(
            f"a {scheme}:// URL with a password would stand in tables and messages: leave it out, "
            "and configure the credentials (see docs/formats.md)"
        )
    if scheme in _WEB:
        raise ParameterError(
            f"{scheme}:// leads to a page, not to a store that can be listed: download it first, "
            "or give s3://, gs:// or sftp://"
        )
    if "?" in rest:
        raise ParameterError(
            f"a {scheme}:// URL with a query may hold a secret: leave out what follows '?', or "
            "give the folder that the recording lies in"
        )
    if not store:
        raise ParameterError(f"{scheme}:// names no bucket or host: give {scheme}://NAME/FOLDER")
    return Remote(f"{scheme}://{rest}")


def kept_place(text: str) -> Place:
    """Return a place as tables keep it, which was checked when it was given.

    Examples
    --------
    >>> from genre_audio.files.remote import kept_place
    >>> kept_place("s3://archive/why?.wav").name, kept_place("tapes/a.wav").name
    ('why?.wav', 'a.wav')
    """
    return Remote(text) if _URL.fullmatch(text) else Path(text)


def is_folded_url(path: Path) -> bool:
    """Tell whether a path was meant as a URL, of which pathlib made two slashes one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.remote import is_folded_url
    >>> is_folded_url(Path("s3://archive/features.csv")), is_folded_url(Path("features.csv"))
    (True, False)
    """
    first = path.parts[0] if path.parts[1:] else ""
    return bool(_FOLDED.fullmatch(first)) and not os.path.isdir(first)  # noqa: PTH112 - pathlib's raises


def refuse_url(path: Path) -> None:
    """Refuse a URL where something is to be written, which would make a folder called ``s3:``.

    Raises
    ------
    ParameterError
        If it is one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.files.remote import refuse_url
    >>> refuse_url(Path("s3://archive/features.csv"))
    Traceback (most recent call last):
    genre_audio.errors.ParameterError: results are written to files of this machine, and
    s3:/archive/features.csv is a URL: name a file, and upload it
    """
    if is_folded_url(path):
        raise ParameterError(
            f"results are written to files of this machine, and {path} is a URL: name a file, and "
            "upload it"
        )


def _local(rest: str) -> Path:
    host, slash, path = rest.partition("/")
    if host not in _HERE or not slash:
        raise ParameterError(f"file://{rest} is no file of this machine: give file:///PATH")
    return Path(unquote(f"/{path}"))
