"""Rows that nothing can be learned from, refused before a library stumbles over them.

Nothing may enter here that learns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio.errors import ParameterError, TableError

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = ["checked_rows", "refuse_alike", "refuse_single"]


def checked_rows(X: Any) -> npt.NDArray[np.float64]:  # noqa: ANN401 - array_like
    """Return rows as numbers; missing ones are NaN.

    Raises
    ------
    TableError
        If a value is infinite.

    Examples
    --------
    >>> from genre_audio.learning.classic_rows import checked_rows
    >>> checked_rows([[1, None]]).tolist()
    [[1.0, nan]]
    """
    rows = np.asarray(X, dtype=np.float64)
    if np.isinf(rows).any():
        row, column = np.argwhere(np.isinf(rows))[0]
        raise TableError(
            f"row {row} has an infinite value in column {column}; nothing can be learned from it: "
            "correct it, or leave it empty"
        )
    return rows


def refuse_alike(rows: npt.NDArray[np.float64], *, classes: npt.NDArray[Any]) -> None:
    """Refuse rows that are all of one class, or all the same.

    Raises
    ------
    TableError
        If they are.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.classic_rows import refuse_alike
    >>> refuse_alike(np.eye(2), classes=np.array(["jazz"]))
    Traceback (most recent call last):
    genre_audio.errors.TableError: all rows are of one class, 'jazz'; nothing can be told
    apart: give rows of two classes or more
    """
    if len(classes) < 2:
        raise TableError(
            f"all rows are of one class, {str(classes[0])!r}; nothing can be told apart: "
            "give rows of two classes or more"
        )
    if not (np.fmax.reduce(rows, axis=0) > np.fmin.reduce(rows, axis=0)).any():
        raise TableError(
            f"no column differs among {len(rows)} rows to learn from; nothing can be told apart: "
            "give columns that vary"
        )


def refuse_single(classes: npt.NDArray[Any], *, counts: npt.NDArray[np.intp], learner: str) -> None:
    """Refuse a class of one row, for learners that need a spread.

    Raises
    ------
    ParameterError
        If there is one.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.classic_rows import refuse_single
    >>> refuse_single(np.array(["jazz", "rock"]), counts=np.array([2, 2]), learner="qda")
    """
    if counts.min() < 2:
        raise ParameterError(
            f"the learner {learner!r} needs two rows of every class, and a part to learn from has "
            f"one of {str(classes[counts.argmin()])!r}: add recordings of it, leave it out, or "
            "choose another learner"
        )
