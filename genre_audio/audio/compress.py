"""Sound made small, to be heard and not to be measured."""

from __future__ import annotations

import dataclasses
import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import soundfile
import soxr

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Compressed", "compressed"]

_FADE_SECONDS: Final = 0.02
_SHORTEST_SECONDS: Final = 0.1
_FORMS: Final = (("MP3", "MPEG_LAYER_III", "audio/mpeg"), ("OGG", "VORBIS", "audio/ogg"))
_LEVEL: Final = 0.6
"""Of compression: about 40 kbit/s for mono at 22,050 Hz."""


@dataclasses.dataclass(frozen=True)
class Compressed:
    """A compressed sound.

    Attributes
    ----------
    kind : str
        Its media type.
    content : bytes
        What a file would hold.

    Examples
    --------
    See `compressed`.
    """

    kind: str
    content: bytes


def compressed(y: NDArray[np.float32], *, sr: int, wanted: int) -> Compressed | None:
    """Return sound as MP3, or as Ogg Vorbis where libsndfile was built without MP3.

    It fades in and out within 0.02 s, because a cut through a sound is a click.

    Parameters
    ----------
    y : ndarray of float32, shape (samples,)
        Mono; what exceeds full scale is clipped.
    sr, wanted : int
        Its sampling rate, and the rate of the result, in Hz.

    Returns
    -------
    Compressed or None
        None for less than 0.1 s, or where libsndfile writes neither form.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.compress import compressed
    >>> y = 0.1 * np.sin(np.arange(44100, dtype=np.float32) / 10)
    >>> compressed(y, sr=44100, wanted=22050).kind in {"audio/mpeg", "audio/ogg"}
    True
    """
    if len(y) < _SHORTEST_SECONDS * sr:
        return None
    y = np.nan_to_num(y)
    if sr != wanted:
        y = soxr.resample(y, sr, wanted, quality="HQ")
    y = _faded(np.clip(y, -1.0, 1.0), sr=wanted)
    able = soundfile.available_formats()
    for form, subtype, kind in _FORMS:
        if form in able:
            out = io.BytesIO()
            how: dict[str, Any] = {"subtype": subtype, "compression_level": _LEVEL}
            soundfile.write(out, y, wanted, format=form, **how)
            return Compressed(kind, out.getvalue())
    return None


def _faded(y: NDArray[np.float32], *, sr: int) -> NDArray[np.float32]:
    count = min(round(_FADE_SECONDS * sr), len(y) // 2)
    ramp = np.linspace(0.0, 1.0, count, dtype=np.float32)
    shape = np.ones(len(y), dtype=np.float32)
    shape[:count], shape[len(y) - count :] = ramp, ramp[::-1]
    return np.asarray(y * shape, dtype=np.float32)
