"""Families of features as aspects of sound, and words for where a recording stands in each.

Families that measure the same thing are taken together: the spectral centroid of a
recording says nearly what its rolloff says, and to take one of them away while the other
stays would show that neither matters. Aspects are made of whole families of the schemas; a
family that stands in none is an aspect of its own, by its name.

`Scale` says how one column is put into words. Forms are those of the space of likeness,
in which positive quantities are logarithms (see `genre_audio.learning.forms`).
"""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from genre_audio.features import Schema

__all__ = ["ASPECTS", "Aspect", "Scale", "aspects_of"]


def _plain(form: float) -> float:
    return form


def _share(form: float) -> float:
    """From the logarithm of a relative variance to a relative deviation in percent."""
    return 100.0 * math.exp(0.5 * form)


def _decibels(form: float) -> float:
    """From the logarithm of a power to decibels."""
    return 10.0 / math.log(10.0) * form


@dataclasses.dataclass(frozen=True)
class Scale:
    """A column that has words.

    Attributes
    ----------
    column : str
        Its name.
    more, less : str
        What a recording is whose value is greater, or smaller.
    said : str
        The value in words, as a format of one number.
    value : callable
        From the column's form to that number.

    Examples
    --------
    >>> from genre_audio.prediction.aspects import ASPECTS
    >>> ASPECTS[0].scales[0].text(8.0392)
    'spectral centroid 3,100 Hz'
    """

    column: str
    more: str
    less: str
    said: str
    value: Callable[[float], float] = _plain

    def text(self, form: float) -> str:
        """Return the value in words, with its unit."""
        return self.said.format(self.value(form))


@dataclasses.dataclass(frozen=True)
class Aspect:
    """Families of features that belong together.

    Attributes
    ----------
    name : str
        Such as ``"brightness"``.
    families : tuple of str
        Names of families of the schemas.
    scales : tuple of Scale
        Columns that have words, the best first; there need be none.

    Examples
    --------
    >>> from genre_audio.prediction.aspects import ASPECTS
    >>> ASPECTS[0].name
    'brightness'
    """

    name: str
    families: tuple[str, ...]
    scales: tuple[Scale, ...] = ()


ASPECTS: Final = (
    Aspect(
        "brightness",
        ("spectral_centroid", "spectral_bandwidth", "rolloff", "zero_crossing_rate"),
        (
            Scale(
                "spectral_centroid_mean",
                "brighter",
                "darker",
                "spectral centroid {:,.0f} Hz",
                math.exp,
            ),
            Scale(
                "spectral_bandwidth_mean",
                "wider in spectrum",
                "narrower in spectrum",
                "spectral bandwidth {:,.0f} Hz",
                math.exp,
            ),
        ),
    ),
    Aspect(
        "timbre",
        ("mfcc", "mfcc_skew"),
        (
            Scale(
                "mfcc2_mean",
                "heavier in the bass",
                "lighter in the bass",
                "second cepstral coefficient {:.0f} dB",
            ),
        ),
    ),
    Aspect(
        "pitch",
        ("chroma_stft", "chroma_rotated", "chroma_entropy", "chroma_flux", "tonnetz"),
        (
            Scale(
                "chroma_stft_mean",
                "denser in pitch classes",
                "sparser in pitch classes",
                "mean chroma {:.2f} of 1",
            ),
        ),
    ),
    Aspect(
        "dynamics",
        ("rms", "level", "level_skew", "mel_range"),
        (
            Scale(
                "rms_var",
                "more uneven in level",
                "steadier in level",
                "level varies by {:.0f} % of its mean",
                _share,
            ),
        ),
    ),
    Aspect(
        "percussion",
        ("harmony", "perceptr"),
        (
            Scale(
                "perceptr_var",
                "more percussive",
                "less percussive",
                "percussive part {:.1f} dB beside the level",
                _decibels,
            ),
            Scale(
                "harmony_var",
                "more sustained",
                "less sustained",
                "sustained part {:.1f} dB beside the level",
                _decibels,
            ),
        ),
    ),
    Aspect(
        "tempo",
        ("tempo", "tempogram"),
        (Scale("tempo", "faster", "slower", "tempo {:.0f} beats a minute", math.exp),),
    ),
    Aspect(
        "noisiness",
        ("flatness", "band_flatness", "contrast"),
        (Scale("flatness_mean", "noisier", "more tonal", "spectral flatness {:.1f} dB"),),
    ),
    Aspect(
        "movement",
        ("flux", "onset", "mel_modulation", "mel_sway", "mfcc_delta", "mfcc_delta2"),
        (
            Scale(
                "onset_mean",
                "stronger in onsets",
                "softer in onsets",
                "onsets rise by {:.2f} dB a frame",
            ),
        ),
    ),
)
"""All of them; which occur depends on the schema."""


def aspects_of(schema: Schema, kept: Sequence[str]) -> dict[Aspect, list[int]]:
    """Return the aspects of a schema, with the places of their columns among those kept.

    Parameters
    ----------
    schema : Schema
        What the columns mean.
    kept : sequence of str
        Names of the columns of the space of likeness.

    Examples
    --------
    >>> from genre_audio.features import GTZAN57
    >>> from genre_audio.prediction.aspects import aspects_of
    >>> list(aspects_of(GTZAN57, ["tempo", "rms_var"]).values())
    [[1], [0]]
    """
    aspect_of = {family: aspect for aspect in ASPECTS for family in aspect.families}
    owners = {
        column: aspect_of.get(family.name, Aspect(family.name, (family.name,)))
        for family in schema.features
        for column in family.columns
    }
    found: dict[Aspect, list[int]] = {}
    for place, column in enumerate(kept):
        found.setdefault(owners[column], []).append(place)
    order = [*ASPECTS, *(aspect for aspect in found if aspect not in ASPECTS)]
    return {aspect: found[aspect] for aspect in order if aspect in found}
