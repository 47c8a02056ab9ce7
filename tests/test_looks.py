"""What a file looks like is told by its first bytes, whatever it is called."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from genre_audio.audio import decode
from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.audio.looks import look_at
from genre_audio.errors import AudioError
from signals import music

if TYPE_CHECKING:
    from pathlib import Path


def refusal(path: Path, data: bytes) -> AudioError:
    path.write_bytes(data)
    with pytest.raises(AudioError) as caught, open_decoder(path) as decoder:
        list(read_blocks(decoder))
    return caught.value


OTHERS = {
    "an HTML page": b"\xef\xbb\xbf\n<!DOCTYPE html><html><title>404 Not Found</title></html>",
    "a pointer that git LFS left": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n",
    "a ZIP archive": b"PK\x03\x04" + bytes(100),
    "something packed by gzip": b"\x1f\x8b\x08" + bytes(100),
    "a PDF document": b"%PDF-1.7\n",
    "a JPEG picture": b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(100),
    "MIDI: notes": b"MThd\x00\x00\x00\x06" + bytes(8),
    "a list of recordings": b"#EXTM3U\nhttp://example.org/secret.wav\n",
    "XML": b"<?xml version='1.0'?><Error>AccessDenied</Error>",
    "text": "Lieber Großvater, ".encode() * 40,
    "nothing but zeros": bytes(1000),
}


@pytest.mark.parametrize("what", OTHERS)
@pytest.mark.parametrize("suffix", [".mp3", ".wav", ".m4a", ".au", ".snd", ".gsm", ".vox"])
def test_what_is_no_recording_is_called_what_it_is(tmp_path: Path, what: str, suffix: str) -> None:
    # libsndfile alone takes .au, .snd, .gsm and .vox without a header for sound of a phone,
    # and .mp3 for what it is called.
    error = refusal(tmp_path / f"a{suffix}", OTHERS[what])
    assert error.kind in {"unsupported_format", "decode"}
    if error.kind == "unsupported_format":
        assert f"it looks like {what}" in str(error)
    else:
        assert suffix == ".mp3"
    assert "\n" not in str(error)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg", ""])
def test_a_wav_without_its_beginning_is_reported(tmp_path: Path, suffix: str) -> None:
    # As jazz.00054.wav of a well-known copy of GTZAN: half a megabyte of noise, no header.
    data = np.random.default_rng(54).bytes(50_000)
    error = refusal(tmp_path / f"jazz.00054{suffix}", b"\x12" + data)
    assert error.kind == "unsupported_format"
    assert "it begins with 12 " in str(error)


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".flac", ".ogg", ".m4a", ".txt", ""])
@pytest.mark.parametrize("form", ["WAV", "MP3", "FLAC", "OGG", "AIFF", "AU"])
def test_a_name_that_lies_does_no_harm(tmp_path: Path, form: str, suffix: str) -> None:
    found = []
    for name in (f"right.{form.lower()}", f"wrong{suffix}"):
        soundfile.write(tmp_path / name, music(0.2), 22050, format=form)
        with open_decoder(tmp_path / name) as decoder:
            found.append(np.concatenate(list(read_blocks(decoder))))
    assert np.array_equal(*found)


FFMPEGS = {
    "an MP4 or M4A file": b"\0\0\0\x20ftypM4A " + bytes(20),
    "a WMA or ASF file": bytes.fromhex("3026b2758e66cf11") + bytes(20),
    "a WebM or Matroska file": b"\x1a\x45\xdf\xa3" + bytes(20),
    "an AAC file": b"\xff\xf1\x50\x80" + bytes(20),
    "a WavPack file": b"wvpk" + bytes(20),
    "a Monkey's Audio file": b"MAC \x96\x0f" + bytes(20),
    "an AMR file": b"#!AMR\n" + bytes(20),
}


@pytest.mark.parametrize("what", FFMPEGS)
def test_without_ffmpeg_both_ways_to_get_it_are_named(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "find_ffmpeg", lambda: None)
    error = refusal(tmp_path / "a.m4a", FFMPEGS[what])
    assert error.kind == "unsupported_format"
    assert str(error) == (
        f"{what} needs ffmpeg to be read: install it where it is found on the PATH, "
        "or pip install 'genre-audio[ffmpeg]'"
    )


def test_what_libsndfile_knows_and_finds_broken_stays_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for program in (None, "/nowhere/ffmpeg"):
        monkeypatch.setattr(decode, "find_ffmpeg", lambda program=program: program)
        error = refusal(tmp_path / "a.wav", b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0" + bytes(16))
        assert error.kind == "decode"
        assert str(error).startswith("the decoder gave up: ")


def test_a_tag_is_looked_behind(tmp_path: Path) -> None:
    tag = b"ID3\x04\0\0\0\0\x01\x00" + bytes(128)
    path = tmp_path / "a"
    path.write_bytes(tag + FFMPEGS["an AAC file"])
    assert look_at(path).what == "an AAC file"
    path.write_bytes(tag + b"Hello")
    assert look_at(path).what == "an MP3 file: it has a tag of one"


def test_channels_and_rates_beyond_reason_are_refused(tmp_path: Path) -> None:
    # 1024 channels are what libsndfile takes; a block for each would be gigabytes.
    path = tmp_path / "a.wav"
    soundfile.write(path, np.zeros((10, 64)), 8000)
    with open_decoder(path) as decoder:
        assert sum(map(len, read_blocks(decoder))) == 10
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36, b"WAVE", b"fmt ", 16, 1, 1024, 8000,
                       8000 * 2048, 2048, 16, b"data", 2048)  # fmt: skip
    error = refusal(path, head + bytes(2048))
    assert (str(error), error.kind) == ("1024 channels; up to 64 can be read", "unsupported_format")
