"""How kernels are compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = TypeVar("Function", bound=Callable[..., object])

__all__ = ["inlined", "kernel"]


def kernel(function: Function) -> Function:
    """Compile a function at its first call, and keep the result on disk where that works.

    Divisions by zero give infinities, as in numpy.

    Parameters
    ----------
    function : callable
        Of numbers and arrays.

    Returns
    -------
    callable
        The same, compiled.

    Examples
    --------
    >>> from genre_audio.features.kernels.compiled import kernel
    >>> kernel(abs_sum := lambda x: abs(x).sum()) is not abs_sum
    True
    """
    try:
        compiled: Function = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    except RuntimeError:  # numba found no folder to write to
        compiled = numba.njit(error_model="numpy", nogil=True)(function)
    return compiled


def inlined(function: Function) -> Function:
    """Make a small function for kernels of the same file; it becomes part of its callers.

    Examples
    --------
    >>> from genre_audio.features.kernels.compiled import inlined
    >>> @inlined
    ... def twice(x):
    ...     return 2 * x
    >>> twice(3)
    6
    """
    compiled: Function = numba.njit(error_model="numpy", forceinline=True)(function)
    return compiled
