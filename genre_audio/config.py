"""Everything that changes a number, and nothing that does not.

Two immutable values describe how a recording becomes rows: `AnalysisConfig` (how one
segment is described) and `Segmentation` (how a recording is cut). Each has a digest;
rows are comparable only where both digests are equal. Worker counts, paths and output
formats are arguments elsewhere: they may never enter here.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from genre_audio.errors import ParameterError

__all__ = ["AnalysisConfig", "Segmentation", "digest"]


def digest(value: Any) -> str:  # noqa: ANN401 - anything that JSON can say
    """Return a stable digest of a JSON-serialisable value.

    Parameters
    ----------
    value : object
        Numbers, strings, lists and dictionaries.

    Returns
    -------
    str
        The first 16 hexadecimal digits of the SHA-256 of the canonical JSON.

    Examples
    --------
    >>> from genre_audio.config import digest
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclasses.dataclass(frozen=True)
class AnalysisConfig:
    """How one segment is described: the parameters of the recipe.

    The defaults are those with which the public GTZAN table was made
    (librosa 0.7's defaults, written out).

    Attributes
    ----------
    sr : int
        Sampling rate in Hz of every segment.
    n_fft, hop_length : int
        Frame length and step of all spectra, in samples.
    pad_mode : str
        How a segment is continued at its edges so that frames are centred.
    n_chroma, n_mels, n_mfcc : int
        Numbers of chroma classes, mel bands and cepstral coefficients.
    roll_percent : float
        Share of the magnitude below the rolloff frequency.
    hpss_kernel : int
        Length of the median filters that part harmonic from percussive sound, in
        frames and in bins.
    hpss_power : float
        Exponent of the soft masks.

    Examples
    --------
    >>> from genre_audio.config import AnalysisConfig
    >>> AnalysisConfig().n_bins
    1025
    """

    sr: int = 22050
    n_fft: int = 2048
    hop_length: int = 512
    pad_mode: str = "reflect"
    n_chroma: int = 12
    n_mels: int = 128
    n_mfcc: int = 20
    roll_percent: float = 0.85
    hpss_kernel: int = 31
    hpss_power: float = 2.0

    @property
    def n_bins(self) -> int:
        """Number of frequency bins of a spectrum."""
        return 1 + self.n_fft // 2

    def as_dict(self) -> dict[str, Any]:
        """Return the parameters by name, as JSON can say them."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Segmentation:
    """How a recording is cut into segments.

    A recording shorter than one and a half segments is one segment, whole. A longer
    one is cut into full segments; a remainder shorter than half a segment joins the
    last, a longer one stands by itself.

    Attributes
    ----------
    seconds : float
        Length of a full segment in seconds, at least 1.

    Raises
    ------
    ParameterError
        If a segment would be shorter than one second.

    Examples
    --------
    >>> from genre_audio.config import Segmentation
    >>> Segmentation().samples(22050)
    661500
    """

    seconds: float = 30.0

    def __post_init__(self) -> None:
        if not 1.0 <= self.seconds <= 3600.0:
            raise ParameterError(
                f"a segment of {self.seconds!r} s was asked for; choose 1 to 3600 seconds"
            )
        object.__setattr__(self, "seconds", float(self.seconds))

    def samples(self, sr: int) -> int:
        """Return the length of a full segment in samples at `sr` Hz."""
        return round(self.seconds * sr)

    def as_dict(self) -> dict[str, Any]:
        """Return the rule by name, as JSON can say it."""
        return {"seconds": self.seconds, "whole_below": 1.5, "remainder_joins_below": 0.5}

    @property
    def digest(self) -> str:
        """The identity of this segmentation."""
        return digest(self.as_dict())
