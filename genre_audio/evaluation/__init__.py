"""What a model is worth: held-out probabilities under a named protocol, and their scores.

A score without its protocol says nothing, so an `Evaluation` carries both: truth,
probabilities and groups of recordings that no training part had seen, from which every
score is derived. Whatever learns is refitted in every fold.

Pure: no file is read or written here, nothing is printed.
"""

from genre_audio.evaluation.bootstrap import Interval
from genre_audio.evaluation.comparison import COMPARED, Comparison
from genre_audio.evaluation.evaluation import SCORES, Evaluation, Spread
from genre_audio.evaluation.gtzan import gtzan_protocols
from genre_audio.evaluation.held_out import evaluate
from genre_audio.evaluation.lists import list_protocol
from genre_audio.evaluation.protocols import (
    Protocol,
    grouped_protocol,
    leave_one_group_out,
)
from genre_audio.evaluation.random_protocols import random_protocol, stratified_protocol
from genre_audio.evaluation.reliability import (
    Reliability,
    expected_calibration_error,
    reliability,
)

__all__ = [
    "COMPARED",
    "SCORES",
    "Comparison",
    "Evaluation",
    "Interval",
    "Protocol",
    "Reliability",
    "Spread",
    "evaluate",
    "expected_calibration_error",
    "grouped_protocol",
    "gtzan_protocols",
    "leave_one_group_out",
    "list_protocol",
    "random_protocol",
    "reliability",
    "stratified_protocol",
]
