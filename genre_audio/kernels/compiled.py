"""How kernels are compiled."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, TypeVar

import numba
import numpy as np

from genre_audio.kernels.folder import give_up, kernel_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Function = TypeVar("Function", bound=Callable[..., object])

__all__ = ["inlined", "integer", "integers", "kernel", "reads", "single", "writes"]

integer = numba.types.intp
"""The type of an argument that counts."""

single = numba.types.float32
"""The type of an argument of single precision."""


def kernel(*types: numba.types.Type) -> Callable[[Function], Function]:
    """Compile a function for arguments of these types, or load what was compiled before.

    The result is kept on disk where that works. Types are said beforehand, because numba
    mixes up what it keeps where two processes compile one function for different types.
    Divisions by zero give infinities, as in numpy.

    Parameters
    ----------
    *types : type
        One for each argument of the function.

    Returns
    -------
    callable
        A decorator.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.compiled import kernel, reads
    >>> @kernel(reads(np.float32, 1))
    ... def total(x):
    ...     return x.sum()
    >>> total(np.ones(3, np.float32))
    3.0
    """
    return lambda function: _compiled(function, types)


def _compiled(function: Function, types: tuple[numba.types.Type, ...]) -> Function:
    folder = kernel_folder()
    try:
        return _kept(function, types, folder=folder)
    except RuntimeError:  # numba keeps nothing that comes from no file
        return _kept(function, types, folder=None)
    except (OSError, EOFError, pickle.UnpicklingError):
        # Its disk is full or failed, or a crash left half a file there.
        if folder is None:
            raise
        give_up(folder)
        return _compiled(function, types)


def _kept(
    function: Function, types: tuple[numba.types.Type, ...], *, folder: Path | None
) -> Function:
    how = {"error_model": "numpy", "nogil": True}
    before = numba.config.CACHE_DIR
    try:
        # Said to nobody but this kernel: others keep what they compile where they please.
        numba.config.CACHE_DIR = str(folder or "")
        compiled: Function = numba.njit(types, cache=folder is not None, **how)(function)
    finally:
        numba.config.CACHE_DIR = before
    return compiled


def reads(dtype: type[np.generic], ndim: int) -> numba.types.Type:
    """Return the type of a C-contiguous array that a kernel only reads.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.compiled import reads
    >>> reads(np.float32, 2)
    Array(float32, 2, 'C', True, aligned=True)
    """
    return numba.types.Array(numba.from_dtype(np.dtype(dtype)), ndim, "C", readonly=True)


def writes(dtype: type[np.generic], ndim: int) -> numba.types.Type:
    """Return the type of a C-contiguous array that a kernel writes to.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.compiled import writes
    >>> writes(np.float32, 2)
    Array(float32, 2, 'C', False, aligned=True)
    """
    return numba.types.Array(numba.from_dtype(np.dtype(dtype)), ndim, "C")


def integers(count: int) -> numba.types.Type:
    """Return the type of a tuple of `count` integers.

    Examples
    --------
    >>> from genre_audio.kernels.compiled import integers
    >>> integers(3)
    UniTuple(int64, 3)
    """
    return numba.types.UniTuple(integer, count)


def inlined(function: Function) -> Function:
    """Make a small function for kernels of the same file; it becomes part of its callers.

    Examples
    --------
    >>> from genre_audio.kernels.compiled import inlined
    >>> @inlined
    ... def twice(x):
    ...     return 2 * x
    >>> twice(3)
    6
    """
    compiled: Function = numba.njit(error_model="numpy", forceinline=True)(function)
    return compiled
