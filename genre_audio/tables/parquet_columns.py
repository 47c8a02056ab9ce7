"""From a column of Parquet to values as any table has them.

Numbers become arrays, exactly; whatever is text in other tables becomes text. What is
changed on the way is said, and what a table cannot hold is left out, by column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.tables.raw_table import Values

__all__ = ["Gathered", "is_text", "note_of", "values_of"]


class Gathered:
    """The values of a column, as parts come: an array while they are numbers of one kind.

    Parameters
    ----------
    rows : int
        How many are expected. Memory for more is not taken before they are there.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.tables.parquet_columns import Gathered
    >>> column = Gathered(9)
    >>> column.add(np.array([1.5, 2.5]))
    >>> column.values
    array([1.5, 2.5])
    >>> column.add(["x"])
    >>> column.values
    [1.5, 2.5, 'x']
    """

    def __init__(self, rows: int) -> None:
        self._rows, self._count = rows, 0
        self._array: NDArray[Any] | None = None
        self._list: list[object] = []

    def add(self, values: Values) -> None:
        """Take the next values; an array may go away afterwards."""
        count = self._count + len(values)
        if isinstance(values, np.ndarray) and not self._list:
            if self._array is None:
                self._array = np.empty(max(self._rows, count), dtype=values.dtype)
            if self._array.dtype == values.dtype and count <= len(self._array):
                self._array[self._count : count] = values
                self._count = count
                return
        if self._array is not None:
            self._list, self._array = self._array[: self._count].tolist(), None
        self._list.extend(values.tolist() if isinstance(values, np.ndarray) else values)
        self._count = count

    @property
    def values(self) -> Values:
        """What was taken."""
        return self._list if self._array is None else self._array[: self._count]


def note_of(kind: Any) -> tuple[bool, str]:  # noqa: ANN401 - a pyarrow.DataType
    """Tell whether a type of Arrow can be read, and what is to be said of it.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from genre_audio.tables.parquet_columns import note_of
    >>> note_of(pa.float32()), note_of(pa.date32())
    ((True, ''), (True, 'date32[day], read as text'))
    >>> note_of(pa.list_(pa.string()))[0]
    False
    """
    import pyarrow.types as types

    if types.is_dictionary(kind):
        return note_of(kind.value_type)
    if types.is_decimal(kind):
        return True, f"{kind}, read as floating point"
    if types.is_date(kind) or types.is_timestamp(kind) or types.is_time(kind):
        return True, f"{kind}, read as text"
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        return True, f"{kind}, read as text in UTF-8"
    plain = types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)
    if plain or is_text(kind) or types.is_null(kind):
        return True, ""
    return False, f"{kind}, which is no value of a table"


def values_of(array: Any) -> Values:  # noqa: ANN401 - a pyarrow.Array
    """Return the values of an array, None or NaN where there is none.

    Parameters
    ----------
    array : pyarrow.Array
        Of a type that `note_of` takes.

    Raises
    ------
    pyarrow.ArrowException
        If bytes are no text in UTF-8.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from genre_audio.tables.parquet_columns import values_of
    >>> values_of(pa.array([1.5, None])), values_of(pa.array([1, None]))
    (array([1.5, nan]), [1, None])
    >>> values_of(pa.array([b"a", None]))
    ['a', None]
    """
    import pyarrow as pa
    import pyarrow.types as types

    kind = array.type
    if types.is_dictionary(kind):
        if is_text(kind.value_type):
            return _texts(array)
        return values_of(array.dictionary_decode())
    if types.is_floating(kind) or types.is_decimal(kind):
        return np.asarray(array.cast(pa.float64()).to_numpy(zero_copy_only=False))
    if types.is_integer(kind):
        return _whole(array)
    if types.is_boolean(kind) or types.is_null(kind):
        return list(array.to_pylist())
    if types.is_timestamp(kind) and kind.tz is not None:
        array = array.cast(pa.timestamp(kind.unit))  # in UTC, for which no list of zones is needed
    if types.is_fixed_size_binary(kind):
        array = array.cast(pa.binary())
    return _texts(array.cast(pa.large_string()))


def _whole(array: Any) -> Values:  # noqa: ANN401
    import pyarrow as pa

    if array.null_count:
        return list(array.to_pylist())
    try:
        return np.asarray(array.cast(pa.int64()).to_numpy())
    except pa.ArrowInvalid:  # of 64 bits without a sign
        return list(array.to_pylist())


def _texts(array: Any) -> list[object]:  # noqa: ANN401
    """Return texts, each in memory once however often it stands there."""
    import pyarrow as pa
    import pyarrow.types as types

    encoded = array if types.is_dictionary(array.type) else array.dictionary_encode()
    words = np.array([*encoded.dictionary.to_pylist(), None], dtype=object)
    # Places may be numbers of one byte, which are too small for the one behind the last word.
    places = encoded.indices.cast(pa.int64()).fill_null(len(words) - 1).to_numpy()
    return list(words[places])


def is_text(kind: Any) -> bool:  # noqa: ANN401 - a pyarrow.DataType
    """Tell whether a type of Arrow is text.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from genre_audio.tables.parquet_columns import is_text
    >>> is_text(pa.string()), is_text(pa.binary())
    (True, False)
    """
    import pyarrow.types as types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))
