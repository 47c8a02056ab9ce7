"""Ids of recordings, which are the same however a program wrote them.

One program writes the id twelve as ``12``, another as text, and one that had to make room
for a missing value as ``12.0``. All are ``12``; ``012`` is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import TableError
from genre_audio.tables.column_values import is_missing
from genre_audio.tables.metric_table import Coercion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["id_column", "ids_of"]

_WHOLE: Final = re.compile(r"(-?(?:0|[1-9]\d*))\.0*", re.ASCII)
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})", re.ASCII)


def ids_of(
    values: Sequence[object], *, name: str, typed: bool
) -> tuple[list[str | None], tuple[Coercion, ...]]:
    """Return the ids of a column in one form, and what was done for it.

    Parameters
    ----------
    values : sequence of object
        As they stand in the file.
    name : str
        Name of the column.
    typed : bool
        Whether the file tells numbers from text.

    Returns
    -------
    ids : list of str or None
        None where there is none.
    coerced : tuple of Coercion

    Raises
    ------
    TableError
        If an id is neither text nor a number.

    Examples
    --------
    >>> from genre_audio.tables.identifiers import ids_of
    >>> ids_of(["12", 12, 12.0, "012", None], name="id", typed=True)[0]
    ['12', '12', '12', '012', None]
    """
    ids = [None if is_missing(value) else _id(value, name=name) for value in values]
    pairs = [(id_, value) for id_, value in zip(ids, values, strict=True) if id_ is not None]
    pointed = sum(str(value).strip() != id_ for id_, value in pairs)
    texts = sum(isinstance(value, str) and bool(_INTEGER.fullmatch(id_)) for id_, value in pairs)
    coerced = []
    if pointed:
        what = "written with a decimal point, and read as whole ids"
        coerced.append(Coercion(name, pointed, what))
    if texts and typed:
        coerced.append(Coercion(name, texts, "written as text, and read as numbers"))
    return ids, tuple(coerced)


def id_column(ids: Sequence[str | None]) -> NDArray[Any]:
    """Return ids as whole numbers if all are, else as text.

    Examples
    --------
    >>> from genre_audio.tables.identifiers import id_column
    >>> id_column(["12", "7"]), id_column(["12", "012"])
    (array([12,  7]), array(['12', '012'], dtype=object))
    """
    if all(id_ is not None and _INTEGER.fullmatch(id_) for id_ in ids):
        return np.array([int(str(id_)) for id_ in ids], dtype=np.int64)
    return np.array(ids, dtype=object)


def _id(value: object, *, name: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TableError(f"column {name}: {value!r} is no id; ids are text or numbers")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text
