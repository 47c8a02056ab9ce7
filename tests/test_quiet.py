"""Notes of decoders do not reach the terminal; what others write does."""

from __future__ import annotations

import ctypes
import os
import platform
import threading
from typing import TYPE_CHECKING

import pytest

from genre_audio.audio import quiet
from genre_audio.audio.quiet import quiet_decoders

if TYPE_CHECKING:
    from collections.abc import Callable

GLIBC = platform.libc_ver()[0] == "glibc"


def say(text: bytes) -> None:
    """Write as a C library does."""
    library = ctypes.CDLL(None)
    name = "stderr" if GLIBC else "__stderrp"
    library.fputs(text, ctypes.c_void_p.in_dll(library, name))


needs_c = pytest.mark.skipif(
    not GLIBC and platform.system() != "Darwin", reason="C's stderr cannot be exchanged here"
)


@needs_c
def test_only_what_c_writes_inside_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    say(b"before ")
    with quiet_decoders():
        say(b"inside ")
        os.write(2, b"of others ")
        with quiet_decoders():
            say(b"deeper ")
        say(b"inside ")
    say(b"after")
    assert capfd.readouterr().err == "before of others after"


@needs_c
def test_threads_leave_it_as_they_found_it(capfd: pytest.CaptureFixture[str]) -> None:
    first_in, second_in, first_out = (threading.Event() for _ in range(3))

    def first() -> None:
        with quiet_decoders():
            first_in.set()
            second_in.wait(10)
        first_out.set()

    def second() -> None:
        first_in.wait(10)
        with quiet_decoders():
            second_in.set()
            first_out.wait(10)
            say(b"inside")

    works: list[Callable[[], None]] = [first, second]
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    say(b"after")
    assert capfd.readouterr().err == "after"


@needs_c
def test_an_error_leaves_it_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="an error"), quiet_decoders():
        raise ValueError("an error")
    say(b"after")
    assert capfd.readouterr().err == "after"


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    quiet._streams.cache_clear()
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.libc_ver", lambda: ("", ""))
    with quiet_decoders():
        assert quiet._streams() is None
    quiet._streams.cache_clear()
