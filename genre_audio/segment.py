"""Segment: samples that passed the gate.

Silence, a constant, a single sample or NaN all give finite, plausible feature rows
(a tempo of 117.45, for instance). So the question "can this be described at all?" is
asked once, here, when a `Segment` is made; everything after it may rely on the answer.
What does not pass is a `Refused` with the reason, never a row.

Samples only: reading, resampling and describing live elsewhere.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.errors import AudioError, ParameterError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MIN_SECONDS", "SILENCE_DBFS", "Refused", "Segment", "check_sounds"]

MIN_SECONDS: Final = 1.0
"""Shorter segments hold too few frames for means and variances."""

SILENCE_DBFS: Final = -80.0
"""A segment that stays closer to a constant than this is silent: 3 steps of a 16-bit file."""

_SILENT_PEAK: Final = 10.0 ** (SILENCE_DBFS / 20.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of one recording, mono, that is worth describing.

    Attributes
    ----------
    y : ndarray of float32, shape (n,)
        Samples, full scale ±1; made read-only.
    sr : int
        Sampling rate in Hz.
    first : int
        Where in the recording it begins, in samples at `sr`.
    recording : str
        Name of the recording.

    Raises
    ------
    AudioError
        ``not_finite`` if a sample is NaN or infinite, ``too_short`` below
        `MIN_SECONDS`, ``silent`` if the peak around a constant is below `SILENCE_DBFS`.
    ParameterError
        If `y` is not a one-dimensional float32 array.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.segment import Segment
    >>> y = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050).astype(np.float32)
    >>> Segment(y=y, sr=22050).seconds
    1.0
    """

    y: NDArray[np.float32]
    sr: int
    first: int = 0
    recording: str = ""

    def __post_init__(self) -> None:
        _check_samples(self.y, sr=self.sr)
        y = np.ascontiguousarray(self.y).view()
        y.flags.writeable = False
        object.__setattr__(self, "y", y)

    @property
    def start(self) -> float:
        """Where in the recording it begins, in seconds."""
        return self.first / self.sr

    @property
    def stop(self) -> float:
        """Where in the recording it ends, in seconds."""
        return (self.first + len(self.y)) / self.sr

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.y) / self.sr


@dataclasses.dataclass(frozen=True)
class Refused:
    """A stretch of a recording that did not pass the gate.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds; the same where the recording could not be read
        any further.
    kind : str
        One of `genre_audio.errors.AUDIO_KINDS`.
    message : str
        What was found.

    Examples
    --------
    >>> from genre_audio.segment import Refused
    >>> Refused(start=30.0, stop=60.0, kind="silent", message="digital silence").kind
    'silent'
    """

    start: float
    stop: float
    kind: str
    message: str

    @property
    def seconds(self) -> float:
        """Length in seconds; 0 where the recording could not be read any further."""
        return self.stop - self.start


def _check_samples(y: NDArray[np.float32], *, sr: int) -> None:
    if y.ndim != 1 or y.dtype != np.float32:
        raise ParameterError(
            f"samples must be a one-dimensional float32 array, got {y.dtype} of shape {y.shape}"
        )
    if not np.isfinite(y).all():
        raise AudioError("the segment holds NaN or infinite samples", kind="not_finite")
    if len(y) < MIN_SECONDS * sr:
        raise AudioError(
            f"the segment lasts {len(y) / sr:.3f} s, at least {MIN_SECONDS:g} s are needed",
            kind="too_short",
        )
    check_sounds(y)


def check_sounds(y: NDArray[np.float32]) -> None:
    """Raise an `AudioError` if nothing sounds in these samples, at least one of them.

    Raises
    ------
    AudioError
        ``silent`` if the peak around a constant is below `SILENCE_DBFS`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.segment import check_sounds
    >>> check_sounds(np.ones(100, np.float32))
    Traceback (most recent call last):
    genre_audio.errors.AudioError: the peak stays below -80 dBFS
    """
    # A recorder that runs without a microphone may well write a constant.
    if (float(y.max()) - float(y.min())) / 2 < _SILENT_PEAK:
        raise AudioError(f"the peak stays below {SILENCE_DBFS:g} dBFS", kind="silent")
