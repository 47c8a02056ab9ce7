"""Results become text that people and programs read: tables, CSV, JSON, Markdown.

Pure functions from results to strings; writing them somewhere is the caller's affair.
"""

from genre_audio.reporting.evaluations import EVALUATION_FORMATS, evaluations_text
from genre_audio.reporting.predictions import FORMATS, predictions_lines, predictions_text
from genre_audio.reporting.scores import scores_text
from genre_audio.reporting.study_text import STUDY_FORMATS, study_text

__all__ = [
    "EVALUATION_FORMATS",
    "FORMATS",
    "STUDY_FORMATS",
    "evaluations_text",
    "predictions_lines",
    "predictions_text",
    "scores_text",
    "study_text",
]
