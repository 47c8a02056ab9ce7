"""Which features tell the genres apart, one by one.

The baseline is what the best of all features reaches when labels are shuffled: with many
features one of them looks good by chance. It takes rows for independent; where several
are of one recording or artist, chance gives more than it says.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.exploration.matrix import rows_by_label
from genre_audio.exploration.shuffles import Shuffled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["FeatureSeparation", "Separation", "separation_of"]

_PERMUTATIONS: Final = 1_000
_BINS: Final = 10
_ROWS: Final = 10_000


@dataclasses.dataclass(frozen=True)
class FeatureSeparation:
    """One feature.

    Attributes
    ----------
    name : str
        The feature.
    f : float
        F of the analysis of variance; NaN where the feature does not vary, infinite where
        it does not vary within genres.
    explained : float
        Share of the feature's variance that lies between genres (eta squared), 0 to 1.
    mutual_information : float
        In bits, of the feature in ten equally filled bins and the genre.
    rows : int
        Labelled rows where the feature is known.
    p_f, p_mutual_information : float
        Share of shuffled tables whose best feature does as well (family-wise).

    Examples
    --------
    See `separation_of`.
    """

    name: str
    f: float
    explained: float
    mutual_information: float
    rows: int
    p_f: float
    p_mutual_information: float


@dataclasses.dataclass(frozen=True)
class Separation:
    """All features, and what chance gives.

    Attributes
    ----------
    features : tuple of FeatureSeparation
        The largest F first.
    f_95, f_99, mutual_information_95, mutual_information_99 : float
        Beyond what the best of all features reaches in 95 % or 99 % of shuffled tables.
    permutations : int
        Number of shuffled tables.
    rows : int
        Labelled rows that were looked at.
    of_rows : int
        Labelled rows of the table: more than `rows` where a sample was taken.
    bins : int
        Bins for the mutual information.
    seed : int
        Of the shuffles and of the sample.

    Examples
    --------
    See `separation_of`.
    """

    features: tuple[FeatureSeparation, ...]
    f_95: float
    f_99: float
    mutual_information_95: float
    mutual_information_99: float
    permutations: int
    rows: int
    of_rows: int
    bins: int
    seed: int

    @property
    def beyond_chance(self) -> tuple[FeatureSeparation, ...]:
        """Features whose F is beyond what the best has in 99 % of shuffled tables."""
        return tuple(feature for feature in self.features if feature.f > self.f_99)

    @property
    def informative(self) -> tuple[FeatureSeparation, ...]:
        """Features whose mutual information is beyond chance in the same sense, best first."""
        found = (f for f in self.features if f.mutual_information > self.mutual_information_99)
        return tuple(sorted(found, key=lambda f: (-f.mutual_information, f.name)))


def separation_of(
    X: NDArray[np.float64],
    *,
    columns: Sequence[str],
    labels: NDArray[np.object_],
    permutations: int = _PERMUTATIONS,
    seed: int = 0,
) -> Separation | None:
    """Ask of each feature how well it tells the genres apart.

    Each feature is judged on the labelled rows where it is known; of more than 10,000
    labelled rows a sample is taken.

    Parameters
    ----------
    X : ndarray of float64, shape (rows, columns)
        Features, with NaN for gaps.
    columns : sequence of str
        Their names.
    labels : ndarray of object, shape (rows,)
        Genres, or None.
    permutations : int
        How often labels are shuffled.
    seed : int
        Of the shuffles and of the sample.

    Returns
    -------
    Separation or None
        None with fewer than two genres.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.separation import separation_of
    >>> labels = np.repeat(["jazz", "rock"], 20).astype(object)
    >>> X = np.random.default_rng(0).normal(size=(40, 3))
    >>> X[20:, 1] += 3
    >>> found = separation_of(X, columns=["a", "b", "c"], labels=labels)
    >>> [feature.name for feature in found.beyond_chance]
    ['b']
    """
    rng = np.random.default_rng(seed)
    labelled = np.flatnonzero([label is not None for label in labels.tolist()])
    of_rows = len(labelled)
    if of_rows > _ROWS:
        labelled = np.sort(rng.choice(labelled, _ROWS, replace=False))
    own = rows_by_label(labels[labelled])
    if len(own) < 2 or not len(columns):
        return None
    sizes = np.array([len(rows) for rows in own.values()], dtype=np.intp)
    ready = Shuffled.of(X[labelled][np.concatenate(list(own.values()))], sizes=sizes, bins=_BINS)
    as_is = np.arange(len(labelled))
    found = ready.f(as_is), ready.mutual_information(as_is)
    shuffled = [rng.permutation(as_is) for _ in range(permutations)]
    best_f = np.array([_best(ready.f(order)) for order in shuffled])
    best_information = np.array([_best(ready.mutual_information(order)) for order in shuffled])
    features = [
        FeatureSeparation(*row)
        for row in zip(
            columns,
            found[0].tolist(),
            ready.explained(as_is).tolist(),
            found[1].tolist(),
            ready.known.sum(axis=0).astype(int).tolist(),
            _p(found[0], best_f),
            _p(found[1], best_information),
            strict=True,
        )
    ]
    return Separation(
        tuple(sorted(features, key=lambda f: (-np.nan_to_num(f.f, nan=-1.0), f.name))),
        f_95=_quantile(best_f, 0.95),
        f_99=_quantile(best_f, 0.99),
        mutual_information_95=_quantile(best_information, 0.95),
        mutual_information_99=_quantile(best_information, 0.99),
        permutations=permutations,
        rows=len(labelled),
        of_rows=of_rows,
        bins=_BINS,
        seed=seed,
    )


def _best(values: NDArray[np.float64]) -> float:
    """Return the largest, or 0 where nothing can be said."""
    return float(np.nan_to_num(values, nan=0.0, posinf=np.inf).max())


def _quantile(values: NDArray[np.float64], share: float) -> float:
    # One of the values, since some may be infinite.
    return float(np.quantile(values, share, method="higher"))


def _p(values: NDArray[np.float64], best: NDArray[np.float64]) -> list[float]:
    """Return how often chance does as well, counting the table as it is; 1 for nothing."""
    # To rounding, so that the same parting of rows by another order counts as as good.
    reached = (best[:, np.newaxis] >= np.nan_to_num(values, posinf=np.inf) * (1 - 1e-9)).sum(axis=0)
    return ((reached + 1) / (len(best) + 1)).tolist()
