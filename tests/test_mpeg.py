"""MP3 files whose lengths are wrong, missing or doubled are read to their end."""

from __future__ import annotations

import functools
import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from genre_audio.audio.decode import open_decoder, read_blocks
from genre_audio.audio.mpeg import Frames, count_frames, is_mpeg
from genre_audio.errors import AudioError
from signals import noise, silence

if TYPE_CHECKING:
    from pathlib import Path

SR = 22050
SPF = 576  # samples of a frame of MPEG 2


@functools.cache
def mp3(*, quiet_first: bool = False, channels: int = 1, sr: int = SR) -> bytes:
    """Noise and silence at a variable rate, behind a Xing header."""
    parts = [noise(1.0, sr=sr), silence(2.0, sr=sr)]
    y = np.concatenate(parts[::-1] if quiet_first else parts)
    file = io.BytesIO()
    soundfile.write(
        file,
        np.repeat(y[:, np.newaxis], channels, axis=1),
        sr,
        format="MP3",
        bitrate_mode="VARIABLE",
        compression_level=0.5,
    )
    return file.getvalue()


def lengths(data: bytes) -> list[int]:
    """Cut into frames by the arithmetic of MPEG 2, layer III, at 22,050 Hz."""
    kbits = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
    found, at = [], 0
    while at < len(data):
        assert data[at] == 0xFF
        found.append(72_000 * kbits[data[at + 2] >> 4] // SR + (data[at + 2] >> 1 & 1))
        at += found[-1]
    return found


def headless(data: bytes) -> bytes:
    return data[lengths(data)[0] :]


def read(path: Path, data: bytes) -> np.ndarray:
    path.write_bytes(data)
    with open_decoder(path) as decoder:
        return np.concatenate(list(read_blocks(decoder)))[:, 0]


def test_frames_are_counted() -> None:
    data = mp3()
    frames = count_frames(data)
    count = len(lengths(data)) - 1
    assert frames == Frames(count, count, data.index(b"Xing") + 8, True, False)
    assert count_frames(headless(data)) == Frames(count, None, 0, True, False)


@pytest.mark.parametrize("quiet_first", [False, True])
def test_a_variable_rate_without_a_header_loses_nothing(tmp_path: Path, quiet_first: bool) -> None:
    # libsndfile takes all frames to be as long as the first and stops where they would end.
    data = headless(mp3(quiet_first=quiet_first))
    decoded = read(tmp_path / "a.mp3", data)
    assert len(decoded) == SPF * len(lengths(data))
    loud = np.abs(decoded) > 0.1
    assert loud[-SR // 2 :].any() == quiet_first
    assert loud[: SR // 2].any() != quiet_first


@pytest.mark.parametrize("declared", [0, 1, 10, 10_000, 2**31, 2**32 - 1])
def test_a_header_that_lies(tmp_path: Path, declared: int) -> None:
    data = bytearray(mp3())
    right = read(tmp_path / "a.mp3", data)
    place = data.index(b"Xing") + 8
    struct.pack_into(">I", data, place, declared)
    decoded = read(tmp_path / "b.mp3", data)
    # The padding at the end is cut off by the declared length, so it may stay: two frames.
    assert len(right) <= len(decoded) <= len(right) + 2 * SPF
    assert np.array_equal(decoded[: len(right)], right)


def test_two_recordings_in_one_file(tmp_path: Path) -> None:
    one, two = mp3(), mp3(quiet_first=True)
    parts = [read(tmp_path / "a.mp3", data) for data in (one, two)]
    decoded = read(tmp_path / "b.mp3", one + two)
    assert np.array_equal(decoded[: len(parts[0])], parts[0])
    # The header of the second is a frame of silence, and the delays of both stay in.
    assert 0 <= len(decoded) - len(parts[0]) - len(parts[1]) < 5 * SPF
    assert (np.abs(decoded[-SR // 2 :]) > 0.1).any()


@pytest.mark.parametrize("other", [{"channels": 2}, {"sr": 16000}])
def test_another_form_in_the_middle_is_reported(tmp_path: Path, other: dict[str, int]) -> None:
    (tmp_path / "a.mp3").write_bytes(mp3() + mp3(**other))
    right, found = read(tmp_path / "b.mp3", mp3()), []
    with (
        open_decoder(tmp_path / "a.mp3") as decoder,
        pytest.raises(AudioError, match="changes in the middle") as caught,
    ):
        found.extend(read_blocks(decoder))
    assert caught.value.kind == "decode"
    assert np.array_equal(np.concatenate(found)[:, 0], right)


ID3 = b"ID3\x04\x00\x00\x00\x00\x02\x00" + bytes(256)
APE = b"APETAGEX" + struct.pack("<4I", 2000, 100, 1, 0) + bytes(8 + 100)


@pytest.mark.parametrize(
    "data",
    [ID3 + mp3(), ID3 + ID3 + mp3(), mp3() + b"TAG" + bytes(125), mp3() + APE, bytes(500) + mp3()],
    ids=["ID3v2", "two tags", "ID3v1", "APE", "zeros"],
)
def test_tags_and_rubbish_around_it_change_nothing(tmp_path: Path, data: bytes) -> None:
    assert np.array_equal(read(tmp_path / "b.mp3", data), read(tmp_path / "a.mp3", mp3()))


def test_tags_in_the_middle_are_passed_over() -> None:
    data = headless(mp3())
    for tag in (ID3, APE, bytes(1000)):
        frames = count_frames(data + tag + data)
        assert frames is not None
        assert frames.count == 2 * len(lengths(data))
    frames = count_frames(data + bytes(2000) + data)  # more than libmpg123 passes over
    assert frames is not None
    assert frames.count == len(lengths(data))


def test_a_last_frame_that_breaks_off(tmp_path: Path) -> None:
    right = read(tmp_path / "a.mp3", mp3(quiet_first=True))
    decoded = read(tmp_path / "b.mp3", mp3(quiet_first=True)[:-50])
    assert len(right) - 3 * SPF < len(decoded) <= len(right)


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("version", ["1", "2", "2.5"])
def test_frames_of_every_version_and_layer(layer: int, version: str) -> None:
    # 64 kbit/s at the lowest rate of each; lengths by the formulas of ISO 11172-3.
    rate = {"1": 32000, "2": 16000, "2.5": 8000}[version]
    index = {("1", 1): 2, ("1", 2): 4, ("1", 3): 5}.get((version, layer), 4 if layer == 1 else 8)
    samples = {1: 384, 2: 1152, 3: 1152 if version == "1" else 576}[layer]
    code = {"1": 3, "2": 2, "2.5": 0}[version]
    length = samples // 8 * 64000 // rate
    head = 0x7FF << 21 | code << 19 | (4 - layer) << 17 | 1 << 16 | index << 12 | 2 << 10
    frame = head.to_bytes(4, "big") + bytes(length - 4)
    assert count_frames(frame * 5) == Frames(5, None, 0, False, False)


@pytest.mark.parametrize(
    "head", [b"", b"\xff", b"\xff\xfb", b"RIFF", b"\xff\xff\xff\xff", b"\xff\xf1\x50\x80", b"fLaC"]
)
def test_what_is_no_mpeg(head: bytes) -> None:
    assert not is_mpeg(head)
    assert count_frames(head) is None


def test_a_file_full_of_false_beginnings_is_given_up() -> None:
    frame = mp3()[: lengths(mp3())[0]]
    assert count_frames((frame * 2 + b"\xff" * 1000) * 300) is not None
    assert count_frames(b"\xff" * 100_000) is None


def test_the_decoder_s_own_notes_are_not_heard(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # libmpg123 would say that the size of the stream is off, and that it resynchronises.
    with pytest.raises(AudioError, match="the decoder gave up"):
        read(tmp_path / "a.mp3", mp3()[:2000] + bytes(3000) + mp3())
    assert capfd.readouterr().err == ""
