"""A segment becomes a row of numbers here: pure functions on arrays.

Each family of columns is one small function over a `Spectra`, which computes every
spectrum at most once; a `Schema` is a named, versioned list of families. librosa's
functions define the numbers; they are computed here by numpy and by a few compiled
`kernels`, on shared spectra, and tests hold them against librosa itself.

Nothing here reads a file, knows a table or holds state between segments.
"""

from genre_audio.features.extractor import feature_row
from genre_audio.features.schema import Feature, Schema
from genre_audio.features.schemas import EXTENDED, GTZAN57, SCHEMAS, schema_of

__all__ = ["EXTENDED", "GTZAN57", "SCHEMAS", "Feature", "Schema", "feature_row", "schema_of"]
