"""Libraries that write to the standard error output are not heard; we are."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from genre_audio.cli import main
from genre_audio.cli.hush import hush_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def errors_in(path: Path) -> Iterator[None]:
    """Put a file in the place of the standard error output of the whole process."""
    before, stream_before = os.dup(2), sys.stderr
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    stream = sys.stderr = os.fdopen(2, "w", closefd=False)
    try:
        yield
    finally:
        hushed, sys.stderr = sys.stderr, stream_before
        os.dup2(before, 2)
        os.close(before)
        for each in {stream, hushed}:
            each.close()


def test_only_what_is_ours_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "errors.txt"
    with errors_in(path):
        os.write(2, b"a library, before\n")
        hush_libraries()
        os.write(2, b"Note: Illegal Audio-MPEG-Header\n")
        worker = [sys.executable, "-S", "-c", "import os; os.write(2, b'a worker')"]
        subprocess.run(worker, check=True)
        sys.stderr.write("ours: na\udcefve\n")
    assert path.read_text() == "a library, before\nours: na\\udcefve\n"


def test_what_cannot_be_hushed_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "a").open("w") as file:
        for stream in (None, io.StringIO(), file):
            monkeypatch.setattr(sys, "stderr", stream)
            hush_libraries()
            assert sys.stderr is stream


@pytest.mark.parametrize("arguments", [["extract", "a.wav"], ["--debug", "extract", "a.wav"]])
def test_whoever_looks_for_a_fault_hears_all(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    module = importlib.import_module("genre_audio.cli.app")
    done: list[str] = []
    monkeypatch.setattr(module, "app", lambda: done.append("app"))
    monkeypatch.setattr(module, "hush_libraries", lambda: done.append("hush"))
    monkeypatch.setattr(sys, "argv", ["genre-audio", *arguments])
    main()
    assert done == (["app"] if "--debug" in arguments else ["hush", "app"])
