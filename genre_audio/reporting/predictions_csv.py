"""Predictions as CSV: one row for each recording, or for each segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.tables.csv_text import csv_lines as csv_lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from genre_audio.prediction import Prediction

__all__ = ["csv_lines"]

_RECORDING: Final = (
    "distance_percentile",
    "unlike_training",
    "too_short_to_tell",
    "genres_not_ruled_out",
    "coverage",
    "verdict",
    "verdict_words",
    "quality_remarks",
    "seconds_heard",
    "segments_refused",
    "read_to_end",
    "share_of_music",
)
_SEGMENT: Final = ("start", "stop")


def csv_lines(predictions: Iterable[Prediction], *, segments: bool = False) -> Iterator[str]:
    r"""Yield a header and the rows, each ended.

    Parameters
    ----------
    predictions : iterable of Prediction
        By one model.
    segments : bool
        Whether there is a row for each segment.

    Yields
    ------
    str

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.predictions_csv import csv_lines
    >>> prediction = Prediction("a.wav", {"jazz": 0.7, "rock": 0.3}, (), (), 50.0, unlike=False)
    >>> [line.split(",")[0] for line in csv_lines([prediction])]
    ['recording', 'a.wav']
    """
    first = True
    for prediction in predictions:
        if first:
            yield _header(list(prediction.probabilities), segments=segments)
            first = False
        rows = _segment_rows(prediction) if segments else [_row(prediction)]
        yield from map(_line, rows)
    if first:
        yield _header([], segments=segments)


def _header(genres: list[str], *, segments: bool) -> str:
    place = _SEGMENT if segments else _RECORDING
    return _line(["recording", *place, "label", "probability", *genres])


def _row(prediction: Prediction) -> list[Any]:
    verdict = prediction.verdict
    return [
        prediction.recording,
        prediction.distance_percentile,
        str(prediction.unlike).lower(),
        str(prediction.too_short_to_tell).lower(),
        ";".join(prediction.genres_not_ruled_out or ()),
        prediction.coverage,
        verdict.kind,
        verdict.words,
        "; ".join(remark.words for remark in prediction.quality_remarks),
        prediction.heard,
        sum(refused.seconds > 0 for refused in prediction.refused),
        str(prediction.read_to_end).lower(),
        prediction.music,
        prediction.label,
        prediction.probability,
        *prediction.probabilities.values(),
    ]


def _segment_rows(prediction: Prediction) -> list[list[Any]]:
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


def _line(cells: list[Any]) -> str:
    return csv_lines_of([cells])
