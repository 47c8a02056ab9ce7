"""Files become blocks, whatever is in them; what cannot be read is an `AudioError`."""

from __future__ import annotations

import os
import struct
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from genre_audio.audio import decode
from genre_audio.audio.decode import check_readable, open_decoder, read_blocks
from genre_audio.errors import AudioError
from signals import chord, clicks, music, noise

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    WriteAudio = Callable[..., Path]


def read(path: Path) -> np.ndarray:
    with open_decoder(path) as decoder:
        return np.concatenate(list(read_blocks(decoder)))


def refusal(path: Path) -> AudioError:
    with pytest.raises(AudioError) as caught:
        read(path)
    return caught.value


# Steps of each encoding at full scale 1; the float ones hold float32 exactly.
STEPS = {"PCM_U8": 2**-7, "PCM_16": 2**-15, "PCM_24": 2**-23, "PCM_32": 2**-31}


@pytest.mark.parametrize("subtype", [*STEPS, "FLOAT", "DOUBLE"])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_wav_of_every_encoding(write_audio: WriteAudio, subtype: str, channels: int) -> None:
    y = noise(1.2).reshape(-1, channels)
    decoded = read(write_audio(y, subtype=subtype))
    assert decoded.dtype == np.float32
    assert decoded.shape == y.shape
    # One step: encoders round or cut off; float32 adds its own 2**-24 relative.
    assert np.abs(decoded - y).max() <= STEPS.get(subtype, 0.0) + 2**-24 * (subtype in STEPS)


@pytest.mark.parametrize(
    "name", ["a.flac", "a.aiff", "a.au", "a.caf", "a.w64", "a.rf64", "a.FLAC", "a.wav"]
)
def test_lossless_formats_give_the_same_samples(write_audio: WriteAudio, name: str) -> None:
    y = np.round(music(1.0) * 2**15) / 2**15  # what 16 bits can hold
    assert np.array_equal(read(write_audio(y, name=name, subtype="PCM_16"))[:, 0], y)


SIXTEEN_BITS = [
    name
    for name in soundfile.available_formats()
    if name != "RAW" and soundfile.check_format(name, "PCM_16")
]


@pytest.mark.parametrize("container", SIXTEEN_BITS)
def test_sixteen_bits_are_read_as_libsndfile_reads_them(tmp_path: Path, container: str) -> None:
    y = np.arange(-(2**15), 2**15).astype(np.int16)  # all there are
    path = tmp_path / f"a.{container.lower()}"
    soundfile.write(path, y, 22050, format=container, subtype="PCM_16")
    theirs, _ = soundfile.read(path, dtype="float32")
    decoded = read(path)[:, 0]
    assert decoded.dtype == np.float32
    assert np.array_equal(decoded, theirs)


def test_a_block_is_not_overwritten_by_the_next(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 100)
    for subtype in ("PCM_16", "PCM_24"):
        with open_decoder(write_audio(music(0.1), subtype=subtype)) as decoder:
            first, second, *_ = read_blocks(decoder)
        assert not np.shares_memory(first, second)


@pytest.mark.parametrize(("name", "channels"), [("a.mp3", 1), ("a.mp3", 2), ("a.ogg", 2)])
def test_lossy_formats_give_almost_the_same_samples(
    write_audio: WriteAudio, name: str, channels: int
) -> None:
    y = np.repeat(chord(seconds=2.0)[:, np.newaxis], channels, axis=1)
    decoded = read(write_audio(y, name=name))
    assert decoded.shape == y.shape
    # Three steady sines cost few bits: less than 2 % is left out. A shift by one sample
    # would be an error of 8 %.
    assert np.std(decoded - y) < 0.02 * np.std(y)


def test_an_opus_file_is_read_at_its_own_rate(write_audio: WriteAudio) -> None:
    path = write_audio(music(1.0, sr=48000), 48000, name="a.opus", format="OGG", subtype="OPUS")
    assert read(path).shape == (48000, 1)


@pytest.mark.parametrize("sr", [8000, 11025, 44100, 96000, 192000])
def test_sampling_rates_are_passed_on(write_audio: WriteAudio, sr: int) -> None:
    with open_decoder(write_audio(music(0.1, sr=sr), sr)) as decoder:
        assert decoder.samplerate == sr


@pytest.mark.parametrize("sr", [100, 999, 768_001])
def test_sampling_rates_beyond_reason_are_refused(write_audio: WriteAudio, sr: int) -> None:
    error = refusal(write_audio(np.zeros(100), sr))
    assert error.kind == "unsupported_format"
    assert str(error) == f"a sampling rate of {sr} Hz; 1000 to 768000 Hz can be read"


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.ogg", "a.mp3"])
@pytest.mark.parametrize("block_samples", [2, 1000, 4096, 10_007])
def test_block_size_never_changes_a_sample(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch, block_samples: int, name: str
) -> None:
    # Clicks are what a decoder that is restarted between blocks gets wrong.
    y = np.stack([clicks(150, seconds=0.5), music(0.5)], axis=1)
    path = write_audio(y, name=name)
    decoded = read(path)
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", block_samples)
    assert np.array_equal(read(path), decoded)
    # Before it begins soundfile.read seeks, after which the MP3 decoder rounds otherwise.
    whole, _ = soundfile.read(path, dtype="float32", always_2d=True)
    assert np.abs(decoded - whole).max() < 1e-6


