"""Recordings become segments here, and nowhere else is audio read.

A recording is streamed: decoded in blocks, measured, mixed down, resampled to the
analysis rate and cut, so that memory is bounded by one segment however long a tape is.
Cutting comes last because resampling pieces does not give the pieces of the resampled
whole. Headers are not believed: lengths are counted in decoded samples.

No feature, table or model may enter this room.
"""

from genre_audio.audio.find import AUDIO_SUFFIXES, Source, find_recordings
from genre_audio.audio.quality import Quality
from genre_audio.audio.recording import Recording, open_recording

__all__ = [
    "AUDIO_SUFFIXES",
    "Quality",
    "Recording",
    "Source",
    "find_recordings",
    "open_recording",
]
