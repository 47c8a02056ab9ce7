"""The pictures of a study, each with its alternative in words, by name.

Call them inside `genre_audio.reporting.drawing.drawing`. Here is decided what a picture of
a `Study` shows and says; how it is drawn is the affair of `figures` and `balance_figure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.evaluation import DISTRIBUTIONS, UNTOUCHED
from genre_audio.reporting.balance_figure import balance_figure
from genre_audio.reporting.evaluation_figures import confusion_words
from genre_audio.reporting.figures import confusion_figure, difference_figure, score_figure
from genre_audio.reporting.pictures import Picture, file_stem
from genre_audio.reporting.study_words import SCORE_TITLES, TEST_SETS, combination

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genre_audio.evaluation import Study

__all__ = [
    "balance_picture",
    "confusion_picture",
    "difference_picture",
    "score_picture",
    "study_pictures",
]

_CHART: Final = (0.9, 1.4)
_SMALL: Final = 6
_ROOM: Final = 0.25


def study_pictures(study: Study) -> Iterator[Picture]:
    """Yield every picture of a study.

    Examples
    --------
    See `genre_audio.reporting.study_page.study_page`.
    """
    yield from (score_picture(study, score=name) for name in ("accuracy", "balanced_accuracy"))
    if len(study.learners) > 1:
        yield from (difference_picture(study, distribution=name) for name in DISTRIBUTIONS)
    for learner in study.learners:
        if any(effect.learner == learner for effect in study.effects):
            for score in ("recall", "precision"):
                yield balance_picture(study, learner=learner, score=score)
    for learner, balance, distribution in study.evaluations:
        yield confusion_picture(study, learner=learner, balance=balance, distribution=distribution)


def score_picture(study: Study, *, score: str) -> Picture:
    """Draw one score of every learner with every balancing, on the untouched test set.

    Examples
    --------
    See `genre_audio.reporting.study_page.study_page`.
    """
    found = {
        combination(study, learner=learner, balance=balance): study.evaluation(
            learner, balance=balance
        )
        for learner in study.learners
        for balance in study.balances
    }
    spreads = [evaluation.intervals[score] for evaluation in found.values()]
    # Balanced accuracy of any guess that hears nothing is that of chance.
    chance = [
        each.baseline if score == "accuracy" else 1 / len(each.labels) for each in found.values()
    ]
    title = SCORE_TITLES[score]
    figure = score_figure(list(found), spreads, baselines=chance, unit=title)
    # What is compared lies close together; intervals would vanish between 0 and 1.
    ends = [*chance, *(end for spread in spreads for end in spread)]
    low, high = np.floor(10 * min(ends) - _ROOM) / 10, np.ceil(10 * max(ends)) / 10
    figure.axes[0].set_xlim(max(low, 0), high)
    return Picture(
        file_stem(score),
        f"{title.capitalize()} of each, {TEST_SETS[UNTOUCHED]}",
        "; ".join(
            f"{name}: {value:.3f}, interval {low:.3f} to {high:.3f}, without a model {base:.3f}"
            for (name, (value, low, high), base) in zip(found, spreads, chance, strict=True)
        ),
        figure,
        scale=_CHART,
    )


def difference_picture(study: Study, *, distribution: str) -> Picture:
    """Draw with each balancing how much less accurate the others are than the best.

    Examples
    --------
    See `genre_audio.reporting.study_page.study_page`.
    """
    names, spreads = [], []
    for balance in study.balances:
        comparison = study.comparison(balance=balance, distribution=distribution)
        for learner, found in comparison.differences.items() if comparison else ():
            said = f"{learner} \u2212 {comparison.best.learner}" if comparison else learner
            names.append(said if len(study.balances) == 1 else f"{balance}: {said}")
            spreads.append(found["accuracy"])
    return Picture(
        file_stem("differences", distribution),
        f"Differences in accuracy, {TEST_SETS[distribution]}",
        "; ".join(
            f"{name}: {by.value:+.3f}, interval {by.low:+.3f} to {by.high:+.3f}"
            for name, by in zip(names, spreads, strict=True)
        ),
        difference_figure(names, spreads, unit="accuracy"),
        scale=_CHART,
    )


def balance_picture(study: Study, *, learner: str, score: str) -> Picture:
    """Draw what balancing does to the recall or the precision of each genre.

    Parameters
    ----------
    study : Study
        With balancing, and ``none`` among it.
    learner : str
        One of its learners.
    score : str
        ``recall`` or ``precision``.

    Examples
    --------
    See `genre_audio.reporting.study_page.study_page`.
    """
    effects = [
        each for each in study.effects if (each.learner, each.distribution) == (learner, UNTOUCHED)
    ]
    changes = {each.balance: getattr(each, score) for each in effects}
    first = next(iter(changes.values()))
    labels = list(first)
    words = [
        f"{label}, {balance}: {found[label].before:.3f} to {found[label].after:.3f}"
        for label in labels
        for balance, found in changes.items()
    ]
    return Picture(
        file_stem("balancing", score, learner),
        f"What balancing does to the {score} of each genre: {learner}",
        f"From no balancing to each. {'; '.join(words)}.",
        balance_figure(
            [first[label].before for label in labels],
            [[found[label].after for label in labels] for found in changes.values()],
            labels=labels,
            methods=list(changes),
            unit=f"{score}, without balancing \u2192 with",
        ),
        scale=_CHART,
    )


def confusion_picture(study: Study, *, learner: str, balance: str, distribution: str) -> Picture:
    """Draw one confusion matrix.

    Examples
    --------
    See `genre_audio.reporting.study_page.study_page`.
    """
    evaluation = study.evaluations[learner, balance, distribution]
    name = combination(study, learner=learner, balance=balance)
    return Picture(
        file_stem("confusion", learner, balance, distribution),
        f"Confusion matrix: {name}, {TEST_SETS[distribution]}",
        confusion_words(evaluation),
        confusion_figure(evaluation.confusion, labels=evaluation.labels),
        scale=(1.0, 1.5) if len(evaluation.labels) < _SMALL else (0.8, 1.15),
    )
