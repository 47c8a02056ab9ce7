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
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MIN_HOP", "AnalysisConfig", "Segmentation", "digest", "digest_of_long"]

MIN_HOP: Final = 0.1
"""Shortest time in s between the beginnings of two segments."""

_DIGITS: Final = 16


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
    return hashlib.sha256(_canonical(value).encode()).hexdigest()[:_DIGITS]


def digest_of_long(begin: list[Any], pieces: Iterable[str]) -> str:
    """Return the digest of a list that ends with a long text, which is never there as a whole.

    Parameters
    ----------
    begin : list
        What stands before the text; something must.
    pieces : iterable of str
        The text, in pieces.

    Returns
    -------
    str
        What `digest` returns of ``[*begin, "".join(pieces)]``.

    Examples
    --------
    >>> from genre_audio.config import digest, digest_of_long
    >>> digest_of_long([1], ["a", "bc"]) == digest([1, "abc"])
    True
    """
    found = hashlib.sha256(f'{_canonical(begin)[:-1]},"'.encode())
    for piece in pieces:
        # Letters are escaped one by one: what stands between the quotes can be cut anywhere.
        found.update(_canonical(piece)[1:-1].encode())
    found.update(b'"]')
    return found.hexdigest()[:_DIGITS]


def _canonical(value: Any) -> str:  # noqa: ANN401
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


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

    With a hop, full segments begin every hop and overlap. The rule for the end is the
    same, by hops: what lies beyond the last full segment joins it if that is shorter than
    half a hop, else one more segment begins a hop later and ends with the recording. So
    every sample is in a segment, and a segment is at most half a hop shorter or longer
    than a full one.

    Attributes
    ----------
    seconds : float
        Length of a full segment in seconds, at least 1.
    hop : float, optional
        From one segment's beginning to the next one's, in seconds; without one (or one as
        long as a segment) segments do not overlap.

    Raises
    ------
    ParameterError
        If a segment would be shorter than one second, a hop shorter than `MIN_HOP`, or
        longer than a segment.

    Examples
    --------
    >>> from genre_audio.config import Segmentation
    >>> Segmentation().samples(22050)
    661500
    >>> Segmentation(hop=5).hop_samples(22050), Segmentation(hop=30) == Segmentation()
    (110250, True)
    """

    seconds: float = 30.0
    hop: float | None = None

    def __post_init__(self) -> None:
        if not 1.0 <= self.seconds <= 3600.0:
            raise ParameterError(
                f"a segment of {self.seconds!r} s was asked for; choose 1 to 3600 seconds"
            )
        object.__setattr__(self, "seconds", float(self.seconds))
        if self.hop is None:
            return
        if not MIN_HOP <= self.hop <= self.seconds:
            raise ParameterError(
                f"segments of {self.seconds:g} s every {self.hop!r} s were asked for; choose a "
                f"hop of {MIN_HOP:g} s up to the length of a segment, so that nothing is left out"
            )
        hop = float(self.hop)
        # One and the same grid has one identity, however it was asked for.
        object.__setattr__(self, "hop", None if hop == self.seconds else hop)

    def samples(self, sr: int) -> int:
        """Return the length of a full segment in samples at `sr` Hz."""
        return round(self.seconds * sr)

    def hop_samples(self, sr: int) -> int:
        """Return how many samples at `sr` Hz lie between the beginnings of segments."""
        return self.samples(sr) if self.hop is None else round(self.hop * sr)

    @property
    def words(self) -> str:
        """How long segments are, and how often one begins, for people."""
        every = "" if self.hop is None else f", one every {self.hop:g} s"
        return f"{self.seconds:g} s{every}"

    def as_dict(self) -> dict[str, Any]:
        """Return the rule by name, as JSON can say it."""
        rule = {"seconds": self.seconds, "whole_below": 1.5, "remainder_joins_below": 0.5}
        if self.hop is None:
            return rule
        # In segments, as without a hop; the remainder in hops, which there is the same.
        return {**rule, "whole_below": 1 + self.hop / self.seconds / 2, "hop": self.hop}

    @property
    def digest(self) -> str:
        """The identity of this segmentation."""
        return digest(self.as_dict())
