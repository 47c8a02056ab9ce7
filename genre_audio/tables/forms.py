"""What parts of a file in JSON must look like: files can be edited, cut and swapped.

JSON knows more than we write: ``NaN``, whole numbers of a thousand digits, ``true`` where
a number was, text that no file system takes for a path. Whatever is of another form is
found here, by name, and not somewhere in the middle. Only ``ValueError`` is raised: who
reads a file says which it is.
"""

from __future__ import annotations

import json
import math
import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ENTRY",
    "MANIFEST",
    "SCHEMA",
    "has_forms",
    "is_failure",
    "is_number",
    "is_path",
    "is_text",
    "is_whole",
    "parsed",
]

_WHOLE_BELOW: Final = 2**63


def parsed(text: str) -> Any:  # noqa: ANN401 - whatever JSON can say
    """Return what a text in JSON says.

    Raises
    ------
    ValueError
        If it is none, or nested more deeply than anything of ours.

    Examples
    --------
    >>> from genre_audio.tables.forms import parsed
    >>> parsed('{"a": 1}')
    {'a': 1}
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def has_forms(
    value: object, forms: Mapping[str, Callable[[Any], bool]], *, what: str
) -> dict[str, Any]:
    """Return a JSON object whose parts have the forms they must have.

    Parameters
    ----------
    value : object
        What should be one.
    forms : mapping of str to callable
        What tells whether a part is as it must be, by name. All must be there.
    what : str
        What the object is, for messages.

    Raises
    ------
    ValueError
        If it is none, or a part is missing or of another form.

    Examples
    --------
    >>> from genre_audio.tables.forms import has_forms, is_text
    >>> has_forms({"kind": "io"}, {"kind": is_text}, what="a failure")
    {'kind': 'io'}
    """
    if not isinstance(value, dict):
        raise ValueError(f"{what} is {_shown(value)}, and must be an object")  # noqa: TRY004
    for name, fits in forms.items():
        if name not in value:
            raise ValueError(f"{what} lacks {name!r}")
        if not fits(value[name]):
            raise ValueError(f"{name!r} of {what} is {_shown(value[name])}")
    return value


def is_text(value: object) -> bool:
    """Tell whether it is text.

    Examples
    --------
    >>> from genre_audio.tables.forms import is_text
    >>> is_text("io"), is_text(None)
    (True, False)
    """
    return isinstance(value, str)


def is_path(value: object) -> bool:
    r"""Tell whether it is text that can be asked of a file system.

    Examples
    --------
    >>> from genre_audio.tables.forms import is_path
    >>> is_path("a.wav"), is_path("a\0"), is_path("")
    (True, False, False)
    """
    if not isinstance(value, str) or not value or "\0" in value:
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def is_whole(value: object) -> bool:
    """Tell whether it is a whole number of at least 0 that 64 bits can hold.

    Examples
    --------
    >>> from genre_audio.tables.forms import is_whole
    >>> is_whole(7), is_whole(True), is_whole(2**64)
    (True, False, False)
    """
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _WHOLE_BELOW


def is_number(value: object) -> bool:
    """Tell whether it is a finite number.

    Examples
    --------
    >>> from genre_audio.tables.forms import is_number
    >>> is_number(0.5), is_number(float("nan")), is_number("0.5")
    (True, False, False)
    """
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) < _WHOLE_BELOW
    return isinstance(value, float) and math.isfinite(value)


def _is_file(value: object) -> bool:
    if not isinstance(value, dict) or not is_text(value.get("identity", "")):
        return False
    if value.keys() - {"identity"} != {"size", "mtime_ns", "sha256"}:
        return False
    size, time, content = value["size"], value["mtime_ns"], value["sha256"]
    # Files may be older than 1970.
    return is_whole(size) and isinstance(time, int) and is_number(time) and is_text(content)


def _is_quality(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    # All are figures but one: who decoded the file.
    return all(
        is_text(each) if name == "decoder" else is_number(each) for name, each in value.items()
    )


def _is_span(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(map(is_number, value))


def _is_refused(value: object) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"start", "stop", "kind", "message"}
        and is_number(value["start"])
        and is_number(value["stop"])
        and is_text(value["kind"])
        and is_text(value["message"])
    )


def is_failure(value: object) -> bool:
    """Tell whether it is what a manifest says of a recording without a row.

    Examples
    --------
    >>> from genre_audio.tables.forms import is_failure
    >>> is_failure({"kind": "io", "message": "gone"}), is_failure({"kind": "io"})
    (True, False)
    """
    if not isinstance(value, dict) or ("file" in value and not _is_file(value["file"])):
        return False
    if not is_path(value.get("path", ".")):
        return False
    return is_text(value.get("kind")) and is_text(value.get("message"))


def _all(fits: Callable[[Any], bool], of: type) -> Callable[[Any], bool]:
    """Return what tells whether all values of a list, or of an object, are of a form."""

    def fit(value: object) -> bool:
        """Tell it of one list or object."""
        if isinstance(value, dict) and of is dict:
            return all(map(fits, value.values()))
        return isinstance(value, list | tuple) and of is list and all(map(fits, value))

    return fit


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


ENTRY: Final[dict[str, Callable[[Any], bool]]] = {
    "path": is_path,
    "file": _is_file,
    "quality": _is_quality,
    "segments": _all(_is_span, list),
    "refused": _all(_is_refused, list),
    "digest": is_text,
}
"""What a manifest knows of a recording."""

SCHEMA: Final[dict[str, Callable[[Any], bool]]] = {"name": is_text, "columns": _all(is_text, list)}
"""What is asked of a recipe that may be anybody's."""

MANIFEST: Final[dict[str, Callable[[Any], bool]]] = {
    "schema": lambda value: isinstance(value, dict),
    "segmentation": lambda value: isinstance(value, dict),
    "recordings": lambda value: isinstance(value, dict),
    "failures": _all(is_failure, dict),
    "versions": _all(is_text, dict),
}
"""The parts of a manifest."""
