"""Which features tell the genres apart, one by one."""

from __future__ import annotations

import dataclasses

__all__ = ["FeatureSeparation", "Separation"]


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
