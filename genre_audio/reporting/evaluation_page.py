"""The page on what a model is worth: scores under their protocols, and where it errs.

The honest number comes first: the lowest accuracy under a protocol that keeps apart what
belongs together. Where nothing was learned that shows, the page says so before any table.
All figures are derived from `Evaluation`; nothing is measured here but what is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import ParameterError
from genre_audio.evaluation import reliability
from genre_audio.evaluation.words import learned
from genre_audio.reporting.confusions import confused_pairs
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.evaluation_figures import (
    calibration_words,
    confusion_svg,
    difference_svg,
    overview_svg,
    reliability_svg,
)
from genre_audio.reporting.page import listed, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from genre_audio.evaluation import Comparison, Evaluation

__all__ = ["ALONE", "evaluation_page"]

ALONE: Final = 0.95
"""With more groups than this for each recording, next to nothing was kept together."""


def evaluation_page(
    evaluations: Sequence[Evaluation],
    *,
    comparison: Comparison | None = None,
    title: str = "What the model is worth",
    provenance: Mapping[str, object] | None = None,
) -> str:
    """Return a self-contained HTML page on one or several evaluations.

    Parameters
    ----------
    evaluations : sequence of Evaluation
        One for each protocol and learner, in the order to be shown.
    comparison : Comparison, optional
        Of learners under one protocol: their paired differences are shown as well.
    title : str
        Heading of the page.
    provenance : mapping of str to object, optional
        What the figures come from: versions, digest of the table, command, date. Mappings
        and sequences in it are listed. Nothing is added, so that the same values give the
        same bytes.

    Returns
    -------
    str
        The page; `genre_audio.files.replace_text` writes it.

    Raises
    ------
    ParameterError
        If there is no evaluation.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation
    >>> from genre_audio.reporting.evaluation_page import evaluation_page
    >>> p, names = np.array([[0.9, 0.1], [0.4, 0.6]]), np.array(["a", "b"])
    >>> it = Evaluation(("jazz", "rock"), np.array([0, 1]), p, names, names, "by hand")
    >>> "<h1>What the model is worth</h1>" in evaluation_page([it])
    True
    """
    if not evaluations:
        raise ParameterError("a page needs at least one evaluation; none was given")
    names = _names(evaluations)
    with drawing():
        return render(
            "evaluation.html",
            title=title,
            heading=_heading(evaluations),
            lead=_lead(evaluations, comparison),
            comparison=None if comparison is None else _compared(comparison),
            protocols=[
                _row(evaluation, name) for evaluation, name in zip(evaluations, names, strict=True)
            ],
            overview=overview_svg(evaluations, names=names),
            parts=[
                _part(evaluation, name, number=number)
                for number, (evaluation, name) in enumerate(
                    zip(evaluations, names, strict=True), start=1
                )
            ],
            with_sets=any(evaluation.sets is not None for evaluation in evaluations),
            with_repeats=any(evaluation.by_repeat for evaluation in evaluations),
            provenance={key: listed(value) for key, value in (provenance or {}).items()},
        )


def _names(evaluations: Sequence[Evaluation]) -> list[str]:
    """Name each by what it does not share with the others: protocol, learner or both."""
    learners = len({evaluation.learner for evaluation in evaluations}) > 1
    protocols = len({evaluation.protocol for evaluation in evaluations}) > 1
    if learners and protocols:
        return [f"{evaluation.learner}, {evaluation.protocol}" for evaluation in evaluations]
    if learners:
        return [evaluation.learner for evaluation in evaluations]
    return [evaluation.protocol for evaluation in evaluations]


def _heading(evaluations: Sequence[Evaluation]) -> str:
    if len(evaluations) == 1:
        return "Scores"
    if len({evaluation.protocol for evaluation in evaluations}) == 1:
        return f"Learners side by side: {evaluations[0].protocol}"
    return "Protocols side by side"


def _lead(evaluations: Sequence[Evaluation], comparison: Comparison | None) -> dict[str, Any]:
    """Choose the honest number: the strictest of what does not leak, of one learner.

    That is the best of a comparison, which the page then says, or the first.
    """
    best = evaluations[0] if comparison is None else comparison.best
    first = [each for each in evaluations if each.learner == best.learner] or [best]
    honest = [each for each in first if not each.leaks]
    chosen = min(honest or first, key=lambda each: each.accuracy)
    return {
        "evaluation": chosen,
        "interval": chosen.intervals["accuracy"],
        "honest": bool(honest),
        "alone": _groups(chosen) > ALONE * _recordings(chosen),
        "learned": learned(chosen),
        "rivals": 0 if comparison is None else len(comparison.evaluations),
        "flattering": max((each.accuracy for each in first if each.leaks), default=None),
    }


def _recordings(evaluation: Evaluation) -> int:
    return len(np.unique(evaluation.names))


def _groups(evaluation: Evaluation) -> int:
    return len(np.unique(evaluation.groups))


def _row(evaluation: Evaluation, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "evaluation": evaluation,
        "recordings": _recordings(evaluation),
        "groups": _groups(evaluation),
        "repeats": evaluation.by_repeat.get("accuracy"),
    }


def _compared(comparison: Comparison) -> dict[str, Any]:
    order = sorted(comparison.evaluations, key=lambda each: (-each.accuracy, each.log_loss))
    return {
        "it": comparison,
        "rows": [(each, comparison.differences.get(each.learner)) for each in order],
        "figure": difference_svg(comparison),
    }


def _part(evaluation: Evaluation, name: str, *, number: int) -> dict[str, Any]:
    pairs = confused_pairs(evaluation)
    bins = reliability(evaluation)
    return _row(evaluation, name) | {
        "number": number,
        "learned": learned(evaluation),
        "pairs": pairs,
        "genres": list(
            zip(
                evaluation.labels,
                evaluation.precision,
                evaluation.recall,
                evaluation.f1,
                evaluation.confusion.sum(axis=1),
                strict=True,
            )
        ),
        "bins": list(zip(bins.confidence, bins.accuracy, bins.count, strict=True)),
        "confusion": confusion_svg(evaluation, name=name, number=number),
        "reliability": reliability_svg(evaluation, name=name, number=number),
        "calibration": calibration_words(evaluation),
    }
