"""The lanes of a prediction: what it holds when, and which genres it resembles when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.prediction.moments import moments
from genre_audio.reporting.lanes_figure import Lane
from genre_audio.reporting.prediction_parts import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Moment, Prediction

__all__ = ["content_lanes", "genre_lanes", "said_of_lanes"]

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
_MOST_STEPS: Final = 240


def content_lanes(prediction: Prediction) -> list[Lane]:
    """Return a lane for each content that there is: music first, silence last.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.timeline_lanes import content_lanes
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
    >>> from genre_audio.reporting.timeline_lanes import genre_lanes
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
            _levels(heard, label),
        )
        for label in ranked
        if heard and label in shown
    ]


def _levels(heard: Sequence[Moment], label: str) -> tuple[tuple[float, float, float], ...]:
    """Return the probability of each moment, or the mean of some at a time if they are many."""
    at_once = -(-len(heard) // _MOST_STEPS)
    found: list[list[Moment]] = []
    for moment in heard:
        if not found or len(found[-1]) == at_once or found[-1][-1].stop != moment.start:
            found.append([])
        found[-1].append(moment)
    return tuple((run[0].start, run[-1].stop, _mean(run, label)) for run in found)


def _mean(run: Sequence[Moment], label: str) -> float:
    seconds = sum(each.stop - each.start for each in run)
    if len(run) == 1 or not seconds:
        return run[0].probabilities[label]
    return sum(each.probabilities[label] * (each.stop - each.start) for each in run) / seconds


def said_of_lanes(stretches: Sequence[tuple[float, float, str]]) -> str:
    """Say what is in lanes, for those who do not see them; many stretches are summed up.

    Examples
    --------
    >>> from genre_audio.reporting.timeline_lanes import said_of_lanes
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
