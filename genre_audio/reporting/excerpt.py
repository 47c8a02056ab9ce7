"""A short excerpt of a recording that plays from inside a page.

It is compressed, mono and at the rate at which features are measured: it is for hearing
what a page speaks of, not for listening to the recording. Its level is the recording's.
Nothing may enter here that reads recordings.
"""

from __future__ import annotations

import base64
import dataclasses
from typing import TYPE_CHECKING, Final

from genre_audio.audio.compress import compressed
from genre_audio.config import AnalysisConfig

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from genre_audio.prediction import Prediction

__all__ = ["SECONDS", "Excerpt", "excerpt_place", "sound_uri"]

SECONDS: Final = 25.0
"""How long an excerpt is, where the recording is that long."""


@dataclasses.dataclass(frozen=True)
class Excerpt:
    """What is played.

    Attributes
    ----------
    start, stop : float
        Place in the recording, in seconds.
    why : str
        Why this place.
    uri : str
        The sound as a data URI.

    Examples
    --------
    >>> from genre_audio.reporting.excerpt import Excerpt
    >>> Excerpt(30.0, 55.0, "the middle", "data:audio/mpeg;base64,").stop
    55.0
    """

    start: float
    stop: float
    why: str
    uri: str


def excerpt_place(prediction: Prediction, *, seconds: float = SECONDS) -> tuple[float, float, str]:
    """Choose what to play: the middle of the segment that speaks most for the label.

    Where it is known what the recording holds, a segment speaks as far as it is music.

    Parameters
    ----------
    prediction : Prediction
        What was said of the recording.
    seconds : float
        How long the excerpt is to be at most.

    Returns
    -------
    start, stop : float
        Place in the recording, in seconds.
    why : str
        What was chosen, to be read after "Excerpt:".

    Examples
    --------
    >>> from genre_audio.prediction import Prediction, SegmentPrediction
    >>> from genre_audio.reporting.excerpt import excerpt_place
    >>> p, q = {"jazz": 0.9, "rock": 0.1}, {"jazz": 0.6, "rock": 0.4}
    >>> segments = SegmentPrediction(0.0, 30.0, q), SegmentPrediction(30.0, 60.0, p)
    >>> excerpt_place(Prediction("a.wav", p, segments, (), 50.0, unlike=False))
    (32.5, 57.5, 'the middle of the segment that speaks most for jazz')
    """
    label, content = prediction.label, prediction.content
    if not prediction.segments:
        return 0.0, seconds, "the beginning"

    def voice(place: int) -> float:
        """Return how much music of the label a segment holds."""
        segment = prediction.segments[place]
        share = 1.0 if content is None else content.share_of_music(segment.start, segment.stop)
        return segment.probabilities[label] * share

    chosen = prediction.segments[max(range(len(prediction.segments)), key=voice)]
    spare = max(0.0, chosen.stop - chosen.start - seconds) / 2
    why = f"the middle of the segment that speaks most for {label}"
    if len(prediction.segments) == 1:
        why = "the middle of what was heard"
    return chosen.start + spare, chosen.stop - spare, why


def sound_uri(y: NDArray[np.float32], *, sr: int) -> str | None:
    """Return sound as a data URI.

    Parameters
    ----------
    y : ndarray of float32, shape (samples,)
        Mono.
    sr : int
        Its sampling rate in Hz.

    Returns
    -------
    str or None
        None where there is nothing to hear, or no form to write it in.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.reporting.excerpt import sound_uri
    >>> y = 0.1 * np.sin(np.arange(22050, dtype=np.float32) / 10)
    >>> sound_uri(y, sr=22050)[:11]
    'data:audio/'
    """
    made = compressed(y, sr=sr, wanted=AnalysisConfig().sr)
    if made is None:
        return None
    return f"data:{made.kind};base64,{base64.b64encode(made.content).decode()}"
