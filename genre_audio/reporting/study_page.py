"""The page on a study: which learner is better, and what balancing changes.

The verdict comes first, in words; then scores, differences, what balancing moves, and
each learner by itself. All figures are derived from `Study`; nothing is measured here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import ParameterError
from genre_audio.evaluation import BALANCED, DISTRIBUTIONS, UNTOUCHED
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.evaluation_page import ALONE
from genre_audio.reporting.page import listed, render
from genre_audio.reporting.pictures import file_stem
from genre_audio.reporting.study_figures import study_pictures
from genre_audio.reporting.study_words import (
    BALANCE_WORDS,
    SCORE_TITLES,
    TEST_SETS,
    combination,
    components_text,
    tells_apart,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from genre_audio.evaluation import BalanceEffect, Evaluation, Study

__all__ = ["study_page"]

_CHANGED: Final = ("accuracy", "balanced_accuracy", "macro_f1")
_MOVED: Final = ("recall", "precision")


def study_page(
    study: Study,
    *,
    title: str = "Learners and balancing compared",
    notes: Sequence[str] = (),
    provenance: Mapping[str, object] | None = None,
) -> str:
    """Return a self-contained HTML page on a study.

    Parameters
    ----------
    study : Study
        What was studied.
    title : str
        Heading of the page.
    notes : sequence of str
        What reading the table changed or left aside, one sentence each.
    provenance : mapping of str to object, optional
        What the figures come from, as in
        `genre_audio.reporting.evaluation_page.evaluation_page`.

    Returns
    -------
    str
        The page; `genre_audio.files.replace_text` writes it.

    Raises
    ------
    ParameterError
        If nothing was evaluated.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import run_study
    >>> from genre_audio.reporting.study_page import study_page
    >>> from genre_audio.tables import Dataset
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "metal"], 20)
    >>> X, names = rng.normal(size=(40, 2)), np.arange(40).astype(str)
    >>> dataset = Dataset(X + 9.0 * (y == "metal")[:, None], y, names, names, ("a", "b"))
    >>> study = run_study(dataset, learners=["decision_tree"])
    >>> "<h1>Learners and balancing compared</h1>" in study_page(study)
    True
    """
    if not study.evaluations:
        raise ParameterError("a page needs at least one evaluation; the study holds none")
    with drawing():
        pictures = {each.name: each.inline for each in study_pictures(study)}
    return render(
        "study.html",
        title=title,
        study=study,
        words=study.words,
        idle=not any(tells_apart(each) for each in _untouched(study)),
        leaks=any(each.leaks for each in _untouched(study)),
        pictures=pictures,
        test_sets=TEST_SETS,
        score_titles=SCORE_TITLES,
        balance_words={name: BALANCE_WORDS.get(name, "") for name in study.balances},
        table=_table(study),
        given=_given(study),
        rows=_rows(study),
        compared=_compared(study),
        effects=_effects(study),
        parts=_parts(study),
        notes=notes,
        provenance={key: listed(value) for key, value in (provenance or {}).items()},
    )


def _untouched(study: Study) -> list[Evaluation]:
    return [each for key, each in study.evaluations.items() if key[2] == UNTOUCHED]


def _table(study: Study) -> dict[str, Any]:
    """Say what was learned from: rows, genres, and how many of each."""
    it = _untouched(study)[0]
    once = it if it.repeat is None else it.only(it.repeat == it.repeat[0])
    counts = np.bincount(once.truth, minlength=len(once.labels))
    return {
        "recordings": len(np.unique(it.names)),
        "groups": len(np.unique(it.groups)),
        "genres": list(zip(it.labels, counts.tolist(), strict=True)),
        "entries": len(it),
        "alone": len(np.unique(it.groups)) > ALONE * len(np.unique(it.names)),
        "chance": 1 / len(it.labels),
    }


def _given(study: Study) -> list[str]:
    """Say what the learners were given, once where it is the same."""
    said = [components_text(study.components.get(learner)) for learner in study.learners]
    return list(dict.fromkeys(said))


def _rows(study: Study) -> list[dict[str, Any]]:
    return [
        {
            "learner": learner,
            "balance": balance,
            "from": components_text(study.components.get(learner)),
            "untouched": study.evaluations[learner, balance, UNTOUCHED],
            "balanced": study.evaluations[learner, balance, BALANCED],
        }
        for learner in study.learners
        for balance in study.balances
    ]


def _compared(study: Study) -> list[dict[str, Any]]:
    """Return for each test set the comparison with every balancing; none of one learner."""
    if len(study.learners) < 2:
        return []
    found = []
    for distribution in DISTRIBUTIONS:
        pairs = [
            (balance, comparison)
            for balance in study.balances
            if (comparison := study.comparison(balance=balance, distribution=distribution))
        ]
        rows = [
            (balance, learner, comparison.best.learner, differences)
            for balance, comparison in pairs
            for learner, differences in comparison.differences.items()
        ]
        said = [(balance, comparison.verdict) for balance, comparison in pairs]
        found.append({"distribution": distribution, "verdicts": said, "rows": rows})
    return found


def _effects(study: Study) -> dict[str, Any]:
    return {
        "all": sorted(study.effects, key=lambda each: DISTRIBUTIONS.index(each.distribution)),
        "pairs": _pairs(study),
        "scores": _CHANGED,
        "pictures": {
            learner: {score: file_stem("balancing", score, learner) for score in _MOVED}
            for learner in study.learners
            if any(effect.learner == learner for effect in study.effects)
        },
    }


def _pairs(study: Study) -> list[list[BalanceEffect]]:
    """Put together what one balancing does on the one test set and on the other."""
    found: dict[tuple[str, str], dict[str, BalanceEffect]] = {}
    for effect in study.effects:
        found.setdefault((effect.learner, effect.balance), {})[effect.distribution] = effect
    return [[each[name] for name in DISTRIBUTIONS] for each in found.values()]


def _parts(study: Study) -> list[dict[str, Any]]:
    """Return for each learner what it answered with each balancing, on both test sets."""
    return [
        {
            "learner": learner,
            "from": components_text(study.components.get(learner)),
            "balances": [
                {
                    "balance": balance,
                    "name": combination(study, learner=learner, balance=balance),
                    "untouched": study.evaluations[learner, balance, UNTOUCHED],
                    "tests": [
                        _test(study, (learner, balance, distribution))
                        for distribution in DISTRIBUTIONS
                    ],
                }
                for balance in study.balances
            ],
        }
        for learner in study.learners
    ]


def _test(study: Study, key: tuple[str, str, str]) -> dict[str, Any]:
    evaluation = study.evaluations[key]
    support = evaluation.confusion.sum(axis=1)
    scores = (evaluation.precision, evaluation.recall, evaluation.f1)
    return {
        "distribution": key[2],
        "evaluation": evaluation,
        "balanced": evaluation.intervals["balanced_accuracy"],
        "tells": tells_apart(evaluation),
        "picture": file_stem("confusion", *key),
        "genres": list(zip(evaluation.labels, *scores, support, strict=True)),
    }
