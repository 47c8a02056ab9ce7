"""From a table to a finished bundle: score, fit, measure, describe."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.errors import TableError
from genre_audio.learning.budget import budget_of
from genre_audio.learning.limits import words_on_limits
from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.learning.plain.copy import plain_stack
from genre_audio.learning.sampling import sampled_rows, taken
from genre_audio.training.bundle import ModelBundle, Probe
from genre_audio.training.credits import Credits
from genre_audio.training.facts import bundle_info

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from genre_audio.evaluation import Evaluation
    from genre_audio.learning import Budget, GenreStack
    from genre_audio.tables import Annotations, Dataset, FeatureTable

__all__ = ["GROUP_COLUMN", "MIN_GROUPS", "train"]

GROUP_COLUMN: Final = "genre_audio_group"
"""Where rows that a bundle keeps say their groups, if these are not the recordings."""

MIN_GROUPS: Final = 6
"""Fewest groups of a genre: a third is held out, and half of the rest while tuning, and
two rows must be left of it to learn from."""


def train(
    table: FeatureTable,
    dataset: Dataset,
    *,
    name: str,
    task: str = "genre",
    learners: Sequence[str] | None = None,
    source: str | None = None,
    budget: str | Budget = "small",
    seed: int = 0,
    n_jobs: int = 1,
    level_invariant: bool = True,
    keep_rows: bool = True,
    titles: Annotations | None = None,
    scores: Sequence[Evaluation] | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> tuple[ModelBundle, list[Evaluation]]:
    """Train the stack on a data set and score it on folds that it did not see.

    Parameters
    ----------
    table : FeatureTable
        Where the data set comes from.
    dataset : Dataset
        Its labelled rows, with groups.
    name : str
        What the model is to be called.
    task : str
        What its labels are: ``"genre"`` or ``"content"``.
    learners : sequence of str, optional
        What the stack is made of; all of `genre_audio.learning.LEARNERS` by default.
    source : str, optional
        Where the table is from, and on what terms, for the card.
    budget : str or Budget
        How much to tune.
    seed : int
        Same table, seed and versions: same probabilities.
    n_jobs : int
        Number of worker processes.
    level_invariant : bool
        Whether the recording level is taken out, where the schema has a column for it.
    keep_rows : bool
        Whether the bundle keeps the training rows, to be fitted again by a later
        version; more than `Limits` allow are left out all the same.
    titles : Annotations, optional
        Titles of the recordings, to be told with the training recordings that a new one
        is like.
    scores : sequence of Evaluation, optional
        Held-out scores, if they are known already; measured here by default.
    on_step : callable, optional
        Called with what comes next, in words.

    Returns
    -------
    ModelBundle
        Ready to be saved.
    list of Evaluation
        Its scores.

    Raises
    ------
    TableError
        If there are fewer than two genres, or one has too few independent recordings.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from genre_audio import GTZAN57, FeatureTable, Segmentation, dataset_of, train
    >>> from genre_audio.learning import Budget
    >>> rng, labels = np.random.default_rng(0), np.repeat(["jazz", "metal"], 20)
    >>> rows = rng.uniform(1.0, 2.0, size=(40, 57)) * np.where(labels == "metal", 9.0, 1.0)[:, None]
    >>> frame = pd.DataFrame(rows, columns=list(GTZAN57.columns))
    >>> frame["filename"], frame["label"] = np.arange(40).astype(str), labels
    >>> table = FeatureTable(frame, GTZAN57, Segmentation())
    >>> how = {"budget": Budget("none"), "learners": ("qda",)}
    >>> bundle, _ = train(table, dataset_of(table), name="mine", **how)
    >>> bundle.info.scores[0]["accuracy"]
    1.0
    """
    # Here, because scikit-learn takes a second to import and most commands train nothing.
    from genre_audio.evaluation import evaluate, grouped_protocol
    from genre_audio.evaluation.held_out import independent_groups
    from genre_audio.learning import LEARNERS, GenreStack

    chosen = budget_of(budget)
    groups = independent_groups(dataset)
    fewest = _fewest_groups(dataset, groups)

    make = functools.partial(
        GenreStack,
        learners=LEARNERS if learners is None else tuple(learners),
        columns=dataset.columns,
        budget=chosen,
        level_invariant=level_invariant,
        seed=seed,
        n_jobs=n_jobs,
    )
    for words in _words(make().learners, rows=len(dataset), budget=chosen):
        on_step(words)
    if scores is None:
        n_splits = min(chosen.outer_folds, fewest)
        protocol = grouped_protocol(dataset, n_splits=n_splits, seed=seed)

        def on_fold(done: int, total: int) -> None:
            """Say which fold is being scored."""
            on_step(f"scoring: fold {done + 1} of {total}")

        scores = [evaluate(make, dataset, protocol=protocol, on_fold=on_fold)]
    on_step("fitting the final model")
    stack = make().fit(dataset.X, dataset.y, groups=groups, recordings=dataset.names)
    alike, near = _near(dataset, groups=groups, most=chosen.limits.likeness, seed=seed)
    bundle = ModelBundle(
        classifier=plain_stack(stack),
        neighbourhood=near,
        info=bundle_info(stack, table, dataset, name=name, scores=scores, task=task, source=source),
        probe=_probe(stack, dataset),
        conformal=stack.conformal_,
        credits=Credits.of(alike, titles=titles),
        rows=_kept(table, dataset, most=chosen.limits.kept, on_step=on_step) if keep_rows else None,
    )
    return bundle, list(scores)


def _probe(stack: GenreStack, dataset: Dataset) -> Probe:
    # The stack's own answers, so that a copy that answers otherwise gives itself away.
    rows = np.stack([np.median(dataset.X[dataset.y == label], axis=0) for label in stack.classes_])
    return Probe(rows, stack.predict_proba(rows))


def _words(learners: Sequence[str], *, rows: int, budget: Budget) -> list[str]:
    tuned = any(budget.candidates(learner) > 1 for learner in learners)
    return words_on_limits(learners, rows=rows, limits=budget.limits, tuned=tuned)


def _near(
    dataset: Dataset, *, groups: NDArray[np.intp], most: int, seed: int
) -> tuple[Dataset, Neighbourhood]:
    """Return the rows that likeness is measured to, and the space in which it is."""
    some = sampled_rows(dataset.y, groups=groups, recordings=dataset.names, most=most, seed=seed)
    alike = _only(dataset, some)
    known = {"names": alike.names, "labels": alike.y, "groups": taken(groups, some).astype(str)}
    return alike, Neighbourhood.fit(alike.X, columns=list(dataset.columns), **known)


def _only(dataset: Dataset, rows: NDArray[np.intp]) -> Dataset:
    """Return some rows of a data set; itself, where these are all."""
    if len(rows) == len(dataset):
        return dataset
    arrays = {name: getattr(dataset, name)[rows] for name in ("X", "y", "groups", "names")}
    return dataclasses.replace(dataset, lengths=None, **arrays)


def _kept(
    table: FeatureTable, dataset: Dataset, *, most: int, on_step: Callable[[str], None]
) -> pd.DataFrame | None:
    """Return the rows that the bundle keeps, with their groups; none, said aloud, of too many."""
    if table.frame.size <= most:
        return _with_groups(table, dataset)
    on_step(
        f"the model keeps no training rows: {len(table.frame):,} of {table.frame.shape[1]} "
        f"columns are more than the {most:,} numbers that are read again; keep the table"
    )
    return None


def _with_groups(table: FeatureTable, dataset: Dataset) -> pd.DataFrame:
    import pandas as pd

    frame = table.frame.drop(columns=GROUP_COLUMN, errors="ignore")
    if np.array_equal(dataset.groups, dataset.names):
        return frame
    group_of = dict(zip(dataset.names.tolist(), dataset.groups.tolist(), strict=True))
    groups = [group_of.get(str(name)) for name in table.recordings]
    column = pd.Series(groups, name=GROUP_COLUMN, index=frame.index, dtype=object)
    return pd.concat([frame, column], axis=1)  # of many columns, `insert` warns


def _fewest_groups(dataset: Dataset, groups: NDArray[np.intp]) -> int:
    """Return how many groups the scarcest genre has, refused before any work is done."""
    from genre_audio.tables.splits import groups_per_class

    counts = groups_per_class(dataset.y, groups=groups)
    scarcest = min(counts, key=counts.__getitem__)
    if len(counts) < 2:
        raise TableError(
            f"all rows have the label {scarcest!r}; at least two genres are needed to tell apart"
        )
    if counts[scarcest] < MIN_GROUPS:
        raise TableError(
            f"the genre {scarcest!r} has {counts[scarcest]} independent recordings (groups), at "
            f"least {MIN_GROUPS} are needed to train on some and test on others: add recordings, "
            "or leave the genre out"
        )
    return counts[scarcest]
