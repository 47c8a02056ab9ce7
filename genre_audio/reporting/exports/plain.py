"""Plain CSV and JSON lines, for programs and spreadsheets.

Both say a recording, a tier, start and stop in s, a label and its probability, with
numbers in shortest round-trip form. The CSV has all text in quotes (RFC 4180), and nothing
that a spreadsheet would calculate: `genre_audio.tables.unescaped` gives such text back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from genre_audio.reporting.exports.fields import encodable
from genre_audio.tables.csv_text import csv_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Span

__all__ = ["csv_text", "jsonl_text"]


def csv_text(spans: Sequence[Span], *, tier: str = "genre", recording: str = "") -> str:
    r"""Return spans as CSV.

    Parameters
    ----------
    spans : sequence of Span
        One for each row.
    tier, recording : str
        What stands in every row.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.plain import csv_text
    >>> csv_text([Span(0.0, 62.5, "blues", 0.714)], recording="tape.wav").splitlines()[1]
    '"tape.wav","genre",0.0,62.5,"blues",0.714'
    """
    header = ["recording", "tier", "start", "stop", "label", "probability"]
    rows = [
        [recording, tier, span.start, span.stop, span.label, span.probability] for span in spans
    ]
    return encodable(csv_lines([header, *rows], quote_text=True))


def jsonl_text(spans: Sequence[Span], *, tier: str = "genre", recording: str = "") -> str:
    r"""Return spans as JSON lines: one object for each.

    Parameters
    ----------
    spans : sequence of Span
        One for each line.
    tier, recording : str
        What stands in every line.

    Examples
    --------
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.plain import jsonl_text
    >>> print(jsonl_text([Span(0.0, 62.5, "blues", 0.714)], recording="a.wav"), end="")
    {"recording": "a.wav", "tier": "genre", "start": 0.0, "stop": 62.5, "label": "blues",
    "probability": 0.714}
    """
    same = {"recording": recording, "tier": tier}
    lines = [json.dumps(same | span.as_dict(), ensure_ascii=False) for span in spans]
    return encodable("".join(f"{line}\n" for line in lines))
