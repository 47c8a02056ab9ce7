"""A recording that breaks off says so; one that is whole, or cannot know, does not."""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from genre_audio.audio import Source, open_recording
from genre_audio.audio.declared import declared_frames, words_for_missing
from genre_audio.audio.loose_ends import ogg_cut_off
from genre_audio.config import Segmentation
from genre_audio.extraction import Extracted, Failure, extract_recording
from signals import music

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    WriteAudio = Callable[..., Path]

SECONDS = 4.0
CHUNKED = {
    "a.wav": {"subtype": "PCM_16"},
    "b.wav": {"subtype": "FLOAT", "format": "WAVEX"},
    "c.wav": {"subtype": "IMA_ADPCM"},
    "d.wav": {"subtype": "PCM_16", "endian": "BIG"},
    "a.rf64": {"subtype": "PCM_16"},
    "a.w64": {"subtype": "PCM_16"},
    "a.aiff": {"subtype": "PCM_24"},
    "a.au": {"subtype": "PCM_16"},
}


@pytest.fixture
def written(write_audio: WriteAudio) -> Callable[[str], Path]:
    def write(name: str) -> Path:
        return write_audio(music(SECONDS), name=name, **CHUNKED.get(name, {}))

    return write


def declared(path: Path) -> int | None:
    with soundfile.SoundFile(path) as decoder:
        return declared_frames(path, decoder)


def end_of(path: Path) -> tuple[float, str]:
    """Length in s of what is decoded, and what is said of the rest."""
    with open_recording(path) as recording:
        found = list(recording.segments(sr=22050, segmentation=Segmentation()))
    last = found[-1]
    missing = "" if last.stop > last.start else last.message
    assert not missing or last.kind == "decode"
    return last.stop, missing


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


@pytest.mark.parametrize("name", [*CHUNKED, "a.flac", "a.mp3", "a.ogg", "a.caf"])
def test_nothing_is_missing_of_a_whole_recording(written: Callable[[str], Path], name: str) -> None:
    stop, missing = end_of(written(name))
    # A block of ADPCM is filled up: 1,017 samples at most.
    assert stop == pytest.approx(SECONDS, abs=0.05)
    assert missing == ""


@pytest.mark.parametrize("name", [*CHUNKED, "a.mp3"])
def test_a_recording_that_breaks_off_says_how_long_it_was(
    written: Callable[[str], Path], name: str
) -> None:
    stop, missing = end_of(cut(written(name), 0.5))
    assert stop == pytest.approx(SECONDS / 2, abs=0.1)  # an MP3 loses what a frame borrows
    said = re.fullmatch(
        r"the file says that it lasts (4\.[01]) s, and only (2\.[01]|1\.9) s of it can be decoded",
        missing,
    )
    assert said, missing


def test_frames_are_told_to_the_sample(written: Callable[[str], Path]) -> None:
    path = written("a.wav")
    whole = declared(path)
    assert whole == SECONDS * 22050
    for share in (0.25, 0.5, 0.9):
        # One frame: a part of a sample may be left at the end.
        assert declared(cut(written("a.wav"), share)) == pytest.approx(whole, abs=5)


@pytest.mark.parametrize("size", [1 << 31, (1 << 32) - 1, (1 << 32) - 45, 0x7FFFFFFF])
def test_a_size_written_before_anything_was_known_is_not_believed(
    written: Callable[[str], Path], size: int
) -> None:
    path = written("a.wav")
    data = path.read_bytes()
    path.write_bytes(data[:40] + struct.pack("<I", size) + data[44:])
    assert end_of(path) == (SECONDS, "")


def test_an_au_stream_of_unknown_length(written: Callable[[str], Path]) -> None:
    path = written("a.au")
    data = path.read_bytes()
    path.write_bytes(data[:8] + b"\xff" * 4 + data[12:])
    assert end_of(path) == (SECONDS, "")


def test_a_large_size_is_read_where_rf64_has_it(written: Callable[[str], Path]) -> None:
    path = written("a.rf64")
    data = path.read_bytes()
    place = data.index(b"ds64") + 16
    path.write_bytes(data[:place] + struct.pack("<Q", 2 * 100 * 22050) + data[place + 8 :])
    assert declared(path) == pytest.approx(100 * 22050, abs=1)


