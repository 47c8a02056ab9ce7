"""The schemas that tables and models may have, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.features import extended, families
from genre_audio.features.schema import Schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["EXTENDED", "GTZAN57", "SCHEMAS", "schema_of"]

GTZAN57: Final = Schema(
    name="gtzan57",
    version=2,
    features=(
        families.chroma_stft,
        families.rms,
        families.spectral_centroid,
        families.spectral_bandwidth,
        families.rolloff,
        families.zero_crossing_rate,
        families.harmony,
        families.perceptr,
        families.tempo,
        families.mfcc,
    ),
    forerunners=(1,),
)
"""The 57 columns of the published GTZAN table ``features_30_sec.csv``.

Version 1 knew an absolute floor of -100 dB, as librosa does by default: the numbers of very
quiet recordings were others.
"""

EXTENDED: Final = Schema(
    name="extended",
    version=2,
    features=(*GTZAN57.features, *extended.FAMILIES),
    forerunners=(1,),
)
"""The same 57 columns, and some two hundred that tell how sound moves."""

SCHEMAS: Final[Mapping[str, Schema]] = {schema.name: schema for schema in (GTZAN57, EXTENDED)}


def schema_of(columns: Iterable[str]) -> Schema | None:
    """Return the schema whose columns are all among `columns`, or None.

    Where several fit, the one with the most columns is meant.

    Examples
    --------
    >>> from genre_audio.features import GTZAN57, schema_of
    >>> schema_of(["filename", *GTZAN57.columns, "label"]).name
    'gtzan57'
    >>> schema_of(["danceability", "energy"]) is None
    True
    """
    present = set(columns)
    fitting = [schema for schema in SCHEMAS.values() if present.issuperset(schema.columns)]
    return max(fitting, key=lambda schema: len(schema.columns), default=None)
