"""A decoder in a process of its own: never waited for in vain, never left behind."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from typing import Final

from genre_audio.errors import AudioError

__all__ = ["STALLED_SECONDS", "Process"]

STALLED_SECONDS: Final = 60.0
"""Without a sound, after which a decoder is given up."""

_KEPT: Final = 2000
_CHUNK: Final = 1 << 16


class Process:
    """A program whose output is read as it comes, and what it complains of beside it.

    Parameters
    ----------
    command : list of str or bytes
        The program and its arguments; no shell reads them.

    Examples
    --------
    >>> import contextlib, sys
    >>> from genre_audio.audio.process import Process
    >>> command = [sys.executable, "-c", "print('la la', end='')"]
    >>> with contextlib.closing(Process(command)) as process:
    ...     process.read(2), process.read(100), process.finish()
    (b'la', b' la', None)
    """

    def __init__(self, command: list[str | bytes]) -> None:
        self._out, out = os.pipe()
        self._said, said = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=said
            )
        except OSError as error:
            os.close(self._out)
            os.close(self._said)
            message = f"{os.fsdecode(command[0])} cannot be started: {error.strerror}"
            raise AudioError(message, kind="unsupported_format") from error
        finally:
            os.close(out)
            os.close(said)
        self._selector = selectors.DefaultSelector()
        for pipe in (self._out, self._said):
            self._selector.register(pipe, selectors.EVENT_READ)
        self._complaints = b""

    def read(self, count: int) -> bytes:
        """Return so many bytes, or all that are left."""
        parts, missing = [], count
        limit = time.monotonic() + STALLED_SECONDS
        while missing and self._out in self._selector.get_map():
            ready = self._selector.select(max(0.0, limit - time.monotonic()))
            if not ready:
                message = f"the decoder gave nothing for {STALLED_SECONDS:.0f} s"
                raise AudioError(message, kind="decode")
            for key, _ in ready:
                part = os.read(key.fd, min(missing, _CHUNK) if key.fd == self._out else _CHUNK)
                if not part:
                    self._selector.unregister(key.fd)
                elif key.fd == self._said:
                    self._complaints = (self._complaints + part)[-_KEPT:]
                else:
                    parts.append(part)
                    missing -= len(part)
                    limit = time.monotonic() + STALLED_SECONDS
        return b"".join(parts)

    def finish(self) -> None:
        """Wait for the end; raise what went wrong."""
        while self._said in self._selector.get_map():
            if not self._selector.select(STALLED_SECONDS):
                break
            part = os.read(self._said, _CHUNK)
            if not part:
                break
            self._complaints = (self._complaints + part)[-_KEPT:]
        try:
            code = self._process.wait(STALLED_SECONDS)
        except subprocess.TimeoutExpired:
            code = -1
        if code == 0:
            return
        said = self._complaints.decode(errors="replace")
        if "matches no streams" in said:
            raise AudioError("the file holds no sound, only pictures or data", kind="empty")
        last = (said.strip().splitlines() or [f"exit code {code}"])[-1].rpartition(": ")[2]
        reason = "".join(sign for sign in last if sign.isprintable())[:200]
        raise AudioError(f"the decoder gave up: {reason} (ffmpeg)", kind="decode")

    def close(self) -> None:
        """End the program, whatever it does."""
        self._selector.close()
        os.close(self._out)
        os.close(self._said)
        self._process.kill()
        self._process.wait()
