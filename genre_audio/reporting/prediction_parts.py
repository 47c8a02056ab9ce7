"""What the page on a prediction shows, as plain values: bars, flags, words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from genre_audio.prediction import Prediction

__all__ = [
    "Bar",
    "clock",
    "doubt_of",
    "flags_of",
    "noun_for",
    "probability_bars",
    "seconds_of",
    "sentence",
]

_DOUBTS: Final = {
    "unlike": "unlike training",
    "too_short": "too short",
    "no_music": "music doubtful",
}
_UNPROMISED: Final = {
    "unlike": "This one is unlike them",
    "too_short": "This one is too short",
    "no_music": "This one does not sound like music",
}

_GENRES: Final = frozenset(
    {"blues", "classical", "country", "disco", "electronic", "folk", "hip-hop", "hiphop", "jazz"}
    | {"metal", "pop", "reggae", "rock"}
)
"""Labels by which one knows that a model tells genres."""


@dataclasses.dataclass(frozen=True)
class Bar:
    """The probability of one genre.

    Attributes
    ----------
    name : str
        The genre.
    probability : float
        Of it.
    left : bool or None
        Whether it is not ruled out; None where the model cannot say.

    Examples
    --------
    See `probability_bars`.
    """

    name: str
    probability: float
    left: bool | None


def probability_bars(prediction: Prediction) -> list[Bar]:
    """Return the genres with their probabilities, the likeliest first.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.prediction_parts import probability_bars
    >>> p = {"jazz": 0.3, "rock": 0.7}
    >>> probability_bars(Prediction("a.wav", p, (), (), 50.0, unlike=False))[0]
    Bar(name='rock', probability=0.7, left=None)
    """
    left = prediction.genres_not_ruled_out
    return [
        Bar(label, probability, None if left is None else label in left)
        for label, probability in prediction.ranking(len(prediction.probabilities))
    ]


def flags_of(prediction: Prediction) -> tuple[str, ...]:
    """Return what makes one doubt a recording's label, in few words.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.prediction_parts import flags_of
    >>> flags_of(Prediction("a.wav", {"jazz": 1.0}, (), (), 99.0, unlike=True))
    ('unlike training',)
    """
    kind = prediction.verdict.kind
    found = [_DOUBTS[kind]] if kind in _DOUBTS else []
    if prediction.unlike and kind != "unlike":
        found.append(_DOUBTS["unlike"])
    found += [remark.what for remark in prediction.quality_remarks if remark.matters]
    if any(refused.seconds for refused in prediction.refused):
        found.append("parts refused")
    if not prediction.read_to_end:
        found.append("not read to its end")
    return tuple(dict.fromkeys(found))


def doubt_of(prediction: Prediction) -> str | None:
    """Say why what was measured on other recordings promises nothing for this one.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.prediction_parts import doubt_of
    >>> doubt_of(Prediction("a.wav", {"jazz": 1.0}, (), (), 99.0, unlike=True))
    'This one is unlike them'
    """
    kind = prediction.verdict.kind
    if kind in _UNPROMISED:
        return _UNPROMISED[kind]
    poor = [remark.what for remark in prediction.quality_remarks if remark.matters]
    return f"This one's {' and '.join(poor)} can change a label" if poor else None


def noun_for(task: str | None, labels: Iterable[str]) -> str:
    """Return what a model's labels are called.

    A model trained on labels of somebody's own has the task of telling genres whatever these
    are: they are called genres only where some are names of well-known ones.

    Examples
    --------
    >>> from genre_audio.reporting.prediction_parts import noun_for
    >>> noun_for("genre", ["Jazz", "polka"]), noun_for("genre", ["healing", "lullaby"])
    ('genre', 'label')
    >>> noun_for("content", ["speech"])
    'label'
    """
    known = any(label.casefold() in _GENRES for label in labels)
    return "genre" if task in {None, "genre"} and known else "label"


def seconds_of(prediction: Prediction) -> float:
    """Return how long a recording is, as far as it is known.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction, SegmentPrediction
    >>> from genre_audio.reporting.prediction_parts import seconds_of
    >>> segments = (SegmentPrediction(0.0, 30.0, {"jazz": 1.0}),)
    >>> seconds_of(Prediction("a.wav", {"jazz": 1.0}, segments, (), 50.0, unlike=False))
    30.0
    """
    parts: Iterable[Any] = (*prediction.segments, *prediction.refused)
    reached = max((part.stop for part in parts), default=0.0)
    return float(prediction.quality.get("seconds", reached))


def clock(seconds: float) -> str:
    """Return a time as people write it.

    Examples
    --------
    >>> from genre_audio.reporting.prediction_parts import clock
    >>> [clock(seconds) for seconds in (7.6, 75, 3661)]
    ['0:08', '1:15', '1:01:01']
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def sentence(words: str) -> str:
    """Return words as a sentence.

    Examples
    --------
    >>> from genre_audio.reporting.prediction_parts import sentence
    >>> sentence("resembles most jazz")
    'Resembles most jazz.'
    """
    end = "" if words.endswith((".", "!", "?")) else "."
    return f"{words[:1].upper()}{words[1:]}{end}"
