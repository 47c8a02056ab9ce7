"""A model meets recordings: what each resembles, how much, and where in it.

A recording's segments are described exactly as the training recordings were, or the
model refuses; the segments' probabilities are averaged. A label never comes alone: the
whole ranking comes with it, and how far the recording lies from anything learned.
"""

from genre_audio.prediction.likeness import Neighbour
from genre_audio.prediction.predict import (
    predict_extracted,
    predict_recording,
    predict_table,
    schema_for,
)
from genre_audio.prediction.prediction import Prediction, SegmentPrediction
from genre_audio.prediction.quality_words import Remark
from genre_audio.prediction.reasons import Reason
from genre_audio.prediction.verdict import Verdict

__all__ = [
    "Neighbour",
    "Prediction",
    "Reason",
    "Remark",
    "SegmentPrediction",
    "Verdict",
    "predict_extracted",
    "predict_recording",
    "predict_table",
    "schema_for",
]
