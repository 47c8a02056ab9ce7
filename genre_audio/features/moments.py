"""What columns say of the frames of a segment: mean, variance, skewness, kurtosis.

Skewness and kurtosis of what does not move are those of rounding. So they are taken as if
independent normal noise were added to the frames, of a variance that nobody would see in
music: a constant then has the skewness 0 and the kurtosis 3, and nothing jumps on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Frames = NDArray[np.floating[Any]]

__all__ = ["UNSEEN", "kurtosis", "skew", "statistic"]

UNSEEN = 1e-6
"""Variance of the noise, in squares of the frames' unit. Rounded dB have one of 1e-10."""


def statistic(name: str, frames: Frames) -> float:
    """Return what the suffix of a column means: `skew`, `kurtosis`, or numpy's function.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.moments import statistic
    >>> statistic("var", np.array([1.0, 3.0]))
    1.0
    """
    function = {"skew": skew, "kurtosis": kurtosis}.get(name) or getattr(np, name)
    return float(function(frames))


def skew(frames: Frames) -> float:
    """Return the third standardised moment: `scipy.stats.skew`.

    Relative to it by ``(1 + UNSEEN / variance) ** -1.5``.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.moments import skew
    >>> round(skew(np.array([0.0, 0.0, 0.0, 1.0])), 3), skew(np.ones(4))
    (1.155, 0.0)
    """
    deviations = np.asarray(frames, np.float64) - np.mean(frames, dtype=np.float64)
    squares = deviations * deviations
    return float(np.mean(squares * deviations) / (np.mean(squares) + UNSEEN) ** 1.5)


def kurtosis(frames: Frames) -> float:
    """Return the fourth standardised moment: ``scipy.stats.kurtosis(fisher=False)``.

    The excess over 3, that of a normal distribution, is ``(1 + UNSEEN / variance) ** -2``
    of scipy's.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.features.moments import kurtosis
    >>> round(kurtosis(np.array([0.0, 0.0, 0.0, 1.0])), 3), round(kurtosis(np.ones(4)), 3)
    (2.333, 3.0)
    """
    squares = (np.asarray(frames, np.float64) - np.mean(frames, dtype=np.float64)) ** 2
    variance = np.mean(squares)
    fourth = np.mean(squares * squares) + 6.0 * UNSEEN * variance + 3.0 * UNSEEN**2
    return float(fourth / (variance + UNSEEN) ** 2)
