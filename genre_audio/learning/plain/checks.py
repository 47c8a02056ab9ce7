"""What a stranger's arrays must be, so that asking them ends, and ends soon.

A model that was made to harm cannot run code here, but it could ask for more memory than
there is, or lead nowhere for hours. Its arrays may have any shape within what an archive
may hold; what is bounded here is what is made of them for each row. That they are shaped
like each other is not asked: rows that do not fit raise an error by themselves, and a
bundle's probe is such a row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.learning.plain.trees import checked_trees

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[Any]

__all__ = ["checked_values"]

_LONGEST: Final = 2**20
"""Longest side of an array that every row meets: training rows, most of all."""
_MOST_NEIGHBOURS: Final = 4096


def checked_values(values: Mapping[str, Array], *, kind: str, n_classes: int) -> dict[str, Array]:
    """Return what a step learned in a form that can be asked; refuse what cannot end well.

    Parameters
    ----------
    values : mapping of str to ndarray
        What it learned, by name.
    kind : str
        Of the step.
    n_classes : int
        Classes that its learner tells apart; 0 if it gives rows.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.plain.checks import checked_values
    >>> step = {"mean": np.array([np.nan]), "scale": np.array([1.0])}
    >>> checked_values(step, kind="scale", n_classes=0)
    Traceback (most recent call last):
        ...
    ValueError: 'mean' of 'scale' holds what is no finite number
    """
    for name, value in values.items():
        # Leaves have no threshold.
        if value.dtype.kind == "f" and name != "threshold" and not np.isfinite(value).all():
            raise ValueError(f"{name!r} of {kind!r} holds what is no finite number")
    if kind in {"forest", "boosted"}:
        return checked_trees(values, n_classes=n_classes)
    for name, value in values.items():
        if max(value.shape, default=0) > _LONGEST:
            raise ValueError(f"{name!r} of {kind!r} is longer than any of ours")
    if kind == "neighbours":
        _check_neighbours(**values, classes=n_classes)
    return {**values}


def _check_neighbours(
    *,
    rows: Array,
    codes: Array,
    n_neighbours: Array,
    n_classes: Array,
    classes: int,
) -> None:
    whole = all(value.dtype.kind in "iu" for value in (codes, n_neighbours, n_classes))
    if not whole or n_neighbours.shape != () or n_neighbours < 1:
        raise ValueError("neighbours have whole numbers, and are counted from 1")
    if rows.ndim != 2 or not len(rows) or codes.shape != rows.shape[:1]:
        raise ValueError("each neighbour needs one row and one class")
    if n_neighbours > _MOST_NEIGHBOURS:
        raise ValueError(f"more than {_MOST_NEIGHBOURS} neighbours of a row have a vote")
    if n_classes.shape != () or n_classes != classes or codes.min() < 0 or codes.max() >= classes:
        raise ValueError(f"the neighbours vote for others than the {classes} classes")
