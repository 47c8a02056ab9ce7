"""A stream of samples becomes segments; each sample is copied once, into its segment."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["cut"]


def cut(blocks: Iterable[NDArray[np.float32]], *, length: int) -> Iterator[NDArray[np.float32]]:
    """Cut a stream into segments of `length` samples.

    A segment is let go as soon as half a segment or more follows it; so what is left
    at the end is shorter than one and a half segments, and stands whole. No more than
    that and a block is held, however long the stream is.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n,)
        Samples in order.
    length : int
        Length of a full segment in samples.

    Yields
    ------
    ndarray, shape (length,), the last one (at least length / 2, or all there is)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.cut import cut
    >>> [len(y) for y in cut([np.zeros(7), np.zeros(6)], length=4)]
    [4, 4, 5]
    """
    held: collections.deque[NDArray[np.float32]] = collections.deque()
    count = 0
    for block in blocks:
        if not len(block):
            continue
        held.append(block)
        count += len(block)
        while 2 * count >= 3 * length:
            yield _take(held, length)
            count -= length
    if count:
        yield _take(held, count)


def _take(held: collections.deque[NDArray[np.float32]], length: int) -> NDArray[np.float32]:
    """Take `length` samples away from the front."""
    parts = []
    while length:
        part = held.popleft()
        if len(part) > length:
            held.appendleft(part[length:])
            part = part[:length]
        parts.append(part)
        length -= len(part)
    return np.concatenate(parts)
