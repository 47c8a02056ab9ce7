"""Recordings become a feature table: what is known is reused, what fails is reported.

This room wires audio, features and tables together. `extract_recording` is the unit of
work, a pure function of one file that runs in any process; `extract` keeps the store: a
CSV, its manifest, and a journal while a run is under way.
"""

from genre_audio.extraction.compiled import prepare_kernels
from genre_audio.extraction.describe import Described, describe
from genre_audio.extraction.expected import expected_seconds
from genre_audio.extraction.extract import ExtractSummary, extract
from genre_audio.extraction.recording import (
    Extracted,
    Failure,
    Row,
    extract_recording,
)

__all__ = [
    "Described",
    "ExtractSummary",
    "Extracted",
    "Failure",
    "Row",
    "describe",
    "expected_seconds",
    "extract",
    "extract_recording",
    "prepare_kernels",
]
