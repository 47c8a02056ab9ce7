"""Headers that lie about lengths: what is there is read, no more and no less."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile

from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.audio.flac import counted_samples, declaration, declared_samples
from genre_audio.audio.ogg import stream_starts
from genre_audio.errors import AudioError
from signals import music, noise

if TYPE_CHECKING:
    from pathlib import Path

SR = 22050
Y = (np.round(np.stack([music(0.5), noise(0.5)], axis=1) * 2**15) / 2**15).astype(np.float32)


def written(form: str, y: np.ndarray = Y, **how: Any) -> bytearray:
    file = io.BytesIO()
    soundfile.write(file, y, SR, format=form, **how)
    return bytearray(file.getvalue())


def read(path: Path, data: bytes) -> np.ndarray:
    path.write_bytes(data)
    with open_decoder(path) as decoder:
        return np.concatenate([np.empty((0, decoder.channels)), *read_blocks(decoder)])


def packed(data: bytearray, at: int, form: str, value: int) -> bytearray:
    struct.pack_into(form, data, at, value)
    return data


@pytest.mark.parametrize("declared", [0, 2**31, 2**32 - 1, 2**32 - 2])
@pytest.mark.parametrize("outer", [0, 36, 2**32 - 1, None])
def test_a_recorder_that_died_leaves_a_wav(
    tmp_path: Path, declared: int, outer: int | None
) -> None:
    data = written("WAV", subtype="PCM_16")
    data = packed(data, data.index(b"data") + 4, "<I", declared)
    if outer is not None:
        data = packed(data, 4, "<I", outer)
    assert np.array_equal(read(tmp_path / "a.wav", data), Y)


def test_a_wav_that_is_empty_and_says_so_has_no_samples(tmp_path: Path) -> None:
    data = written("WAV", np.empty((0, 2)), subtype="PCM_16")
    assert len(read(tmp_path / "a.wav", data)) == 0
    data += b"LIST\x04\x00\x00\x00INFO"
    assert len(read(tmp_path / "a.wav", packed(data, 4, "<I", len(data) - 8))) == 0


def test_a_short_length_is_that_of_the_chunk(tmp_path: Path) -> None:
    # What follows may be anything, and is not guessed to be sound.
    for form, mark, order in (("WAV", b"data", "<I"), ("AIFF", b"SSND", ">I")):
        data = written(form, subtype="PCM_16")
        decoded = read(tmp_path / "a", packed(data, data.index(mark) + 4, order, 1008))
        assert 250 <= len(decoded) <= 252
        assert np.array_equal(decoded, Y[: len(decoded)])


@pytest.mark.parametrize("declared", [0, 2**32, 2**63 - 1, 2**64 - 1])
def test_rf64(tmp_path: Path, declared: int) -> None:
    data = packed(written("RF64", subtype="PCM_16"), 28, "<Q", declared)
    assert np.array_equal(read(tmp_path / "a.rf64", data), Y)


@pytest.mark.parametrize("declared", [0, 1000, 2**63 - 1, 2**64 - 1])
def test_wave64(tmp_path: Path, declared: int) -> None:
    data = written("W64", subtype="PCM_16")
    data = packed(data, data.index(b"data\xf3") + 16, "<Q", declared)
    assert np.array_equal(read(tmp_path / "a.w64", data), Y)


@pytest.mark.parametrize("declared", [0, 1, 1000, 2**32 - 1])
def test_frames_of_an_aiff(tmp_path: Path, declared: int) -> None:
    data = written("AIFF", subtype="PCM_16")
    data = packed(data, data.index(b"COMM") + 10, ">I", declared)
    assert np.array_equal(read(tmp_path / "a.aiff", data), Y)


@pytest.mark.parametrize("declared", [0, 2**31, 2**32 - 1])
def test_bytes_of_an_aiff(tmp_path: Path, declared: int) -> None:
    data = written("AIFF", subtype="PCM_16")
    data = packed(data, data.index(b"SSND") + 4, ">I", declared)
    assert np.array_equal(read(tmp_path / "a.aiff", data), Y)


@pytest.mark.parametrize("declared", [0, 2**31, 2**32 - 1])
def test_au(tmp_path: Path, declared: int) -> None:
    data = packed(written("AU", subtype="PCM_16"), 8, ">I", declared)
    assert np.array_equal(read(tmp_path / "a.au", data), Y)


@pytest.mark.parametrize("declared", [-1, 0, 2**63 - 1, -(2**63)])
def test_caf(tmp_path: Path, declared: int) -> None:
    data = written("CAF", subtype="PCM_16")
    data = packed(data, data.index(b"data") + 4, ">q", declared)
    assert np.array_equal(read(tmp_path / "a.caf", data), Y)


def test_chunks_before_the_sound_are_gone_through(tmp_path: Path) -> None:
    data = written("CAF", subtype="PCM_16")
    place = data.index(b"data")
    fill = b"free" + struct.pack(">q", 3) + b"abc"
    data = packed(data, place + 4, ">q", -1)
    data[place:place] = fill
    assert np.array_equal(read(tmp_path / "a.caf", data), Y)
    data[place + 4 : place + 12] = struct.pack(">q", -5)
    with pytest.raises(AudioError, match="the decoder gave up"):
        read(tmp_path / "a.caf", data)


@pytest.mark.parametrize("declared", [0, 1, 1000, 2**36 - 1])
@pytest.mark.parametrize("size", [1000, 11025])
def test_flac(tmp_path: Path, declared: int, size: int) -> None:
    data = written("FLAC", Y[:size], subtype="PCM_16")
    assert declared_samples(data) == counted_samples(data) == size
    data[21:26] = declaration(data, declared)
    assert declared_samples(data) == declared
    assert np.array_equal(read(tmp_path / "a.flac", data), Y[:size])


@pytest.mark.parametrize(("sr", "size"), [(44100, 5000), (12345, 192), (255_000, 65), (65_000, 1)])
def test_headers_of_flac_frames_of_all_sorts(sr: int, size: int) -> None:
    # Rates and sizes that have no code stand in one or two bytes more.
    file = io.BytesIO()
    soundfile.write(file, np.zeros(size), sr, format="FLAC")
    assert counted_samples(file.getvalue()) == size


def test_flac_frames_are_found_by_numbers_of_many_bytes() -> None:
    # A number beyond 127 is written in two bytes, as UTF-8 is; 4096 samples in a frame.
    file = io.BytesIO()
    soundfile.write(file, np.zeros(4096 * 300 + 17), SR, format="FLAC")
    data = bytearray(file.getvalue())
    assert counted_samples(data) == 4096 * 300 + 17
    # A variable size of blocks: the number is that of a sample, not of a frame.
    head = bytes([0xFF, 0xF9, 0x30, 0x08, 0xC4, 0x80])
    from genre_audio.audio.flac import _checksum

    data += head + bytes([_checksum(head)]) + bytes(20)
    assert counted_samples(data) == 256 + 1152


@pytest.mark.parametrize("data", [b"fLaC", bytes(100), b"\xff\xf8" * 50, b"fLaC" + bytes(200)])
def test_no_flac_frame_is_found_where_there_is_none(data: bytes) -> None:
    assert counted_samples(data) == 0


def test_ogg_streams_one_after_the_other_are_all_read(tmp_path: Path) -> None:
    one, two = (written("OGG", y, subtype="VORBIS") for y in (Y, Y[::-1]))
    parts = [read(tmp_path / "a.ogg", data) for data in (one, two)]
    decoded = read(tmp_path / "b.ogg", one + two + one)
    assert np.array_equal(decoded, np.concatenate([parts[0], parts[1], parts[0]]))


def test_an_ogg_stream_of_another_form_is_reported(tmp_path: Path) -> None:
    one = written("OGG", subtype="VORBIS")
    (tmp_path / "a.ogg").write_bytes(one + written("OGG", Y[:, 0], subtype="VORBIS"))
    found = []
    with (
        open_decoder(tmp_path / "a.ogg") as decoder,
        pytest.raises(AudioError, match="another stream follows") as caught,
    ):
        found.extend(read_blocks(decoder))
    assert sum(map(len, found)) == len(Y)
    assert caught.value.kind == "decode"


def test_broken_ogg_pages_are_skipped() -> None:
    one = bytes(written("OGG", subtype="VORBIS"))
    assert stream_starts(one) == [0]
    assert stream_starts(b"junk" + one + b"OggS") == [4]
    assert stream_starts(b"OggS") == stream_starts(b"") == []


def test_what_was_decoded_before_an_error_is_kept(tmp_path: Path) -> None:
    # One frame of 4096 samples is whole: much less than a block.
    data = written("FLAC", noise(1.0)[:, np.newaxis], subtype="PCM_16")
    (tmp_path / "a.flac").write_bytes(data[: len(data) // 2])
    whole, found = read(tmp_path / "b.flac", data), []
    with (
        open_decoder(tmp_path / "a.flac") as decoder,
        pytest.raises(AudioError, match="the decoder gave up"),
    ):
        found.extend(read_blocks(decoder))
    got = np.concatenate(found)
    assert len(whole) / 4 < len(got) < len(whole)
    assert np.array_equal(got, whole[: len(got)])
