"""The forms of single columns, as plain arithmetic on arrays.

`RowTransform` is the estimator around this, for pipelines that are fitted; `PlainStack`
needs no estimators and calls it directly. Why columns get these forms, `transforms` says.

Only numpy may enter here: what is needed to answer must be there at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["LEVEL", "OFFSETS", "reformed", "replaced", "rescaled", "sized"]

OFFSETS: Final = ("harmony_mean", "perceptr_mean")
LEVEL: Final = "rms_mean"
# The mean whose square a variance is divided by. Energies are said relative to the level.
_SCALES: Final = {
    "rms_var": LEVEL,
    "harmony_var": LEVEL,
    "perceptr_var": LEVEL,
    "spectral_centroid_var": "spectral_centroid_mean",
    "spectral_bandwidth_var": "spectral_bandwidth_mean",
    "rolloff_var": "rolloff_mean",
    "zero_crossing_rate_var": "zero_crossing_rate_mean",
}
_POSITIVE: Final = frozenset({*_SCALES.values(), "tempo"})
_LOUDNESS: Final = "mfcc1_mean"
# The first coefficient of an orthonormal DCT-II over 128 bands is their sum / sqrt(128),
# so a gain of x dB in every band moves it by x * sqrt(128).
_LOUDNESS_PER_DB: Final = float(np.sqrt(128.0))
# Below these, columns of the schema `extended` say that nothing moves, as where a recording
# holds no high notes at all; how little is rounding. In dB², and in squares of shares.
_STILL: Final = {
    **dict.fromkeys(("flatness", "contrast", "onset", "sway", "delta"), 1e-3),
    **dict.fromkeys(("flux", "entropy", "tonnetz"), 1e-6),
}
# As small as the samples below which features know no sound.
_SMALLEST: Final = 1e-10


def reformed(
    rows: NDArray[np.float64],
    *,
    columns: Sequence[str],
    kept: NDArray[np.int64],
    level_invariant: bool,
    offsets: bool,
    floor: float,
) -> NDArray[np.float64]:
    """Return columns in the form that `RowTransform` describes, shape (n_rows, n_kept).

    Parameters
    ----------
    rows : ndarray of float64, shape (n_rows, n_columns)
        Overwritten.
    columns : sequence of str
        Names of the columns.
    kept : ndarray of int
        Numbers of the columns that are kept.
    level_invariant, offsets, floor
        See `RowTransform`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.forms import reformed
    >>> how = {"level_invariant": False, "offsets": False, "floor": 1e-12}
    >>> reformed(np.array([[7.0, 1.0]]), columns=["a_mean", "a_var"], kept=[0, 1], **how).tolist()
    [[7.0, 0.0]]
    """
    places = {name: place for place, name in enumerate(columns)}
    added = [places[name] for name in sized(columns, offsets=offsets)]
    sizes = np.log(np.abs(rows[:, added]) + 1e-7)
    for name in _POSITIVE & places.keys():
        rows[:, places[name]] = np.log(np.maximum(rows[:, places[name]], _SMALLEST))
    for name, place in places.items():
        # Means of positive quantities are logarithms already.
        scale = places.get(_SCALES.get(name, ""))
        if scale is not None:
            rows[:, place] *= np.exp(-2.0 * rows[:, scale])
        if name.endswith("_var"):
            rows[:, place] = np.log(np.maximum(rows[:, place], max(floor, _still(name))))
        elif name.endswith("_skew"):
            rows[:, place] = np.arcsinh(rows[:, place])
        elif name.endswith("_kurtosis"):
            rows[:, place] = np.log(np.maximum(rows[:, place], 1.0))
        elif name in OFFSETS:
            rows[:, place] = np.arcsinh(rows[:, place] / 1e-5)
        elif name == _LOUDNESS and level_invariant:
            decibels = 20.0 / np.log(10.0) * rows[:, places[LEVEL]]
            rows[:, place] -= decibels * _LOUDNESS_PER_DB
    return np.hstack([rows[:, kept], sizes])


def replaced(
    rows: NDArray[np.float64],
    forms: NDArray[np.float64],
    *,
    columns: Sequence[str],
    names: Sequence[str],
    level_invariant: bool,
) -> NDArray[np.float64]:
    """Return rows of which some columns are what has the given forms: `reformed` undone.

    All other columns stay as they are, bit by bit, and so does the level.

    Parameters
    ----------
    rows : ndarray of float64, shape (n_rows, n_columns)
        Features.
    forms : ndarray of float64, shape (n_rows, len(names))
        What `reformed` is to make of these columns.
    columns : sequence of str
        Names of the columns of `rows`.
    names : sequence of str
        Which columns; not the two offsets.
    level_invariant : bool
        As in `reformed`.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.forms import replaced
    >>> which = {"columns": ["a_mean", "a_var"], "names": ["a_var"], "level_invariant": False}
    >>> replaced(np.array([[7.0, 1.0]]), np.array([[0.0]]), **which).tolist()
    [[7.0, 1.0]]
    """
    places = {name: place for place, name in enumerate(columns)}
    found = rows.copy()
    # Means first, because variances are said relative to them.
    for name, form in sorted(zip(names, forms.T, strict=True), key=lambda pair: pair[0] in _SCALES):
        value = form
        if name in _POSITIVE or name.endswith(("_var", "_kurtosis")):
            value = np.exp(form)
        elif name.endswith("_skew"):
            value = np.sinh(form)
        elif name == _LOUDNESS and level_invariant:
            level = np.maximum(found[:, places[LEVEL]], _SMALLEST)
            value = form + 20.0 * np.log10(level) * _LOUDNESS_PER_DB
        if _SCALES.get(name) in places:
            value = value * np.maximum(found[:, places[_SCALES[name]]], _SMALLEST) ** 2
        found[:, places[name]] = value
    return found


def rescaled(
    rows: NDArray[np.float64], levels: NDArray[np.float64], *, columns: Sequence[str]
) -> NDArray[np.float64]:
    """Return what the rows of recordings would be at other levels: the work of a gain.

    Parameters
    ----------
    rows : ndarray of float64, shape (n_rows, n_columns)
        Features, among them the level.
    levels : ndarray of float64, shape (n_rows,)
        What `LEVEL` is to be.
    columns : sequence of str
        Names of the columns.

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.learning.forms import rescaled
    >>> names = ["rms_mean", "rms_var", "tempo"]
    >>> rescaled(np.array([[0.1, 0.01, 120.0]]), np.array([0.2]), columns=names).round(9).tolist()
    [[0.2, 0.04, 120.0]]
    """
    places = {name: place for place, name in enumerate(columns)}
    gains = levels / np.maximum(rows[:, places[LEVEL]], _SMALLEST)
    found = rows.copy()
    for name, place in places.items():
        if name == LEVEL or name in OFFSETS:
            found[:, place] *= gains
        elif _SCALES.get(name) == LEVEL:
            found[:, place] *= gains**2
        elif name == _LOUDNESS:
            found[:, place] += 20.0 * np.log10(np.maximum(gains, _SMALLEST)) * _LOUDNESS_PER_DB
    return found


def _still(name: str) -> float:
    """Return the variance from which on a column says that something moves."""
    return max((variance for part, variance in _STILL.items() if part in name), default=0.0)


def sized(columns: Sequence[str], *, offsets: bool) -> list[str]:
    """Return the offsets of which the size is said as well, in further columns at the end.

    Examples
    --------
    >>> from genre_audio.learning.forms import sized
    >>> sized(["tempo", "harmony_mean"], offsets=True)
    ['harmony_mean']
    """
    return [name for name in OFFSETS if offsets and name in columns]
