"""From the values of one column, as written, to numbers or text.

A column holds numbers if all its values do that are there. Text that spells a number
counts (CSV knows nothing else), but in a JSON file that is said. What merely marks a
missing value (``NA``, ``null``) counts as missing in a column of numbers, and is said as
well; in a column of text it may be a word. Infinite values are refused: no picture and no
learner knows what to do with them. Numbers are exactly what their text says.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import re
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from genre_audio.errors import TableError
from genre_audio.tables.metric_table import Coercion

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables.raw_table import RawTable, Values

__all__ = ["Column", "column_of", "is_missing", "is_number", "plain_numbers", "text_of"]

_NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_INFINITE: Final = re.compile(r"\s*[+-]?inf(inity)?\s*", re.IGNORECASE)
_CHARACTERS: Final = frozenset("0123456789.+-eE")
_NOTHING: Final = frozenset({"na", "n/a", "#n/a", "nan", "null", "none"})
_INTEGERS: Final = range(-(2**63), 2**63)


@dataclasses.dataclass(frozen=True, eq=False)
class Column:
    """The values of a column, as numbers if they are.

    Attributes
    ----------
    values : ndarray
        Of int64 or float64 (NaN where a value is missing), or of text and None.
    coerced : tuple of Coercion
        What was read as something else.
    why : str
        Why these are no numbers; empty if they are.
    odd : str
        Where the first value stands that is no number, and what it is, in a column of
        which most values are numbers; else empty.

    Examples
    --------
    See `column_of`.
    """

    values: NDArray[Any]
    coerced: tuple[Coercion, ...] = ()
    why: str = ""
    odd: str = ""


def column_of(table: RawTable, name: str) -> Column:
    """Read one column of a table.

    Parameters
    ----------
    table : RawTable
        The table.
    name : str
        Name of the column.

    Raises
    ------
    TableError
        If it is a column of numbers, and one is infinite.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.column_values import column_of
    >>> from genre_audio.tables.raw_table import RawTable
    >>> raw = RawTable(Path("a.csv"), {"tempo": ["120.5", "", "na"]}, places=("1", "2", "3"))
    >>> column = column_of(raw, "tempo")
    >>> column.values.tolist(), str(column.coerced[0])
    ([120.5, nan, nan], "a.csv, column tempo: 1 value said 'na', and counts as missing")
    """
    found = table.columns[name]
    if isinstance(found, np.ndarray) and np.isfinite(found).any() and not np.isinf(found).any():
        return Column(found)  # there may be millions, of which NaN is missing
    if (plain := plain_numbers(found)) is not None:
        return Column(plain)
    values = table.values(name)
    present = [place for place, value in enumerate(values) if not is_missing(value)]
    kinds = {place: _kind(values[place]) for place in present}
    numbers = [place for place in present if kinds[place] == "number"]
    infinite = [place for place in present if kinds[place] == "infinite"]
    odd = [place for place in present if kinds[place] not in {"number", "infinite", "nothing"}]
    if odd or not numbers:
        first = odd[0] if odd else None
        where = "" if first is None else f"{table.places[first]} says {_shown(values[first])}"
        mostly = where if len(numbers) > len(odd) > 0 else ""
        if not present:
            why = "no value at all"
        elif numbers:
            why = f"{len(odd)} of {len(present)} values are no numbers: {where}"
        else:
            why = kinds[present[0]] if len(set(kinds.values())) == 1 else "text"
        why = "text" if why in {"nothing", "infinite"} else why
        return Column(_texts(values), why=why, odd=mostly)
    if infinite:
        place = infinite[0]
        raise TableError(
            f"{table.path}, {table.places[place]}, column {name}: {_shown(values[place])} is not a "
            f"finite number ({len(infinite)} such in the column); correct or empty these values"
        )
    nothing = [place for place in present if kinds[place] == "nothing"]
    return Column(_numbers(values, numbers), coerced=_coerced(table, name, numbers, nothing))


def is_missing(value: object) -> bool:
    """Tell whether there is no value: None, NaN, or nothing but spaces.

    Examples
    --------
    >>> from genre_audio.tables.column_values import is_missing
    >>> is_missing(" "), is_missing(0)
    (True, False)
    """
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def plain_numbers(values: Values) -> NDArray[Any] | None:
    """Return the numbers of a column without gaps, quickly; None where it is not so plain.

    Examples
    --------
    >>> from genre_audio.tables.column_values import plain_numbers
    >>> plain_numbers(["1", "2"]), plain_numbers(["1", ""])
    (array([1, 2]), None)
    """
    if isinstance(values, np.ndarray):
        return values if np.isfinite(values).all() else None
    kinds = set(map(type, values))
    forms: tuple[type[np.number[Any]], ...] = ()
    if kinds == {int} or kinds == {float}:
        forms = (np.int64,) if int in kinds else (np.float64,)
    elif kinds == {str} and set("".join(cast("list[str]", values))) <= _CHARACTERS:
        # Of these characters, Python reads numbers only where `_NUMBER` sees them as well.
        forms = (np.int64, np.float64)
    for form in forms:
        with contextlib.suppress(ValueError, OverflowError):
            numbers = np.array(values, dtype=object).astype(form)
            return numbers if np.isfinite(numbers).all() else None
    return None


def is_number(value: object) -> bool:
    """Tell whether a value is a finite number, or text that spells one in plain digits.

    Examples
    --------
    >>> from genre_audio.tables.column_values import is_number
    >>> [value for value in (" 1.5", "1_000", "1e999", "1,5", "½") if is_number(value)]
    [' 1.5']
    """
    return _kind(value) == "number"


def text_of(value: object) -> str | None:
    """Return a value as text, None where there is none; whole numbers without a point.

    Examples
    --------
    >>> from genre_audio.tables.column_values import text_of
    >>> text_of("Rock"), text_of(3.0), text_of([1, 2]), text_of(None)
    ('Rock', '3', '[1, 2]', None)
    """
    if is_missing(value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int):  # JSON has them of any length
        return "number" if abs(value) <= sys.float_info.max else "infinite"
    if isinstance(value, float):
        return "number" if math.isfinite(value) else "infinite"
    if not isinstance(value, str):
        return "nested values"
    if _NUMBER.fullmatch(value):
        return "number" if math.isfinite(float(value)) else "infinite"
    if _INFINITE.fullmatch(value):
        return "infinite"
    return "nothing" if value.strip().casefold() in _NOTHING else "text"


def _texts(values: list[object]) -> NDArray[np.object_]:
    texts = np.empty(len(values), dtype=object)
    texts[:] = [text_of(value) for value in values]
    return texts


def _numbers(values: list[object], places: list[int]) -> NDArray[Any]:
    found = [_number(values[place]) for place in places]
    whole = all(isinstance(value, int) and value in _INTEGERS for value in found)
    if whole and len(found) == len(values):
        return np.array(found, dtype=np.int64)
    numbers = np.full(len(values), np.nan)
    numbers[places] = [float(value) for value in found]
    return numbers


def _number(value: Any) -> int | float:  # noqa: ANN401 - int, float or text that spells one
    if not isinstance(value, str):
        return value
    digits = value.strip().lstrip("+-").isdigit()
    # Python refuses to read thousands of digits; they are no integers of 64 bits anyway.
    return int(value) if digits and len(value) <= 20 else float(value)


def _coerced(
    table: RawTable, name: str, numbers: list[int], nothing: list[int]
) -> tuple[Coercion, ...]:
    values, found = table.values(name), []
    texts = sum(isinstance(values[place], str) for place in numbers) if table.typed else 0
    if texts:
        found.append(Coercion(name, texts, "written as text, and read as numbers", table.path.name))
    if nothing:
        said = ", ".join(sorted({repr(str(values[place]).strip()) for place in nothing}))
        counts = "counts" if len(nothing) == 1 else "count"
        what = f"said {said}, and {counts} as missing"
        found.append(Coercion(name, len(nothing), what, table.path.name))
    return tuple(found)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
