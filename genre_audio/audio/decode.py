"""Files become blocks of samples: the only place that calls a decoder.

Every failure leaves as an `AudioError` with a stable kind. Nothing is ever sized by the
length that a header declares: it may be short, long, or 2**63 - 1.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING, Final

import numpy as np
import soundfile

from genre_audio.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["check_readable", "open_decoder", "read_blocks"]

# All that is done with a block happens while it is in the processor's cache; smaller
# ones lose more to calls than they gain.
_BLOCK_SAMPLES: Final = 1 << 16
_PCM_16: Final = np.float32(2.0**-15)
_UNRECOGNISED: Final = 1  # SF_ERR_UNRECOGNISED_FORMAT
_NOTHING_IN_IT: Final = 7  # SFE_BAD_FILE: of MP3, after looking for frames in vain
_SR_RANGE: Final = (1_000, 768_000)


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
def open_decoder(path: Path) -> Iterator[soundfile.SoundFile]:
    """Open a recording for `read_blocks`; close it at the end of the ``with`` block.

    Parameters
    ----------
    path : pathlib.Path
        Any format that libsndfile reads.

    Yields
    ------
    soundfile.SoundFile
        Its ``samplerate``, ``channels``, ``format`` and ``subtype`` may be believed,
        its ``frames`` may not.

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
    with _translated(), _Stream(os.fsencode(path)) as decoder:
        low, high = _SR_RANGE
        if not low <= decoder.samplerate <= high:
            raise AudioError(
                f"a sampling rate of {decoder.samplerate} Hz; {low} to {high} Hz can be read",
                kind="unsupported_format",
            )
        yield decoder


def read_blocks(decoder: soundfile.SoundFile) -> Iterator[NDArray[np.float32]]:
    """Decode to the end, block by block.

    ``SoundFile.blocks`` fills a short read up with uninitialised memory; this loop
    reads until nothing comes.

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
    shape = (max(1, _BLOCK_SAMPLES // decoder.channels), decoder.channels)
    plain = decoder.subtype == "PCM_16" and decoder.format != "FLAC"
    integers = np.empty(shape, dtype=np.int16) if plain else None
    while True:
        with _translated():
            block = decoder.read(
                out=np.empty(shape, dtype=np.float32) if integers is None else integers
            )
        if not len(block):
            return
        # libsndfile takes four times as long for the same division.
        yield block if integers is None else np.multiply(block, _PCM_16, dtype=np.float32)


class _Stream(soundfile.SoundFile):  # type: ignore[misc] # soundfile says nothing of its types
    """A file that is only read onwards.

    soundfile would seek to where it is after every read, which is not harmless: in MP3
    and Ogg it changes or repeats samples at the seams of blocks, and it fails where a
    FLAC stream does not say how long it is. Nor may a declared length end the reading.
    """

    def seekable(self) -> bool:
        """Say no: soundfile then reads on from where it is."""
        return False


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except soundfile.LibsndfileError as error:
        if error.code == _UNRECOGNISED:
            message = "the format is not one that libsndfile reads (WAV, FLAC, MP3, Ogg, AIFF, …)"
            raise AudioError(message, kind="unsupported_format") from error
        if error.code == _NOTHING_IN_IT:
            raise AudioError("the decoder found no audio in the file", kind="decode") from error
        raise AudioError(f"the decoder gave up: {error.error_string}", kind="decode") from error
