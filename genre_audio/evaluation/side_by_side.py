"""Several procedures under several protocols.

Under each protocol all procedures get the same folds, so that they can be compared.
No score is made here that `evaluate` does not make.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from genre_audio.evaluation.comparison import Comparison
from genre_audio.evaluation.held_out import evaluate, labels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genre_audio.evaluation.classic_procedure import ClassicProcedure
    from genre_audio.evaluation.evaluation import Evaluation
    from genre_audio.evaluation.procedures import Procedure
    from genre_audio.evaluation.protocols import Protocol
    from genre_audio.tables import Dataset

__all__ = ["evaluate_procedures"]


def evaluate_procedures(
    procedures: Sequence[Procedure | ClassicProcedure],
    dataset: Dataset,
    *,
    protocols: Sequence[Protocol],
    coverage: float = 0.9,
    n_jobs: int = 1,
    on_fold: Callable[[str, Protocol, int], None] = lambda _procedure, _protocol, _done: None,
    on_result: Callable[[Evaluation], None] = lambda _: None,
) -> tuple[list[Evaluation], list[Comparison]]:
    """Evaluate every procedure under every protocol.

    Parameters
    ----------
    procedures : sequence of Procedure or ClassicProcedure
        What to evaluate, each of its own name.
    dataset : Dataset
        Labelled rows.
    protocols : sequence of Protocol
        Ways to hold them out.
    coverage : float
        See `evaluate`.
    n_jobs : int
        Processes; changes no number.
    on_fold : callable, optional
        Called before each fold with the procedure's name, the protocol, and the number of
        folds done.
    on_result : callable, optional
        Called with each evaluation as it is made.

    Returns
    -------
    evaluations : list of Evaluation
        All procedures under the first protocol, then under the next.
    comparisons : list of Comparison
        One for each protocol; none where there is one procedure only.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import evaluate_procedures, grouped_protocol, procedure_of
    >>> from genre_audio.tables import Dataset
    >>> rng, y = np.random.default_rng(0), np.repeat(["jazz", "metal"], 20)
    >>> X, names = rng.normal(size=(40, 3)), np.arange(40).astype(str)
    >>> dataset = Dataset(X + 9.0 * (y == "metal")[:, None], y, names, names, ("a", "b", "c"))
    >>> protocols = [grouped_protocol(dataset, n_splits=2, seed=0)]
    >>> two = [procedure_of(n, budget="none", level_invariant=False) for n in ("qda", "knn")]
    >>> evaluations, [comparison] = evaluate_procedures(two, dataset, protocols=protocols)
    >>> [evaluation.learner for evaluation in evaluations], comparison.best.accuracy
    (['qda', 'knn'], 1.0)
    """
    for protocol in protocols:
        # Here, so that what the last protocol lacks is said before the first one's work.
        labels_of(dataset, protocol=protocol)
    found: list[Evaluation] = []
    comparisons: list[Comparison] = []
    for protocol in protocols:
        beside: list[Evaluation] = []
        for procedure in procedures:
            said = functools.partial(on_fold, procedure.name, protocol)
            beside.append(
                evaluate(
                    functools.partial(procedure.make, columns=dataset.columns, n_jobs=n_jobs),
                    dataset,
                    protocol=protocol,
                    learner=procedure.name,
                    coverage=coverage,
                    on_fold=lambda done, _all, said=said: said(done),  # type: ignore[misc]
                )
            )
            on_result(beside[-1])
        found += beside
        comparisons += [Comparison(tuple(beside))] if len(beside) > 1 else []
    return found, comparisons
