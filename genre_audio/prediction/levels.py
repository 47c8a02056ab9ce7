"""Where a recording is silent: by level, and not by learning.

A recording is measured in cells of half a second. Silent is what stays far below the
recording's own loud parts, or no higher than its own noise floor, for a while: neither
depends on how the level was set. A short pause belongs to what it interrupts.

Nothing may enter here but numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CELL_SECONDS", "NOTHING", "cell_levels", "sounding"]

CELL_SECONDS: Final = 0.5
"""Length of a cell in s."""

NOTHING: Final = -120.0
"""Level in dBFS of what holds nothing at all, below the noise of 16 bits."""

LOUD: Final = 0.95
"""Quantile of the levels at which a recording's loud parts begin."""

FAR_BELOW: Final = 40.0
"""How many dB below the loud parts nothing is told apart any more."""

FLOOR_RANGE: Final = 20.0
"""A noise floor lies at least so many dB below the loud parts; else it is quiet music."""

FLOOR_WIDTH: Final = 3.0
"""How many dB above its quietest cell a noise floor reaches: it is steady."""

LEAST_SILENCE: Final = 3
"""Cells that a pause must last to be silence; speakers and singers breathe."""

LEAST_SOUND: Final = 2
"""Cells that sound must last to be described."""


def cell_levels(y: NDArray[np.float32], *, cell: int) -> NDArray[np.float64]:
    """Return the level of each cell in dBFS; a last, partial one is one, too.

    Parameters
    ----------
    y : ndarray of float32, shape (n,)
        Samples.
    cell : int
        Samples in a cell.

    Returns
    -------
    ndarray of float64, shape (cells,)
        Around the cell's own mean, so that a constant is silent; never below `NOTHING`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction.levels import cell_levels
    >>> y = np.tile(np.array([0.1, -0.1], dtype=np.float32), 4)
    >>> cell_levels(y, cell=6).round().tolist()
    [-20.0, -20.0]
    """
    parts = [y[start : start + cell].astype(np.float64) for start in range(0, len(y), cell)]
    spreads = np.array([part.std() for part in parts])
    return np.asarray(np.maximum(20.0 * np.log10(np.maximum(spreads, 1e-9)), NOTHING))


def sounding(levels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which cells sound.

    Parameters
    ----------
    levels : ndarray of float, shape (cells,)
        From `cell_levels`.

    Returns
    -------
    ndarray of bool, shape (cells,)
        No pause in it is shorter than `LEAST_SILENCE` cells, and no sound than
        `LEAST_SOUND`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.prediction.levels import sounding
    >>> sounding(np.array([-20.0, -22, -90, -21, -20, -80, -80, -80])).tolist()
    [True, True, True, True, True, False, False, False]
    """
    heard = levels > NOTHING
    if not heard.any():
        return heard
    loud = float(np.quantile(levels[heard], LOUD))
    floor = float(levels[heard].min())
    loud_enough = levels > loud - FAR_BELOW
    if floor < loud - FLOOR_RANGE:
        loud_enough &= levels > floor + FLOOR_WIDTH
    bridged = _filled(loud_enough, value=False, least=LEAST_SILENCE)
    return _filled(bridged, value=True, least=LEAST_SOUND)


def _filled(flags: NDArray[np.bool_], *, value: bool, least: int) -> NDArray[np.bool_]:
    """Turn runs of `value` that are too short into their opposite."""
    flags = flags.copy()
    edges = np.flatnonzero(np.diff(flags)) + 1
    for start, stop in zip([0, *edges], [*edges, len(flags)], strict=True):
        if flags[start] == value and stop - start < least:
            flags[start:stop] = not value
    return flags
