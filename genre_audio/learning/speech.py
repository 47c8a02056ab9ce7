"""A typical row of speech: the one thing about likeness that no training row can tell.

The mean, in the form that learners see, of 22 half minutes, each joined from neighbouring
clips out of 50 clips of speech of the SeFiRe field recordings (Marolt et al. 2019).
``scripts/measure_likeness.py --speech`` makes it again, and measures what it is good for
on speech that it was not made from.

References
----------
Marolt, M., Bohak, C., Kavčič, A., Pesek, M. (2019). Automatic segmentation of
ethnomusicological field recordings. Applied Sciences 9(3), 439.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["SPEECH", "typical_speech"]

_LEVEL: Final = frozenset({"rms_var", "harmony_var", "perceptr_var", "mfcc1_mean"})
"""Columns that say nothing about speech where the level is not known."""

# Means and variances of the twenty coefficients, one pair after the other.
# fmt: off
_MFCC: Final = (
    -228.5, 10740.0, 91.83, 1946.0, 0.665, 759.6, 24.76, 527.9, -0.252, 337.0,
    -0.5805, 263.9, -8.978, 229.1, -7.068, 180.7, -9.422, 158.3, -0.6776, 129.8,
    -4.891, 118.9, -1.437, 97.81, -4.589, 98.16, -1.411, 74.07, -1.357, 66.85,
    -1.761, 84.85, -4.714, 68.92, -1.108, 59.25, -2.654, 73.3, -1.831, 63.9,
)
# fmt: on
_MFCC_NAMES: Final = [f"mfcc{k}_{part}" for k in range(1, 21) for part in ("mean", "var")]

# The means of the harmonic and the percussive signal are offsets, which are never used.
SPEECH: Final[dict[str, float]] = {
    "chroma_stft_mean": 0.3727,
    "chroma_stft_var": 0.1037,
    "rms_mean": 0.1,
    "rms_var": 0.01251,
    "spectral_centroid_mean": 2113.0,
    "spectral_centroid_var": 995900.0,
    "spectral_bandwidth_mean": 2175.0,
    "spectral_bandwidth_var": 268900.0,
    "rolloff_mean": 4201.0,
    "rolloff_var": 3614000.0,
    "zero_crossing_rate_mean": 0.1057,
    "zero_crossing_rate_var": 0.007036,
    "harmony_var": 0.01029,
    "perceptr_var": 0.006408,
    "tempo": 136.4,
    **dict(zip(_MFCC_NAMES, _MFCC, strict=True)),
}
"""Features of speech by column, at a level of 0.1."""


def typical_speech(
    X: NDArray[np.floating[Any]], *, columns: Sequence[str]
) -> tuple[NDArray[np.float64], list[str]]:
    """Return a row of speech in these columns, and the names of those that are known.

    Columns of other kinds have the training rows' median.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.speech import typical_speech
    >>> row, known = typical_speech(np.ones((3, 2)), columns=["tempo", "mood"])
    >>> row.tolist(), known
    ([[136.4, 1.0]], ['tempo'])
    """
    known = [name for name in columns if name in SPEECH]
    if "rms_mean" not in columns:
        known = [name for name in known if name not in _LEVEL]
    middle = np.median(X, axis=0)
    row = [SPEECH[name] if name in known else middle[k] for k, name in enumerate(columns)]
    return np.array([row], dtype=np.float64), known
