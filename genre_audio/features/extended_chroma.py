"""The families of `extended` that are made from chroma: none depends on the key.

The others are in `extended`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from genre_audio.features.schema import feature
from genre_audio.features.tonality import (
    chroma_changes,
    chroma_entropies,
    rotated,
    tonal_centroids,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from genre_audio.features.spectra import Spectra

    Frames = NDArray[np.floating[Any]]

__all__ = ["chroma_entropy", "chroma_flux", "chroma_rotated", "tonnetz"]


@feature(*(f"chroma_rotated{k}" for k in range(1, 12)), statistics=())
def chroma_rotated(spectra: Spectra) -> Frames:
    """Mean chroma 1 to 11 semitones above their strongest class, relative to it. Shape (11,).

    Source: Gómez: Tonal description of polyphonic audio for music content processing, 2006.
    """
    return rotated(spectra.chroma)[1:]


@feature()
def chroma_entropy(spectra: Spectra) -> Frames:
    """Entropy of the chroma of each frame, 1 where all classes are alike. Shape (frames,).

    Source: Shannon: A mathematical theory of communication, 1948.
    """
    return chroma_entropies(spectra.chroma)


@feature(statistics=("mean",))
def chroma_flux(spectra: Spectra) -> Frames:
    """Mean difference of chroma from those of the frame before. Shape (frames - 1,).

    Source: Harte, Sandler & Gasser: Detecting harmonic change in musical audio, 2006, who
    take tonal centroids.
    """
    return chroma_changes(spectra.chroma)


@feature(*(f"tonnetz{k}" for k in range(1, 7)))
def tonnetz(spectra: Spectra) -> Frames:
    """Place of chroma on circles of fifths, minor and major thirds. Shape (6, frames).

    Source: Harte, Sandler & Gasser: Detecting harmonic change in musical audio, 2006.
    """
    return tonal_centroids(spectra.chroma)
