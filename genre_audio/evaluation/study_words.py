"""What a study found, in sentences.

Each says no more than was shown: a difference whose interval holds zero is no difference
shown. Nothing may enter here that measures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from genre_audio.evaluation.bootstrap import Interval
    from genre_audio.evaluation.comparison import Comparison
    from genre_audio.evaluation.effects import BalanceEffect, Change
    from genre_audio.evaluation.evaluation import Evaluation
    from genre_audio.evaluation.study import Study

__all__ = ["effect_words", "words"]

_DOING: Final = {
    "undersample": "undersampling",
    "oversample": "oversampling",
    "smote": "SMOTE",
    "class_weight": "class weights",
    "none": "no balancing",
}
_MOST_TOLD: Final = 3
"""Of more learners than this, balancing is told of the best one only."""


def words(study: Study) -> list[str]:
    r"""Say which model is better, whether more than chance, and what balancing changed.

    Parameters
    ----------
    study : Study
        What was found.

    Returns
    -------
    list of str
        Whole sentences: the learners on what was held out, without balancing where that
        was studied; the best on equal genres; then each balancing, where ``none`` was
        studied to compare it with. Every interval is for one difference by itself; the
        genres that are named are chosen of many, and so must differ by more than that.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import run_study, study_protocol
    >>> from genre_audio.tables import Dataset
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "rock"], [20, 60])
    >>> X, names = rng.normal(size=(80, 2)) + (y == "jazz")[:, None], np.arange(80).astype(str)
    >>> dataset = Dataset(X, y, names, names, ("energy", "tempo"))
    >>> study = run_study(
    ...     dataset,
    ...     learners=["logistic_regression"],
    ...     balances=("none", "class_weight"),
    ...     protocol=study_protocol(dataset, n_splits=4),
    ... )
    >>> print("\n".join(study.words))
    Logistic regression with no balancing is not better than guessing by frequency (accuracy
    0.750 against 0.750, difference +0.00, 95 % interval -0.08 to +0.08).
    On held-out recordings sampled down to equal genres (40 of them), logistic regression with
    class weights is the most accurate: 0.725 (0.575 to 0.850); a guess gives 0.500.
    Class weights raise the recall of jazz from 0.25 to 0.75 and cost rock 20 points of its own;
    balanced accuracy +0.15 (+0.03 to +0.28), accuracy -0.03 (-0.14 to +0.09).
    """
    said = _learners(study) + _equal_genres(study)
    told = study.learners
    if len(told) > _MOST_TOLD:
        first = study.balances[0] if "none" not in study.balances else "none"
        comparison = study.comparison(balance=first)
        told = (comparison.best.learner,) if comparison else told
    effects = [
        effect
        for effect in study.effects
        if effect.distribution == "untouched" and effect.learner in told
    ]
    naming, among = len(study.learners) > 1, len(effects)
    return said + [effect_words(effect, naming=naming, among=among) for effect in effects]


def _learners(study: Study) -> list[str]:
    balance = "none" if "none" in study.balances else study.balances[0]
    comparison = study.comparison(balance=balance)
    if comparison is None:
        one = study.evaluation(study.learners[0], balance=balance)
        return [f"{_start(_plain(one.learner))} with {_DOING[balance]} is {one.verdict}."]
    best, how = comparison.best, "" if balance == "none" else f", with {_DOING[balance]}"
    if not comparison.learned:
        return [f"{_start(comparison.verdict)}."]
    return [
        f"{_start(_plain(best.learner))} has the highest accuracy{how}: {best.accuracy:.3f}, "
        f"{_against(comparison, 'accuracy')}; it is {best.verdict}.",
        _by_balanced_accuracy(comparison),
    ]


def _by_balanced_accuracy(comparison: Comparison) -> str:
    """Say whether the most accurate learner also recognises genres best, each alike."""
    best = comparison.best
    top = max(comparison.evaluations, key=lambda found: found.balanced_accuracy)
    each = "Where every genre counts alike (balanced accuracy)"
    if top is best:
        return (
            f"{each}, it is ahead as well: {best.balanced_accuracy:.3f}, "
            f"{_against(comparison, 'balanced_accuracy')}."
        )
    by = comparison.differences[top.learner]["balanced_accuracy"]
    shown = f"better by {_range(by)}" if by.low > 0 else "no more than chance may do"
    return (
        f"{each}, {_plain(top.learner)} is ahead with {top.balanced_accuracy:.3f} against "
        f"{best.balanced_accuracy:.3f}: {shown}."
    )


def _against(comparison: Comparison, score: str) -> str:
    """Say which learners the best one is better than, and which it is not shown to be."""
    found = {
        _plain(other.learner): _turned(comparison.differences[other.learner][score])
        for other in comparison.others
    }
    beaten = [f"{name} by {_range(by)}" for name, by in found.items() if by.low > 0]
    equal = [name for name, by in found.items() if by.low <= 0]
    parts = [f"better than {_listed(beaten)}, which is more than chance"] if beaten else []
    parts += [f"not shown to differ from {_listed(equal)}"] if equal else []
    return ", and ".join(parts)


def _equal_genres(study: Study) -> list[str]:
    learner, balance = study.best(distribution="balanced")
    found = study.evaluation(learner, balance=balance, distribution="balanced")
    ends, guess = found.intervals["accuracy"], _guess(found)
    where = f"On held-out recordings sampled down to equal genres ({len(found)} of them)"
    what = f"{_plain(learner)} with {_DOING[balance]}"
    score = f"{found.accuracy:.3f} ({ends.low:.3f} to {ends.high:.3f})"
    if ends.low > guess:
        return [f"{where}, {what} is the most accurate: {score}; a guess gives {guess:.3f}."]
    return [
        f"{where}, nothing is shown to be better than a guess, which gives {guess:.3f}: "
        f"{what}, the highest, has {score}."
    ]


def _guess(found: Evaluation) -> float:
    return 1.0 / len(np.unique(found.truth))


def effect_words(effect: BalanceEffect, *, naming: bool = True, among: int = 1) -> str:
    """Say in one sentence what a balancing changes.

    Parameters
    ----------
    effect : BalanceEffect
        What was found.
    naming : bool
        Whether the learner is named.
    among : int
        How many such sentences are told.

    Returns
    -------
    str
        The genre whose recall it raises most and the one that it costs most, where that is
        shown for the best of all genres in all such sentences (Bonferroni); then balanced
        accuracy and accuracy, each with its 95 % interval.

    Examples
    --------
    >>> from genre_audio.evaluation import BalanceEffect, Change, Interval
    >>> from genre_audio.evaluation.study_words import effect_words
    >>> def change(before, after):
    ...     by = after - before
    ...     return Change(before, after, Interval(by, low=by - 0.02, high=by + 0.02))
    >>> scores = {
    ...     "accuracy": change(0.90, 0.85),
    ...     "balanced_accuracy": change(0.78, 0.84),
    ...     "macro_f1": change(0.80, 0.81),
    ... }
    >>> recall = {"Hip-Hop": change(0.60, 0.81), "Rock": change(0.96, 0.87)}
    >>> effect = BalanceEffect("svm", "oversample", "untouched", scores, recall, recall)
    >>> print(effect_words(effect))
    With svm, oversampling raises the recall of Hip-Hop from 0.60 to 0.81 and costs Rock 9
    points of its own; balanced accuracy +0.06 (+0.04 to +0.08), accuracy -0.05 (-0.07 to -0.03).
    """
    subject = _DOING[effect.balance]
    start = f"with {_plain(effect.learner)}, {subject}" if naming else subject
    verb = "s" if subject != "class weights" else ""
    scores = ", ".join(
        f"{_plain(name)} {_signed(effect.scores[name].difference)}"
        for name in ("balanced_accuracy", "accuracy")
    )
    return f"{_start(start)} {_recalls(effect.recall, verb=verb, among=among)}; {scores}."


def _recalls(recall: dict[str, Change], *, verb: str, among: int) -> str:
    count = len(recall) * among
    shown = {genre: change for genre, change in recall.items() if change.shown_among(count)}
    up = max(shown, key=lambda genre: shown[genre].difference.value, default=None)
    down = min(shown, key=lambda genre: shown[genre].difference.value, default=None)
    said = []
    if up is not None and shown[up].difference.value > 0:
        change = shown[up]
        said.append(
            f"raise{verb} the recall of {up} from {change.before:.2f} to {change.after:.2f}"
        )
    if down is not None and shown[down].difference.value < 0:
        points = round(-100 * shown[down].difference.value)
        amount = f"{points} point{'s' * (points != 1)}" if points else "less than a point"
        own = " of its own" if said else " of recall"
        said.append(f"cost{verb} {down} {amount}{own}")
    if not said:
        return f"change{verb} no genre's recall by more than chance may"
    return " and ".join(said)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _start(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _turned(by: Interval) -> Interval:
    return by._replace(value=-by.value, low=-by.high, high=-by.low)


def _range(by: Interval) -> str:
    return f"{by.value:.3f} ({by.low:.3f} to {by.high:.3f})"


def _signed(by: Interval) -> str:
    return f"{by.value:+.2f} ({by.low:+.2f} to {by.high:+.2f})"
