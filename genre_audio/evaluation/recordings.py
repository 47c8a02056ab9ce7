"""From rows to recordings: what the segments of one say together.

Nothing may enter here that learns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["pooled", "shares_of"]


def _recordings(names: NDArray[Any], y: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the first row of each recording, and the number of each row's recording."""
    # By number rather than by text: pairs of texts are compared slowly. Genres are in the
    # order of their numbers as text, 10 before 2, as they always were.
    owners = np.unique(names, return_inverse=True)[1].reshape(-1)
    genres = np.unique(y.astype(str), return_inverse=True)[1].reshape(-1)
    keys = owners * (int(genres.max(initial=0)) + 1) + genres
    _, first, places = np.unique(keys, return_index=True, return_inverse=True)
    return first, places.reshape(-1)


def pooled(
    probabilities: NDArray[np.float64],
    *,
    names: NDArray[Any],
    y: NDArray[np.intp],
    lengths: NDArray[np.float64] | None,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Average over the segments of each recording; a genre in dispute counts apart.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (segments, genres)
        Of each genre for each segment.
    names : ndarray of str, shape (segments,)
        The recording of each.
    y : ndarray of int, shape (segments,)
        Its genre.
    lengths : ndarray of float64, shape (segments,), optional
        How much each counts; all the same by default.

    Returns
    -------
    first : ndarray of int, shape (recordings,)
        The first segment of each recording.
    probabilities : ndarray of float64, shape (recordings, genres)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.recordings import pooled
    >>> p, names = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array(["a", "a"])
    >>> pooled(p, names=names, y=np.array([0, 0]), lengths=np.array([3.0, 1.0]))[1].tolist()
    [[0.75, 0.25]]
    """
    first, places = _recordings(names, y)
    sums = np.zeros((len(first), probabilities.shape[1]))
    np.add.at(sums, places, probabilities if lengths is None else probabilities * lengths[:, None])
    return first, sums / sums.sum(axis=1, keepdims=True)


def shares_of(names: NDArray[Any], y: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return how frequent each genre is among recordings.

    Parameters
    ----------
    names : ndarray of str, shape (segments,)
        The recording of each segment.
    y : ndarray of int, shape (segments,)
        Its genre.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation.recordings import shares_of
    >>> shares_of(np.array(["a", "a", "b"]), np.array([0, 0, 1])).tolist()
    [0.5, 0.5]
    """
    counts = np.bincount(y[_recordings(names, y)[0]])
    return np.asarray(counts / counts.sum())
