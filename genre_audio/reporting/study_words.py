"""What the parts of a study are called, in text, tables, figures and pages alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.evaluation import BALANCED, UNTOUCHED

if TYPE_CHECKING:
    from genre_audio.evaluation import Study

__all__ = ["SCORE_TITLES", "TEST_SETS", "combination", "components_text"]

TEST_SETS: Final = {UNTOUCHED: "untouched test set", BALANCED: "balanced test set"}
"""What was held out: as it is, and sampled down to equal genres."""

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
