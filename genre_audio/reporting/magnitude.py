"""Numbers that are too large or too small to be drawn, in units that can be.

What draws adds and multiplies ends of axes, and overflows where a table holds 1e300. Such
numbers are divided by a power of ten, which the name of the axis then says.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["power_of_ten", "unit_words"]

_ORDINARY: Final = 150
"""Powers of ten up to which sums and products of what is drawn stay numbers."""
_LEAST: Final = -300
"""Of smaller powers, some are no float."""


def power_of_ten(values: ArrayLike) -> float:
    """Return what to divide numbers by before they are drawn: 1, unless they are beyond all use.

    Parameters
    ----------
    values : array_like of float
        What is drawn along one axis; NaN is left aside.

    Returns
    -------
    float

    Examples
    --------
    >>> from genre_audio.reporting.magnitude import power_of_ten
    >>> power_of_ten([-2e300, 1.0]), power_of_ten([0.0, 44100.0]), power_of_ten([3e-200])
    (1e+300, 1.0, 1e-200)
    """
    given = np.abs(np.asarray(values, dtype=np.float64))
    largest = float(given[np.isfinite(given)].max(initial=0.0))
    power = math.floor(math.log10(largest)) if largest else 0
    return 1.0 if abs(power) <= _ORDINARY else float(f"1e{max(power, _LEAST)}")


def unit_words(power: float) -> str:
    """Return what follows the name of an axis whose numbers were divided.

    Examples
    --------
    >>> from genre_audio.reporting.magnitude import unit_words
    >>> unit_words(1.0), unit_words(1e300)
    ('', ' (times 1e+300)')
    """
    return "" if power == 1 else f" (times {power:g})"
