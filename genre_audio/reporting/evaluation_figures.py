"""The figures of the page on an evaluation, each with its alternative in words.

Call them inside `genre_audio.reporting.drawing.drawing`. Here is decided what a figure of
an `Evaluation` shows and says; how it is drawn is the affair of `figures`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from genre_audio.evaluation import reliability
from genre_audio.reporting.confusions import confused_pairs
from genre_audio.reporting.drawing import inline_svg
from genre_audio.reporting.figures import (
    confusion_figure,
    difference_figure,
    reliability_figure,
    score_figure,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup
    from matplotlib.figure import Figure

    from genre_audio.evaluation import Comparison, Evaluation

__all__ = [
    "calibration_words",
    "confusion_svg",
    "confusion_words",
    "difference_svg",
    "overview_svg",
    "reliability_svg",
]

_CHART: Final = (0.9, 1.4)
_MATRIX: Final = (0.8, 1.15)
_SMALL_MATRIX: Final = (1.0, 1.5)
_NEAR: Final = 0.01


def overview_svg(evaluations: Sequence[Evaluation], *, names: Sequence[str]) -> Markup:
    """Draw the accuracies of several evaluations with their intervals and baselines.

    Examples
    --------
    See `genre_audio.reporting.evaluation_page.evaluation_page`.
    """
    spreads = [evaluation.intervals["accuracy"] for evaluation in evaluations]
    baselines = [evaluation.baseline for evaluation in evaluations]
    shown = [
        f"{name}{' (leaks)' if evaluation.leaks else ''}"
        for name, evaluation in zip(names, evaluations, strict=True)
    ]
    return _svg(
        score_figure(shown, spreads, baselines=baselines, unit="accuracy"),
        prefix="overview",
        title="Accuracy of each",
        description="; ".join(
            f"{name}: {value:.3f}, interval {low:.3f} to {high:.3f}, baseline {baseline:.3f}"
            for name, (value, low, high), baseline in zip(shown, spreads, baselines, strict=True)
        ),
        scale=_CHART,
    )


def difference_svg(comparison: Comparison) -> Markup:
    """Draw how much less accurate the other learners are than the best.

    Examples
    --------
    See `genre_audio.reporting.evaluation_page.evaluation_page`.
    """
    best = comparison.best.learner
    names = list(comparison.differences)
    spreads = [found["accuracy"] for found in comparison.differences.values()]
    shown = [f"{name} \u2212 {best}" for name in names]
    return _svg(
        difference_figure(shown, spreads, unit="accuracy"),
        prefix="differences",
        title=f"Differences in accuracy from {best}",
        description="; ".join(
            f"{name}: {by.value:+.3f}, interval {by.low:+.3f} to {by.high:+.3f}"
            for name, by in zip(names, spreads, strict=True)
        ),
        scale=_CHART,
    )


def confusion_svg(evaluation: Evaluation, *, name: str, number: int) -> Markup:
    """Draw the confusion matrix of the evaluation of that number on the page.

    Examples
    --------
    See `genre_audio.reporting.evaluation_page.evaluation_page`.
    """
    return _svg(
        confusion_figure(evaluation.confusion, labels=evaluation.labels),
        prefix=f"confusion-{number}",
        title=f"Confusion matrix: {name}",
        description=confusion_words(evaluation),
        scale=_SMALL_MATRIX if len(evaluation.labels) < 6 else _MATRIX,
    )


def reliability_svg(evaluation: Evaluation, *, name: str, number: int) -> Markup:
    """Draw the reliability diagram of the evaluation of that number on the page.

    Examples
    --------
    See `genre_audio.reporting.evaluation_page.evaluation_page`.
    """
    bins = reliability(evaluation)
    return _svg(
        reliability_figure(confidence=bins.confidence, accuracy=bins.accuracy, counts=bins.count),
        prefix=f"reliability-{number}",
        title=f"Reliability diagram: {name}",
        description=calibration_words(evaluation),
        scale=_CHART,
    )


def calibration_words(evaluation: Evaluation) -> str:
    """Say whether a model is as sure as it should be.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.evaluation_figures import calibration_words
    >>> p, names = np.array([[0.9, 0.1], [0.7, 0.3]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> calibration_words(it).partition(":")[0]
    'On average the model says 0.80 and is right 0.50 of the time'
    """
    sure = float(evaluation.probabilities.max(axis=1).mean())
    over = sure - evaluation.accuracy
    how = "about as" if abs(over) < _NEAR else "more" if over > 0 else "less"
    than = "as" if abs(over) < _NEAR else "than"
    return (
        f"On average the model says {sure:.2f} and is right {evaluation.accuracy:.2f} of the time: "
        f"it is {how} sure {than} it should be. Expected calibration error "
        f"{evaluation.expected_calibration_error:.3f}."
    )


def confusion_words(evaluation: Evaluation) -> str:
    """Say how many are called right, and which genres are confused most.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.evaluation_figures import confusion_words
    >>> p, names = np.array([[0.9, 0.1], [0.7, 0.3]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> confusion_words(it)
    '1 of 2 are called right. Most often confused: rock called jazz (1).'
    """
    right = int(evaluation.confusion.trace())
    said = f"{right} of {len(evaluation)} are called right."
    pairs = confused_pairs(evaluation, most=3, examples=0)
    if not pairs:
        return said
    worst = ", ".join(f"{pair.truth} called {pair.called} ({pair.times})" for pair in pairs)
    return f"{said} Most often confused: {worst}."


def _svg(figure: Figure, **words: Any) -> Markup:  # noqa: ANN401
    from markupsafe import Markup

    return Markup(inline_svg(figure, **words))  # noqa: S704 (made here, names escaped)
