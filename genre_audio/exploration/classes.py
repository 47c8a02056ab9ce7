"""How many rows each genre has."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["ClassCount", "Classes", "classes_of"]


@dataclasses.dataclass(frozen=True)
class ClassCount:
    """One genre.

    Attributes
    ----------
    label : str
        Its name.
    count : int
        Its rows.
    share : float
        Of the labelled rows, from 0 to 1.

    Examples
    --------
    See `classes_of`.
    """

    label: str
    count: int
    share: float


@dataclasses.dataclass(frozen=True)
class Classes:
    """Counts of all genres.

    Attributes
    ----------
    column : str
        Name of the column of labels.
    counts : tuple of ClassCount
        The largest first; equal ones by name.
    labelled, unlabelled : int
        Rows with and without a label.
    ratio : float
        Rows of the largest genre for each row of the smallest (1 for one genre, NaN for none).
    largest_share : float
        Accuracy of always naming the largest genre (NaN without labels).

    Examples
    --------
    See `classes_of`.
    """

    column: str
    counts: tuple[ClassCount, ...]
    labelled: int
    unlabelled: int
    ratio: float
    largest_share: float


def classes_of(labels: NDArray[np.object_], *, column: str) -> Classes:
    """Count genres.

    Parameters
    ----------
    labels : ndarray of object, shape (rows,)
        A str for each row, or None.
    column : str
        Name of the column that they are from.

    Returns
    -------
    Classes

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.classes import classes_of
    >>> found = classes_of(np.array(["rock", "jazz", "rock", "rock", None]), column="genre")
    >>> [(c.label, c.count) for c in found.counts], found.ratio, found.unlabelled
    ([('rock', 3), ('jazz', 1)], 3.0, 1)
    """
    counted = Counter(label for label in labels.tolist() if label is not None)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    labelled = counted.total()
    return Classes(
        column=column,
        counts=tuple(ClassCount(name, count, count / labelled) for name, count in ordered),
        labelled=labelled,
        unlabelled=len(labels) - labelled,
        ratio=ordered[0][1] / ordered[-1][1] if ordered else float("nan"),
        largest_share=ordered[0][1] / labelled if ordered else float("nan"),
    )
