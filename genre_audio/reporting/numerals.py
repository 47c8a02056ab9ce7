"""Numbers as people read them: as many digits as say something, and no NaN."""

from __future__ import annotations

import math

__all__ = ["chance", "coefficient", "distance", "number", "share"]

_MINUS = "\u2212"
_NONE = "\u2013"
_LONG = 1e12
"""From here on numbers are too long to be written out."""


def number(value: float) -> str:
    """Return a number of any size with four digits that count.

    Examples
    --------
    >>> from genre_audio.reporting.numerals import number
    >>> [number(value) for value in (123456.7, 12.3456, -0.00123, 2e-9, float("nan"))]
    ['123,457', '12.35', '\u22120.00123', '2e\u22129', '\u2013']
    >>> number(1.66e306)
    '1.66e306'
    """
    if math.isnan(value):
        return _NONE
    if math.isinf(value):
        return "infinite" if value > 0 else f"{_MINUS}infinite"
    text = f"{value:,.0f}" if 1000 <= abs(value) < _LONG else f"{value:.4g}"
    return text.replace("e+", "e").replace("e-0", "e-").replace("-", _MINUS)


def coefficient(value: float) -> str:
    """Return a number from -1 to 1 with its sign.

    Examples
    --------
    >>> from genre_audio.reporting.numerals import coefficient
    >>> [coefficient(value) for value in (0.974, -0.5, -0.001, float("nan"))]
    ['+0.97', '\u22120.50', '0.00', '\u2013']
    """
    if math.isnan(value):
        return _NONE
    text = f"{value:+.2f}"
    return text[1:] if float(text) == 0 else text.replace("-", _MINUS)


def distance(value: float) -> str:
    """Return how far something lies from a middle, with its sign.

    Examples
    --------
    >>> from genre_audio.reporting.numerals import distance
    >>> [distance(value) for value in (4.25, -3812.3, 1.66e306)]
    ['+4.2', '\u22123,812.3', '+1.66e306']
    """
    text = f"{value:+,.1f}" if abs(value) < _LONG else f"{value:+.4g}".replace("e+", "e")
    return text.replace("-", _MINUS)


def share(value: float) -> str:
    """Return a share in per cent; it is 0 or 100 only where it is exactly so.

    Examples
    --------
    >>> from genre_audio.reporting.numerals import share
    >>> [share(value) for value in (0.5, 0.0004, 0.9996, 0, 1)]
    ['50.0 %', 'under 0.1 %', 'over 99.9 %', '0 %', '100 %']
    """
    if math.isnan(value):
        return _NONE
    if 0 < value < 0.0005:
        return "under 0.1 %"
    if 0.9995 <= value < 1:
        return "over 99.9 %"
    return f"{100 * value:.0f} %" if value in {0, 1} else f"{100 * value:.1f} %"


def chance(value: float) -> str:
    """Return how often chance does as well.

    Examples
    --------
    >>> from genre_audio.reporting.numerals import chance
    >>> [chance(value) for value in (0.0005, 0.0421, 1.0)]
    ['under 0.001', '0.042', '1.000']
    """
    if math.isnan(value):
        return _NONE
    return "under 0.001" if value < 0.001 else f"{value:.3f}"
