"""A stream of samples becomes segments; each sample is copied once into each of its segments."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["cut"]


def cut(
    blocks: Iterable[NDArray[np.float32]], *, length: int, hop: int | None = None
) -> Iterator[NDArray[np.float32]]:
    """Cut a stream into segments of `length` samples, one every `hop` samples.

    A segment is let go as soon as half a hop or more follows it; so what is left at the
    end is shorter than a segment and half a hop, and stands whole. No more than that and
    a block is held, however long the stream is. Without overlap a hop is a segment.

    Parameters
    ----------
    blocks : iterable of ndarray, shape (n,)
        Samples in order.
    length : int
        Length of a full segment in samples.
    hop : int, optional
        From one segment's beginning to the next one's, up to `length`, the default.

    Yields
    ------
    ndarray, shape (length,), the last one (at least length - hop / 2, or all there is)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.cut import cut
    >>> [len(y) for y in cut([np.zeros(7), np.zeros(6)], length=4)]
    [4, 4, 5]
    >>> [y.tolist() for y in cut([np.arange(8)], length=4, hop=2)]
    [[0, 1, 2, 3], [2, 3, 4, 5], [4, 5, 6, 7]]
    """
    hop = length if hop is None else hop
    held: collections.deque[NDArray[np.float32]] = collections.deque()
    count = 0
    for block in blocks:
        if not len(block):
            continue
        held.append(block)
        count += len(block)
        while 2 * count >= 2 * length + hop:
            yield _take(held, length, hop=hop)
            count -= hop
    if count:
        yield _take(held, count, hop=count)


def _take(
    held: collections.deque[NDArray[np.float32]], length: int, *, hop: int
) -> NDArray[np.float32]:
    """Copy `length` samples from the front, and let the first `hop` of them go."""
    parts, missing = [], length
    for block in held:
        parts.append(block if len(block) <= missing else block[:missing])
        missing -= len(parts[-1])
        if not missing:
            break
    while hop:
        block = held.popleft()
        if len(block) > hop:
            held.appendleft(block[hop:])
        hop -= min(hop, len(block))
    return np.concatenate(parts)
