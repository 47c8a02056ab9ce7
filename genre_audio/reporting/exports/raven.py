"""A selection table for Raven (Cornell Lab of Ornithology).

A text file of tab-delimited columns with their names on the first line, as Raven saves and
opens it (Raven Pro 1.4 User's Manual, https://www.birds.cornell.edu/ccb/raven-pro/):
``Selection``, ``View``, ``Channel``, the bounds in time in s and in frequency in Hz.
Further columns are annotations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.reporting.exports.fields import one_line, seconds, tabbed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Span

__all__ = ["RAVEN_COLUMNS", "raven_text"]

RAVEN_COLUMNS: Final = (
    "Selection",
    "View",
    "Channel",
    "Begin Time (s)",
    "End Time (s)",
    "Low Freq (Hz)",
    "High Freq (Hz)",
)
"""What Raven needs of a selection."""

_ANALYSED: Final = 22050
"""Sampling rate in Hz of what is described."""


def raven_text(spans: Sequence[Span], *, tier: str = "genre", sr: int | None = None) -> str:
    r"""Return spans as selections of all frequencies.

    Parameters
    ----------
    spans : sequence of Span
        In the order in which they are to be numbered.
    tier : str
        What the labels are, written beside them.
    sr : int, optional
        Sampling rate of the recording in Hz, half of which is where selections end; by
        default the rate at which it was described.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.raven import raven_text
    >>> raven_text([Span(0.0, 62.5, "blues", 0.714)], sr=44100).splitlines()[1]
    '1\tSpectrogram 1\t1\t0.000000000\t62.500000000\t0.0\t22050.0\tblues\tgenre\t0.714'
    """
    high = (sr or _ANALYSED) / 2
    rows = [
        [
            number,
            "Spectrogram 1",
            1,
            seconds(span.start, digits=9),
            seconds(span.stop, digits=9),
            0.0,
            high,
            one_line(span.label),
            one_line(tier),
            span.probability,
        ]
        for number, span in enumerate(spans, start=1)
    ]
    return tabbed([[*RAVEN_COLUMNS, "Annotation", "Tier", "Confidence"], *rows])
