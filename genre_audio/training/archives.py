"""The directory of a stranger's archive, looked at before anything in it is unfolded.

A small archive may say that it unfolds into any size, hold a name twice, or so many names
that listing them fills the memory. None of ours does. Nothing is ever unpacked into
files, but a name that leads out of a folder says what an archive was made for.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final

from genre_audio.training.reading import LARGEST

__all__ = ["opened_archive"]

_MOST: Final = 4096
"""Members; the shipped model has 80."""

_END: Final = 22
_PLAIN: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*(\.[a-z]+)?")


def opened_archive(
    content: bytes, *, methods: tuple[int, ...] = _PLAIN, pattern: re.Pattern[str] = _NAME
) -> zipfile.ZipFile:
    """Open an archive that is like those of this package, to be closed by the caller.

    Parameters
    ----------
    content : bytes
        The archive.
    methods : tuple of int
        How its members may be packed, as `zipfile` numbers it.
    pattern : re.Pattern
        What its members may be called.

    Raises
    ------
    ValueError
        If it has more members than any of ours, or others, or would unfold into more.
    zipfile.BadZipFile
        If it is no archive.

    Examples
    --------
    >>> import io, zipfile
    >>> from genre_audio.training.archives import opened_archive
    >>> with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
    ...     archive.writestr("a.npy", b"abc")
    >>> opened_archive(file.getvalue()).namelist()
    ['a.npy']
    """
    _check_end(content)
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = archive.infolist()
    names = [member.filename for member in members]
    size = sum(member.file_size for member in members)
    if size > LARGEST:
        raise ValueError(f"it would take {size >> 20} MB, at most {LARGEST >> 20} MB are read")
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it holds {twice!r} twice")
    for member in members:
        if not pattern.fullmatch(member.filename):
            raise ValueError(f"it holds a name that none of ours has: {member.filename[:60]!r}")
        if member.compress_type not in methods or member.flag_bits & 1:
            raise ValueError(f"{member.filename!r} is packed in a way that none of ours is")
    return archive


def _check_end(content: bytes) -> None:
    """Look at the record at the end, which says how many members are to be listed.

    Archives of ours end with it: no comment behind it, and no second record for numbers
    that are too large for it.
    """
    end = content[-_END:]
    if len(end) < _END or end[:4] != b"PK\x05\x06" or end[-2:] != b"\0\0":
        raise zipfile.BadZipFile("it does not end as an archive of ours does")
    members, length = int.from_bytes(end[10:12], "little"), int.from_bytes(end[12:16], "little")
    # A directory's entry has 46 bytes, a name and some more.
    if content[-_END - 20 : -_END - 16] == b"PK\x06\x07" or members > _MOST or length > _MOST * 512:
        raise ValueError(f"it holds more than the {_MOST} members that any of ours may have")
