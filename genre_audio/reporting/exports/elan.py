"""Tab-delimited text for ELAN (File, Import, CSV / Tab-delimited Text File).

By its manual (https://www.mpi.nl/corpus/html/elan/, section "Import CSV / Tab-delimited
Text file"): one annotation on each line; which columns are tier, begin time, end time and
annotation is said on import, the first line may be skipped, and a duration is ignored where
there is an end. Times are in s with three decimals, which is ELAN's own resolution, in
columns called as its export calls them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.reporting.exports.fields import one_line, seconds, tabbed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Span

__all__ = ["elan_text"]


def elan_text(spans: Sequence[Span], *, tier: str = "genre") -> str:
    r"""Return spans as annotations of one tier, with the probability in a column beside.

    Parameters
    ----------
    spans : sequence of Span
        What is annotated.
    tier : str
        Name of the tier.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.elan import elan_text
    >>> elan_text([Span(0.0, 62.5, "blues", 0.714)]).splitlines()[1]
    'genre\t0.000\t62.500\tblues\t0.714'
    """
    header = ["Tier", "Begin Time - ss.msec", "End Time - ss.msec", "Annotation", "Probability"]
    rows = [
        [
            one_line(tier),
            seconds(span.start, digits=3),
            seconds(span.stop, digits=3),
            one_line(span.label),
            span.probability,
        ]
        for span in spans
    ]
    return tabbed([header, *rows])
