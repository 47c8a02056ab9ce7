"""JSON text to values, strictly: one document, or one object a line.

The standard library keeps the last of two values of one name, and takes what follows a
document for an error even where every line is one. Only parsing may enter here:
`json_orientation` asks what the values mean.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Lines", "json_document"]

_DEEPEST: Final = 100
"""How deep values may be nested: whoever writes them again gives up at some thousand."""


@dataclasses.dataclass(frozen=True)
class Lines:
    """Objects that stand on lines of their own.

    Attributes
    ----------
    values : list
        What is on each line that is not empty.
    numbers : list of int
        Numbers of these lines, from 1.

    Examples
    --------
    >>> from genre_audio.tables.json_file import Lines
    >>> Lines([{"id": 1}], [1]).numbers
    [1]
    """

    values: list[object]
    numbers: list[int]


class _TwiceError(ValueError):
    """One object says two things of one name."""


def json_document(text: str, *, path: Path) -> object:
    r"""Parse the text of a JSON file.

    Parameters
    ----------
    text : str
        One JSON value, or one object on every line. ``NaN``, which is not JSON but often
        written, is a float; so are infinite values.
    path : pathlib.Path
        Where it comes from, for messages.

    Returns
    -------
    object
        Dictionaries, lists, text and numbers; or `Lines`.

    Raises
    ------
    TableError
        If it is broken, nested too deeply, or an object has a name twice; the message names
        line and column.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.json_file import json_document
    >>> json_document('{"id": 1}\n{"id": 2}\n', path=Path("a.json"))
    Lines(values=[{'id': 1}, {'id': 2}], numbers=[1, 2])
    """
    start = len(text) - len(text.lstrip())
    value, stop = _value(text, start=start, path=path)
    between, _, _rest = text[stop:].partition("\n")
    if not text[stop:].strip():
        # One object of plain values cannot be a table, but is a line of one.
        plain = isinstance(value, dict) and not any(
            isinstance(each, dict | list) for each in value.values()
        )
        return Lines([value], [text.count("\n", 0, start) + 1]) if plain and value else value
    if between.strip() or not isinstance(value, dict) or "\n" in text[start:stop]:
        after = stop + len(text[stop:]) - len(text[stop:].lstrip())
        raise TableError(
            f"{path}, {_place(text, after)}: something follows where the JSON ends; a file holds "
            "one value, or one object on every line"
        )
    return _lines(text, path=path)


def _lines(text: str, *, path: Path) -> Lines:
    found = Lines([], [])
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            # By itself: an object that goes on in the next line is cut short.
            indent = len(line) - len(line.lstrip())
            value, stop = _value(line, start=indent, path=path, before=number - 1)
            if line[stop:].strip():
                raise TableError(
                    f"{path}, {_place(line, stop, before=number - 1)}: something follows the "
                    "object on this line; a file holds one value, or one object on every line"
                )
            found.values.append(value)
            found.numbers.append(number)
    return found


def _value(text: str, *, start: int, path: Path, before: int = 0) -> tuple[object, int]:
    try:
        value, stop = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        raise TableError(
            f"{path}, {_place(text, error.pos, before=before)}: this is broken JSON "
            f"({error.msg}); is the file whole?"
        ) from error
    except _TwiceError as error:
        raise TableError(f"{path}, {_place(text, start, before=before)}: {error}") from error
    except (ValueError, RecursionError) as error:
        # Numbers of thousands of digits, values nested a thousand deep.
        raise TableError(f"{path} cannot be read as JSON: {error}") from error
    if _is_deeper(value, _DEEPEST):
        raise TableError(
            f"{path}, {_place(text, start, before=before)}: values are nested more than "
            f"{_DEEPEST} deep in what begins here; leave them out"
        )
    return value, stop


def _is_deeper(value: object, most: int) -> bool:
    """Tell whether lists and objects lie in each other more often than that."""
    layer: list[Any] = [[value]]
    for _ in range(most + 1):
        rows = (each.values() if isinstance(each, dict) else each for each in layer)
        layer = [each for row in rows for each in row if isinstance(each, list | dict)]
        if not layer:
            return False
    return True


def _place(text: str, position: int, *, before: int = 0) -> str:
    """Say where something stands, in a text with so many lines before it."""
    line = before + text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    return f"line {line}, column {column}"


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _TwiceError(f"an object in what begins here has the name {twice!r} twice")
    return value


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once)
