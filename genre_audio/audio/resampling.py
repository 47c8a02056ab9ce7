"""A stream of samples at another sampling rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soxr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

__all__ = ["resample"]


def resample(
    blocks: Iterable[NDArray[np.float32]], *, sr_in: int, sr: int
) -> Iterator[NDArray[np.float32]]:
    """Convert a stream of mono blocks from `sr_in` to `sr` Hz (soxr, HQ).

    The result does not depend on how the stream is divided into blocks.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (n,)
        Samples in order.
    sr_in, sr : int
        Sampling rates in Hz.

    Yields
    ------
    ndarray of float32, shape (m,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.resampling import resample
    >>> blocks = [np.zeros(44100, dtype=np.float32)] * 2
    >>> sum(len(block) for block in resample(blocks, sr_in=44100, sr=22050))
    44100
    """
    if sr_in == sr:
        yield from blocks
        return
    stream = soxr.ResampleStream(sr_in, sr, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, dtype=np.float32), last=True)
