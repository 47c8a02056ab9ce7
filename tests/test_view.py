"""A view of a file reads like the file, but for what is patched or pretended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from genre_audio.audio import sndfile
from genre_audio.audio.view import View
from genre_audio.errors import AudioError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_view_is_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(range(100)))
    with (tmp_path / "a").open("rb") as file:
        view = View(file.fileno(), start=10, stop=90, patches={4: b"\xff" * 4, 78: b"\xfe" * 4})
        expected = bytearray(range(10, 90))
        expected[4:8], expected[78:] = b"\xff" * 4, b"\xfe" * 2
        assert view.readable()
        assert view.seekable()
        for at, count in ((0, 80), (5, 2), (0, 6), (6, 50), (79, 9), (80, 5), (200, 5)):
            assert view.seek(at) == view.tell() == at
            assert view.read(count) == bytes(expected[at : at + count])
        assert view.seek(-3, os.SEEK_END) == 77
        assert view.seek(1, os.SEEK_CUR) == 78
        assert view.seek(-500, os.SEEK_CUR) == 0


def test_a_pretended_length_ends_in_zeros(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with (tmp_path / "a").open("rb") as file:
        view = View(file.fileno(), start=0, stop=3, pretended=10_000)
        assert view.seek(0, os.SEEK_END) == 10_000
        assert view.seek(-128, os.SEEK_END) == 9872
        assert view.read(500) == bytes(128)
        view.seek(0)
        assert view.read(500) == b"abc"
        assert view.read(500) == b""


def test_a_file_that_cannot_be_read_any_more_ends(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    descriptor = os.open(tmp_path / "a", os.O_WRONLY)
    try:
        assert View(descriptor, start=0, stop=3).read(3) == b""
    finally:
        os.close(descriptor)


def test_a_file_that_vanishes_before_it_is_opened(tmp_path: Path) -> None:
    with (
        pytest.raises(AudioError, match="No such file") as caught,
        sndfile.open_sndfile(tmp_path / "a.wav"),
    ):
        pass
    assert caught.value.kind == "io"