def test_no_block_is_larger_than_it_may_be(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 1000)
    with open_decoder(write_audio(np.zeros((2000, 3)))) as decoder:
        assert [block.shape for block in read_blocks(decoder)] == [(333, 3)] * 6 + [(2, 3)]


def test_a_stream_that_does_not_say_how_long_it_is(write_audio: WriteAudio) -> None:
    y = np.round(music(0.5) * 2**15) / 2**15
    path = write_audio(y, name="a.flac")
    data = bytearray(path.read_bytes())
    # STREAMINFO begins at byte 8; its 36 bits of total samples end at byte 26.
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    path.write_bytes(data)
    assert np.array_equal(read(path)[:, 0], y)


@pytest.mark.parametrize("declared", [1 << 31, (1 << 32) - 2])
def test_a_wav_that_declares_more_than_it_holds(write_audio: WriteAudio, declared: int) -> None:
    y = music(0.5)
    path = write_audio(y)
    data = path.read_bytes()
    place = data.index(b"data") + 4
    path.write_bytes(data[:place] + struct.pack("<I", declared) + data[place + 4 :])
    assert np.array_equal(read(path)[:, 0], y)


def test_a_recording_cut_off_in_the_middle_gives_what_is_there(write_audio: WriteAudio) -> None:
    y = music(0.5)
    path = write_audio(y)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    decoded = read(path)[:, 0]
    assert 0.49 * len(y) < len(decoded) < 0.5 * len(y)
    assert np.array_equal(decoded, y[: len(decoded)])


def test_a_missing_file(tmp_path: Path) -> None:
    error = refusal(tmp_path / "nowhere.wav")
    assert error.kind == "io"
    assert str(error) == "the file cannot be read: No such file or directory"


def test_a_directory(tmp_path: Path) -> None:
    error = refusal(tmp_path)
    assert error.kind == "io"
    assert str(error) == "the file cannot be read: Is a directory"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.wav")
    error = refusal(tmp_path / "pipe.wav")
    assert error.kind == "io"
    assert str(error) == "the path leads to a pipe or a device, not to a file"


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "knot.wav").symlink_to(tmp_path / "knot.wav")
    assert refusal(tmp_path / "knot.wav").kind == "io"


def test_a_file_without_permission(write_audio: WriteAudio) -> None:
    path = write_audio(music(0.1))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    error = refusal(path)
    assert error.kind == "io"
    assert str(error) == "the file cannot be read: Permission denied"


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".flac", ".raw", ""])
def test_an_empty_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.touch()
    error = refusal(path)
    assert error.kind == "empty"
    assert str(error) == "the file is empty"


@pytest.mark.parametrize("content", [b"Dear diary, ", b"\x00", bytes(range(128)), b"RIFF"])
@pytest.mark.parametrize("suffix", [".wav", ".m4a", ""])
def test_other_things_under_the_name_of_a_recording(
    tmp_path: Path, content: bytes, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content * 100)
    error = refusal(path)
    assert error.kind == "unsupported_format"
    assert "not one that libsndfile reads (WAV, FLAC" in str(error)


@pytest.mark.parametrize("name", ["a.raw", "a.RAW"])
def test_raw_samples_are_not_guessed_at(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(music(0.1).tobytes())
    error = refusal(tmp_path / name)
    assert error.kind == "unsupported_format"
    assert "headerless .raw file" in str(error)


@pytest.mark.parametrize("kept", [12, 20, 36])
def test_a_header_that_breaks_off(write_audio: WriteAudio, kept: int) -> None:
    path = write_audio(music(0.1), subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:kept])
    error = refusal(path)
    assert error.kind == "decode"
    assert str(error).startswith("the decoder gave up: ")


def test_an_mp3_without_frames_is_not_called_missing(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + b"\xff\xfb\x90\x00" * 2)
    error = refusal(path)
    assert error.kind == "decode"
    assert str(error) == "the decoder found no audio in the file"


def test_damage_in_the_middle_is_a_decode_error(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_audio(music(5.0), name="a.mp3")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 5000] = bytes(5000)
    path.write_bytes(data)
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 4096)
    with open_decoder(path) as decoder:
        blocks = read_blocks(decoder)
        assert len(next(blocks)) == 4096
        with pytest.raises(AudioError, match="the decoder gave up") as caught:
            list(blocks)
    assert caught.value.kind == "decode"


NAMES = ["two words.flac", "Ñandú ガムラン.flac", "new\nline.flac", "%s{}.flac", "-o.flac"]
if sys.platform == "linux":
    NAMES.append(os.fsdecode(b"caf\xe9.flac"))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_all_kinds(write_audio: WriteAudio, name: str) -> None:
    assert len(read(write_audio(music(0.1), name=name))) == 2205


def test_check_readable_says_nothing_of_a_good_file(write_audio: WriteAudio) -> None:
    assert check_readable(write_audio(music(0.1))) is None
