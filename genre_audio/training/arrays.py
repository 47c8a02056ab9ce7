"""Arrays from a stranger's archive: so many, of these kinds, and no more than fit in memory.

A small archive may unfold into any size, and into arrays that nobody asked for. The
directory of an archive says how large its files are, and no more than that is unfolded:
so sizes are looked at before anything is read.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["check_size", "read_arrays"]

_LARGEST: Final = 256 * 2**20  # bytes; the shipped model has 6 MB


def check_size(content: bytes) -> None:
    """Refuse an archive that would unfold into more than any model of ours.

    Raises
    ------
    ValueError
        If it would.
    zipfile.BadZipFile
        If it is no archive.

    Examples
    --------
    >>> import io, zipfile
    >>> from genre_audio.training.arrays import check_size
    >>> zipfile.ZipFile(file := io.BytesIO(), "w").close()
    >>> check_size(file.getvalue())
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > _LARGEST:
        raise ValueError(f"it would take {size >> 20} MB, at most {_LARGEST >> 20} MB are read")


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
        check_size(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            found = {*stored.files}
            more = {name for some in map(set, optional) if some & found for name in some}
            expected = found if names is None else {*names} | more
            others = expected ^ found
            arrays = {} if others else {name: stored[name] for name in stored.files}
        # Text of no letters takes no room, however much of it there is.
        odd = [n for n, v in arrays.items() if v.dtype.kind not in "biufU" or not v.dtype.itemsize]
    except Exception as error:  # a stranger's file may surprise its reader in any way
        raise ModelError(
            f"{path} cannot be read as arrays: {error}; get the bundle again"
        ) from error
    if others or odd:
        wrong = ", ".join((sorted(others) or odd)[:3])
        raise ModelError(
            f"{path} lacks arrays, or holds others than ours: {wrong}; get the bundle again"
        )
    return arrays
