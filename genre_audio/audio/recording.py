"""One recording as a stream of segments: decode, measure, mix down, resample, cut."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.audio.cut import cut
from genre_audio.audio.declared import words_for_missing
from genre_audio.audio.decode import Decoder, open_decoder, read_blocks
from genre_audio.audio.mix import mix_down
from genre_audio.audio.quality import Quality, QualityMeter
from genre_audio.audio.resampling import resample
from genre_audio.errors import AudioError
from genre_audio.segment import Refused, Segment, check_sounds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from genre_audio.config import Segmentation

__all__ = ["Recording", "open_recording"]

_RINGING: Final = 200
"""How far resampling spreads sound, in samples at the lower rate.

Measured: up to 94 samples are above the threshold of silence beside noise 40 dB above full
scale, from 8 to 192 kHz.
"""


@contextlib.contextmanager
def open_recording(path: Path, *, name: str = "") -> Iterator[Recording]:
    """Open a recording to read its segments.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    name : str, optional
        What its segments call it; the file's name by default.

    Yields
    ------
    Recording

    Raises
    ------
    AudioError
        ``io``, ``empty``, ``unsupported_format`` or ``decode``.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio import open_recording
    >>> from genre_audio.config import Segmentation
    >>> y = 0.1 * np.sin(np.arange(44100 * 2) / 10)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "tone.wav"), y, 44100)
    ...     with open_recording(Path(folder, "tone.wav")) as recording:
    ...         [s.seconds for s in recording.segments(sr=22050, segmentation=Segmentation())]
    [2.0]
    """
    with open_decoder(path) as decoder:
        yield Recording(decoder, name=name or path.name)


class Recording:
    """An open recording; made by `open_recording`, read once.

    Attributes
    ----------
    name : str
        What its segments call it.

    Examples
    --------
    See `open_recording`.
    """

    def __init__(self, decoder: Decoder, *, name: str) -> None:
        self._decoder = decoder
        self._frames = 0
        self._meter = QualityMeter(sr=decoder.samplerate, channels=decoder.channels)
        # NaN and infinities are remembered by tenths of a second: few, however many.
        self._window = max(1, decoder.samplerate // 10)
        self._not_finite: set[int] = set()
        self._fault: AudioError | None = None
        self.name = name

    @property
    def quality(self) -> Quality:
        """What was measured so far; complete once all segments have been read."""
        found = self._meter.result()
        return dataclasses.replace(found, decoder=self._decoder.name or None)

    @property
    def sr(self) -> int:
        """Sampling rate of the file in Hz."""
        return self._decoder.samplerate

    def segments(
        self,
        *,
        sr: int,
        segmentation: Segmentation,
        listen: Callable[[NDArray[np.float32]], None] | None = None,
    ) -> Iterator[Segment | Refused]:
        """Yield the recording's segments in order, refused ones as `Refused`.

        Where the decoder gives up in the middle of a recording, or decodes less of it than
        the file declares, what there is stands, and a last `Refused` without length says so.

        Parameters
        ----------
        sr : int
            Sampling rate of the segments in Hz.
        segmentation : Segmentation
            How to cut.
        listen : callable, optional
            Is given all samples, block by block, mixed down but not yet resampled, with
            zeros where one is not finite.

        Yields
        ------
        Segment or Refused

        Raises
        ------
        AudioError
            ``decode`` if the decoder gives up at once, ``empty`` if there is not one sample.
        """
        samples = resample(self._mono(listen), sr_in=self._decoder.samplerate, sr=sr)
        hop = segmentation.hop_samples(sr)
        end = 0
        for count, y in enumerate(cut(samples, length=segmentation.samples(sr), hop=hop)):
            first = count * hop
            end = first + len(y)
            yield self._admit(y, first=first, following=first + hop, sr=sr)
        missing = self._missing()
        if not end and self._fault is None:
            raise AudioError("the file holds no samples", kind="empty")
        if missing:
            yield Refused(end / sr, end / sr, "decode", missing)

    def _missing(self) -> str:
        """Say that the recording was not read to its end, if it was not."""
        if self._fault is not None:
            return f"{self._fault} What follows could not be read."
        return (
            words_for_missing(self._decoder.declared, self._frames, sr=self.sr) or self._decoder.end
        )

    def _mono(
        self, listen: Callable[[NDArray[np.float32]], None] | None
    ) -> Iterator[NDArray[np.float32]]:
        """Mix down; NaN and infinities become zeros whose place is remembered.

        Left in, one NaN would spread over all that the resampler mixes with it.
        """
        for block in self._blocks():
            y = mix_down(block)
            # The mean of finite samples is finite, so one look at it is enough.
            if not np.isfinite(y).all():
                bad = np.flatnonzero(~np.isfinite(block).all(axis=1))
                block[bad] = 0.0
                self._not_finite.update(np.unique((self._frames + bad) // self._window).tolist())
                y = mix_down(block)
            self._frames += len(block)
            self._meter.update(block)
            if listen is not None:
                listen(y)
            yield y

    def _blocks(self) -> Iterator[NDArray[np.float32]]:
        """Decode until the end, or until the decoder gives up after a good beginning."""
        begun = False
        try:
            for block in read_blocks(self._decoder):
                begun = True
                yield block
        except AudioError as error:
            if not begun:
                raise
            self._fault = error

    def _admit(
        self, y: NDArray[np.float32], *, first: int, following: int, sr: int
    ) -> Segment | Refused:
        start, stop = first / sr, (first + len(y)) / sr
        windows_per_second = self._decoder.samplerate / self._window
        touched = range(int(start * windows_per_second), math.ceil(stop * windows_per_second))
        bad = self._not_finite.intersection(touched)
        # The next segment begins in a window that may have begun before; earlier ones are not
        # asked for again.
        again = int(following / sr * windows_per_second)
        self._not_finite.difference_update(range(touched.start, again))
        if bad:
            message = "the segment holds NaN or infinite samples"
            return Refused(start, stop, "not_finite", message)
        try:
            segment = Segment(y=y, sr=sr, first=first, recording=self.name)
            if self.sr != sr:
                # Silence holds what the resampler spreads from loud neighbours.
                spread = math.ceil(_RINGING * max(1.0, sr / self.sr))
                check_sounds(y[spread:-spread] if len(y) > 2 * spread else y)
        except AudioError as error:
            return Refused(start, stop, error.kind, str(error))
        return segment
