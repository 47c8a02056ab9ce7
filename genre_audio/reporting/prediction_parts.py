"""What the page on a prediction shows, as plain values: lanes, rows of tables, words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.prediction.moments import moments
from genre_audio.reporting.lanes_figure import Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from genre_audio.prediction import Prediction

__all__ = [
    "Bar",
    "clock",
    "content_lanes",
    "flags_of",
    "genre_lanes",
    "probability_bars",
    "said_of_lanes",
    "seconds_of",
    "sentence",
]

_CONTENTS: Final = (
    "solo_singing",
    "choir_singing",
    "instrumental",
    "speech",
    "noise",
    "silence",
)
_MOST_LANES: Final = 6
_LEAST_SHOWN: Final = 0.05
_MOST_SAID: Final = 8
_DOUBTS: Final = {
    "unlike": "unlike training",
    "too_short": "too short",
    "no_music": "hardly any music",
}


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


def content_lanes(prediction: Prediction) -> list[Lane]:
    """Return a lane for each content that there is: music first, silence last.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.prediction_parts import content_lanes
    >>> content_lanes(Prediction("a.wav", {"jazz": 1.0}, (), (), 50.0, unlike=False))
    []
    """
    timeline = prediction.content
    if timeline is None:
        return []
    there = {stretch.content for stretch in timeline.stretches}
    ordered = [name for name in _CONTENTS if name in there] + sorted(there.difference(_CONTENTS))
    return [
        Lane(
            name.replace("_", " "),
            tuple((s.start, s.stop) for s in timeline.stretches if s.content == name),
            strong=any(s.music for s in timeline.stretches if s.content == name),
        )
        for name in ordered
    ]


def genre_lanes(prediction: Prediction) -> list[Lane]:
    """Return a lane for each genre of the timeline, and for others that reach 0.05 somewhere.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction, SegmentPrediction
    >>> from genre_audio.reporting.prediction_parts import genre_lanes
    >>> p = {"jazz": 0.3, "rock": 0.7}
    >>> segments = (SegmentPrediction(0.0, 30.0, p),)
    >>> [lane.name for lane in genre_lanes(Prediction("a", p, segments, (), 50.0, unlike=False))]
    ['rock', 'jazz']
    """
    spans = () if prediction.timeline is None else prediction.timeline.spans
    heard = moments(prediction.segments)
    ranked = [label for label, _ in prediction.ranking(len(prediction.probabilities))]
    most = {label: max(each.probabilities[label] for each in heard) for label in ranked if heard}
    there = {span.label for span in spans} | set(ranked[:1])
    others = [label for label in ranked if label not in there and most.get(label, 0) > _LEAST_SHOWN]
    shown = there | set(others[: max(0, _MOST_LANES - len(there))])
    return [
        Lane(
            label,
            tuple((span.start, span.stop) for span in spans if span.label == label),
            tuple((each.start, each.stop, each.probabilities[label]) for each in heard),
        )
        for label in ranked
        if heard and label in shown
    ]


def said_of_lanes(stretches: Sequence[tuple[float, float, str]]) -> str:
    """Say what is in lanes, for those who do not see them; many stretches are summed up.

    Examples
    --------
    >>> from genre_audio.reporting.prediction_parts import said_of_lanes
    >>> said_of_lanes([(0.0, 12.0, "speech"), (12.0, 75.0, "solo_singing")])
    '0:00 to 0:12 speech; 0:12 to 1:15 solo singing.'
    """
    if not stretches:
        return "Nothing is in it."
    if len(stretches) <= _MOST_SAID:
        parts = [
            f"{clock(start)} to {clock(stop)} {what.replace('_', ' ')}"
            for start, stop, what in stretches
        ]
        return "; ".join(parts) + "."
    lasting: dict[str, float] = {}
    for start, stop, what in stretches:
        lasting[what] = lasting.get(what, 0.0) + stop - start
    parts = [f"{what.replace('_', ' ')} {clock(lasting[what])}" for what in lasting]
    return f"{len(stretches)} stretches; altogether {', '.join(parts)}. All are in a table below."


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
    found += [remark.what for remark in prediction.quality_remarks]
    if prediction.refused:
        found.append("parts refused")
    return tuple(dict.fromkeys(found))


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
