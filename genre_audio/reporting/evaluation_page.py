"""The page on what a model is worth: scores under their protocols, and where it errs.

The honest number comes first: the lowest accuracy under a protocol that keeps apart what
belongs together. Where nothing was learned that shows, the page says so before any table.
All figures are derived from `Evaluation`; nothing is measured here but what is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.evaluation import reliability
from genre_audio.reporting.confusions import confused_pairs
from genre_audio.reporting.drawing import drawing, inline_svg
from genre_audio.reporting.figures import (
    confusion_figure,
    difference_figure,
    reliability_figure,
    score_figure,
)
from genre_audio.reporting.page import render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from genre_audio.evaluation import Comparison, Evaluation

__all__ = ["evaluation_page"]

_CHART = (0.9, 1.4)
_MATRIX = (0.8, 1.15)


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
    ValueError
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
        raise ValueError("a page needs at least one evaluation")
    several = len({evaluation.learner for evaluation in evaluations}) > 1
    names = [_name(evaluation, with_learner=several) for evaluation in evaluations]
    with drawing():
        return render(
            "evaluation.html",
            title=title,
            lead=_lead(evaluations, comparison),
            comparison=None if comparison is None else _compared(comparison),
            protocols=[
                _row(evaluation, name) for evaluation, name in zip(evaluations, names, strict=True)
            ],
            overview=_overview(evaluations, names),
            parts=[
                _part(evaluation, name, number=number)
                for number, (evaluation, name) in enumerate(
                    zip(evaluations, names, strict=True), start=1
                )
            ],
            with_sets=any(evaluation.sets is not None for evaluation in evaluations),
            with_repeats=any(evaluation.by_repeat for evaluation in evaluations),
            provenance={key: _listed(value) for key, value in (provenance or {}).items()},
        )


def _name(evaluation: Evaluation, *, with_learner: bool) -> str:
    if not with_learner:
        return evaluation.protocol
    return f"{evaluation.learner}, {evaluation.protocol}"


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
        "learned": chosen.gain.low > 0,
        "rivals": 0 if comparison is None else len(comparison.evaluations),
        "flattering": max((each.accuracy for each in first if each.leaks), default=None),
    }


def _row(evaluation: Evaluation, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "evaluation": evaluation,
        "recordings": len(np.unique(evaluation.names)),
        "groups": len(np.unique(evaluation.groups)),
        "repeats": evaluation.by_repeat.get("accuracy"),
    }


def _overview(evaluations: Sequence[Evaluation], names: Sequence[str]) -> Any:  # noqa: ANN401
    spreads = [evaluation.intervals["accuracy"] for evaluation in evaluations]
    baselines = [evaluation.baseline for evaluation in evaluations]
    shown = [
        f"{name}{' (leaks)' if evaluation.leaks else ''}"
        for name, evaluation in zip(names, evaluations, strict=True)
    ]
    return _svg(
        score_figure(shown, spreads, baselines=baselines, unit="accuracy"),
        prefix="overview",
        title="Accuracy by protocol",
        description="; ".join(
            f"{name}: {value:.3f}, interval {low:.3f} to {high:.3f}, baseline {baseline:.3f}"
            for name, (value, low, high), baseline in zip(shown, spreads, baselines, strict=True)
        ),
        scale=_CHART,
    )


def _compared(comparison: Comparison) -> dict[str, Any]:
    names = list(comparison.differences)
    spreads = [found["accuracy"] for found in comparison.differences.values()]
    best = comparison.best.learner
    order = sorted(comparison.evaluations, key=lambda each: (-each.accuracy, each.log_loss))
    figure = difference_figure(
        [f"{name} \u2212 {best}" for name in names], spreads, unit="accuracy"
    )
    return {
        "it": comparison,
        "rows": [(each, comparison.differences.get(each.learner)) for each in order],
        "figure": _svg(
            figure,
            prefix="differences",
            title=f"Differences in accuracy from {best}",
            description="; ".join(
                f"{name}: {by.value:+.3f}, interval {by.low:+.3f} to {by.high:+.3f}"
                for name, by in zip(names, spreads, strict=True)
            ),
            scale=_CHART,
        ),
    }


def _part(evaluation: Evaluation, name: str, *, number: int) -> dict[str, Any]:
    pairs = confused_pairs(evaluation)
    bins = reliability(evaluation)
    return _row(evaluation, name) | {
        "number": number,
        "learned": evaluation.gain.low > 0,
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
        "confusion": _svg(
            confusion_figure(evaluation.confusion, labels=evaluation.labels),
            prefix=f"confusion-{number}",
            title=f"Confusion matrix: {name}",
            description=_said_of_confusions(evaluation),
            scale=_MATRIX,
        ),
        "reliability": _svg(
            reliability_figure(
                confidence=bins.confidence, accuracy=bins.accuracy, counts=bins.count
            ),
            prefix=f"reliability-{number}",
            title=f"Reliability diagram: {name}",
            description=_said_of_calibration(evaluation),
            scale=_CHART,
        ),
        "calibration": _said_of_calibration(evaluation),
    }


def _said_of_confusions(evaluation: Evaluation) -> str:
    right = int(evaluation.confusion.trace())
    said = f"{right} of {len(evaluation)} are called right."
    pairs = confused_pairs(evaluation, most=3, examples=0)
    if not pairs:
        return said
    worst = ", ".join(f"{pair.truth} called {pair.called} ({pair.times})" for pair in pairs)
    return f"{said} Most often confused: {worst}."


def _said_of_calibration(evaluation: Evaluation) -> str:
    sure = float(evaluation.probabilities.max(axis=1).mean())
    how = "more" if sure > evaluation.accuracy else "less"
    return (
        f"On average the model says {sure:.2f} and is right {evaluation.accuracy:.2f} of the time: "
        f"it is {how} sure than it should be. Expected calibration error "
        f"{evaluation.expected_calibration_error:.3f}."
    )


def _svg(figure: Any, **words: Any) -> Any:  # noqa: ANN401
    from markupsafe import Markup

    return Markup(inline_svg(figure, **words))  # noqa: S704 (made here, names escaped)


def _listed(value: object) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_listed(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "\n".join(map(_listed, value))
    return str(value)
