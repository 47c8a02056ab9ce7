"""One recording as a stream of segments: decode, measure, mix down, resample, cut."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING

import numpy as np
import soxr

from genre_audio.audio.cut import cut
from genre_audio.audio.declared import declared_frames, words_for_missing
from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.audio.loose_ends import loose_end
from genre_audio.audio.mix import mix_down
from genre_audio.audio.quality import Quality, QualityMeter
from genre_audio.errors import AudioError
from genre_audio.segment import Refused, Segment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    import soundfile
    from numpy.typing import NDArray

    from genre_audio.config import Segmentation

__all__ = ["Recording", "open_recording", "resample"]


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
        declared = declared_frames(path, decoder)
        end = loose_end(path, decoder)
        yield Recording(decoder, name=name or path.name, declared=declared, end=end)


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

    def __init__(
        self,
        decoder: soundfile.SoundFile,
        *,
        name: str,
        declared: int | None = None,
        end: str = "",
    ) -> None:
        self._decoder = decoder
        self._declared, self._end = declared, end
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
        return self._meter.result()

    @property
    def sr(self) -> int:
        """Sampling rate of the file in Hz."""
        return int(self._decoder.samplerate)

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
        return words_for_missing(self._declared, self._frames, sr=self.sr) or self._end

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
            return Segment(y=y, sr=sr, first=first, recording=self.name)
        except AudioError as error:
            return Refused(start, stop, error.kind, str(error))


def resample(
    blocks: Iterable[NDArray[np.float32]], *, sr_in: int, sr: int
) -> Iterator[NDArray[np.float32]]:
    """Convert a stream of mono blocks from `sr_in` to `sr` Hz (soxr, HQ).

    The result does not depend on how the stream is divided into blocks.

    Parameters
    ----------
    blocks : iterable of ndarray of float32, shape (n,)
        Samples in order.
    sr_in, sr : int
        Sampling rates in Hz.

    Yields
    ------
    ndarray of float32, shape (m,)

    Examples
    --------
    >>> import numpy as np
    >>> from genre_audio.audio.recording import resample
    >>> blocks = [np.zeros(44100, dtype=np.float32)] * 2
    >>> sum(len(block) for block in resample(blocks, sr_in=44100, sr=22050))
    44100
    """
    if sr_in == sr:
        yield from blocks
        return
    stream = soxr.ResampleStream(sr_in, sr, 1, dtype="float32", quality="HQ")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0, dtype=np.float32), last=True)
