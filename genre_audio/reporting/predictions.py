"""Predictions as a table for people, and as CSV, JSON or JSON lines for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.answer import answer_text
from genre_audio.reporting.prediction_parts import noun_for
from genre_audio.reporting.predictions_csv import csv_lines
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from genre_audio.prediction import Prediction, SegmentPrediction

__all__ = ["FORMATS", "predictions_lines", "predictions_text"]


def predictions_text(
    predictions: Iterable[Prediction],
    *,
    form: str = "table",
    k: int = 3,
    segments: bool = False,
) -> str:
    r"""Return predictions as text in one of `FORMATS`.

    Parameters
    ----------
    predictions : iterable of Prediction
        In the order in which they are to stand.
    form : str
        ``table``: one line per recording; ``answer``: paragraphs about each; ``csv``: one
        row per recording with all probabilities; ``json``: one list of objects; ``jsonl``:
        one object per line.
    k : int
        How many genres a line of the table names.
    segments : bool
        Whether table and CSV have one line per segment. JSON always holds them.

    Returns
    -------
    str
        Ends with a line feed.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting import predictions_text
    >>> prediction = Prediction("a.wav", {"jazz": 0.7, "rock": 0.3}, (), (), 50.0, unlike=False)
    >>> predictions_text([prediction])
    'a.wav  jazz 0.70  rock 0.30\n'
    """
    return "".join(predictions_lines(predictions, form=form, k=k, segments=segments))


def predictions_lines(
    predictions: Iterable[Prediction],
    *,
    form: str = "table",
    k: int = 3,
    segments: bool = False,
) -> Iterator[str]:
    """Yield what `predictions_text` returns, piece by piece.

    Of thousands of predictions, then, no more than one is in memory at once; only the table
    needs all its cells to know how wide its columns are.

    Parameters
    ----------
    predictions, form, k, segments
        As of `predictions_text`.

    Yields
    ------
    str

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting import predictions_lines
    >>> prediction = Prediction("a.wav", {"jazz": 1.0}, (), (), 50.0, unlike=False)
    >>> len(list(predictions_lines([prediction, prediction], form="jsonl")))
    2
    """
    write: Callable[..., Iterator[str]] = FORMATS[form]
    yield from write(predictions, k=k, segments=segments)


def _table(predictions: Iterable[Prediction], *, k: int, segments: bool) -> Iterator[str]:
    if not segments:
        rows = [
            [
                prediction.recording,
                *_ranked(prediction.ranking(k)),
                _left(prediction),
                _remark(prediction),
            ]
            for prediction in predictions
        ]
        yield text_table(rows)
        return
    yield text_table(
        [
            [
                prediction.recording,
                f"{segment.start:.1f}",
                f"{segment.stop:.1f}",
                *_ranked(_ranking(segment, k)),
            ]
            for prediction in predictions
            for segment in prediction.segments
        ],
        right=[1, 2],
    )


def _ranked(ranking: list[tuple[str, float]]) -> list[str]:
    return [f"{genre} {probability:.2f}" for genre, probability in ranking]


def _ranking(segment: SegmentPrediction, k: int) -> list[tuple[str, float]]:
    return sorted(segment.probabilities.items(), key=lambda item: -item[1])[:k]


def _left(prediction: Prediction) -> str:
    """Name the genres that are not ruled out, as far as they are not all."""
    left = prediction.genres_not_ruled_out
    if left is None:
        return ""
    if len(left) == len(prediction.probabilities):
        noun = noun_for(prediction.model.get("task"), prediction.probabilities)
        return f"no {noun} ruled out"
    return "not ruled out: " + ", ".join(left)


def _remark(prediction: Prediction) -> str:
    verdict = prediction.verdict
    # What it resembles, if it is music all the same, stands in the line already.
    music = verdict.words.partition("; ")[0] if verdict.kind == "no_music" else ""
    return "; ".join(filter(None, [music, _likeness(prediction), _cut_off(prediction)]))


def _cut_off(prediction: Prediction) -> str:
    if prediction.read_to_end:
        return ""
    return f"nothing after {prediction.refused[-1].start:.1f} s could be read"


def _likeness(prediction: Prediction) -> str:
    if prediction.too_short_to_tell:
        return "too short to tell whether it is like the training recordings"
    if not prediction.unlike:
        return ""
    words = (
        f"farther out than {_percent(prediction.distance_percentile)} of the training recordings"
    )
    return words if prediction.coverage is None else f"{words}: not guaranteed here"


def _percent(percentile: float) -> str:
    return "all" if percentile >= 100 else f"{int(percentile)} %"


def _answer(predictions: Iterable[Prediction], *, k: int, segments: bool) -> Iterator[str]:
    for place, prediction in enumerate(predictions):
        yield ("\n" if place else "") + answer_text(prediction, k=k, segments=segments)


def _csv(predictions: Iterable[Prediction], *, k: int, segments: bool) -> Iterator[str]:  # noqa: ARG001
    yield from csv_lines(predictions, segments=segments)


def _json(predictions: Iterable[Prediction], *, k: int, segments: bool) -> Iterator[str]:  # noqa: ARG001
    opening = "["
    for prediction in predictions:
        # No text in JSON holds a line feed, so this is how a list of them would be indented.
        text = _dumps(prediction.as_dict(), indent=1).replace("\n", "\n ")
        yield f"{opening}\n {text}"
        opening = ","
    yield "[]\n" if opening == "[" else "\n]\n"


def _jsonl(predictions: Iterable[Prediction], *, k: int, segments: bool) -> Iterator[str]:  # noqa: ARG001
    for prediction in predictions:
        yield f"{_dumps(prediction.as_dict())}\n"


def _dumps(value: dict[str, Any], *, indent: int | None = None) -> str:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    # A path may hold bytes that are not UTF-8; spelt out, they are JSON's own escapes.
    return text.encode(errors="backslashreplace").decode()


FORMATS: Final[dict[str, Callable[..., Iterator[str]]]] = {
    "table": _table,
    "answer": _answer,
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
}
"""Writers by name."""
