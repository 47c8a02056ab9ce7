"""What is in a recording, as text: findings in words and a table for people, or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from genre_audio.reporting.printable import printable
from genre_audio.reporting.recording_words import REASONS, quality_rows, recording_findings
from genre_audio.reporting.text_table import text_table

if TYPE_CHECKING:
    from genre_audio.exploration.recording_view import RecordingView

__all__ = ["recording_json", "recording_text"]


def recording_text(view: RecordingView) -> str:
    """Return findings, quality and refused segments for a terminal.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.exploration.recording_view import view_recording
    >>> from genre_audio.reporting.recording_text import recording_text
    >>> y = 0.5 * np.sin(np.arange(44100) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     text = recording_text(view_recording(Path(folder, "tone.wav")))
    >>> text.splitlines()[0]
    'tone.wav'
    """
    said = "".join(f"{line}\n" for line in recording_findings(view))
    parts = [f"{printable(view.name)}\n{said}\n", text_table(quality_rows(view.quality), right=[1])]
    if view.refused:
        rows = [
            [
                f"{each.start:.1f}",
                f"{each.stop:.1f}",
                REASONS.get(each.kind, each.kind),
                each.message,
            ]
            for each in view.refused
        ]
        header = ["from (s)", "to (s)", "reason", "found"]
        parts.append(f"\nRefused\n{text_table(rows, header=header, right=(0, 1))}")
    return "".join(parts)


def recording_json(view: RecordingView) -> str:
    """Return what is known of a recording as JSON, without the pictures.

    Examples
    --------
    >>> import json, tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.exploration.recording_view import view_recording
    >>> from genre_audio.reporting.recording_text import recording_json
    >>> y = 0.5 * np.sin(np.arange(44100) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     text = recording_json(view_recording(Path(folder, "tone.wav")))
    >>> json.loads(text)["quality"]["sr"]
    22050
    """
    value = view.as_dict() | {"findings": recording_findings(view)}
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
