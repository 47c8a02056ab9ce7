"""One prediction as paragraphs: an answer that can be defended, not only a label.

The verdict comes first and the reason for it, then what else is known, each under its own
heading; what nobody asked for or nobody knows is left out.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from genre_audio.reporting.printable import printable
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Prediction

__all__ = ["answer_text"]

_WIDTH: Final = 88


def answer_text(prediction: Prediction, *, k: int = 3, segments: bool = False) -> str:
    r"""Return what is to be said of one recording.

    Parameters
    ----------
    prediction : Prediction
        What a model says of it.
    k : int
        How many genres, and how many reasons either way, are named.
    segments : bool
        Whether each segment has a line.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.answer import answer_text
    >>> prediction = Prediction("a.wav", {"jazz": 0.7, "rock": 0.3}, (), (), 50.0, unlike=False)
    >>> print(answer_text(prediction).splitlines()[1])
      resembles most jazz or rock
    """
    verdict = prediction.verdict
    parts = [
        text_table([[prediction.recording]]) + _wrapped(verdict.words) + _wrapped(verdict.reason),
        _listed("Ranking", _ranking(prediction, k), right=[1]),
        _listed("Holds", _contents(prediction), right=[1]),
        _listed("Over time", _spans(prediction), right=[0, 2]),
        _listed("Segments", _segments(prediction) if segments else [], right=[0, 2]),
        _listed("Most like", _neighbours(prediction)),
        _listed("Why", _reasons(prediction, k)),
        _listed("Recording", _remarks(prediction)),
        _listed("Left out", _refused(prediction), right=[0, 2]),
    ]
    return "\n".join(part for part in parts if part)


def _wrapped(text: str) -> str:
    return (
        textwrap.fill(printable(text), _WIDTH, initial_indent="  ", subsequent_indent="  ") + "\n"
    )


def _listed(title: str, rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    if not rows:
        return ""
    lines = text_table(rows, right=right).splitlines()
    return "".join(f"{line}\n" for line in [title, *(f"  {line}" for line in lines)])


def _ranking(prediction: Prediction, k: int) -> list[list[str]]:
    left = prediction.genres_not_ruled_out
    return [
        [label, f"{p:.2f}", "" if left is None else "" if label in left else "ruled out"]
        for label, p in prediction.ranking(k)
    ]


def _contents(prediction: Prediction) -> list[list[str]]:
    if prediction.content is None:
        return []
    seconds = prediction.content.seconds
    total = sum(seconds.values()) or 1.0
    return [
        [content.replace("_", " "), f"{length:.1f} s", f"{100 * length / total:.0f} %"]
        for content, length in sorted(seconds.items(), key=lambda item: -item[1])
    ]


def _spans(prediction: Prediction) -> list[list[str]]:
    """Say when which genre, where there is more than one span to name."""
    spans = prediction.timeline.spans if prediction.timeline else ()
    if len(spans) < 2:
        return []
    return [
        [_clock(span.start), "to", _clock(span.stop), f"{span.label} {span.probability:.2f}"]
        for span in spans
    ]


def _segments(prediction: Prediction) -> list[list[str]]:
    return [
        [
            f"{segment.start:.1f}",
            "to",
            f"{segment.stop:.1f} s",
            f"{segment.label} {segment.probabilities[segment.label]:.2f}",
        ]
        for segment in prediction.segments
    ]


def _neighbours(prediction: Prediction) -> list[list[str]]:
    return [
        [
            each.label,
            each.name,
            ", ".join(filter(None, [each.group, each.title])),
            f"distance {each.distance:.1f}",
        ]
        for each in prediction.neighbours
    ]


def _reasons(prediction: Prediction, k: int) -> list[list[str]]:
    """Name the strongest reasons for and against the label."""
    towards = [reason for reason in prediction.reasons if reason.push > 0][:k]
    away = [reason for reason in prediction.reasons if reason.push < 0][:k]
    label = prediction.label
    return [[f"for {label}", r.words] for r in towards] + [
        [f"against {label}", r.words] for r in away
    ]


def _remarks(prediction: Prediction) -> list[list[str]]:
    return [[each.what, f"{each.words}: {each.effect}"] for each in prediction.quality_remarks]


def _refused(prediction: Prediction) -> list[list[str]]:
    return [
        [f"{each.start:.1f}", "to", f"{each.stop:.1f} s" if each.seconds else "end", each.message]
        for each in prediction.refused
    ]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{int(minutes)}:{rest:04.1f}"
