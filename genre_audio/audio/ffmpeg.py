"""Formats that libsndfile does not know are decoded by ffmpeg, in a process of its own.

It is asked for one thing: the samples of the first sound of one file, as they come. The
name of the file cannot be taken for an option or an address, the reader is the one that
the file's first bytes call for and no other, nothing but this file and pipes is opened,
and it is killed when nobody reads any more or when it stands still. Its answer is an AU
stream, whose header says the sampling rate and the channels and whose samples are plain
float32.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import shutil
import struct
import subprocess
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.audio.process import STALLED_SECONDS, Process
from genre_audio.errors import AudioError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FFmpeg", "find_ffmpeg", "open_ffmpeg"]

_SECONDS: Final = 60
_BYTES_PER_SECOND: Final = 200_000
"""Of processor time allowed: it takes a hundredth of this for ordinary files."""

_LARGEST: Final = 1 << 28
"""Bytes that it may ask for at once."""

_HEADER: Final = struct.Struct(">4s5I")
_FLOAT: Final = 6


def find_ffmpeg() -> str | None:
    """Return the program to use: the one on the PATH, else the one of ``imageio-ffmpeg``.

    Returns
    -------
    str or None
        None where there is neither.

    Examples
    --------
    >>> from genre_audio.audio.ffmpeg import find_ffmpeg
    >>> program = find_ffmpeg()  # such as '/usr/bin/ffmpeg'
    """
    found = shutil.which("ffmpeg")
    if found is None and importlib.util.find_spec("imageio_ffmpeg"):
        import imageio_ffmpeg

        with contextlib.suppress(RuntimeError):  # it has none for this system
            found = imageio_ffmpeg.get_ffmpeg_exe()
    return found


class FFmpeg:
    """A running decoder; made by `open_ffmpeg`.

    Attributes
    ----------
    samplerate, channels : int
        Of the samples.
    name : str
        Which program it is, such as ``"ffmpeg 5.1"``.
    declared, end
        Nothing: ffmpeg does not tell what there should be.

    Examples
    --------
    See `open_ffmpeg`.
    """

    declared: int | None = None
    end = ""

    def __init__(self, process: Process, *, name: str) -> None:
        self._process = process
        self.name = name
        mark, start, _, encoding, self.samplerate, self.channels = _header(process)
        if mark != b".snd" or encoding != _FLOAT or start < _HEADER.size or not self.channels:
            raise AudioError("ffmpeg gave something that is no sound", kind="decode")
        process.read(start - _HEADER.size)

    def blocks(self, frames: int) -> Iterator[NDArray[np.float32]]:
        """Yield samples, `frames` at a time; shape (frames, channels)."""
        width = 4 * self.channels
        while True:
            data = self._process.read(frames * width)
            whole = len(data) // width * width
            if whole:
                block = np.frombuffer(data, dtype=">f4", count=whole // 4)
                yield block.reshape(-1, self.channels).astype(np.float32)
            if whole < frames * width:
                self._process.finish()
                return


@contextlib.contextmanager
def open_ffmpeg(path: Path, *, demuxer: str, program: str) -> Iterator[FFmpeg]:
    """Decode a file by ffmpeg; its process ends with the ``with`` block.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    demuxer : str
        The reader of ffmpeg that may have it.
    program : str
        Where ffmpeg lies.

    Yields
    ------
    FFmpeg

    Raises
    ------
    AudioError
        ``decode``, or ``empty`` for a film without sound.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.audio.ffmpeg import find_ffmpeg, open_ffmpeg
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "a.wav")
    ...     soundfile.write(path, np.zeros((100, 2)), 8000)
    ...     program = find_ffmpeg()
    ...     if program is None:
    ...         (8000, [(100, 2)])
    ...     else:
    ...         with open_ffmpeg(path, demuxer="wav", program=program) as decoder:
    ...             decoder.samplerate, [block.shape for block in decoder.blocks(1000)]
    (8000, [(100, 2)])
    """
    name = _version(program)
    seconds = _SECONDS + path.stat().st_size // _BYTES_PER_SECOND
    with contextlib.closing(Process(_command(path, demuxer, program, seconds))) as process:
        yield FFmpeg(process, name=name)


def _command(path: Path, demuxer: str, program: str, seconds: int) -> list[str | bytes]:
    limits = ["-nostdin", "-hide_banner", "-loglevel", "error"]
    limits += ["-max_alloc", str(_LARGEST), "-timelimit", str(seconds)]
    reader = ["-protocol_whitelist", "file,pipe", "-format_whitelist", demuxer, "-f", demuxer]
    reader += ["-threads", "1", "-i"]
    wanted = ["-map", "0:a:0", "-map_metadata", "-1", "-fflags", "+bitexact"]
    wanted += ["-c:a", "pcm_f32be", "-f", "au", "pipe:1"]
    # With a protocol in front and from the root, no name is an option or an address.
    file = b"file:" + os.fsencode(path.absolute())
    return [program, *limits, *reader, file, *wanted]


@functools.cache
def _version(program: str) -> str:
    try:
        said = subprocess.check_output(  # noqa: S603 - no shell, and the program is the user's
            [program, "-hide_banner", "-version"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=STALLED_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        message = f"this format needs ffmpeg, and {program} was found but does not run"
        raise AudioError(message, kind="unsupported_format") from error
    words = said.decode(errors="replace").split()
    return " ".join(words[:1] + words[2:3])


def _header(process: Process) -> tuple[bytes, int, int, int, int, int]:
    data = process.read(_HEADER.size)
    if len(data) < _HEADER.size:
        process.finish()
        raise AudioError("the decoder found no audio in the file", kind="decode")
    return _HEADER.unpack(data)
