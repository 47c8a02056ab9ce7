"""Running medians over 31 rows, of many columns at once, without a single branch.

Sixteen windows that follow one another share sixteen elements. These are sorted once;
the windows are then parted into halves, quarters, ... that share more and more, and at
each step the elements that the group has gained are merged in and those that can no
longer be the median are dropped. (Adams, A.: Fast median filters using separable sorting
networks, SIGGRAPH 2021, has the idea for images.) That takes some 36 minima and maxima
an element, where keeping a window sorted takes 124, and no step depends on the data: the
compiler does it for eight columns with one instruction.

Values may be anything but NaN.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from genre_audio.kernels.compiled import inlined, integer, kernel, reads, writes
from genre_audio.kernels.sorting import (
    Sorted,
    higher,
    lower,
    merged,
    middle2,
    middle4,
    middle8,
    ordered,
    straightened4,
    straightened8,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

__all__ = ["running_median"]

_KERNEL = 31
_GROUP = 16  # windows that are done together
_ROWS = _KERNEL + _GROUP - 1
_SHARED = _ROWS - _GROUP  # rows that a group has in common with the next
_WIDTH = 64  # columns that are done together: rows of a group stay in the first cache


def running_median(
    X: NDArray[np.float32], *, rows: range | None = None, columns: range | None = None
) -> NDArray[np.float32]:
    """Replace each element by the median of the 31 elements around it in its column.

    Equal to ``scipy.ndimage.median_filter(X, size=(31, 1), mode="reflect")``, bit for
    bit, where there are 31 rows or more: edges are mirrored (``d c b a | a b c d``).

    Parameters
    ----------
    X : ndarray of float32, shape (n, m), C-contiguous
        Any matrix without NaN.
    rows, columns : range, optional
        The block of the result that is wanted; all of it by default.

    Returns
    -------
    ndarray of float32, shape (rows, columns)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.kernels.median import running_median
    >>> running_median(np.eye(3, dtype=np.float32)).max()
    np.float32(0.0)
    """
    rows = rows or range(X.shape[0])
    columns = columns or range(X.shape[1])
    if X.shape[1] < _WIDTH:
        X = np.pad(X, ((0, 0), (0, _WIDTH - X.shape[1])))
    out = np.empty((len(rows), len(columns)), np.float32)
    _fill(X, _mirrored(len(X))[rows.start :], columns.start, out)
    return out


@functools.lru_cache(maxsize=8)
def _mirrored(n: int) -> NDArray[np.intp]:
    """Return which of n rows stands at each place, from half a window before the first."""
    half = _KERNEL // 2
    return np.pad(np.arange(n), (half, half + _GROUP), mode="symmetric")


@inlined
def _two(w: Matrix, k: int, c: int) -> Sorted:
    return ordered(w[k * _WIDTH + c], w[(k + 1) * _WIDTH + c])


@inlined
def _four(w: Matrix, k: int, c: int) -> Sorted:
    a, b = _two(w, k, c)
    d, e = _two(w, k + 2, c)
    return straightened4(a, b, e, d)


@inlined
def _eight(w: Matrix, k: int, c: int) -> Sorted:
    a0, a1, a2, a3 = _four(w, k, c)
    b0, b1, b2, b3 = _four(w, k + 4, c)
    return straightened8(a0, a1, a2, a3, b3, b2, b1, b0)


@inlined
def _pair(w: Matrix, c: int, k: int, core: Sorted) -> None:
    """Finish windows k and k + 1: one has gained row k, the other row k + 31."""
    low, high = core
    w[(_ROWS + k) * _WIDTH + c] = lower(higher(low, w[k * _WIDTH + c]), high)
    w[(_ROWS + k + 1) * _WIDTH + c] = lower(higher(low, w[(k + 31) * _WIDTH + c]), high)


@inlined
def _quarter(w: Matrix, c: int, k: int, core: Sorted) -> None:
    """Finish windows k to k + 3, given the middle of what they share."""
    _pair(w, c, k, middle2(core, _two(w, k + 1, c)))
    _pair(w, c, k + 2, middle2(core, _two(w, k + 31, c)))


@inlined
def _medians(w: Matrix) -> None:
    """Put the medians of rows 0 to 45 into rows 46 to 61; rows have `_WIDTH` elements.

    One array with fixed places is what the compiler needs to see that columns are
    independent.
    """
    for c in range(_WIDTH):
        left, right = _eight(w, 7, c), _eight(w, 31, c)
        core = merged(_eight(w, 15, c), _eight(w, 23, c))
        early, late = middle8(core, left), middle8(core, right)
        _quarter(w, c, 0, middle4(early, _four(w, 3, c)))
        _quarter(w, c, 4, middle4(early, _four(w, 31, c)))
        _quarter(w, c, 8, middle4(late, _four(w, 11, c)))
        _quarter(w, c, 12, middle4(late, _four(w, 39, c)))


@inlined
def _load(w: Matrix, k: int, row: Matrix) -> None:
    for c in range(_WIDTH):
        w[k * _WIDTH + c] = row[c]


@kernel(reads(np.float32, 2), reads(np.intp, 1), integer, writes(np.float32, 2))
def _fill(X: Matrix, mirrored: NDArray[np.intp], first_column: int, out: Matrix) -> None:
    n, m = out.shape
    w = np.empty((_ROWS + _GROUP) * _WIDTH, np.float32)
    for left in range(0, m, _WIDTH):
        # The last columns are done together with some before them.
        start = min(first_column + left, X.shape[1] - _WIDTH)
        shift = first_column - start
        for k in range(_SHARED):
            _load(w, _GROUP + k, X[mirrored[k], start : start + _WIDTH])
        for first in range(0, n, _GROUP):
            for i in range(_SHARED * _WIDTH):
                w[i] = w[_GROUP * _WIDTH + i]
            for k in range(_SHARED, _ROWS):
                _load(w, k, X[mirrored[first + k], start : start + _WIDTH])
            _medians(w)
            for k in range(min(_GROUP, n - first)):
                row, place = out[first + k, left : left + _WIDTH], (_ROWS + k) * _WIDTH + shift
                for c in range(len(row)):
                    row[c] = w[place + left + c]
