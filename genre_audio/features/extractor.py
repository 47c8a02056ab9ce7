"""One segment in, one row out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from genre_audio.errors import AudioError, ParameterError
from genre_audio.features.schemas import GTZAN57

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
    _check_size(segment, n_fft=schema.config.n_fft)
    # numba, which the spectra need, is imported only where something is described.
    from genre_audio.features.spectra import Spectra

    spectra = Spectra(segment, config=schema.config)
    return np.array([value for family in schema.features for value in family(spectra)])


def _check_size(segment: Segment, *, n_fft: int) -> None:
    """Refuse samples whose energy, summed over all spectra, is beyond float32.

    By Parseval's theorem the squared magnitudes of a frame add up to no more than `n_fft`
    times the energy of its samples, and squared Hann windows a quarter of a frame apart
    add up to 1.5; mirrored edges count twice.
    """
    with np.errstate(over="ignore"):
        energy = float(np.dot(segment.y, segment.y))
    if not 4.0 * n_fft * energy < float(np.finfo(np.float32).max):
        message = "the samples are so large that the features overflow"
        raise AudioError(message, kind="not_finite")
