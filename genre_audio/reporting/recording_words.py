"""What is to be known of a recording, in plain words, for terminals and pages."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Final

from genre_audio.config import AnalysisConfig
from genre_audio.segment import MIN_SECONDS, SILENCE_DBFS

if TYPE_CHECKING:
    from genre_audio.audio import Quality
    from genre_audio.exploration.recording_view import RecordingView

__all__ = ["REASONS", "quality_rows", "recording_findings"]

REASONS: Final = {
    "silent": "silent",
    "too_short": "too short",
    "not_finite": "samples that are no numbers",
    "decode": "not to be decoded",
}
"""Why a segment is refused, by the kind of error."""

_QUIET_DBFS: Final = -40.0
_OFFSET: Final = 0.005
_NARROW_DB: Final = 10.0


def recording_findings(view: RecordingView) -> list[str]:
    """Say what matters of a recording, one sentence for each finding.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.exploration.recording_view import view_recording
    >>> from genre_audio.reporting.recording_words import recording_findings
    >>> y = 0.5 * np.sin(np.arange(44100) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     found = recording_findings(view_recording(Path(folder, "tone.wav")))
    >>> found[0]
    '2.0 s, 1 channel, 22,050 Hz: sound up to 11,025 Hz can be in it.'
    """
    quality = view.quality
    channels = f"{quality.channels} channel{'' if quality.channels == 1 else 's'}"
    said = [
        f"{quality.seconds:,.1f} s, {channels}, {quality.sr:,} Hz: "
        f"sound up to {quality.sr // 2:,} Hz can be in it."
    ]
    if quality.sr < (wanted := AnalysisConfig().sr):
        said.append(
            f"Features are measured at {wanted:,} Hz; above {quality.sr // 2:,} Hz they meet "
            "nothing, and differ from those of recordings that have it."
        )
    return said + _level(quality) + _segments(view)


def quality_rows(quality: Quality) -> list[tuple[str, str]]:
    """Return what was measured as names and values with their units.

    Examples
    --------
    >>> from genre_audio.audio import Quality
    >>> from genre_audio.reporting.recording_words import quality_rows
    >>> quality_rows(Quality(8000, 1, 2.5, -1.0, -20.0, -60.0, 0.0, 0.0))[:2]
    [('length', '2.50 s'), ('sampling rate', '8,000 Hz')]
    """
    return [
        ("length", f"{quality.seconds:,.2f} s"),
        ("sampling rate", f"{quality.sr:,} Hz"),
        ("channels", str(quality.channels)),
        ("highest sample", _dbfs(quality.peak_dbfs)),
        ("mean level", _dbfs(quality.rms_dbfs)),
        ("level of the quietest tenth", _dbfs(quality.noise_floor_dbfs)),
        ("samples at full scale", f"{100 * quality.clipped:.4g} %"),
        ("mean of all samples", f"{quality.dc_offset:.5f}".replace("-", "\u2212")),
    ]


def _dbfs(level: float) -> str:
    return f"{level:.1f} dBFS".replace("-", "\u2212")


def _level(quality: Quality) -> list[str]:
    if quality.peak_dbfs < SILENCE_DBFS:
        return [f"Nothing in it is louder than {_dbfs(SILENCE_DBFS)}."]
    said = []
    if quality.clipped:
        said.append(
            f"{100 * quality.clipped:.2g} % of the samples stand at full scale: "
            "it may be clipped, and clipping sounds like more treble."
        )
    if quality.rms_dbfs < _QUIET_DBFS:
        said.append(f"It is quiet: its mean level is {_dbfs(quality.rms_dbfs)}.")
    if quality.seconds < MIN_SECONDS:  # A few waves have any mean.
        return said
    if quality.rms_dbfs - quality.noise_floor_dbfs < _NARROW_DB:
        said.append(
            "Its quietest tenth is hardly quieter than the rest "
            f"({quality.rms_dbfs - quality.noise_floor_dbfs:.0f} dB): it is dense, or noisy."
        )
    if abs(quality.dc_offset) > _OFFSET:
        said.append(
            f"Its samples are off zero by {quality.dc_offset:.3f} on average: "
            "an offset of the recorder, not sound.".replace("-", "\u2212")
        )
    return said


def _segments(view: RecordingView) -> list[str]:
    kept = len(view.segments)
    refused = [each for each in view.refused if each.stop > each.start]
    # What has no length is where the decoder gave up.
    said = [
        f"After {each.start:,.1f} s nothing could be read."
        for each in view.refused
        if each.stop <= each.start
    ]
    reasons = collections.Counter(REASONS.get(each.kind, each.kind) for each in refused)
    if kept + len(refused) == 1:
        what = f"refused ({next(iter(reasons))})" if refused else "fit to be described"
        return [f"It is one segment, {what}.", *said]
    head = f"Cut every {view.segmentation.seconds:g} s it gives {kept + len(refused)} segments"
    if not refused:
        return [f"{head}, all fit to be described.", *said]
    named = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
    return [f"{head}; {kept} of them are fit to be described, refused are {named}.", *said]
