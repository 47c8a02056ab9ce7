"""Two features against each other, row by row, for pictures."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from genre_audio.exploration.correlations import Correlations
    from genre_audio.exploration.separation import Separation

__all__ = ["Scatter", "scatters_of"]

_SHOWN: Final = 5_000
# Two features that say the same make a poor picture of two.
_ALIKE: Final = 0.8


@dataclasses.dataclass(frozen=True, eq=False)
class Scatter:
    """Two features of the rows where both are known.

    Attributes
    ----------
    first, second : str
        The features: across and up.
    why : str
        ``"chosen"``, ``"strongest correlation"`` or ``"best separation"``.
    pearson, spearman : float
        As in `Correlations`.
    x, y : ndarray of float64, shape (shown,)
        Values of the rows that are shown. Not in `as_dict`.
    rows : ndarray of int, shape (shown,)
        Their positions in the table; labels are in `Exploration.labels`. Not in `as_dict`.
    of_rows : int
        Rows where both are known: more than are shown where a sample was taken.

    Examples
    --------
    See `scatters_of`.
    """

    first: str
    second: str
    why: str
    pearson: float
    spearman: float
    x: NDArray[np.float64] = dataclasses.field(metadata={"json": False})
    y: NDArray[np.float64] = dataclasses.field(metadata={"json": False})
    rows: NDArray[np.intp] = dataclasses.field(metadata={"json": False})
    of_rows: int


def scatters_of(
    X: NDArray[np.float64],
    *,
    correlations: Correlations,
    separation: Separation | None,
    pairs: Sequence[tuple[str, str]] = (),
    seed: int = 0,
) -> tuple[Scatter, ...]:
    """Take the rows of chosen pairs of features, or of pairs that are worth a look.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    correlations : Correlations
        Of these features.
    separation : Separation, optional
        Which of them tell genres apart.
    pairs : sequence of pairs of str
        Features across and up. By default the strongest rank correlation, and the best
        separating feature with the next one that is not its like.
    seed : int
        Of the sample of 5,000 rows that is shown of more.

    Returns
    -------
    tuple of Scatter

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.correlations import correlations_of
    >>> from genre_audio.exploration.scatters import scatters_of
    >>> X = np.array([[1.0, 1.0], [2.0, 3.0], [3.0, np.nan], [4.0, 5.0]])
    >>> found, = scatters_of(X, correlations=correlations_of(X, columns="ab"), separation=None)
    >>> found.why, found.x.tolist(), found.rows.tolist()
    ('strongest correlation', [1.0, 2.0, 4.0], [0, 1, 3])
    """
    wanted = [(first, second, "chosen") for first, second in pairs]
    if not wanted and correlations.by_spearman:
        pair = correlations.by_spearman[0]
        wanted = [(pair.first, pair.second, "strongest correlation")]
    if not pairs and separation is not None:
        wanted += _best(separation, correlations=correlations)
    return tuple(
        _scatter(X, first=first, second=second, why=why, correlations=correlations, seed=seed)
        for first, second, why in dict.fromkeys(wanted)
    )


def _best(separation: Separation, *, correlations: Correlations) -> list[tuple[str, str, str]]:
    names = [feature.name for feature in separation.features]
    place = {name: i for i, name in enumerate(correlations.columns)}
    for name in names[1:]:
        if abs(correlations.spearman[place[names[0]], place[name]]) < _ALIKE:
            return [(names[0], name, "best separation")]
    return []


def _scatter(
    X: NDArray[np.float64],
    *,
    first: str,
    second: str,
    why: str,
    correlations: Correlations,
    seed: int,
) -> Scatter:
    i, j = correlations.columns.index(first), correlations.columns.index(second)
    rows = np.flatnonzero(~np.isnan(X[:, i]) & ~np.isnan(X[:, j]))
    of_rows = len(rows)
    if of_rows > _SHOWN:
        rows = np.sort(np.random.default_rng(seed).choice(rows, _SHOWN, replace=False))
    return Scatter(
        first=first,
        second=second,
        why=why,
        pearson=float(correlations.pearson[i, j]),
        spearman=float(correlations.spearman[i, j]),
        x=X[rows, i],
        y=X[rows, j],
        rows=rows,
        of_rows=of_rows,
    )
