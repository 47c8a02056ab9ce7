"""How much the segments of a recording count, so that each of its samples counts once.

Segments cut with a hop overlap. Averaged by their lengths, what lies in six of them would
count six times, and the two ends of a recording, which lie in one, once. So a segment
shares each sample with all the segments that hold it too. What the mean then says of a
sample is the mean of the segments that hold it, and every sample that was described has
the same weight. Segments that share nothing count as long as they are, to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["counted_once", "frame_weights"]


def counted_once(
    first: NDArray[Any], lengths: NDArray[Any], *, recordings: NDArray[Any]
) -> NDArray[np.float64]:
    """Return the samples of each segment, shared with the segments that hold them too.

    Parameters
    ----------
    first : ndarray of float, shape (segments,)
        Where in its recording each segment begins, in samples.
    lengths : ndarray of float, shape (segments,)
        Number of its samples.
    recordings : ndarray, shape (segments,)
        What it is a segment of: names or numbers.

    Returns
    -------
    ndarray of float64, shape (segments,)
        For each recording they add up to the samples that are in any segment.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.tables.weights import counted_once
    >>> first, lengths = np.array([0, 10, 0]), np.array([20, 20, 25])
    >>> counted_once(first, lengths, recordings=np.array(["a", "a", "b"])).tolist()
    [15.0, 15.0, 25.0]
    """
    weights = np.array(lengths, dtype=np.float64)
    _, owners = np.unique(recordings, return_inverse=True)
    order = np.lexsort((first, owners))
    starts, stops, mine = first[order], (first + lengths)[order], owners[order]
    overlapping = (starts[1:] < stops[:-1]) & (mine[1:] == mine[:-1])
    for owner in np.unique(mine[1:][overlapping]):
        places = order[np.searchsorted(mine, owner) : np.searchsorted(mine, owner, side="right")]
        weights[places] = _shared(first[places], first[places] + lengths[places])
    return weights


def _shared(starts: NDArray[Any], stops: NDArray[Any]) -> NDArray[np.float64]:
    """Return what each stretch gets of the line, where all that hold a point share it."""
    edges, places = np.unique(np.concatenate([starts, stops]), return_inverse=True)
    begin, end = np.split(places, 2)
    change = np.bincount(begin, minlength=len(edges)) - np.bincount(end, minlength=len(edges))
    holding = change.cumsum()[:-1]
    shares = np.diff(edges) / np.maximum(holding, 1)  # nobody asks about what nobody holds
    until = np.concatenate([[0.0], shares.cumsum()])
    return np.asarray(until[end] - until[begin], dtype=np.float64)


def frame_weights(
    frame: pd.DataFrame, *, recordings: NDArray[Any], sr: int
) -> NDArray[np.float64] | None:
    """Return how much each row of a table counts, None where the table has no lengths.

    Parameters
    ----------
    frame : pandas.DataFrame
        With a column ``length`` in samples, and perhaps ``start`` in s; where a row lacks
        one, no row's is believed.
    recordings : ndarray, shape (rows,)
        What each row is a segment of.
    sr : int
        Samples in a second.

    Returns
    -------
    ndarray of float64, shape (rows,), or None

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from genre_audio.tables.weights import frame_weights
    >>> frame = pd.DataFrame({"length": [20, 20], "start": [0.0, 0.1]})
    >>> frame_weights(frame, recordings=np.array(["a", "a"]), sr=100).tolist()
    [15.0, 15.0]
    """
    if "length" not in frame:
        return None
    lengths = frame["length"].to_numpy(dtype=np.float64)
    start = frame.get("start")
    if start is None or start.dtype.kind not in "fiu" or start.isna().any():
        return lengths
    first = np.rint(start.to_numpy(dtype=np.float64) * sr)
    return counted_once(first, lengths, recordings=recordings)
