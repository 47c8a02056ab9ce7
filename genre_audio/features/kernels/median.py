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

from genre_audio.features.kernels.compiled import inlined, integer, kernel, reads, writes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]
    Sorted = tuple[float, ...]

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
    >>> from genre_audio.features.kernels.median import running_median
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


# -- sorted rows -------------------------------------------------------------------------


@inlined
def _lower(a: float, b: float) -> float:
    return a if a < b else b


@inlined
def _higher(a: float, b: float) -> float:
    return b if a < b else a


@inlined
def _sorted(a: float, b: float) -> Sorted:
    return _lower(a, b), _higher(a, b)


@inlined
def _two(w: Matrix, k: int, c: int) -> Sorted:
    return _sorted(w[k * _WIDTH + c], w[(k + 1) * _WIDTH + c])


@inlined
def _four(w: Matrix, k: int, c: int) -> Sorted:
    a, b = _two(w, k, c)
    d, e = _two(w, k + 2, c)
    return _straightened4(a, b, e, d)


@inlined
def _eight(w: Matrix, k: int, c: int) -> Sorted:
    a0, a1, a2, a3 = _four(w, k, c)
    b0, b1, b2, b3 = _four(w, k + 4, c)
    return _straightened8(a0, a1, a2, a3, b3, b2, b1, b0)


@inlined
def _straightened4(a: float, b: float, c: float, d: float) -> Sorted:
    """Sort four that rise and then fall, or fall and then rise."""
    a, c = _sorted(a, c)
    b, d = _sorted(b, d)
    a, b = _sorted(a, b)
    c, d = _sorted(c, d)
    return a, b, c, d


@inlined
def _straightened8(
    a: float, b: float, c: float, d: float, e: float, f: float, g: float, h: float
) -> Sorted:
    """Sort eight that rise and then fall, or fall and then rise."""
    a, e = _sorted(a, e)
    b, f = _sorted(b, f)
    c, g = _sorted(c, g)
    d, h = _sorted(d, h)
    a, b, c, d = _straightened4(a, b, c, d)
    e, f, g, h = _straightened4(e, f, g, h)
    return a, b, c, d, e, f, g, h


@inlined
def _merged(a: Sorted, b: Sorted) -> tuple[Sorted, Sorted]:
    """Return the lower and the upper eight of two sorted eights, each sorted."""
    return _lowest8(a, b), _highest8(a, b)


# -- what can still be the median --------------------------------------------------------


@inlined
def _lowest8(a: Sorted, b: Sorted) -> Sorted:
    a0, a1, a2, a3, a4, a5, a6, a7 = a
    b0, b1, b2, b3, b4, b5, b6, b7 = b
    low03 = (_lower(a0, b7), _lower(a1, b6), _lower(a2, b5), _lower(a3, b4))
    low47 = (_lower(a4, b3), _lower(a5, b2), _lower(a6, b1), _lower(a7, b0))
    return _straightened8(*low03, *low47)


@inlined
def _highest8(a: Sorted, b: Sorted) -> Sorted:
    a0, a1, a2, a3, a4, a5, a6, a7 = a
    b0, b1, b2, b3, b4, b5, b6, b7 = b
    high03 = (_higher(a0, b7), _higher(a1, b6), _higher(a2, b5), _higher(a3, b4))
    high47 = (_higher(a4, b3), _higher(a5, b2), _higher(a6, b1), _higher(a7, b0))
    return _straightened8(*high03, *high47)


@inlined
def _middle8(core: tuple[Sorted, Sorted], gained: Sorted) -> Sorted:
    """Of sixteen and eight more, drop the lowest eight and the highest eight."""
    low, high = core
    return _lowest8(_highest8(low, gained), high)


@inlined
def _middle4(core: Sorted, gained: Sorted) -> Sorted:
    """Of eight and four more, drop the lowest four and the highest four."""
    a0, a1, a2, a3, a4, a5, a6, a7 = core
    b0, b1, b2, b3 = gained
    c0, c1, c2, c3 = _straightened4(
        _higher(a0, b3), _higher(a1, b2), _higher(a2, b1), _higher(a3, b0)
    )
    return _straightened4(_lower(c0, a7), _lower(c1, a6), _lower(c2, a5), _lower(c3, a4))


@inlined
def _middle2(core: Sorted, gained: Sorted) -> Sorted:
    """Of four and two more, drop the lowest two and the highest two."""
    a0, a1, a2, a3 = core
    b0, b1 = gained
    c0, c1 = _sorted(_higher(a0, b1), _higher(a1, b0))
    return _sorted(_lower(c0, a3), _lower(c1, a2))


# -- windows ----------------------------------------------------------------------------


@inlined
def _pair(w: Matrix, c: int, k: int, core: Sorted) -> None:
    """Finish windows k and k + 1: one has gained row k, the other row k + 31."""
    low, high = core
    w[(_ROWS + k) * _WIDTH + c] = _lower(_higher(low, w[k * _WIDTH + c]), high)
    w[(_ROWS + k + 1) * _WIDTH + c] = _lower(_higher(low, w[(k + 31) * _WIDTH + c]), high)


@inlined
def _quarter(w: Matrix, c: int, k: int, core: Sorted) -> None:
    """Finish windows k to k + 3, given the middle of what they share."""
    _pair(w, c, k, _middle2(core, _two(w, k + 1, c)))
    _pair(w, c, k + 2, _middle2(core, _two(w, k + 31, c)))


@inlined
def _medians(w: Matrix) -> None:
    """Put the medians of rows 0 to 45 into rows 46 to 61; rows have `_WIDTH` elements.

    One array with fixed places is what the compiler needs to see that columns are
    independent.
    """
    for c in range(_WIDTH):
        left, right = _eight(w, 7, c), _eight(w, 31, c)
        core = _merged(_eight(w, 15, c), _eight(w, 23, c))
        lower, upper = _middle8(core, left), _middle8(core, right)
        _quarter(w, c, 0, _middle4(lower, _four(w, 3, c)))
        _quarter(w, c, 4, _middle4(lower, _four(w, 31, c)))
        _quarter(w, c, 8, _middle4(upper, _four(w, 11, c)))
        _quarter(w, c, 12, _middle4(upper, _four(w, 39, c)))


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
