"""Run a study: every learner with every balancing, fold by fold, in several processes.

A fold is evaluated by `evaluate`, as a protocol of one fold, so that no score is made here
that is not made there; what is put together again is what one process would have given.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import ParameterError
from genre_audio.evaluation.classic_procedure import ClassicProcedure
from genre_audio.evaluation.equal_counts import equal_genres
from genre_audio.evaluation.held_out import evaluate, labels_of
from genre_audio.evaluation.protocols import grouped_protocol
from genre_audio.evaluation.random_protocols import stratified_protocol
from genre_audio.evaluation.study import BALANCED, UNTOUCHED, Study
from genre_audio.execution import map_unordered
from genre_audio.learning.components import check_components

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from genre_audio.evaluation.evaluation import Evaluation
    from genre_audio.evaluation.protocols import Protocol
    from genre_audio.tables import Dataset

__all__ = ["run_study", "study_protocol"]

_DEAR: Final = ("stack", "svm", "random_forest", "xgboost")
"""Learners that take longest: begun first, so that all processes end together."""
_ARRAYS: Final = ("truth", "probabilities", "groups", "names", "fold", "repeat", "shares")

Job = tuple[ClassicProcedure, int]


def study_protocol(
    dataset: Dataset, *, n_splits: int = 10, seed: int = 0, repeats: int = 1
) -> Protocol:
    """Return stratified folds, or grouped ones where the data set has groups.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows; grouped by anything but the recording, the groups are kept apart.
    n_splits, seed, repeats : int
        See `stratified_protocol` and `grouped_protocol`.

    Returns
    -------
    Protocol

    Raises
    ------
    TableError
        If a genre has too few recordings or groups for so many folds.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import study_protocol
    >>> from genre_audio.tables import Dataset
    >>> X, y, names = np.arange(8.0)[:, None], np.repeat(["a", "b"], 4), np.arange(8).astype(str)
    >>> study_protocol(Dataset(X, y, names, names, ("x",)), n_splits=4).key
    'stratified'
    """
    fold = stratified_protocol if dataset.grouping == "recording" else grouped_protocol
    return fold(dataset, n_splits=n_splits, seed=seed, repeats=repeats)


def run_study(
    dataset: Dataset,
    *,
    learners: Sequence[str] = ("decision_tree", "logistic_regression"),
    balances: Sequence[str] = ("none",),
    components: float | Mapping[str, int | float | None] | None = None,
    protocol: Protocol | None = None,
    seed: int = 0,
    n_jobs: int = 1,
    on_fold: Callable[[int, int], None] = lambda _done, _all: None,
) -> Study:
    """Fit every learner with every balancing in every fold, and score what was held out.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows; missing values are NaN.
    learners : sequence of str
        Names from `genre_audio.learning.CLASSIC_LEARNERS`.
    balances : sequence of str
        Names from `genre_audio.learning.BALANCES`, done to training rows only.
    components : int, float, mapping or None
        Principal components that learners are given: see
        `genre_audio.learning.ClassicLearner`. A mapping says it by learner, and those that
        it does not name get the columns.
    protocol : Protocol, optional
        How rows are held out; by default `study_protocol` with `seed`.
    seed : int
        Seed of folds, sampling and learners.
    n_jobs : int
        Processes; changes no number.
    on_fold : callable, optional
        Called with the number of fits done and of all, after each.

    Returns
    -------
    Study

    Raises
    ------
    ParameterError
        If a name is unknown or given twice, or there are more components than columns.
    TableError
        If there is one genre only, or too few rows of one.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import run_study, study_protocol
    >>> from genre_audio.tables import Dataset
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "rock"], [10, 30])
    >>> X, names = rng.normal(size=(40, 2)) + (y == "jazz")[:, None], np.arange(40).astype(str)
    >>> dataset = Dataset(X, y, names, names, ("energy", "tempo"))
    >>> study = run_study(
    ...     dataset,
    ...     balances=("none", "undersample"),
    ...     protocol=study_protocol(dataset, n_splits=5),
    ... )
    >>> len(study.evaluation("decision_tree")), len(study.effects)
    (40, 4)
    >>> len(study.evaluation("decision_tree", balance="undersample", distribution="balanced"))
    20
    """
    protocol = protocol or study_protocol(dataset, seed=seed)
    given = _components(components, learners=learners)
    procedures = [
        ClassicProcedure(learner, balance, components=given[learner], seed=seed)
        for learner in _different(learners, what="learner")
        for balance in _different(balances, what="balancing")
    ]
    least = min(len(train) for train, _ in protocol.folds)
    for number in given.values():
        check_components(number, rows=least, columns=len(dataset.columns))
    labels_of(dataset, protocol=protocol)
    found = _held_out(procedures, dataset, protocol=protocol, n_jobs=n_jobs, on_fold=on_fold)
    evaluations: dict[tuple[str, str, str], Evaluation] = {}
    for procedure in procedures:
        key = (procedure.learner, procedure.balance)
        evaluations[*key, UNTOUCHED] = found[procedure]
        evaluations[*key, BALANCED] = equal_genres(found[procedure], seed=seed)
    return Study(
        learners=tuple(learners),
        balances=tuple(balances),
        components=given,
        columns=dataset.columns,
        protocol=protocol.name,
        key=protocol.key,
        folds=len(protocol.folds),
        seed=seed,
        evaluations=evaluations,
    )


def _different(names: Sequence[str], *, what: str) -> Sequence[str]:
    if not names or len(set(names)) < len(names):
        raise ParameterError(
            f"a study needs one {what} at least, and each of them once; found "
            f"{', '.join(names) or 'none'}"
        )
    return names


def _components(
    components: float | Mapping[str, int | float | None] | None, *, learners: Sequence[str]
) -> dict[str, int | float | None]:
    if not isinstance(components, Mapping):
        return dict.fromkeys(learners, components)
    if strange := [name for name in components if name not in learners]:
        raise ParameterError(
            f"components are given for {strange[0]!r}, which is not studied; there are "
            f"{', '.join(learners)}"
        )
    return {learner: components.get(learner) for learner in learners}


def _held_out(
    procedures: Sequence[ClassicProcedure],
    dataset: Dataset,
    *,
    protocol: Protocol,
    n_jobs: int,
    on_fold: Callable[[int, int], None],
) -> dict[ClassicProcedure, Evaluation]:
    """Evaluate each procedure in each fold, in any order, and put the folds together."""
    jobs = [(procedure, fold) for procedure in procedures for fold in range(len(protocol.folds))]
    jobs.sort(key=lambda job: _DEAR.index(job[0].learner) if job[0].learner in _DEAR else 99)
    work = functools.partial(_one_fold, dataset=dataset, protocol=protocol)
    parts: dict[Job, Evaluation] = {}
    for job, part in map_unordered(work, jobs, n_jobs=n_jobs):
        parts[job] = part
        on_fold(len(parts), len(jobs))
    return {
        procedure: _joined([parts[procedure, fold] for fold in range(len(protocol.folds))])
        for procedure in procedures
    }


def _one_fold(job: Job, *, dataset: Dataset, protocol: Protocol) -> tuple[Job, Evaluation]:
    procedure, fold = job
    found = evaluate(
        functools.partial(procedure.make, columns=dataset.columns),
        dataset,
        protocol=dataclasses.replace(protocol, folds=[protocol.folds[fold]], repeats=1),
        learner=procedure.learner,
    )
    numbers = {"fold": fold, "repeat": protocol.repeat_of(fold)}
    arrays: dict[str, Any] = {n: np.full(len(found), number) for n, number in numbers.items()}
    return job, dataclasses.replace(found, **arrays)


def _joined(parts: Iterable[Evaluation]) -> Evaluation:
    """Return one evaluation of all folds, its entries in the order that `evaluate` gives."""
    parts = list(parts)
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS
    }
    order = np.lexsort((joined["truth"], joined["names"], joined["repeat"]))
    return dataclasses.replace(parts[0], **{name: array[order] for name, array in joined.items()})
