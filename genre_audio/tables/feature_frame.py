"""The rows of a feature table, checked value by value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import TableError
from genre_audio.tables.column_values import is_number, plain_numbers, text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

    from genre_audio.tables.raw_table import RawTable

__all__ = ["NO_LABEL", "feature_frame", "is_fault", "refuse_misnamed", "refuse_spoilt"]

_FAULTS: Final = re.compile(
    r"#(N/A|NV|NAME\?|REF!|VALUE!|DIV/0!|NUM!|NULL!|BEZUG!|WERT!|ZAHL!|NOM\s?\?|VALEUR\s?!"
    r"|NOMBRE\s?!|CALC!|SPILL!|FIELD!)"
)
"""What spreadsheets write where a formula went wrong, in English, German and French."""
NO_LABEL: Final = frozenset({"nan", "NaN"})
"""What other programs write where there is no label; NA and None may be genres."""
_PLACE: Final = ("recording", "start", "stop")
_LONGEST: Final = 2**53


def refuse_misnamed(header: Iterable[str], *, needed: Collection[str], path: Path) -> None:
    """Refuse names of columns that differ in nothing but spaces and capitals.

    Raises
    ------
    TableError
        If there is one that is not there as it should be.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.feature_frame import refuse_misnamed
    >>> refuse_misnamed(["label", "Label "], needed=["label"], path=Path("a.csv"))
    """
    names = list(header)
    for name in names:
        meant = name.strip().casefold()
        if meant in needed and meant not in names:
            raise TableError(
                f"{path}, row 1: the column {name!r} must be called {meant!r}, or "
                "quite otherwise if it is something else"
            )


def refuse_spoilt(
    values: Iterable[object], *, places: Iterable[str], column: str, path: Path
) -> None:
    """Refuse what a spreadsheet wrote instead of a name or a label.

    Raises
    ------
    TableError
        If there is one.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.feature_frame import refuse_spoilt
    >>> refuse_spoilt(["a.wav"], places=["row 2"], column="filename", path=Path("a.csv"))
    """
    for place, value in zip(places, values, strict=True):
        if is_fault(value):
            raise TableError(
                f"{path}, {place}, column {column}: {value!r} is a spreadsheet's word for a "
                "formula that went wrong; write what was meant, or leave the cell empty"
            )


def is_fault(value: object) -> bool:
    """Tell whether a spreadsheet says by this text that a formula went wrong.

    Examples
    --------
    >>> from genre_audio.tables.feature_frame import is_fault
    >>> is_fault("#REF!"), is_fault("#1 hits")
    (True, False)
    """
    return isinstance(value, str) and value[:1] == "#" and bool(_FAULTS.fullmatch(value.strip()))


def feature_frame(raw: RawTable, *, numbers: Collection[str]) -> tuple[pd.DataFrame, list[str]]:
    """Return the rows of a feature table.

    Parameters
    ----------
    raw : RawTable
        The file.
    numbers : collection of str
        Names of columns that must hold numbers.

    Returns
    -------
    frame : pandas.DataFrame
        All columns; rows that repeat another in every value are left out.
    notes : list of str
        Which these are.

    Raises
    ------
    TableError
        If a row has no name, a value is no finite number, a length is none, or two rows
        that say different things describe the same stretch of a recording.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.feature_frame import feature_frame
    >>> from genre_audio.tables.raw_table import RawTable
    >>> columns = {"filename": ["a.wav", "a.wav"], "tempo": ["90", "90"]}
    >>> raw = RawTable(Path("a.csv"), columns, places=("row 2", "row 3"))
    >>> frame, notes = feature_frame(raw, numbers={"tempo"})
    >>> frame.to_dict("list"), notes
    ({'filename': ['a.wav'], 'tempo': [90]}, ['a.csv: row 3 repeats row 2 and is left out'])
    """
    import pandas as pd

    path = raw.path
    if "filename" not in raw.columns:
        raise TableError(f"{path} has no column 'filename': rows need the name of their recording")
    for name in ("filename", "recording"):
        _refuse_nameless(raw, name)
    for name in {"filename", "recording", "label"} & raw.columns.keys():
        refuse_spoilt(raw.values(name), places=raw.places, column=name, path=path)
    columns = {
        name: _numbers(raw, name) if name in numbers else _texts(raw, name) for name in raw.columns
    }
    if "length" in columns:
        _refuse_lengths(columns["length"], raw)
    frame = pd.DataFrame(columns, columns=list(raw.columns), copy=False)
    kept, notes = _once(raw, frame)
    return frame if len(kept) == len(frame) else frame.iloc[kept].reset_index(drop=True), notes


def _refuse_nameless(raw: RawTable, name: str) -> None:
    if name not in raw.columns:
        return
    for place, value in zip(raw.places, raw.values(name), strict=True):
        if value is None or value == "":
            raise TableError(f"{raw.path}, {place}: no {name}")


def _texts(raw: RawTable, name: str) -> NDArray[np.object_]:
    nothing = {None, "", *(NO_LABEL if name == "label" else ())}
    values = raw.values(name)
    values = list(map(text_of, values)) if raw.typed or name == "label" else values
    found = np.empty(len(values), dtype=object)
    found[:] = [np.nan if value in nothing else value for value in values]
    return found


def _numbers(raw: RawTable, name: str) -> NDArray[Any]:
    """Return a column's numbers, exactly as their text says; integers stay integers."""
    values = raw.columns[name]
    numbers = plain_numbers(values) if len(values) else np.empty(0)
    if numbers is not None:
        return numbers
    bad = [place for place, value in enumerate(values) if not is_number(value)]
    if bad:
        said = str(values[bad[0]])
        raise TableError(
            f"{raw.path}, {raw.places[bad[0]]}, column {name}: {said!r} is not a finite number "
            f"({len(bad)} such in the column); {_advice(said, raw)}"
        )
    return np.array([float(str(value)) for value in values])


