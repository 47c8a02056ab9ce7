"""How many rows each part of the learning may hold, and why.

Tables of a collection have thousands of rows, those of an archive millions. What a learner
does with more rows than it can hold is its own: some take all, block by block; some take
a sample, because more rows would cost much and tell little. All of these numbers stand
here and nowhere else, with the reason for each. Below them nothing is sampled, and
nothing is calculated otherwise.

Only counts and words may enter here.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AT_ONCE", "LIMITS", "Limits", "words_on_limits"]

AT_ONCE: Final = 20_000
"""Rows whose likeness to a thousand landmarks is held at once, in 160 MB. Of more rows it
is found again in each round, block by block (see `KernelLogisticRegression`)."""


@dataclasses.dataclass(frozen=True)
class Limits:
    """The most rows that a part of the learning takes.

    Attributes
    ----------
    knn : int
        Rows that nearest neighbours are looked for among: every one is kept with the
        model, and every row asked is compared with each.
    random_forest, decision_tree : int
        Rows from which trees of one hundred leaves at most are grown: every row is sorted
        for every tree, and so few leaves are soon told.
    support_vectors : int
        Rows of a support vector machine: its work grows with their square at least.
    tuning : int
        Rows on which candidates are compared, the same for all learners.
    pool : int
        Rows from which the final learner takes its eleven numbers.
    likeness : int
        Rows that likeness is measured to: each with each, and all are kept with the model.
    kept : int
        Numbers that a model keeps of its training rows, to be fitted again: as text they
        take twenty signs each, and 256 MB of a file are read again.

    Raises
    ------
    ParameterError
        If a number is too small to mean anything.

    Examples
    --------
    >>> from genre_audio.learning.limits import LIMITS
    >>> LIMITS.rows("knn"), LIMITS.rows("xgboost")
    (20000, None)
    """

    knn: int = 20_000
    random_forest: int = 50_000
    decision_tree: int = 50_000
    support_vectors: int = 20_000
    tuning: int = 20_000
    pool: int = 100_000
    likeness: int = 20_000
    kept: int = 12_000_000

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if getattr(self, field.name) < 2:
                raise ParameterError(
                    f"the limit {field.name} is {getattr(self, field.name)!r}; it must be at least "
                    "2"
                )

    def rows(self, learner: str) -> int | None:
        """Return the most rows that a learner takes, None where it takes all."""
        return int(getattr(self, learner)) if learner in _WHY else None

    def taken(self, learner: str, *, rows: int) -> int:
        """Return how many of so many rows a learner takes."""
        return min(rows, self.rows(learner) or rows)


LIMITS: Final = Limits()
"""What holds when nothing else is asked for."""

_WHY: Final = {
    "knn": "all that it knows is kept, and each row is compared with all of it",
    "random_forest": "few leaves are soon told, and every row is sorted for every tree",
    "decision_tree": "few leaves are soon told",
    "support_vectors": "its work grows with their square",
}
_HOW: Final = {
    "logistic_regression": "in blocks, because likeness of all to its landmarks does not fit in "
    "memory",
    "xgboost": "as bins of a byte each",
}


def words_on_limits(
    learners: Iterable[str], *, rows: int, limits: Limits = LIMITS, tuned: bool = True
) -> list[str]:
    """Say what becomes of more rows than learners can hold; nothing where all can.

    Parameters
    ----------
    learners : iterable of str
        Names of learners.
    rows : int
        Rows to learn from.
    limits : Limits
        What each may take.
    tuned : bool
        Whether candidates are compared.

    Returns
    -------
    list of str
        A line for each learner, and for what else takes a sample.

    Examples
    --------
    >>> from genre_audio.learning.limits import words_on_limits
    >>> words_on_limits(["qda", "knn"], rows=1000)
    []
    >>> print(words_on_limits(["qda", "knn"], rows=30_000, tuned=False)[0])
    qda learns from all 30,000 rows
    """
    names = list(learners)
    lines = [_of_learner(name, rows=rows, limits=limits) for name in names]
    if tuned and rows > limits.tuning:
        lines.append(f"candidates are compared on {limits.tuning:,} of {rows:,} rows")
    if rows > limits.pool:
        lines.append(f"learners are weighed on {limits.pool:,} of {rows:,} rows")
    if rows > limits.likeness:
        lines.append(
            f"likeness is measured to {limits.likeness:,} of {rows:,} rows: each with each is too "
            "much"
        )
    sampled = any(limits.taken(name, rows=rows) < rows for name in names)
    return lines if sampled or len(lines) > len(names) else []


def _of_learner(name: str, *, rows: int, limits: Limits) -> str:
    taken = limits.taken(name, rows=rows)
    if taken < rows:
        return f"{name} learns from {taken:,} of {rows:,} rows: {_WHY[name]}"
    how = f", {_HOW[name]}" if name in _HOW and rows > AT_ONCE else ""
    return f"{name} learns from all {rows:,} rows{how}"
