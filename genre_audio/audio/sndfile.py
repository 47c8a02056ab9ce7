"""libsndfile as a decoder: its errors become ours, and its habits are kept in check."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import soundfile

from genre_audio.audio.declared import declared_frames
from genre_audio.audio.lengths import Mended, mend
from genre_audio.audio.loose_ends import ogg_cut_off
from genre_audio.audio.quiet import quiet_decoders
from genre_audio.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Sndfile", "open_sndfile"]

_PCM_16: Final = np.float32(2.0**-15)
_UNRECOGNISED: Final = 1  # SF_ERR_UNRECOGNISED_FORMAT
_SYSTEM: Final = 2  # SF_ERR_SYSTEM
_NOTHING_IN_IT: Final = 7  # SFE_BAD_FILE: of MP3, after looking for frames in vain
_UNKNOWN: Final = "the format is not one that libsndfile reads (WAV, FLAC, MP3, Ogg, AIFF, …)"


class Sndfile:
    """An open file; made by `open_sndfile`.

    Attributes
    ----------
    samplerate, channels : int
        Of the samples.
    name : str
        Empty: nothing need be said of the usual decoder.
    declared : int or None
        Frames that there should be, where the file says so and may be believed.
    end : str
        Why there is an end before that of the recording, where that can be seen.

    Examples
    --------
    See `open_sndfile`.
    """

    name = ""

    def __init__(self, stream: soundfile.SoundFile, *, path: Path, mended: Mended) -> None:
        self._stream = stream
        self._mended = mended
        # What had to be mended was not true.
        self.declared = None if mended.view else declared_frames(path, stream)
        self.end = ogg_cut_off(path) if stream.format == "OGG" else ""
        self.samplerate = int(stream.samplerate)
        self.channels = int(stream.channels)

    def blocks(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Yield samples, at most `frames` at a time; shape (frames, channels).

        ``SoundFile.blocks`` fills a short read up with uninitialised memory; this reads
        until nothing comes.
        """
        yield from _blocks(self._stream, frames)
        for view in self._mended.rest:
            with contextlib.ExitStack() as stack:
                with _translated():
                    stream = stack.enter_context(_Stream(view))
                if (stream.samplerate, stream.channels) != (self.samplerate, self.channels):
                    raise _given_up("another stream follows, which has another form.")
                yield from _blocks(stream, frames)
        if self._mended.change:
            raise _given_up(self._mended.change)


def _given_up(why: str) -> AudioError:
    return AudioError(f"the decoder gave up: {why}", kind="decode")


def _blocks(stream: soundfile.SoundFile, frames: int) -> Iterator[NDArray[np.float32]]:
    shape = (frames, stream.channels)
    plain = stream.subtype == "PCM_16" and stream.format != "FLAC"
    integers = np.empty(shape, dtype=np.int16) if plain else None
    while True:
        out = np.full(shape, np.nan, dtype=np.float32) if integers is None else integers
        try:
            with _translated():
                block = stream.read(out=out)
        except AudioError:
            yield from _good_part(out)
            raise
        if not len(block):
            return
        # libsndfile takes four times as long for the same division.
        yield block if integers is None else np.multiply(block, _PCM_16, dtype=np.float32)


def _good_part(out: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield what was written before an error, of which soundfile says no more than that."""
    if out.dtype == np.float32:
        written = np.flatnonzero(~np.isnan(out).all(axis=1))
        if len(written):
            yield out[: written[-1] + 1]


@contextlib.contextmanager
def open_sndfile(path: Path) -> Iterator[Sndfile]:
    """Open a file by libsndfile; close it at the end of the ``with`` block.

    Raises
    ------
    AudioError
        ``io``, ``unsupported_format`` or ``decode``.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.sndfile import open_sndfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "a.flac"), np.zeros((100, 2)), 8000)
    ...     with open_sndfile(Path(folder, "a.flac")) as decoder:
    ...         [block.shape for block in decoder.blocks(60)]
    [(60, 2), (40, 2)]
    """
    with contextlib.ExitStack() as stack:
        with _translated():
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            stack.callback(os.close, descriptor)
            mended = mend(descriptor)
            stream = stack.enter_context(_opened(path, mended))
        if stream.format == "RAW":
            # By its ending alone: libsndfile takes any .au or .gsm for samples of a phone.
            raise AudioError(_UNKNOWN, kind="unsupported_format")
        yield Sndfile(stream, path=path, mended=mended)


def _opened(path: Path, mended: Mended) -> soundfile.SoundFile:
    if mended.view is not None:
        with contextlib.suppress(soundfile.LibsndfileError):
            return _Stream(mended.view)
    return _Stream(os.fsencode(path))


class _Stream(soundfile.SoundFile):  # type: ignore[misc] # soundfile says nothing of its types
    """A file that is only read onwards.

    soundfile would seek to where it is after every read, which is not harmless: in MP3
    and Ogg it changes or repeats samples at the seams of blocks, and it fails where a
    FLAC stream does not say how long it is. Nor may a declared length end the reading.
    """

    def __init__(self, file: Any) -> None:  # noqa: ANN401 - a name or an open file
        super().__init__(file)

    def seekable(self) -> bool:
        """Say no: soundfile then reads on from where it is."""
        return False


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        with quiet_decoders():
            yield
    except soundfile.LibsndfileError as error:
        if error.code == _UNRECOGNISED:
            raise AudioError(_UNKNOWN, kind="unsupported_format") from error
        if error.code == _NOTHING_IN_IT:
            raise AudioError("the decoder found no audio in the file", kind="decode") from error
        kind = "io" if error.code == _SYSTEM else "decode"
        raise AudioError(f"the decoder gave up: {error.error_string}", kind=kind) from error
    except OSError as error:
        raise AudioError(f"the file cannot be read: {error.strerror}", kind="io") from error
