"""JSON written part by part, as `json.dumps` writes the whole with an indent of one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["indented", "object_pieces"]


def object_pieces(items: Iterable[tuple[str, Mapping[str, Any]]]) -> Iterator[str]:
    r"""Yield the text of an object that stands one level deep.

    Examples
    --------
    >>> from genre_audio.tables.json_pieces import object_pieces
    >>> "".join(object_pieces([("a", {}), ("b", {})]))
    '{\n  "a": {},\n  "b": {}\n }'
    """
    opening = "{"
    for name, value in items:
        yield f"{opening}\n  {indented(name, 2)}: {indented(value, 2)}"
        opening = ","
    yield "{}" if opening == "{" else "\n }"


def indented(value: object, depth: int) -> str:
    r"""Return JSON as it stands so many levels deep.

    Examples
    --------
    >>> from genre_audio.tables.json_pieces import indented
    >>> indented({"a": 1}, 1)
    '{\n  "a": 1\n }'
    """
    # No text in JSON holds a line feed, so all of them are ends of lines.
    text = json.dumps(value, indent=1, ensure_ascii=False).replace("\n", "\n" + " " * depth)
    # A path may hold bytes that are not UTF-8; spelt out, they are JSON's own escapes.
    return text.encode(errors="backslashreplace").decode()
