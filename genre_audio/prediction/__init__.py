"""A model meets recordings: what each resembles, how much, and where in it.

A recording's segments are described exactly as the training recordings were, or the
model refuses; the segments' probabilities are averaged. A label never comes alone: the
whole ranking comes with it, and how far the recording lies from anything learned.
"""

from genre_audio.prediction.content import ContentTimeline, Stretch, music_weights
from genre_audio.prediction.likeness import Neighbour
from genre_audio.prediction.listening import Heard, content_timeline, listen
from genre_audio.prediction.moments import Moment, moments
from genre_audio.prediction.predict import (
    predict_extracted,
    predict_recording,
    predict_table,
)
from genre_audio.prediction.prediction import Prediction, SegmentPrediction
from genre_audio.prediction.quality_words import Remark
from genre_audio.prediction.reasons import Reason
from genre_audio.prediction.schema import schema_for, segmentation_for
from genre_audio.prediction.stretches import timeline_of
from genre_audio.prediction.timeline import Change, GenreTimeline, Span, genre_timeline
from genre_audio.prediction.verdict import Verdict

__all__ = [
    "Change",
    "ContentTimeline",
    "GenreTimeline",
    "Heard",
    "Moment",
    "Neighbour",
    "Prediction",
    "Reason",
    "Remark",
    "SegmentPrediction",
    "Span",
    "Stretch",
    "Verdict",
    "content_timeline",
    "genre_timeline",
    "listen",
    "moments",
    "music_weights",
    "predict_extracted",
    "predict_recording",
    "predict_table",
    "schema_for",
    "segmentation_for",
    "timeline_of",
]
