"""A model meets recordings: what each resembles, how much, and where in it.

A recording's segments are described exactly as the training recordings were, or the
model refuses; the segments' probabilities are averaged. A label never comes alone: the
whole ranking comes with it, and how far the recording lies from anything learned.
"""

from genre_audio.prediction.content import ContentTimeline, Stretch, music_weights
from genre_audio.prediction.listening import Heard, content_timeline, listen
from genre_audio.prediction.predict import (
    predict_extracted,
    predict_recording,
    predict_table,
)
from genre_audio.prediction.prediction import Prediction, SegmentPrediction
from genre_audio.prediction.schema import schema_for
from genre_audio.prediction.stretches import timeline_of

__all__ = [
    "ContentTimeline",
    "Heard",
    "Prediction",
    "SegmentPrediction",
    "Stretch",
    "content_timeline",
    "listen",
    "music_weights",
    "predict_extracted",
    "predict_recording",
    "predict_table",
    "schema_for",
    "timeline_of",
]
