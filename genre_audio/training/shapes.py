"""What ``bundle.json`` must look like: every value that is ever asked for, and its type.

A shape is a rule (what a value must be in words, and a test for it), a list of one shape, or
a dictionary of shapes by name. A name that ends with a question mark may be missing; a star
stands for all names. Names that nobody asks for may hold anything: later versions add some.
No library does this in fewer lines, nor says what was found in words for people.
"""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DESCRIPTION", "SETS", "SHA256", "check_shape"]

_LONGEST: Final = 1000
_LARGEST: Final = 2**53
_MOST_LABELS: Final = 4096
_SHOWN: Final = 40


class _Rule(NamedTuple):
    """What one value must be, in words and as a test that may raise TypeError for no."""

    words: str
    fits: Callable[[Any], bool]


def check_shape(value: object, shape: Any, *, place: str = "") -> None:  # noqa: ANN401
    """Refuse a value that does not have a shape.

    Parameters
    ----------
    value : object
        What JSON held.
    shape : _Rule, list or dict
        What it must be, as the docstring of this module says.
    place : str
        Where it stands, for messages.

    Raises
    ------
    KeyError
        If something is missing.
    TypeError
        If something is of another kind.

    Examples
    --------
    >>> from genre_audio.training.shapes import DESCRIPTION, check_shape
    >>> check_shape({"unlike_percentile": "high"}, DESCRIPTION["thresholds"], place="thresholds")
    Traceback (most recent call last):
        ...
    TypeError: thresholds.unlike_percentile is 'high', not a number from 0 to 100
    """
    if isinstance(shape, _Rule):
        if not _fits(value, shape):
            raise TypeError(f"{place} is {_shown(value)}, not {shape.words}")
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise TypeError(f"{place} is {_shown(value)}, not a list")
        for number, each in enumerate(value):
            check_shape(each, shape[0], place=f"{place}[{number}]")
    else:
        if not isinstance(value, dict):
            raise TypeError(f"{place or 'it'} is {_shown(value)}, not values by name")
        for name, inner in shape.items():
            _check_name(value, name, inner, place=f"{place}." if place else "")


def _check_name(value: dict[str, Any], name: str, shape: Any, *, place: str) -> None:  # noqa: ANN401
    if name == "*":
        for key, inner in value.items():
            check_shape(key, _TEXT, place=f"a name in {place[:-1]}")
            check_shape(inner, shape, place=f"{place}{key[:_SHOWN]}")
        return
    wanted = name.removesuffix("?")
    if wanted in value:
        check_shape(value[wanted], shape, place=f"{place}{wanted}")
    elif wanted == name:
        raise KeyError(f"{place}{name}")


def _fits(value: object, rule: _Rule) -> bool:
    try:
        return rule.fits(value)
    except (TypeError, ValueError):
        return False


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a list" if isinstance(value, list) else "values by name"
    said = "a long number" if isinstance(value, int) and abs(value) > _LARGEST else repr(value)
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"


def _text(value: Any, *, longest: int = _LONGEST) -> bool:  # noqa: ANN401
    # Halves of signs could be written nowhere.
    return isinstance(value, str) and len(value) <= longest and not _SURROGATES & {*value}


def _number(value: Any) -> bool:  # noqa: ANN401
    # Beyond that, whole numbers may be too large to be calculated with at all.
    return isinstance(value, float) or (type(value) is int and abs(value) <= _LARGEST)


def _whole(value: Any) -> bool:  # noqa: ANN401
    return type(value) is int and 0 <= value <= _LARGEST


def _between(low: float, high: float, *, nothing: bool = False) -> _Rule:
    words = f"a number from {low:g} to {high:g}" + ", or null" * nothing
    return _Rule(words, lambda v: (nothing and v is None) or (_number(v) and low <= v <= high))


def _plain(value: Any) -> bool:  # noqa: ANN401
    return value is None or isinstance(value, bool | float) or _text(value) or _whole(abs(value))


def _date(value: Any) -> bool:  # noqa: ANN401
    return datetime.date.fromisoformat(value) is not None


