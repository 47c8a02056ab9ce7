"""Small sorting networks: minima and maxima in a fixed order, whatever the numbers.

What goes in sorted is sorted upwards. Two sorted runs, one of them turned round, rise and
then fall; a few rounds straighten them (Batcher, K.: Sorting networks and their
applications, 1968). Those of the elements that are not wanted any more are never computed.
"""

from __future__ import annotations

from genre_audio.kernels.compiled import inlined

__all__ = [
    "Sorted",
    "higher",
    "highest8",
    "lower",
    "lowest8",
    "merged",
    "middle2",
    "middle4",
    "middle8",
    "ordered",
    "straightened4",
    "straightened8",
]

Sorted = tuple[float, ...]


@inlined
def lower(a: float, b: float) -> float:
    """Return the lower of two numbers.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import lower
    >>> lower(2.0, 1.0)
    1.0
    """
    return a if a < b else b


@inlined
def higher(a: float, b: float) -> float:
    """Return the higher of two numbers.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import higher
    >>> higher(2.0, 1.0)
    2.0
    """
    return b if a < b else a


@inlined
def ordered(a: float, b: float) -> Sorted:
    """Sort two numbers.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import ordered
    >>> ordered(2.0, 1.0)
    (1.0, 2.0)
    """
    return lower(a, b), higher(a, b)


@inlined
def straightened4(a: float, b: float, c: float, d: float) -> Sorted:
    """Sort four that rise and then fall, or fall and then rise.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import straightened4
    >>> straightened4(1.0, 4.0, 3.0, 2.0)
    (1.0, 2.0, 3.0, 4.0)
    """
    a, c = ordered(a, c)
    b, d = ordered(b, d)
    a, b = ordered(a, b)
    c, d = ordered(c, d)
    return a, b, c, d


@inlined
def straightened8(
    a: float, b: float, c: float, d: float, e: float, f: float, g: float, h: float
) -> Sorted:
    """Sort eight that rise and then fall, or fall and then rise.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import straightened8
    >>> straightened8(1.0, 3.0, 5.0, 7.0, 8.0, 6.0, 4.0, 2.0)
    (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0)
    """
    a, e = ordered(a, e)
    b, f = ordered(b, f)
    c, g = ordered(c, g)
    d, h = ordered(d, h)
    a, b, c, d = straightened4(a, b, c, d)
    e, f, g, h = straightened4(e, f, g, h)
    return a, b, c, d, e, f, g, h


@inlined
def lowest8(a: Sorted, b: Sorted) -> Sorted:
    """Return the lower eight of two sorted eights, sorted.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import lowest8
    >>> lowest8(tuple(map(float, range(8))), tuple(map(float, range(4, 12))))
    (0.0, 1.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0)
    """
    a0, a1, a2, a3, a4, a5, a6, a7 = a
    b0, b1, b2, b3, b4, b5, b6, b7 = b
    low03 = (lower(a0, b7), lower(a1, b6), lower(a2, b5), lower(a3, b4))
    low47 = (lower(a4, b3), lower(a5, b2), lower(a6, b1), lower(a7, b0))
    return straightened8(*low03, *low47)


@inlined
def highest8(a: Sorted, b: Sorted) -> Sorted:
    """Return the higher eight of two sorted eights, sorted.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import highest8
    >>> highest8(tuple(map(float, range(8))), tuple(map(float, range(4, 12))))
    (6.0, 6.0, 7.0, 7.0, 8.0, 9.0, 10.0, 11.0)
    """
    a0, a1, a2, a3, a4, a5, a6, a7 = a
    b0, b1, b2, b3, b4, b5, b6, b7 = b
    high03 = (higher(a0, b7), higher(a1, b6), higher(a2, b5), higher(a3, b4))
    high47 = (higher(a4, b3), higher(a5, b2), higher(a6, b1), higher(a7, b0))
    return straightened8(*high03, *high47)


@inlined
def merged(a: Sorted, b: Sorted) -> tuple[Sorted, Sorted]:
    """Return the lower and the higher eight of two sorted eights, each sorted.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import merged
    >>> merged(tuple(map(float, range(8))), tuple(map(float, range(4, 12))))[1]
    (6.0, 6.0, 7.0, 7.0, 8.0, 9.0, 10.0, 11.0)
    """
    return lowest8(a, b), highest8(a, b)


@inlined
def middle8(core: tuple[Sorted, Sorted], gained: Sorted) -> Sorted:
    """Of sixteen and eight more, drop the lowest eight and the highest eight.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import middle8
    >>> low, high = (tuple(map(float, range(k, k + 8))) for k in (0, 8))
    >>> middle8((low, high), (20.0,) * 8)
    (8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0)
    """
    low, high = core
    return lowest8(highest8(low, gained), high)


@inlined
def middle4(core: Sorted, gained: Sorted) -> Sorted:
    """Of eight and four more, drop the lowest four and the highest four.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import middle4
    >>> middle4(tuple(map(float, range(8))), (-1.0, -1.0, 9.0, 9.0))
    (2.0, 3.0, 4.0, 5.0)
    """
    a0, a1, a2, a3, a4, a5, a6, a7 = core
    b0, b1, b2, b3 = gained
    c0, c1, c2, c3 = straightened4(higher(a0, b3), higher(a1, b2), higher(a2, b1), higher(a3, b0))
    return straightened4(lower(c0, a7), lower(c1, a6), lower(c2, a5), lower(c3, a4))


@inlined
def middle2(core: Sorted, gained: Sorted) -> Sorted:
    """Of four and two more, drop the lowest two and the highest two.

    Examples
    --------
    >>> from genre_audio.kernels.sorting import middle2
    >>> middle2((1.0, 2.0, 3.0, 4.0), (2.5, 9.0))
    (2.5, 3.0)
    """
    a0, a1, a2, a3 = core
    b0, b1 = gained
    c0, c1 = ordered(higher(a0, b1), higher(a1, b0))
    return ordered(lower(c0, a3), lower(c1, a2))
