"""What the quality of a recording can do to its label, in words.

Every figure of `genre_audio.audio.Quality` that is there gives a remark, and each remark
says what such a quality did to labels where that was measured: GTZAN clips were made worse
in one way at a time, and asked of models that had not heard their artists, trained as the
shipped one is (``scripts/measure_robustness.py``). Other models and other music may stand
it better or worse; the order of size is what the figures are good for.

A remark matters where a threshold below is passed: where about ten labels in a hundred or
more changed, or what hardly any training clip of the shipped model has. Figures that earlier
versions did not measure are passed over. Only words may enter here.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Figures = Mapping[str, Any]

__all__ = ["Remark", "remarks_on"]

QUIET_DBFS: Final = -55.0
"""Mean level below which the rounding to 16 bits, at -101 dBFS, is a noise less than 46 dB
below the sound: clips at -47 dBFS in 16 bits kept 97 % of labels, at -67 dBFS 67 %."""

FULL_DBFS: Final = -0.1
"""Peak from which a recording stands at full scale, within what conversions move it."""

CLIPPED: Final = 0.01
"""Share of samples at full scale: with so many clipped, 9 labels in a hundred changed."""

PAUSE_DB: Final = 20.0
"""How far the quietest tenth must lie below the mean to be called a pause. Of 234 GTZAN
clips one does; in the others it is music, and says nothing of noise."""

QUIET_PAUSE_DB: Final = 40.0
"""Depth of pauses whose noise would change 17 labels in a hundred at most."""

NARROW_HZ: Final = 8500
"""Bandwidth that 230 of 234 GTZAN clips reach."""

CANCELLING_DB: Final = -4.5
"""Loss in the mix that channels must have something of opposite sign for: with nothing in
common they lose 3 dB, and by chance hardly ever half as much again."""

SILENT_DB: Final = -40.0
"""A channel so much softer than the other adds nothing to the mix but its level."""

SAME_DB: Final = -0.05
"""Loss in the mix below which channels differ by 1 % of their power at most."""

SHORT_SECONDS: Final = 10.0
"""Length below which one label in four is another than that of half a minute. At 14 s one in
five is, but at any length as many are right, and sets hold as many, within what chance does."""

SILENT: Final = 0.02
"""Share of silence: with 1 s of it before 29 s of music (0.033), 18 labels in a hundred
changed."""

_SOURCE: Final = "of GTZAN clips by unheard artists"


@dataclasses.dataclass(frozen=True)
class Remark:
    """One thing about a recording's quality.

    Attributes
    ----------
    what : str
        What it is about: ``level``, ``clipping``, ``noise``, ``bandwidth``, ``channels``,
        ``length`` or ``silence``.
    words : str
        What was measured, with the figure.
    effect : str
        What that can do to a label.
    matters : bool
        Whether a label should be read with this in mind.

    Examples
    --------
    See `remarks_on`.
    """

    what: str
    words: str
    effect: str
    matters: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON can say it."""
        return dataclasses.asdict(self)


def remarks_on(quality: Figures) -> tuple[Remark, ...]:
    """Return what there is to say about a recording's quality; nothing where nothing is known.

    Parameters
    ----------
    quality : mapping of str to float
        The figures of `genre_audio.audio.Quality`; what is not among them is passed over.

    Returns
    -------
    tuple of Remark
        Always in the same order.

    Examples
    --------
    >>> from genre_audio.prediction.quality_words import remarks_on
    >>> remarks_on({})
    ()
    >>> remark = remarks_on({"sr": 44100, "bandwidth_hz": 4000})[0]
    >>> remark.words, remark.matters
    ('no sound above 4.0 kHz', True)
    """
    return tuple(
        remark
        for needed, make in _RULES
        if all(quality.get(name) is not None for name in needed)
        for remark in [make(quality)]
    )


def _level(quality: Figures) -> Remark:
    mean, peak = quality["rms_dbfs"], quality["peak_dbfs"]
    words = f"mean level {mean:.1f} dBFS, peak {peak:.1f} dBFS"
    if mean < QUIET_DBFS:
        return Remark("level", f"very quiet: {words}", _QUIET, matters=True)
    if peak >= FULL_DBFS:
        return Remark("level", f"up to full scale: {words}", _FULL)
    return Remark("level", words, _LEVEL)


def _clipping(quality: Figures) -> Remark:
    share = 100 * quality["clipped"]
    if share == 0:
        return Remark("clipping", "no sample at full scale", _NONE)
    words = f"{share:.3f} % of the samples at full scale"
    return Remark("clipping", words, _CLIPPED, matters=quality["clipped"] >= CLIPPED)