def _labels(value: Any) -> bool:  # noqa: ANN401
    texts = isinstance(value, list) and all(_text(label) and label for label in value)
    return texts and 2 <= len(value) <= _MOST_LABELS and len({*value}) == len(value)


def _table(value: Any) -> bool:  # noqa: ANN401
    rows = isinstance(value, list) and all(isinstance(row, list) for row in value)
    return rows and all(len(row) == len(value) and all(map(_whole, row)) for row in value)


_SURROGATES: Final = frozenset(map(chr, range(0xD800, 0xE000)))
_TEXT: Final = _Rule(f"text of at most {_LONGEST} signs", _text)
_TERMS: Final = _Rule("text of at most 20000 signs", lambda v: _text(v, longest=20_000))
SHA256: Final = _Rule(
    "64 hexadecimal digits", lambda v: len(v) == 64 and len(bytes.fromhex(v)) == 32
)
_COUNT: Final = _Rule("a whole number", _whole)
# What was measured on too little may be no number.
_SCORE: Final = _Rule("a number", lambda v: _number(v) and not math.isinf(v))
_MAYBE: Final = _Rule("a number or null", lambda v: v is None or _SCORE.fits(v))
_PAIR: Final = _Rule("two numbers", lambda v: len(v) == 2 and all(map(_SCORE.fits, v)))
_NAMES: Final = _Rule(f"2 to {_MOST_LABELS} different texts", _labels)

_SCORES: Final = {
    "protocol": _TERMS,
    "recordings": _COUNT,
    "accuracy": _SCORE,
    "accuracy_interval": _PAIR,
    "macro_f1": _SCORE,
    "macro_f1_interval": _PAIR,
    "macro_precision": _SCORE,
    "macro_recall": _SCORE,
    "log_loss": _SCORE,
    "baseline_accuracy": _SCORE,
    "labels": _NAMES,
    "precision": [_SCORE],
    "recall": [_SCORE],
    "f1": [_SCORE],
    "support": [_COUNT],
    "confusion": _Rule("as many rows as columns of whole numbers", _table),
    "expected_calibration_error?": _MAYBE,
    "coverage?": _MAYBE,
    "mean_set_size?": _MAYBE,
}

DESCRIPTION: Final[dict[str, Any]] = {
    "name": _TEXT,
    "task": _TEXT,
    "created": _Rule("a date", _date),
    "schema": {"name": _TEXT, "version": _COUNT, "digest": _TEXT},
    "segmentation": {"seconds": _between(1.0, 3600.0), "hop?": _between(0.0, 3600.0, nothing=True)},
    "labels": _NAMES,
    "training": {
        "table": _TEXT,
        "digest": _TEXT,
        "rows": _COUNT,
        "recordings": _COUNT,
        "rows_per_label": {"*": _COUNT},
        "grouping": _TEXT,
        "exact_duplicates": _COUNT,
        "source?": _TERMS,
    },
    "learning": {
        "learners": [_TEXT],
        "budget": _TEXT,
        "seed": _COUNT,
        "level_invariant?": _Rule("true or false", lambda v: isinstance(v, bool)),
        "parameters": {"*": {"*": _Rule("a number, text, true, false or null", _plain)}},
        "rows?": {"*": _COUNT},
        "likeness_rows?": _COUNT,
    },
    "scores": [_SCORES],
    "thresholds": {"unlike_percentile": _between(0.0, 100.0)},
    "versions": {"scikit-learn": _TEXT, "xgboost-cpu": _TEXT, "*": _TEXT},
    "files": {"*": SHA256},
}
"""The shape of ``bundle.json``, but for its format and its sets."""

SETS: Final = {
    "coverage": _Rule("a number between 0 and 1", lambda v: _number(v) and 0.0 < v < 1.0),
    "grouping": _TEXT,
    "groups": _COUNT,
    "protocol?": _Rule("text or null", lambda v: v is None or _TERMS.fits(v)),
    "measured_coverage": _between(0.0, 1.0, nothing=True),
    "mean_set_size": _MAYBE,
}
"""The shape of what is said of conformal sets."""