def _advice(value: str, raw: RawTable) -> str:
    if "," in value and raw.separator == ",":
        return (
            "with commas between columns, numbers need decimal points: save the table with "
            "semicolons between columns, or with points"
        )
    return "correct or delete these rows"


def _refuse_lengths(lengths: NDArray[Any], raw: RawTable) -> None:
    # Segments are weighed by it.
    wrong = (lengths <= 0) | (lengths > _LONGEST) | (lengths != np.floor(lengths))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise TableError(
            f"{raw.path}, {raw.places[row]}, column length: {raw.columns['length'][row]!r} is no "
            "number of samples that a segment can have; correct or delete these rows"
        )


def _once(raw: RawTable, frame: pd.DataFrame) -> tuple[list[int], list[str]]:
    """Return the rows that repeat no other one, and say which do."""
    placed = all(name in frame for name in _PLACE)
    key = list(_PLACE if placed else ("filename",))
    twice = np.flatnonzero(frame.duplicated(key, keep=False).to_numpy()).tolist()
    if not twice:
        return list(range(len(frame))), []
    stretches: dict[object, list[int]] = {}
    for row, stretch in zip(twice, frame[key].iloc[twice].itertuples(index=False), strict=True):
        stretches.setdefault(tuple(stretch), []).append(row)
    compared = [] if placed else [name for name in frame if name != "label"]
    values = [frame[name].tolist() for name in compared]
    left_out: dict[int, int] = {}
    for rows in stretches.values():
        seen: dict[object, int] = {}
        for row in rows:
            first = seen.setdefault(tuple(column[row] for column in values), row)
            if first != row:
                _refuse_difference(raw, frame, row, first)
                left_out[row] = first
    kept = [row for row in range(len(frame)) if row not in left_out]
    if not left_out:
        return kept, []
    row, first = min(left_out.items())
    said = f"{raw.places[row]} repeats {raw.places[first]}"
    many = f"{len(left_out)} rows repeat others and are left out ({said})"
    return kept, [f"{raw.path.name}: {many if len(left_out) > 1 else f'{said} and is left out'}"]


def _refuse_difference(raw: RawTable, frame: pd.DataFrame, row: int, first: int) -> None:
    same = all(raw.columns[str(name)][row] == raw.columns[str(name)][first] for name in frame)
    if not same and not frame.iloc[row].equals(frame.iloc[first]):
        raise TableError(
            f"{raw.path}, {raw.places[row]}: {raw.columns['filename'][row]!r} stands in "
            f"{raw.places[first]} already, for the same stretch of the recording, with other "
            "values; delete one of these rows"
        )
