"""Files become blocks of samples: the only place that calls a decoder.

libsndfile is asked first, ffmpeg for what libsndfile does not know, where it is installed.
Every failure leaves as an `AudioError` with a stable kind. Nothing is ever sized by the
length that a header declares: it may be short, long, or 2**63 - 1.
"""

from __future__ import annotations

import contextlib
import stat
from typing import TYPE_CHECKING, Final, Protocol

from genre_audio.audio.ffmpeg import find_ffmpeg, open_ffmpeg
from genre_audio.audio.looks import Look, look_at
from genre_audio.audio.sndfile import open_sndfile
from genre_audio.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Decoder", "check_readable", "open_decoder", "read_blocks"]

# All that is done with a block happens while it is in the processor's cache; smaller
# ones lose more to calls than they gain.
_BLOCK_SAMPLES: Final = 1 << 16
_SR_RANGE: Final = (1_000, 768_000)
_CHANNELS: Final = 64


class Decoder(Protocol):
    """What reads a file: libsndfile or ffmpeg.

    Attributes
    ----------
    samplerate, channels : int
        To be believed, unlike lengths.
    name : str
        Which one it is, where it is not libsndfile.
    declared : int or None
        Frames that there should be, where the file says so and may be believed.
    end : str
        Why there is an end before that of the recording, where that can be seen.

    Examples
    --------
    See `open_decoder`.
    """

    samplerate: int
    channels: int
    name: str
    declared: int | None
    end: str

    def blocks(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Yield samples, at most `frames` at a time; shape (frames, channels)."""


def check_readable(path: Path) -> None:
    """Raise an `AudioError` if `path` is no file with something in it.

    Raises
    ------
    AudioError
        ``io`` if the file cannot be opened, ``empty`` if it has no bytes.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio.decode import check_readable
    >>> check_readable(Path("nowhere.wav"))
    Traceback (most recent call last):
    genre_audio.errors.AudioError: the file cannot be read: No such file or directory
    """
    try:
        # Opening a named pipe would wait for somebody to write into it.
        if not stat.S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise AudioError("the path leads to a pipe or a device, not to a file", kind="io")
        with path.open("rb") as file:
            if not file.read(1):
                raise AudioError("the file is empty", kind="empty")
    except OSError as error:
        raise AudioError(f"the file cannot be read: {error.strerror}", kind="io") from error


@contextlib.contextmanager
def open_decoder(path: Path) -> Iterator[Decoder]:
    """Open a recording for `read_blocks`; close it at the end of the ``with`` block.

    Parameters
    ----------
    path : pathlib.Path
        Any format that libsndfile or ffmpeg reads; what its name ends in does not matter.

    Yields
    ------
    Decoder

    Raises
    ------
    AudioError
        ``io``, ``empty``, ``unsupported_format`` or ``decode``.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.decode import open_decoder, read_blocks
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(Path(folder, "a.flac"), np.zeros((100, 2)), 8000)
    ...     with open_decoder(Path(folder, "a.flac")) as decoder:
    ...         decoder.samplerate, [block.shape for block in read_blocks(decoder)]
    (8000, [(100, 2)])
    """
    check_readable(path)
    if path.suffix.lower() == ".raw":
        # libsndfile would ask us for the layout instead of looking at the bytes.
        message = "a headerless .raw file does not say how its samples are laid out"
        raise AudioError(message, kind="unsupported_format")
    with contextlib.ExitStack() as stack:
        decoder: Decoder
        try:
            decoder = stack.enter_context(open_sndfile(path))
        except AudioError as error:
            decoder = _ask_ffmpeg(path, error, stack=stack)
        _check(decoder)
        yield decoder


def read_blocks(decoder: Decoder) -> Iterator[NDArray[np.float32]]:
    """Decode to the end, block by block.

    Yields
    ------
    ndarray of float32, shape (frames, channels)
        Full scale is ±1; float files may exceed it.

    Raises
    ------
    AudioError
        ``decode`` if the decoder gives up.

    Examples
    --------
    See `open_decoder`.
    """
    yield from decoder.blocks(max(1, _BLOCK_SAMPLES // decoder.channels))


def _ask_ffmpeg(path: Path, error: AudioError, *, stack: contextlib.ExitStack) -> Decoder:
    """Let ffmpeg try what libsndfile did not open."""
    look = look_at(path)
    program = find_ffmpeg() if look.demuxer and error.kind != "io" else None
    if program is None:
        raise _refusal(look, error) from error
    try:
        return stack.enter_context(open_ffmpeg(path, demuxer=look.demuxer, program=program))
    except AudioError:
        if error.kind == "decode":  # a format of its own: what libsndfile found is wrong
            raise error from None
        raise


def _refusal(look: Look, error: AudioError) -> AudioError:
    """Say what the file is, and how it could be read."""
    if error.kind != "unsupported_format":
        return error
    if not look.demuxer:
        return AudioError(f"{error}; it looks like {look.what}", kind=error.kind)
    message = (
        f"{look.what} needs ffmpeg to be read: install it where it is found on the PATH, "
        "or pip install 'genre-audio[ffmpeg]'"
    )
    return AudioError(message, kind=error.kind)


def _check(decoder: Decoder) -> None:
    low, high = _SR_RANGE
    if not low <= decoder.samplerate <= high:
        raise AudioError(
            f"a sampling rate of {decoder.samplerate} Hz; {low} to {high} Hz can be read",
            kind="unsupported_format",
        )
    if decoder.channels > _CHANNELS:
        raise AudioError(
            f"{decoder.channels} channels; up to {_CHANNELS} can be read",
            kind="unsupported_format",
        )
