"""Who made the training recordings, and what they are called, as far as training knew.

A likeness to ``blues.00042.wav`` tells nobody anything; one to a singer and a song does.
These are the only words about recordings, besides their names and labels, that a bundle
holds: who passes a model on passes them on as well.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables import Annotations, Dataset

__all__ = ["Credits"]


@dataclasses.dataclass(frozen=True, eq=False)
class Credits:
    """The makers and the titles of the training rows, empty where nobody knew.

    Attributes
    ----------
    makers, titles : ndarray of str, shape (training rows,)
        In the order of the rows in the space of likeness.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.tables import Annotations, Dataset
    >>> from genre_audio.training.credits import Credits
    >>> names, groups = np.array(["a", "b"]), np.array(["artist Ali", "recording b"])
    >>> dataset = Dataset(np.eye(2), names, groups, names, ("x", "y"), grouping="artist")
    >>> known = Credits.of(dataset, titles=Annotations({"b": "Lullaby"}, column="title"))
    >>> known.makers.tolist(), known.titles.tolist()
    (['Ali', ''], ['', 'Lullaby'])
    """

    makers: NDArray[np.str_]
    titles: NDArray[np.str_]

    @classmethod
    def of(cls, dataset: Dataset, *, titles: Annotations | None = None) -> Self | None:
        """Take makers from the groups of a data set, and titles from a table of them.

        Parameters
        ----------
        dataset : Dataset
            Training rows; a group that is no recording names who made it.
        titles : Annotations, optional
            By recording.

        Returns
        -------
        Credits or None
            None where nothing is known.

        Raises
        ------
        TableError
            If it is open which recording a title belongs to.
        """
        tag = f"{dataset.grouping} "
        tagged = dataset.grouping != "recording"
        makers = [
            str(group).removeprefix(tag) if tagged and str(group).startswith(tag) else ""
            for group in dataset.groups
        ]
        found = {} if titles is None else _by_name(titles, dataset.names)
        named = [found.get(name) or "" for name in dataset.names.tolist()]
        if not any(makers) and not any(named):
            return None
        return cls(np.array(makers, dtype=np.str_), np.array(named, dtype=np.str_))

    def check(self, rows: int) -> None:
        """Refuse words that are not one for each training row.

        Raises
        ------
        ValueError
            If they are not.
        """
        for words in (self.makers, self.titles):
            if words.shape != (rows,) or words.dtype.kind != "U":
                raise ValueError("its makers and titles are not one for each training row")


def _by_name(titles: Annotations, names: NDArray[Any]) -> dict[str, str | None]:
    asked = sorted(set(names.tolist()))
    return dict(zip(asked, titles.lookup(asked), strict=True))
