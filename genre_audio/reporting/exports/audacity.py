"""A label track for Audacity.

By its manual (https://manual.audacityteam.org/man/importing_and_exporting_labels.html):
lines of start, end and text, with tabs between them, times in s with six decimals, UTF-8.
There is no header. A line that begins with a backslash belongs to the label before it;
ours begin with numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.reporting.exports.fields import one_line, seconds, tabbed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Span

__all__ = ["audacity_text"]


def audacity_text(spans: Sequence[Span]) -> str:
    r"""Return spans as a label track: each label with its probability behind it.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.audacity import audacity_text
    >>> audacity_text([Span(0.0, 62.5, "blues", 0.714)])
    '0.000000\t62.500000\tblues 0.71\n'
    """
    return tabbed(
        [
            seconds(span.start, digits=6),
            seconds(span.stop, digits=6),
            f"{one_line(span.label)} {span.probability:.2f}",
        ]
        for span in spans
    )
