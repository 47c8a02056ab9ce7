"""What is in one recording: its outline, its mel spectrogram, how good it is, what is refused.

Read once, as a stream: an hour takes no more memory than a minute.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.audio import open_recording
from genre_audio.config import AnalysisConfig, Segmentation
from genre_audio.exploration.binned import BinnedExtremes, BinnedMeans
from genre_audio.exploration.mel_stream import MelStream
from genre_audio.segment import Refused

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from genre_audio.audio import Quality

__all__ = ["RecordingView", "view_recording"]

_MOST_POINTS: Final = 1400
_MOST_COLUMNS: Final = 1400


def _nothing() -> NDArray[np.float32]:
    return np.empty(0, dtype=np.float32)


@dataclasses.dataclass(frozen=True, eq=False)
class RecordingView:
    """One recording, to be looked at.

    Attributes
    ----------
    name : str
        What it is called.
    quality : Quality
        As measured over all of it.
    low, high : ndarray of float64, shape (points,)
        Lowest and highest sample of each stretch, channels mixed down.
    seconds_per_point : float
        Length of a stretch.
    power : ndarray of float64, shape (columns, bands)
        Mean power in each mel band over the frames of each column.
    seconds_per_column, seconds_per_frame : float
        Length of a column, and of the step between the frames in it; the first of all
        frames is centred on the beginning.
    edges : ndarray of float64, shape (bands + 2,)
        Where bands begin, peak and end in Hz.
    segments : tuple of (float, float)
        Begin and end of the segments that features would be measured on, in seconds.
    refused : tuple of Refused
        Segments that are not worth describing, with the reason.
    segmentation : Segmentation
        How the recording was cut.
    excerpt : ndarray of float32, shape (samples,)
        What was to be kept of it, at the file's own rate, channels mixed down.

    Examples
    --------
    See `view_recording`.
    """

    name: str
    quality: Quality
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    seconds_per_point: float
    power: NDArray[np.float64]
    seconds_per_column: float
    seconds_per_frame: float
    edges: NDArray[np.float64]
    segments: tuple[tuple[float, float], ...]
    refused: tuple[Refused, ...]
    segmentation: Segmentation
    excerpt: NDArray[np.float32] = dataclasses.field(default_factory=_nothing)

    @property
    def db(self) -> NDArray[np.float64]:
        """The mel spectrogram in dB below its maximum, shape (bands, columns); -80 at least."""
        loudest = float(self.power.max(initial=0.0))
        if not loudest:
            return np.full(self.power.T.shape, -80.0)
        return np.maximum(10.0 * np.log10(np.maximum(self.power.T / loudest, 1e-8)), -80.0)

    def as_dict(self) -> dict[str, Any]:
        """Return all but the pictures, as JSON can say it."""
        return {
            "recording": self.name,
            "quality": self.quality.as_dict(),
            "segmentation": self.segmentation.as_dict(),
            "segments": [{"start": start, "stop": stop} for start, stop in self.segments],
            "refused": [dataclasses.asdict(refused) for refused in self.refused],
        }


def view_recording(
    path: Path,
    *,
    name: str = "",
    segmentation: Segmentation | None = None,
    keep: tuple[float, float] | None = None,
) -> RecordingView:
    """Look at a recording.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str, optional
        What to call it; the file's name by default.
    segmentation : Segmentation, optional
        How to cut it; segments of 30 s by default.
    keep : (float, float), optional
        Begin and end in s of what is to be kept as it sounds; nothing by default.

    Returns
    -------
    RecordingView

    Raises
    ------
    AudioError
        If nothing of it can be read.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.exploration.recording_view import view_recording
    >>> y = 0.5 * np.sin(np.arange(44100) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 22050)
    ...     view = view_recording(Path(folder, "tone.wav"))
    >>> view.segments, view.refused, round(float(view.high.max()), 2)
    (((0.0, 2.0),), (), 0.5)
    """
    cutting = segmentation or Segmentation()
    kept: list[tuple[float, float]] = []
    refused: list[Refused] = []
    with open_recording(path, name=name) as recording:
        pictures = _Pictures(sr=recording.sr, keep=keep or (0.0, 0.0))
        for segment in recording.segments(
            sr=AnalysisConfig().sr, segmentation=cutting, listen=pictures.add
        ):
            if isinstance(segment, Refused):
                refused.append(segment)
            else:
                kept.append((segment.start, segment.stop))
        pictures.finish()
        return RecordingView(
            name=recording.name,
            quality=recording.quality,
            low=pictures.outline.low,
            high=pictures.outline.high,
            seconds_per_point=pictures.outline.size / recording.sr,
            power=pictures.columns.means,
            seconds_per_column=pictures.columns.size * pictures.mel.hop_length / recording.sr,
            seconds_per_frame=pictures.mel.hop_length / recording.sr,
            edges=pictures.mel.edges,
            segments=tuple(kept),
            refused=tuple(refused),
            segmentation=cutting,
            excerpt=pictures.kept,
        )


class _Pictures:
    """Outline and spectrogram, growing while a recording is read, and what is kept of it."""

    def __init__(self, *, sr: int, keep: tuple[float, float]) -> None:
        self.outline = BinnedExtremes(most=_MOST_POINTS)
        self.mel = MelStream(sr=sr)
        self.columns = BinnedMeans(most=_MOST_COLUMNS, width=len(self.mel.edges) - 2)
        self._keep = [round(time * sr) for time in keep]
        self._samples = 0
        self._parts = [_nothing()]

    @property
    def kept(self) -> NDArray[np.float32]:
        """The samples of the excerpt."""
        return np.concatenate(self._parts)

    def add(self, y: NDArray[np.float32]) -> None:
        """Take the next samples of the recording."""
        begin, end = (max(0, place - self._samples) for place in self._keep)
        if begin < end and begin < len(y):
            self._parts.append(y[begin:end].copy())
        self._samples += len(y)
        self.outline.add(y)
        for frames in self.mel.push(y):
            self.columns.add(frames)

    def finish(self) -> None:
        """Take the frames that wait for the end."""
        for frames in self.mel.finish():
            self.columns.add(frames)
