"""Predictions as a table for people, and as CSV, JSON or JSON lines for programs."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genre_audio.prediction import Prediction, SegmentPrediction

__all__ = ["FORMATS", "predictions_text"]


def predictions_text(
    predictions: Sequence[Prediction],
    *,
    form: str = "table",
    k: int = 3,
    segments: bool = False,
) -> str:
    r"""Return predictions as text in one of `FORMATS`.

    Parameters
    ----------
    predictions : sequence of Prediction
        In the order in which they are to stand.
    form : str
        ``table``: one line per recording; ``csv``: one row per recording with all
        probabilities; ``json``: one list of objects; ``jsonl``: one object per line.
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
    writer: Callable[..., str] = FORMATS[form]
    return writer(predictions, k=k, segments=segments)


def _table(predictions: Sequence[Prediction], *, k: int, segments: bool) -> str:
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
        return text_table(rows)
    return text_table(
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
        return "no genre ruled out"
    return "not ruled out: " + ", ".join(left)


def _remark(prediction: Prediction) -> str:
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


def _csv(predictions: Sequence[Prediction], *, k: int, segments: bool) -> str:  # noqa: ARG001
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    genres = list(predictions[0].probabilities) if predictions else []
    whole = ["distance_percentile", "unlike_training", "too_short_to_tell"]
    whole += ["genres_not_ruled_out", "coverage"]
    place = ["start", "stop"] if segments else whole
    writer.writerow(["recording", *place, "label", "probability", *genres])
    for prediction in predictions:
        for row in _csv_rows(prediction, segments=segments):
            writer.writerow(row)
    return out.getvalue()


def _csv_rows(prediction: Prediction, *, segments: bool) -> list[list[Any]]:
    if not segments:
        whole = [
            prediction.distance_percentile,
            str(prediction.unlike).lower(),
            str(prediction.too_short_to_tell).lower(),
            ";".join(prediction.genres_not_ruled_out or ()),
            prediction.coverage,
            prediction.label,
            prediction.probability,
        ]
        return [[prediction.recording, *whole, *prediction.probabilities.values()]]
    return [
        [
            prediction.recording,
            segment.start,
            segment.stop,
            segment.label,
            segment.probabilities[segment.label],
            *segment.probabilities.values(),
        ]
        for segment in prediction.segments
    ]


def _json(predictions: Sequence[Prediction], *, k: int, segments: bool) -> str:  # noqa: ARG001
    values = [prediction.as_dict() for prediction in predictions]
    return json.dumps(values, indent=1, ensure_ascii=False) + "\n"


def _jsonl(predictions: Sequence[Prediction], *, k: int, segments: bool) -> str:  # noqa: ARG001
    lines = [json.dumps(prediction.as_dict(), ensure_ascii=False) for prediction in predictions]
    return "".join(f"{line}\n" for line in lines)


FORMATS: Final[dict[str, Callable[..., str]]] = {
    "table": _table,
    "csv": _csv,
    "json": _json,
    "jsonl": _jsonl,
}
"""Writers by name."""