def test_an_mp3_without_a_count_of_frames_is_not_guessed_at(
    written: Callable[[str], Path],
) -> None:
    path = written("a.mp3")
    assert declared(path) == SECONDS * 22050
    tagged = b"ID3\x04\x00\x00\x00\x00\x01\x00" + b"Xing".ljust(128, b"\x07")
    path.write_bytes(tagged + path.read_bytes())  # what is in a tag is no header
    assert declared(path) == SECONDS * 22050
    data = path.read_bytes()
    place = data.index(b"Info", 138) if b"Info" in data[138:] else data.index(b"Xing", 138)
    path.write_bytes(data[:place] + bytes(4) + data[place + 4 :])
    assert declared(path) is None


def test_a_stream_of_unknown_length(written: Callable[[str], Path]) -> None:
    path = written("a.flac")
    data = bytearray(path.read_bytes())
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(data)
    assert declared(path) is None
    assert end_of(path) == (SECONDS, "")


class Decoder:
    """What libsndfile would say of a file."""

    frames, format = 1000, "WAV"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        b"RIFF\x00\x00\x00\x00WAVE" + b"junk\x00\x00\x00\x00" * 300,  # more than anybody writes
        b"RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff",
        b"riff".ljust(40, b"\x00"),
        b"riff".ljust(40, b"\x00") + b"fmt ".ljust(16) + bytes(8),  # a chunk without length
        b"riff".ljust(40, b"\x00") + (b"fmt ".ljust(16) + struct.pack("<Q", 24)) * 300,
        b"riff".ljust(40, b"\x00") + (b"fmt ".ljust(16) + b"\xff" * 7 + b"\x7f") * 3,
        b"riff".ljust(40, b"\x00") + (b"fmt ".ljust(16) + b"\xff" * 8) * 3,
        b".snd\x00",
        b"Creative Voice File",
    ],
)
def test_headers_without_samples_declare_nothing(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(data)
    assert declared_frames(path, Decoder()) is None


def test_a_file_that_is_gone_meanwhile_is_read_on(written: Callable[[str], Path]) -> None:
    for name in ("a.wav", "a.ogg"):
        path = written(name)
        with soundfile.SoundFile(path) as decoder:
            path.unlink()
            assert declared_frames(path, decoder) is None
            assert ogg_cut_off(path) == ""


def test_the_words_for_what_is_missing() -> None:
    assert words_for_missing(None, 10, sr=8000) == ""
    assert words_for_missing(2000, 1, sr=8000) == ""  # less than a quarter second
    assert words_for_missing(2002, 1, sr=8000).startswith("the file says that it lasts 0.3 s")


def test_extraction_keeps_the_beginning_and_says_so(written: Callable[[str], Path]) -> None:
    path = cut(written("a.mp3"), 0.5)
    found = extract_recording(Source("a.mp3", path))
    assert isinstance(found, Extracted)
    assert len(found.rows) == 1
    (refused,) = found.refused
    assert (refused.kind, refused.seconds) == ("decode", 0.0)


def test_a_beginning_too_short_to_be_described_says_why(written: Callable[[str], Path]) -> None:
    found = extract_recording(Source("a.wav", cut(written("a.wav"), 0.1)))
    assert isinstance(found, Failure)
    assert found.kind == "too_short"
    assert found.message == (
        "the segment lasts 0.399 s, at least 1 s are needed; "
        "the file says that it lasts 4.0 s, and only 0.4 s of it can be decoded"
    )


def test_an_mp3_in_the_shape_of_a_long_one(tmp_path: Path) -> None:
    # What is left of a recording of ten minutes whose copy was interrupted.
    buffer = io.BytesIO()
    soundfile.write(buffer, np.tile(music(5.0), 24), 22050, format="MP3")
    path = tmp_path / "a.mp3"
    path.write_bytes(buffer.getvalue()[:12_000])
    stop, missing = end_of(path)
    assert 1.0 < stop < 5.0
    assert missing.startswith("the file says that it lasts 120.0 s, and only ")
