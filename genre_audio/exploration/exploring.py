"""From a table to all that is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError
from genre_audio.exploration.boxes import boxes_of
from genre_audio.exploration.classes import classes_of
from genre_audio.exploration.components import components_of
from genre_audio.exploration.constants import constant_columns
from genre_audio.exploration.copies import duplicates_of
from genre_audio.exploration.correlations import correlations_of
from genre_audio.exploration.exploration import Exploration
from genre_audio.exploration.matrix import labels_of, matrix, names_of, rows_by_label
from genre_audio.exploration.near_copies import near_duplicates
from genre_audio.exploration.outliers import outliers_of
from genre_audio.exploration.overview import overview_of
from genre_audio.exploration.scatters import scatters_of
from genre_audio.exploration.separation import separation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

__all__ = ["explore"]

_BOXES: Final = 12


def explore(
    frame: pd.DataFrame,
    *,
    columns: Sequence[str],
    label: str | None = None,
    names: str | None = None,
    places: Sequence[str] = (),
    pairs: Sequence[tuple[str, str]] = (),
    seed: int = 0,
) -> Exploration:
    """Look at a table: gaps, copies, outliers, correlations, what tells genres apart.

    Parameters
    ----------
    frame : DataFrame
        The table, one row for each recording or segment.
    columns : sequence of str
        The features: columns of numbers. Infinite numbers count as missing.
    label : str, optional
        The column of genres.
    names : str, optional
        A column that names the rows.
    places : sequence of str, length rows
        Where rows stand in their file, in words, for those without a name; by default they
        are numbered from 1.
    pairs : sequence of pairs of str
        Features to be drawn against each other; by default two pairs that are worth it.
    seed : int
        Of shuffles, and of samples where a table is large.

    Returns
    -------
    Exploration

    Raises
    ------
    ParameterError
        If there are no columns, one is named twice or is the label, a pair is not of two
        different ones of them, or there are not as many places as rows.
    TableError
        If a column is not there, there twice, or does not hold numbers.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from genre_audio.exploration import explore, findings
    >>> rng = np.random.default_rng(0)
    >>> frame = pd.DataFrame(rng.normal(size=(60, 3)), columns=["tempo", "energy", "speech"])
    >>> frame["genre"] = ["jazz"] * 20 + ["rock"] * 40
    >>> frame.loc[20:, "tempo"] += 3
    >>> frame.loc[59, "energy"] = np.nan
    >>> found = explore(frame, columns=["tempo", "energy", "speech"], label="genre")
    >>> found.classes.ratio, [feature.name for feature in found.separation.beyond_chance]
    (2.0, ['tempo'])
    >>> found.as_dict()["overview"]["complete_rows"]
    59
    >>> findings(found)[0]
    '60 rows with 3 features; 59 rows are complete.'
    """
    columns = tuple(columns)
    _check(columns, label=label, pairs=pairs)
    X = matrix(frame, columns=columns)
    labels = labels_of(frame, label=label)
    row_names = names_of(frame, names=names, places=places)
    rows = rows_by_label(labels)
    correlations = correlations_of(X, columns=columns, seed=seed)
    separation = separation_of(X, columns=columns, labels=labels, seed=seed)
    best = [f.name for f in separation.features] if separation else columns
    return Exploration(
        features=columns,
        label=label,
        labels=labels,
        names=row_names,
        overview=overview_of(frame, X=X, columns=columns, label=label, names=names),
        classes=None if label is None else classes_of(labels, column=label),
        constant=constant_columns(X, columns=columns),
        near_duplicate_columns=near_duplicates(X, correlations=correlations),
        duplicates=duplicates_of(X, names=row_names, labels=labels),
        outliers=outliers_of(X, columns=columns, names=row_names, rows=rows),
        correlations=correlations,
        separation=separation,
        components=components_of(X, columns=columns),
        boxes=tuple(
            boxes_of(X[:, columns.index(name)], column=name, rows=rows) for name in best[:_BOXES]
        ),
        scatters=scatters_of(
            X, correlations=correlations, separation=separation, pairs=pairs, seed=seed
        ),
        seed=seed,
    )


def _check(
    columns: tuple[str, ...], *, label: str | None, pairs: Sequence[tuple[str, str]]
) -> None:
    if not columns:
        raise ParameterError("there is no column of numbers to look at; name some")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ParameterError(f"columns are named twice: {', '.join(twice)}")
    if label in columns:
        raise ParameterError(f"{label!r} cannot be both the label and a feature")
    for pair in pairs:
        strange = [name for name in pair if name not in columns]
        if strange:
            raise ParameterError(
                f"the pair {' and '.join(pair)} needs two features, and {strange[0]!r} is none; "
                f"there are {', '.join(columns[:20])}"
            )
        if len(set(pair)) != 2:
            raise ParameterError(f"the pair {' and '.join(pair)} needs two different features")
