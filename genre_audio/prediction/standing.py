"""Where a recording stands among the training recordings of a label, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.prediction.aspects import Aspect, Scale
    from genre_audio.training import ModelBundle

    Rows = NDArray[np.floating[Any]]

__all__ = ["Standing", "standing"]

_MIDDLE: Final = 60.0
"""What no more than so many in a hundred lie below, or above, is called the middle."""

_FEW: Final = 8
"""Columns of an aspect that those with words stand for."""


class Standing(NamedTuple):
    """Where a recording stands in one aspect.

    Attributes
    ----------
    words : str
        In words.
    percentile : float or None
        The share that the words name, in percent; None where they name none.

    Examples
    --------
    See `standing`.
    """

    words: str
    percentile: float | None


def standing(
    here: Rows, aspect: Aspect, places: list[int], *, bundle: ModelBundle, label: str
) -> Standing:
    """Say where a recording stands in an aspect among the training rows of a label.

    Of the aspect's columns that have words the one is taken in which the recording is most
    unusual. Where there are none, or where it is usual in the few of many that have words,
    it is said how far it lies from the middle of the rows, over all columns of the aspect.

    Parameters
    ----------
    here : ndarray of float, shape (dimensions,)
        The recording in the space of likeness.
    aspect : Aspect
        Which aspect.
    places : list of int
        The places of its columns in that space.
    bundle : ModelBundle
        The model.
    label : str
        Whose training rows.

    Examples
    --------
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction.aspects import ASPECTS
    >>> from genre_audio.prediction.standing import standing
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> kept = bundle.neighbourhood.space.steps[0].values["kept"].tolist()
    >>> place = kept.index(2 * 2)  # spectral_centroid_mean is the fifth column
    >>> here = bundle.neighbourhood.rows.max(axis=0)
    >>> standing(here, ASPECTS[0], [place], bundle=bundle, label="blues").words
    'brighter than all of the blues clips: spectral centroid 4,435 Hz'
    """
    near = bundle.neighbourhood
    form, scale = (step.values for step in near.space.steps)
    kept = [str(form["columns"][number]) for number in form["kept"]]
    rows = near.rows[near.labels == label].astype(np.float64)
    found: list[tuple[float, Scale, int, bool]] = []
    for one in aspect.scales:
        if one.column in kept and kept.index(one.column) in places:
            place = kept.index(one.column)
            # Rows are kept in single precision: a row is not above itself by rounding.
            value = float(np.float32(here[place]))
            below = float((rows[:, place] < value).mean())
            above = float((rows[:, place] > value).mean())
            found.append((100 * max(below, above), one, place, below >= above))
    if not found:
        return _from_the_middle(here, rows, places, aspect=aspect, label=label)
    share, one, place, more = max(found, key=lambda each: each[0])
    said = one.text(float(here[place] * scale["scale"][place] + scale["mean"][place]))
    clips = f"the {label} clips"
    if share <= _MIDDLE:
        if len(places) > _FEW:
            return _from_the_middle(here, rows, places, aspect=aspect, label=label)
        return Standing(f"in the middle of {clips}: {said}", None)
    return Standing(f"{one.more if more else one.less} than {_of(share, clips)}: {said}", share)


def _from_the_middle(
    here: Rows, rows: Rows, places: list[int], *, aspect: Aspect, label: str
) -> Standing:
    middle = np.median(rows[:, places], axis=0)
    away = np.sqrt(np.mean(np.square(rows[:, places] - middle), axis=1))
    mine = float(np.sqrt(np.mean(np.square(here[places] - middle))))
    share = 100 * float((away < mine).mean())
    said = f"{aspect.name.replace('_', ' ')} off by {mine:.1f} standard deviations a column"
    words = f"farther from the middle of the {label} clips than"
    return Standing(f"{words} {_of(share, 'them')}: {said}", share)


def _of(share: float, clips: str) -> str:
    """Say a share of the clips: never more than it is."""
    if share >= 100:
        return f"all of {clips}"
    return f"{int(share)} % of {clips}" if share >= 1 else f"hardly any of {clips}"
