"""Run a study: every learner with every balancing, fold by fold, in several processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from genre_audio.evaluation.protocols import Protocol
    from genre_audio.evaluation.study import Study
    from genre_audio.tables import Dataset

__all__ = ["run_study", "study_protocol"]


def study_protocol(dataset: Dataset, *, n_splits: int = 10, seed: int = 0) -> Protocol:
    """Return stratified folds, or grouped ones where the data set has groups."""
    raise NotImplementedError


def run_study(
    dataset: Dataset,
    *,
    learners: Sequence[str] = ("decision_tree", "logistic_regression"),
    balances: Sequence[str] = ("none",),
    components: int | float | Mapping[str, int | float | None] | None = None,
    protocol: Protocol | None = None,
    seed: int = 0,
    n_jobs: int = 1,
    on_fold: Callable[[int, int], None] = lambda _done, _all: None,
) -> Study:
    """Fit every learner with every balancing in every fold; `on_fold` hears (done, all)."""
    raise NotImplementedError
