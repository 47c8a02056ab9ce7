"""Nearest neighbours in small tables, and among copies of rows."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from sklearn.neighbors import KNeighborsClassifier

__all__ = ["CappedNeighbors"]

_NEAREST: Final = 0.1


class CappedNeighbors(KNeighborsClassifier):  # type: ignore[misc]
    """Nearest neighbours that ask for no more neighbours than there are rows.

    Small tables, cut into folds, would otherwise fail where a smaller vote will do.
    Distances below 0.1 count as 0.1: columns of unit spread are told apart by one or more,
    and a vote of one over the distance to a copy would drown all others, by an amount that
    depends on rounding. A change of the recording's gain is such a rounding.

    Examples
    --------
    >>> from genre_audio.learning.neighbours import CappedNeighbors
    >>> vote = CappedNeighbors(n_neighbors=9, weights="distance").fit([[0.0], [1.0]], ["a", "b"])
    >>> vote.predict([[0.1]]).tolist()
    ['a']
    """

    def kneighbors(
        self,
        X: Any = None,  # noqa: ANN401 - scikit-learn's form
        n_neighbors: int | None = None,
        return_distance: bool = True,
    ) -> Any:  # noqa: ANN401
        """Find the neighbours of each row: see `sklearn.neighbors.KNeighborsClassifier`."""
        wanted = self.n_neighbors if n_neighbors is None else n_neighbors
        # Without X a row is not its own neighbour.
        most = self.n_samples_fit_ - (X is None)
        found = super().kneighbors(X, min(wanted, most), return_distance)
        # A copy of a row lies at zero or at a rounding error: votes must not depend on which.
        return (np.maximum(found[0], _NEAREST), found[1]) if return_distance else found
