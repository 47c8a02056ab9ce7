"""What the parts of a study are called, in text, tables, figures and pages alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.evaluation import BALANCED, UNTOUCHED
from genre_audio.evaluation.bootstrap import LEAST_GROUPS
from genre_audio.evaluation.words import learned

if TYPE_CHECKING:
    from genre_audio.evaluation import Evaluation, Study

__all__ = [
    "BALANCE_WORDS",
    "SCORE_TITLES",
    "TEST_SETS",
    "combination",
    "components_text",
    "tells_apart",
]

TEST_SETS: Final = {UNTOUCHED: "untouched test set", BALANCED: "balanced test set"}
"""What was held out: as it is, and sampled down to equal genres."""

BALANCE_WORDS: Final = {
    "none": "the training rows as they are",
    "undersample": "of every genre only as many training rows as the rarest one has",
    "oversample": "rows of rarer genres taken several times, until all have as many",
    "smote": "rows made up for rarer genres, each between a row and a neighbour of its genre",
    "class_weight": "no row added or left out; an error counts the more, the rarer the genre",
}
"""What a way to balance does, to training rows only."""

SCORE_TITLES: Final = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro F1",
    "log_loss": "log loss",
}
"""Scores by name, in words."""


def combination(study: Study, *, learner: str, balance: str) -> str:
    """Name a learner with its balancing, where more than one is studied.

    Examples
    --------
    >>> from genre_audio.evaluation import Study
    >>> from genre_audio.reporting.study_words import combination
    >>> study = Study(("knn",), ("none", "smote"), {"knn": 6}, ("a",), "", "", 2, 0, {})
    >>> combination(study, learner="knn", balance="smote")
    'knn, smote'
    """
    return learner if study.balances == ("none",) else f"{learner}, {balance}"


def components_text(components: float | None) -> str:
    """Say how many principal components a learner was given.

    Examples
    --------
    >>> from genre_audio.reporting.study_words import components_text
    >>> components_text(6), components_text(0.9), components_text(None)
    ('6 components', 'components with 90 % of the variance', 'all columns')
    """
    if components is None:
        return "all columns"
    if isinstance(components, int):
        return f"{components} component{'s' * (components != 1)}"
    return f"components with {100 * components:g} % of the variance"


def tells_apart(evaluation: Evaluation) -> bool:
    """Return whether a learner is shown to tell genres apart, by either sort of accuracy.

    A learner of balanced rows gives up accuracy where one genre is frequent, and may then
    be no better than naming that one each time; in balanced accuracy it shows its worth.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.study_words import tells_apart
    >>> truth, names = np.repeat([0, 1], [10, 90]), np.arange(100).astype(str)
    >>> called = np.where((truth == 1) & (np.arange(100) < 40), 0, truth)
    >>> it = Evaluation(("a", "b"), truth, np.eye(2)[called], names, names, "by hand")
    >>> it.accuracy < it.baseline, tells_apart(it)
    (True, True)
    """
    chance = 1 / len(evaluation.labels)
    enough = len(np.unique(evaluation.groups)) >= LEAST_GROUPS
    better = evaluation.intervals["balanced_accuracy"].low > chance
    return learned(evaluation) or (enough and better)
