"""Arrays from a stranger's archive: so many, of these kinds, and no more than fit in memory.

An array says in its own header how large it is and what it is made of, and numpy makes
room for all of it before it looks how much is there. So headers are read first: what is
no number and no text, would need pickle, or says another size than the archive does, is
refused before there is an array.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from genre_audio.errors import ModelError
from genre_audio.training.archives import opened_archive
from genre_audio.training.reading import LARGEST

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["check_headers", "read_arrays"]

_KINDS: Final = "biufU"
_LARGEST_NUMBER: Final = 8
"""Bytes of one: wider ones differ from one machine to the next."""
_MOST: Final = 2**25
"""Numbers of a whole archive: as many as fit in what is read of it, were they of full width."""
_LAST_SIGN: Final = 0x10FFFF
_ENDING: Final = ".npy"


class _Header(NamedTuple):
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    length: int

    @property
    def size(self) -> int:
        """How many numbers it says there are."""
        return math.prod(self.shape)


def check_headers(archive: zipfile.ZipFile, *, kinds: str = _KINDS) -> None:
    """Refuse an archive with arrays that could not be ours.

    Parameters
    ----------
    archive : zipfile.ZipFile
        Of its members those that are called ``NAME.npy`` are looked at.
    kinds : str
        What they may be of, as numpy calls it; never of objects.

    Raises
    ------
    ValueError
        If one is no array of numbers or text, or not as large as the archive says.

    Examples
    --------
    >>> import io, zipfile
    >>> import numpy as np
    >>> from genre_audio.training.arrays import check_headers
    >>> np.savez(file := io.BytesIO(), a=np.array([None]))
    >>> check_headers(zipfile.ZipFile(file))
    Traceback (most recent call last):
        ...
    ValueError: 'a' holds objects, which would need pickle, and no numbers or text
    """
    numbers = room = 0
    for member in archive.infolist():
        if not member.filename.endswith(_ENDING):
            continue
        name = member.filename.removesuffix(_ENDING)
        with archive.open(member) as file:
            header = _header(file, name=name)
        _check_header(header, name=name, length=member.file_size, kinds=kinds)
        # What has no numbers has a shape all the same, and sums over it would take room.
        most = math.prod(max(1, n) for n in header.shape)
        numbers, room = numbers + most, room + most * header.dtype.itemsize
    if numbers > _MOST or room > LARGEST:
        raise ValueError(f"its arrays of {numbers:.2g} values take more room than any of ours")


def _header(file: Any, *, name: str) -> _Header:  # noqa: ANN401 - a member of an archive
    readers = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(file)
    if version not in readers:
        raise ValueError(f"{name!r} is written in a form that none of ours has")
    shape, _, dtype = readers[version](file)
    return _Header(shape, dtype, file.tell())


def _check_header(header: _Header, *, name: str, length: int, kinds: str) -> None:
    shape, dtype, before = header
    if dtype.hasobject:
        raise ValueError(f"{name!r} holds objects, which would need pickle, and no numbers or text")
    wide = dtype.kind in "biuf" and dtype.itemsize > _LARGEST_NUMBER
    # Text of no letters takes no room, however much of it there is.
    if dtype.kind not in kinds or not dtype.itemsize or wide:
        raise ValueError(f"{name!r} holds neither numbers nor text, but {str(dtype)[:40]}")
    if any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"{name!r} has a shape that is none: {str(shape)[:60]}")
    if header.size * dtype.itemsize != length - before:
        raise ValueError(
            f"{name!r} says that it has {header.size:.3g} values of {dtype.itemsize} bytes, and "
            f"holds {length - before} bytes"
        )


def read_arrays(
    content: bytes,
    *,
    path: Path,
    names: Iterable[str] | None = None,
    optional: Iterable[Iterable[str]] = (),
) -> dict[str, NDArray[Any]]:
    """Return the arrays of numbers and text that an archive holds.

    Parameters
    ----------
    content : bytes
        The archive, as `numpy.savez` writes it.
    path : pathlib.Path
        Its name, for messages.
    names : iterable of str, optional
        What it must hold, and nothing else; anything by default.
    optional : iterable of iterable of str
        What it may hold as well: of each of these lists all, or none.

    Raises
    ------
    ModelError
        If it cannot be read, is too large, or holds other arrays or other things.

    Examples
    --------
    >>> import io, pathlib
    >>> import numpy as np
    >>> from genre_audio.training.arrays import read_arrays
    >>> np.savez(file := io.BytesIO(), a=np.zeros(2))
    >>> read_arrays(file.getvalue(), path=pathlib.Path("a.npz"), names=["a"])
    {'a': array([0., 0.])}
    """
    try:
        with opened_archive(content) as archive:
            found = {name.removesuffix(_ENDING) for name in archive.namelist()}
            more = {name for some in map(set, optional) if some & found for name in some}
            expected = found if names is None else {*names} | more
            others = expected ^ found | _no_arrays(archive)
            arrays = {} if others else _unfolded(archive)
    except Exception as error:  # a stranger's file may surprise its reader in any way
        raise ModelError(
            f"{path} cannot be read as arrays: {error}; get the bundle again"
        ) from error
    if others:
        raise ModelError(
            f"{path} lacks arrays, or holds others than ours: {', '.join(sorted(others)[:3])}; "
            "get the bundle again"
        )
    return arrays


def _no_arrays(archive: zipfile.ZipFile) -> set[str]:
    return {name for name in archive.namelist() if not name.endswith(_ENDING)}


def _unfolded(archive: zipfile.ZipFile) -> dict[str, NDArray[Any]]:
    check_headers(archive)
    arrays = {}
    for member in archive.namelist():
        name = member.removesuffix(_ENDING)
        with archive.open(member) as file:
            arrays[name] = np.lib.format.read_array(file, allow_pickle=False)
            # What follows is read too: only at its end is an archive's checksum compared.
            file.read(1)
        _check_signs(arrays[name], name=name)
    return arrays


def _check_signs(array: NDArray[Any], *, name: str) -> None:
    """Refuse text with numbers that stand for no sign: reading it would fail later."""
    if array.dtype.kind != "U" or not array.size:
        return
    codes = np.frombuffer(array.tobytes(), dtype=f"{array.dtype.byteorder}u4".replace("|", "="))
    if codes.max() > _LAST_SIGN:
        raise ValueError(f"{name!r} holds text that is none")
