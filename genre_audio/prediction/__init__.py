"""A model meets recordings: what each resembles, how much, and where in it.

A recording's segments are described exactly as the training recordings were, or the
model refuses; the segments' probabilities are averaged. A label never comes alone: the
whole ranking comes with it, and how far the recording lies from anything learned.
"""

from genre_audio.prediction.likeness import Neighbour
from genre_audio.prediction.moments import Moment, moments
from genre_audio.prediction.predict import (
    predict_extracted,
    predict_recording,
    predict_table,
    schema_for,
    segmentation_for,
)
from genre_audio.prediction.prediction import Prediction, SegmentPrediction
from genre_audio.prediction.quality_words import Remark
from genre_audio.prediction.reasons import Reason
from genre_audio.prediction.timeline import Change, GenreTimeline, Span, genre_timeline
from genre_audio.prediction.verdict import Verdict

__all__ = [
    "Change",
    "GenreTimeline",
    "Moment",
    "Neighbour",
    "Prediction",
    "Reason",
    "Remark",
    "SegmentPrediction",
    "Span",
    "Verdict",
    "genre_timeline",
    "moments",
    "predict_extracted",
    "predict_recording",
    "predict_table",
    "schema_for",
    "segmentation_for",
]
