"""As many recordings of every genre, drawn from what is there.

Two things are called a balanced test. One learns from all that the training part holds,
in whatever way it is balanced, and scores as many held-out recordings of every genre:
`equal_genres`. The other, which the classic study does, samples the whole table down
before anything is split: `sampled_down`. Learning with ``undersample`` and scoring equal
genres has the same number of training rows and of scored recordings in every fold as
that, and the same expected score; what differs is which recordings were drawn. Both
throw recordings away: the balanced accuracy of all that was held out has the expected
accuracy of the first one, and a narrower interval.

Only drawing may enter here, no learner and no score.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.evaluation.evaluation import Evaluation
    from genre_audio.tables import Dataset

__all__ = ["equal_genres", "sampled_down"]


def equal_genres(evaluation: Evaluation, *, seed: int) -> Evaluation:
    """Draw as many of the held-out recordings of every genre, in each fold.

    Parameters
    ----------
    evaluation : Evaluation
        What was held out.
    seed : int
        Seed of the draw. Evaluations of the same entries lose the same ones.

    Returns
    -------
    Evaluation
        Of a fold that lacks a genre nothing is left.

    Raises
    ------
    TableError
        If nothing is left of any fold.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import Evaluation, equal_genres
    >>> truth, names = np.array([0, 0, 0, 1]), np.array(list("wxyz"))
    >>> it = Evaluation(("jazz", "rock"), truth, np.eye(2)[truth], names, names, "by hand")
    >>> equal_genres(it, seed=0).truth.tolist()
    [0, 1]
    """
    folds = np.zeros(len(evaluation), dtype=np.intp) if evaluation.fold is None else evaluation.fold
    rng = np.random.default_rng(seed)
    chosen: list[NDArray[np.intp]] = []
    for fold in np.unique(folds):
        entries = np.flatnonzero(folds == fold)
        counts = np.bincount(evaluation.truth[entries], minlength=len(evaluation.labels))
        for genre in range(len(counts)):
            own = entries[evaluation.truth[entries] == genre]
            chosen.append(rng.choice(own, size=counts.min(), replace=False))
    kept = np.sort(np.concatenate(chosen))
    if not len(kept):
        raise TableError(
            f"{evaluation.protocol}: no fold holds every genre out, so that none can be scored "
            "on equal genres; ask for fewer folds, or other groups"
        )
    name = f"{evaluation.protocol}, held-out recordings sampled down to equal genres"
    return dataclasses.replace(evaluation.only(kept), protocol=name)


def sampled_down(dataset: Dataset, *, seed: int) -> Dataset:
    """Draw as many recordings of every genre from a whole table, as the classic study does.

    Parameters
    ----------
    dataset : Dataset
        Labelled rows; those of one recording are kept or left out together.
    seed : int
        ``random_state`` of pandas' ``sample``, which draws the same recordings where each
        is a row.

    Returns
    -------
    Dataset
        In the order of the table.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.evaluation import sampled_down
    >>> from genre_audio.tables import Dataset
    >>> y, names = np.repeat(["jazz", "rock"], [2, 6]), np.arange(8).astype(str)
    >>> few = sampled_down(Dataset(np.eye(8), y, names, names, tuple("abcdefgh")), seed=0)
    >>> few.y.tolist()
    ['jazz', 'jazz', 'rock', 'rock']
    """
    recordings = {genre: _recordings(dataset, genre) for genre in np.unique(dataset.y).tolist()}
    least = min(len(names) for names in recordings.values())
    kept = np.zeros(len(dataset), dtype=bool)
    for genre, names in recordings.items():
        # The legacy generator, and one for each genre, because that is what pandas draws with.
        places = np.random.RandomState(seed).choice(len(names), size=least, replace=False)
        kept |= (dataset.y == genre) & np.isin(dataset.names, names[places])
    return dataclasses.replace(
        dataset,
        X=dataset.X[kept],
        y=dataset.y[kept],
        groups=dataset.groups[kept],
        names=dataset.names[kept],
        lengths=None if dataset.lengths is None else dataset.lengths[kept],
    )


def _recordings(dataset: Dataset, genre: str) -> NDArray[Any]:
    """Return the recordings of a genre in the order of the table."""
    names = dataset.names[dataset.y == genre]
    return np.asarray(names[np.sort(np.unique(names, return_index=True)[1])])
