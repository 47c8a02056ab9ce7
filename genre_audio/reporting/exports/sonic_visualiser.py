r"""A layer of regions for Sonic Visualiser (File, Import Annotation Layer).

Such a layer exports itself as comma-separated ``TIME,VALUE,DURATION,LABEL`` with times in
s with nine decimals (reference manual, section "Annotation Layer Export",
https://www.sonicvisualiser.org/doc/reference/5.0.1/en/). The importer (``CSVFormat`` and
``StringBits::split`` of svcore) takes a first line without numbers for headings and knows
these four by name. Quoted fields may hold commas; within quotes a backslash takes the
next sign literally, and quotes are not doubled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.reporting.exports.fields import one_line, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Span

__all__ = ["sonic_visualiser_text"]


def sonic_visualiser_text(spans: Sequence[Span]) -> str:
    r"""Return spans as regions: how high one stands is its probability.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.sonic_visualiser import sonic_visualiser_text
    >>> print(sonic_visualiser_text([Span(0.0, 62.5, "blues", 0.714)]), end="")
    TIME,VALUE,DURATION,LABEL
    0.000000000,0.714,62.500000000,"blues"
    """
    lines = ["TIME,VALUE,DURATION,LABEL"]
    for span in spans:
        label = one_line(span.label).replace("\\", "\\\\").replace('"', '\\"')
        start, lasting = (seconds(value, digits=9) for value in (span.start, span.seconds))
        lines.append(f'{start},{span.probability},{lasting},"{label}"')
    return "".join(f"{line}\n" for line in lines)
