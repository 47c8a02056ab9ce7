"""Families of columns and the schemas that list them.

A `Feature` declares its columns beside the function that fills them, so names and
numbers cannot drift apart. A `Schema` has a name, a version and a digest over all that
can change a number; two tables are comparable only where the digests are equal.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.config import AnalysisConfig, digest
from genre_audio.features.moments import statistic

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from genre_audio.features.spectra import Spectra

    Frames = NDArray[np.floating[Any]]

__all__ = ["Feature", "Schema", "feature"]


@dataclasses.dataclass(frozen=True)
class Feature:
    """One family: a function over a segment's spectra, and the columns it fills.

    Attributes
    ----------
    name : str
        Name of the family.
    names : tuple of str
        One name for each row of what `function` returns.
    statistics : tuple of str
        Suffixes of the columns made from each row: ``("mean", "var")``, or ``()``
        where the value itself is the column.
    function : callable
        Takes a `Spectra`, returns an array of shape (len(names), frames); a family of
        one name may return more rows, which are pooled.

    Examples
    --------
    >>> from genre_audio.features.families import rms
    >>> rms.columns
    ('rms_mean', 'rms_var')
    """

    name: str
    names: tuple[str, ...]
    statistics: tuple[str, ...]
    function: Callable[[Spectra], Frames]

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        if not self.statistics:
            return self.names
        return tuple(f"{name}_{suffix}" for name in self.names for suffix in self.statistics)

    def __call__(self, spectra: Spectra) -> list[float]:
        """Return the values of the columns, in order."""
        frames = self.function(spectra)
        rows = [frames] if len(self.names) == 1 else list(frames)
        if len(rows) != len(self.names):
            raise AssertionError(f"{self.name} made {len(rows)} rows for {len(self.names)} names")
        if not self.statistics:
            return [float(np.asarray(row).item()) for row in rows]
        return [statistic(suffix, row) for row in rows for suffix in self.statistics]


def feature(
    *names: str, statistics: tuple[str, ...] = ("mean", "var")
) -> Callable[[Callable[[Spectra], Frames]], Feature]:
    """Declare the columns of the function below as a `Feature` of the function's name.

    Parameters
    ----------
    *names : str
        One name for each row that the function returns; its own name by default.
    statistics : tuple of str
        Names of numpy functions applied to each row (variances are population
        variances), ``"skew"`` and ``"kurtosis"`` of `moments`, or ``()``.

    Examples
    --------
    >>> from genre_audio.features.schema import feature
    >>> @feature()
    ... def level(spectra):
    ...     return abs(spectra.y)
    >>> level.columns
    ('level_mean', 'level_var')
    """

    def declare(function: Callable[[Spectra], Frames]) -> Feature:
        """Make a `Feature` of the function."""
        name = function.__name__
        return Feature(name, names or (name,), statistics, function)

    return declare


@dataclasses.dataclass(frozen=True)
class Schema:
    """A named, versioned list of families with the configuration that they run under.

    Attributes
    ----------
    name : str
        Such as ``"gtzan57"``.
    version : int
        Raised whenever a change can alter any number.
    features : tuple of Feature
        The families, in the order of their columns.
    config : AnalysisConfig
        The parameters of the recipe.
    forerunners : tuple of int
        Earlier versions with the same columns, whose models can be asked about rows of
        this one: their numbers were worse where they were others.

    Examples
    --------
    >>> from genre_audio.features import GTZAN57
    >>> len(GTZAN57.columns)
    57
    """

    name: str
    version: int
    features: tuple[Feature, ...]
    config: AnalysisConfig = dataclasses.field(default_factory=AnalysisConfig)
    forerunners: tuple[int, ...] = ()

    @functools.cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of all columns, in order."""
        return tuple(column for family in self.features for column in family.columns)

    @functools.cached_property
    def digest(self) -> str:
        """The identity of this schema."""
        return digest(self.as_dict())

    @functools.cached_property
    def served(self) -> frozenset[str]:
        """The identities of the schemas whose models take rows of this one."""
        former = (dataclasses.replace(self, version=version) for version in self.forerunners)
        return frozenset({self.digest, *(schema.digest for schema in former)})

    def includes(self, other: Schema) -> bool:
        """Tell whether the columns of another schema are among these, made in the same way.

        Not of another version of this schema, which makes other numbers.
        """
        families = set(self.features).issuperset(other.features)
        return families and self.config == other.config and self.name != other.name

    def as_dict(self) -> dict[str, Any]:
        """Return name, version, columns and configuration, as JSON can say them."""
        return {
            "name": self.name,
            "version": self.version,
            "columns": list(self.columns),
            "config": self.config.as_dict(),
        }

    def __str__(self) -> str:
        return f"{self.name} version {self.version} ({self.digest})"