def _noise(quality: Figures) -> Remark:
    below = quality["rms_dbfs"] - quality["noise_floor_dbfs"]
    words = f"the quietest tenth lies {below:.1f} dB below the mean"
    if below < PAUSE_DB:
        return Remark("noise", f"{words}: no pauses to hear noise in", _NO_PAUSE)
    words = f"{words}: steady noise is at most that loud"
    return Remark("noise", words, _NOISE, matters=below < QUIET_PAUSE_DB)


def _bandwidth(quality: Figures) -> Remark:
    width, limit = quality["bandwidth_hz"], quality["sr"] / 2
    words = f"no sound above {width / 1000:.1f} kHz"
    if width >= limit:
        words = f"sound up to the limit of the sampling rate, {limit / 1000:.1f} kHz"
    narrow = width < NARROW_HZ
    return Remark("bandwidth", words, _NARROW if narrow else _WIDE, matters=narrow)


def _channels(quality: Figures) -> Remark:
    count = quality["channels"]
    if count == 1:
        return Remark("channels", "one channel", _NONE)
    balance, mix = quality.get("channel_balance_db"), quality.get("mixdown_db")
    words = f"{count} channels"
    if balance is None or mix is None:
        return Remark("channels", words, _MIX)
    if balance < SILENT_DB:
        words = f"{words}, the softest {-balance:.0f} dB below the loudest"
        return Remark("channels", words, _SILENT)
    if mix < CANCELLING_DB:
        words = f"{words} that partly cancel: their mean is {-mix:.1f} dB softer than they are"
        return Remark("channels", words, _CANCEL, matters=True)
    if mix >= SAME_DB:
        return Remark("channels", f"{words}, all the same", _NONE)
    return Remark("channels", f"{words} that differ", _MIX)


def _length(quality: Figures) -> Remark:
    seconds = quality["seconds"]
    words = f"{seconds:.1f} s long"
    short = seconds < SHORT_SECONDS
    return Remark("length", words, _SHORT if short else _LONG, matters=short)


def _silence(quality: Figures) -> Remark:
    share = quality["silent"]
    if share == 0:
        return Remark("silence", "no silence", _NONE)
    words = f"{100 * share:.1f} % silence, 60 dB and more below the mean"
    return Remark("silence", words, _STILL, matters=share >= SILENT)


_NONE: Final = "None."
_LEVEL: Final = "None, unless the model keeps the level: a gain changes no label."
_FULL: Final = f"None by itself; see clipping. {_LEVEL}"
_QUIET: Final = (
    "A gain changes no label, but in 16 bits so soft a recording holds their rounding as noise: "
    f"50 dB softer, 33 % {_SOURCE} had another label."
)
_CLIPPED: Final = (
    f"With 0.1 % of samples clipped 4 % {_SOURCE} had another label, with 1 % 9 %, with 10 % 36 %."
)
_NOISE: Final = (
    f"With white noise 40 dB below the mean 17 % {_SOURCE} had another label, 30 dB below "
    "37 %, 20 dB below 46 %, 10 dB below 65 %."
)
_NO_PAUSE: Final = f"Not known from the figures; listen. {_NOISE}"
_WIDE: Final = "None: the training clips of the shipped model are no wider, or hardly."
_NARROW: Final = (
    f"Limited to 8 kHz 57 % {_SOURCE} had another label, to 5.5 kHz 47 %, to 4 kHz 68 %."
)
_MIX: Final = "None known: their mean is described, as it was in training."
_SILENT: Final = f"None by itself: the mean of the channels is described. {_LEVEL}"
_CANCEL: Final = (
    "What is described is what is left of the channels: voices in the middle may be gone. "
    "Turn one channel over, or take one alone."
)
_SHORT: Final = (
    f"Cut to 10 s 24 % {_SOURCE} had another label than whole, to 5 s 28 %, to 3 s 34 %, to "
    "1 s 45 %."
)
_LONG: Final = f"Little: cut to 14 s 19 % {_SOURCE} had another label than whole."
_STILL: Final = (
    f"With 1 s of silence before 29 s of music 18 % {_SOURCE} had another label, with 10 s before "
    "20 s of music 65 %: cut it off."
)

_RULES: Final[tuple[tuple[tuple[str, ...], Callable[[Figures], Remark]], ...]] = (
    (("rms_dbfs", "peak_dbfs"), _level),
    (("clipped",), _clipping),
    (("rms_dbfs", "noise_floor_dbfs"), _noise),
    (("bandwidth_hz", "sr"), _bandwidth),
    (("channels",), _channels),
    (("seconds",), _length),
    (("silent",), _silence),
)
"""What each remark needs, and what makes it."""
