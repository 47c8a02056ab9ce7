"""One segment in, one row out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.errors import AudioError, ParameterError
from genre_audio.features.schemas import GTZAN57
from genre_audio.features.spectra import Spectra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from genre_audio.features.schema import Schema
    from genre_audio.segment import Segment

__all__ = ["feature_row"]


def feature_row(segment: Segment, *, schema: Schema = GTZAN57) -> NDArray[np.float64]:
    """Describe one segment by the columns of a schema.

    Parameters
    ----------
    segment : Segment
        At the schema's sampling rate.
    schema : Schema
        Which columns.

    Returns
    -------
    ndarray of float64, shape (columns,)
        In the order of ``schema.columns``, all finite.

    Raises
    ------
    ParameterError
        If the segment has another sampling rate than the schema.
    AudioError
        ``not_finite`` if a number overflows (samples far beyond full scale).

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio import Segment, feature_row
    >>> y = np.sin(2 * np.pi * 440 * np.arange(44100) / 22050).astype(np.float32)
    >>> feature_row(Segment(y=y, sr=22050)).shape
    (57,)
    """
    if segment.sr != schema.config.sr:
        raise ParameterError(
            f"the segment has {segment.sr} Hz, {schema.name} is defined at {schema.config.sr} Hz"
        )
    spectra = Spectra(segment, config=schema.config)
    with np.errstate(over="ignore", invalid="ignore"):
        # Every sum that a family makes of its spectra is bounded by this one.
        if not np.isfinite(spectra.power.sum()):
            message = "the samples are so large that the features overflow"
            raise AudioError(message, kind="not_finite")
    return np.array([value for family in schema.features for value in family(spectra)])
