"""What chroma say that does not depend on the key: intervals, order, change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Chroma = NDArray[np.floating[Any]]

__all__ = ["chroma_changes", "chroma_entropies", "rotated", "tonal_centroids"]


def rotated(chroma: Chroma) -> NDArray[np.float64]:
    """Return the mean chroma by the interval from their strongest class, which is 1.

    Parameters
    ----------
    chroma : ndarray, shape (12, frames)
        Energy of pitch classes.

    Returns
    -------
    ndarray of float64, shape (12,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.tonality import rotated
    >>> rotated(np.roll([[4.0], [0.0], [2.0], [1.0]], 2, axis=0)).tolist()
    [1.0, 0.0, 0.5, 0.25]
    """
    profile = chroma.mean(axis=1, dtype=np.float64)
    strongest = int(profile.argmax())
    return np.roll(profile, -strongest) / max(profile[strongest], np.finfo(np.float64).tiny)


def chroma_entropies(chroma: Chroma) -> NDArray[np.float64]:
    """Return the entropy of the shares of the classes in each frame, shape (frames,).

    As a share of the greatest, so that 1 means all alike. Silence has 0.

    Parameters
    ----------
    chroma : ndarray, shape (12, frames)
        Energy of pitch classes.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.tonality import chroma_entropies
    >>> chroma_entropies(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0]])).tolist()
    [1.0, 0.0, 0.0]
    """
    shares = _shares(chroma)
    logs = np.log(np.where(shares > 0.0, shares, 1.0))
    return np.abs(np.sum(shares * logs, axis=0)) / np.log(len(chroma))


def chroma_changes(chroma: Chroma) -> NDArray[np.float64]:
    """Return how much chroma differ from those of the frame before, shape (frames - 1,).

    The mean absolute difference over the classes.

    Parameters
    ----------
    chroma : ndarray, shape (12, frames)
        Energy of pitch classes.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.tonality import chroma_changes
    >>> chroma_changes(np.array([[1.0, 0.5], [0.0, 1.0]])).tolist()
    [0.75]
    """
    return np.abs(np.diff(chroma, axis=1)).mean(axis=0, dtype=np.float64)


def tonal_centroids(chroma: Chroma) -> NDArray[np.float64]:
    """Return where chroma lie on circles of fifths, minor and major thirds, shape (6, frames).

    `librosa.feature.tonnetz`; two coordinates for each circle, the one of major thirds
    half as wide.

    Parameters
    ----------
    chroma : ndarray, shape (12, frames)
        Energy of pitch classes.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.tonality import tonal_centroids
    >>> tonal_centroids(np.eye(12)[:, :1]).ravel().round(2).tolist()
    [0.0, 1.0, 0.0, 1.0, 0.0, 0.5]
    """
    angles = np.outer([7.0 / 6.0, 3.0 / 2.0, 2.0 / 3.0], np.arange(12))
    circles = np.stack([np.sin(np.pi * angles), np.cos(np.pi * angles)], axis=1)
    circles *= np.array([1.0, 1.0, 0.5])[:, np.newaxis, np.newaxis]
    return np.asarray(circles.reshape(6, 12) @ _shares(chroma))


def _shares(chroma: Chroma) -> NDArray[np.float64]:
    total = chroma.sum(axis=0, dtype=np.float64)
    total[total < np.finfo(np.float32).tiny] = 1.0
    return chroma / total
