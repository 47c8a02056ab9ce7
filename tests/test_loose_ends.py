"""Files that go on where their decoder ends, and Ogg streams that were cut off."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
import soundfile

from genre_audio.audio import open_recording
from genre_audio.audio.loose_ends import id3_size, loose_end, mpeg_tag
from genre_audio.config import Segmentation
from signals import music

if TYPE_CHECKING:
    from pathlib import Path

CUT_OFF = "the Ogg stream has no last page: the file was cut off, or never finished"
GOES_ON = "the file goes on with another recording, which cannot be read"
FORMS = {
    "vorbis": {"format": "OGG", "subtype": "VORBIS"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
    "mp3": {"format": "MP3"},
}
ID3 = b"ID3\x04\x00\x00\x00\x00\x02\x00" + b"\x07" * 256


def encoded(form: str, sr: int = 24000, channels: int = 1, **how: object) -> bytes:
    """A second of music; each call writes another stream, as Ogg numbers go."""
    file = io.BytesIO()
    y = music(1.5, sr=sr)
    soundfile.write(file, y if channels == 1 else y[:, None].repeat(2, 1), sr, **FORMS[form], **how)
    return file.getvalue()


def said_of(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with soundfile.SoundFile(path) as decoder:
        return loose_end(path, decoder)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("channels", [1, 2])
def test_one_whole_recording_has_none(path: Path, form: str, channels: int) -> None:
    assert said_of(path, encoded(form, channels=channels)) == ""


@pytest.mark.parametrize("form", FORMS)
def test_two_recordings_joined_are_not_taken_for_one(path: Path, form: str) -> None:
    assert said_of(path, encoded(form) + encoded(form)) == GOES_ON
    with open_recording(path) as recording:
        (heard, rest) = recording.segments(sr=22050, segmentation=Segmentation())
    assert heard.stop == pytest.approx(1.5, abs=0.05)
    assert (rest.kind, rest.message, rest.stop - rest.start) == ("decode", GOES_ON, 0.0)


@pytest.mark.parametrize("sr", [8000, 16000, 22050, 24000, 32000, 44100, 48000])
@pytest.mark.parametrize("how", [{}, {"bitrate_mode": "VARIABLE", "compression_level": 0.5}])
def test_frames_of_mp3_are_known_at_every_rate(path: Path, sr: int, how: dict[str, object]) -> None:
    first = encoded("mp3", sr, **how)
    assert said_of(path, first) == ""
    assert said_of(path, first + encoded("mp3", sr, **how)) == GOES_ON


def test_tags_between_two_recordings(path: Path) -> None:
    one = encoded("mp3")
    assert said_of(path, ID3 + one + b"TAG".ljust(128, b" ") + ID3 + one) == GOES_ON


@pytest.mark.parametrize(
    "after",
    [b"TAG".ljust(128, b" "), ID3, bytes(40_000), b"\xff" * 5000, b"\xff\xfb\xf0\x00" * 2000],
)
def test_what_is_no_recording_behind_one_does_not_matter(path: Path, after: bytes) -> None:
    assert said_of(path, encoded("mp3") + after) == ""


def test_an_mp3_that_counts_nothing_cannot_tell(path: Path) -> None:
    one = encoded("mp3")
    place = max(one.find(b"Xing"), one.find(b"Info"))
    for flags in (0, 1, 2):  # neither, or only one of frames and bytes
        changed = one[: place + 7] + bytes([flags]) + one[place + 8 :]
        assert said_of(path, changed + one) == ""


@pytest.mark.parametrize("form", ["vorbis", "opus"])
def test_an_ogg_stream_that_was_cut_off(path: Path, form: str) -> None:
    data = encoded(form)
    last = data.rindex(b"OggS")
    assert said_of(path, data[:last]) == CUT_OFF  # between two pages
    # In the last page, or so early in it that it does not count as one.
    assert said_of(path, data[: last + 20]) == CUT_OFF
    for kept in (last + 30, len(data) - 1):
        assert said_of(path, data[:kept]) == CUT_OFF
    assert said_of(path, data + b"and more of no kind") == ""


def test_four_bytes_of_sound_are_no_page(path: Path) -> None:
    assert said_of(path, encoded("vorbis") + b"OggS" + b"\xff" * 40) == ""


class Decoder:
    """What libsndfile would say of a file."""

    def __init__(self, form: str) -> None:
        self.format = form


@pytest.mark.parametrize("data", [b"", b"OggS", b"OggS\x07" + bytes(80)])
@pytest.mark.parametrize("form", ["OGG", "MP3", "WAV"])
def test_files_that_are_nothing(path: Path, data: bytes, form: str) -> None:
    path.write_bytes(data)
    assert loose_end(path, Decoder(form)) == ""


def test_what_stands_in_the_first_frame() -> None:
    said = b"Info" + bytes([0, 0, 0, 3, 0, 0, 1, 0, 0, 1, 0, 0])
    assert mpeg_tag(io.BytesIO(ID3 + bytes(36) + said)) == (266, 256, 65536)
    assert mpeg_tag(io.BytesIO(said[:12])) is None
    assert id3_size(io.BytesIO(ID3)) == 266
    assert id3_size(io.BytesIO(b"ID3")) == 0
