"""Ogg streams that were cut off."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import soundfile

from genre_audio.audio import open_recording
from genre_audio.audio.loose_ends import ogg_cut_off
from genre_audio.config import Segmentation
from signals import music

if TYPE_CHECKING:
    from pathlib import Path

CUT_OFF = "the Ogg stream has no last page: the file was cut off, or never finished"


def encoded(subtype: str, channels: int = 1) -> bytes:
    """A second and a half of music; each call writes another stream, as Ogg numbers go."""
    file = io.BytesIO()
    y = music(1.5, sr=24000)[:, None].repeat(channels, 1)
    soundfile.write(file, y, 24000, format="OGG", subtype=subtype)
    return file.getvalue()


def said_of(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    return ogg_cut_off(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a"


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_an_ogg_stream_that_was_cut_off(path: Path, subtype: str) -> None:
    data = encoded(subtype)
    last = data.rindex(b"OggS")
    assert said_of(path, data[:last]) == CUT_OFF  # between two pages
    # In the last page, or so early in it that it does not count as one.
    assert said_of(path, data[: last + 20]) == CUT_OFF
    for kept in (last + 30, len(data) - 1):
        assert said_of(path, data[:kept]) == CUT_OFF
    assert said_of(path, data + b"and more of no kind") == ""
    assert said_of(path, data + encoded(subtype)) == ""
    with open_recording(path) as recording:
        (heard,) = recording.segments(sr=22050, segmentation=Segmentation())
    assert heard.stop == pytest.approx(3.0, abs=0.1)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_a_cut_off_recording_says_so(path: Path, subtype: str) -> None:
    data = encoded(subtype, channels=2)
    path.write_bytes(data[: data.rindex(b"OggS")])
    with open_recording(path) as recording:
        *_, rest = recording.segments(sr=22050, segmentation=Segmentation())
    assert (rest.kind, rest.message, rest.stop - rest.start) == ("decode", CUT_OFF, 0.0)


def test_four_bytes_of_sound_are_no_page(path: Path) -> None:
    assert said_of(path, encoded("VORBIS") + b"OggS" + b"\xff" * 40) == ""


@pytest.mark.parametrize("data", [b"", b"OggS", b"OggS\x07" + bytes(80)])
def test_files_that_are_nothing(path: Path, data: bytes) -> None:
    assert said_of(path, data) == ""
    path.unlink()
    assert ogg_cut_off(path) == ""
