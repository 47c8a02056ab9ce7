"""A JSON Annotated Music Specification.

By its schema (https://jams.readthedocs.io; Humphrey, E. J., Salamon, J., Nieto, O.,
Forsyth, J., Bittner, R. M., Bello, J. P. (2014). JAMS: A JSON annotated music specification
for reproducible MIR research. ISMIR): a file of annotations, each a list of observations
with time and duration in s, value and confidence, in a namespace. Ours is
``segment_open``: labelled segments, whatever the labels.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio import __version__
from genre_audio.reporting.exports.fields import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from genre_audio.prediction import Span

__all__ = ["jams_text"]

_SCHEMA: Final = "0.3.4"
"""The version of JAMS whose schema this follows."""


def jams_text(
    spans: Sequence[Span],
    *,
    tier: str = "genre",
    recording: str = "",
    duration: float | None = None,
) -> str:
    """Return spans as one annotation in the namespace ``segment_open``.

    Parameters
    ----------
    spans : sequence of Span
        The observations.
    tier : str
        What the labels are; stands in the annotation's sandbox.
    recording : str
        Its name; stands among the file's identifiers.
    duration : float, optional
        Length of the recording in s; by default until the last span's end.

    Examples
    --------
    >>> import json
    >>> from genre_audio.prediction import Span
    >>> from genre_audio.reporting.exports.jams import jams_text
    >>> text = jams_text([Span(0.0, 62.5, "blues", 0.714)], recording="tape.wav")
    >>> json.loads(text)["annotations"][0]["data"]
    [{'time': 0.0, 'duration': 62.5, 'value': 'blues', 'confidence': 0.714}]
    """
    lasting = max((span.stop for span in spans), default=0.0) if duration is None else duration
    annotation: dict[str, Any] = {
        "annotation_metadata": {
            "annotator": {},
            "annotation_tools": f"genre-audio {__version__}",
            "data_source": "program",
        },
        "namespace": "segment_open",
        "time": 0.0,
        "duration": lasting,
        "sandbox": {"tier": tier},
        "data": [
            {
                "time": span.start,
                "duration": span.seconds,
                "value": span.label,
                "confidence": span.probability,
            }
            for span in spans
        ],
    }
    metadata = {
        "duration": lasting,
        "identifiers": {"recording": recording},
        "jams_version": _SCHEMA,
    }
    value = {"file_metadata": metadata, "annotations": [annotation], "sandbox": {}}
    return encodable(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
