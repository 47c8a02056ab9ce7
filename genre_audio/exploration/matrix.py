"""From a frame to arrays: numbers with gaps, labels, names.

Infinite numbers become gaps here, once, so that nothing after this meets them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from genre_audio.errors import ParameterError, TableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = [
    "is_number",
    "labels_of",
    "matrix",
    "names_of",
    "one_column",
    "rows_by_label",
    "standardised",
]


def one_column(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Return a column, which must be there once.

    Raises
    ------
    TableError
        If there is none of this name, or several.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration.matrix import one_column
    >>> one_column(pd.DataFrame({"tempo": [120, 90]}), "tempo").tolist()
    [120, 90]
    """
    found = int((frame.columns == name).sum())
    if found == 0:
        there = ", ".join(str(column) for column in frame.columns[:20])
        raise TableError(f"the table has no column {name!r}; it has {there}")
    if found > 1:
        raise TableError(f"the table has {found} columns {name!r}; rename or remove all but one")
    column: pd.Series[Any] = frame[name]
    return column


def matrix(frame: pd.DataFrame, *, columns: Sequence[str]) -> NDArray[np.float64]:
    """Return columns as numbers, shape (rows, columns); NaN where unknown or infinite.

    Raises
    ------
    TableError
        If a column is missing, there twice, or does not hold numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration.matrix import matrix
    >>> matrix(pd.DataFrame({"a": [1, None], "b": [True, False]}), columns=["a", "b"])
    array([[ 1.,  1.],
           [nan,  0.]])
    """
    X = np.empty((len(frame), len(columns)))
    for place, name in enumerate(columns):
        column = one_column(frame, name)
        if not is_number(column) and not column.isna().all():
            raise TableError(
                f"column {name!r} holds {column.dtype}, not numbers: leave it out of the columns"
            )
        X[:, place] = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
    X[~np.isfinite(X)] = np.nan
    return X + 0.0  # -0.0 and 0.0 are one number


def is_number(column: pd.Series[Any]) -> bool:
    """Return whether a column holds real numbers or yes and no.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration.matrix import is_number
    >>> is_number(pd.Series([1, 2])), is_number(pd.Series(["1", "2"]))
    (True, False)
    """
    types = pd.api.types
    return types.is_numeric_dtype(column) and not types.is_complex_dtype(column)


def labels_of(frame: pd.DataFrame, *, label: str | None) -> NDArray[np.object_]:
    """Return the genre of each row: text, or None where it is missing or blank.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration.matrix import labels_of
    >>> labels_of(pd.DataFrame({"genre": ["jazz", " ", None]}), label="genre").tolist()
    ['jazz', None, None]
    >>> labels_of(pd.DataFrame({"genre": [1.0, None, 2.0]}), label="genre").tolist()
    ['1', None, '2']
    """
    if label is None:
        return np.full(len(frame), None, dtype=object)
    column = one_column(frame, label)
    return np.array([_text(value) for value in column.tolist()] + [None], dtype=object)[:-1]


def _text(value: object) -> str | None:
    """Return a label as text; a whole number that gaps made a fraction is whole again."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip() or None


def names_of(
    frame: pd.DataFrame, *, names: str | None, places: Sequence[str] = ()
) -> NDArray[np.str_]:
    """Return a name for each row: of the column, or its place, or its number, from 1.

    Examples
    --------
    >>> import pandas as pd
    >>> from genre_audio.exploration.matrix import names_of
    >>> names_of(pd.DataFrame({"id": [7, 9]}), names="id").tolist()
    ['7', '9']
    >>> names_of(pd.DataFrame({"id": [7, 9]}), names=None).tolist()
    ['row 1', 'row 2']
    """
    if places and len(places) != len(frame):
        raise ParameterError(
            f"{len(places)} places were given for {len(frame)} rows; give one each"
        )
    where = places or [f"row {row}" for row in range(1, len(frame) + 1)]
    given = labels_of(frame, label=names)
    return np.array(
        [place if name is None else name for name, place in zip(given, where, strict=True)],
        dtype=np.str_,
    )


def standardised(X: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns with mean 0 and population variance 1; gaps stay gaps.

    Columns that do not vary become 0. Columns are divided by their largest value first, so
    that squares of very large and very small numbers stay numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.matrix import standardised
    >>> standardised(np.array([[1e300, 2.0], [3e300, 2.0], [np.nan, 2.0]]))
    array([[-1.,  0.],
           [ 1.,  0.],
           [nan,  0.]])
    """
    Z = X.copy()
    for column in Z.T:
        known = ~np.isnan(column)
        values = column[known]
        if not len(values):
            continue
        if values.min() == values.max():
            column[known] = 0.0
            continue
        values = values / np.abs(values).max()
        values -= values.mean()
        sd = values.std()
        column[known] = values / sd if sd > 0 else 0.0
    return Z


def rows_by_label(labels: NDArray[np.object_]) -> dict[str | None, NDArray[np.intp]]:
    """Return the rows of each genre, the largest genre first; those without a label last.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.exploration.matrix import rows_by_label
    >>> found = rows_by_label(np.array([None, "jazz", "rock", "rock"], dtype=object))
    >>> {label: rows.tolist() for label, rows in found.items()}
    {'rock': [2, 3], 'jazz': [1], None: [0]}
    """
    found: dict[str | None, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(row)
    ordered = sorted(found, key=lambda label: (label is None, -len(found[label]), label or ""))
    return {label: np.array(found[label], dtype=np.intp) for label in ordered}
