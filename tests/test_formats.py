"""Every format that the documentation promises gives the samples that were written.

Expanding A-law and mu-law, and IMA ADPCM, are computed again here from G.711 and from the
recommendation of the Interactive Multimedia Association; the rest is compared with what was
handed to the encoder, within what the encoding can hold.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile

from genre_audio.audio.decode import open_decoder, read_blocks
from signals import chord, music, noise

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> tuple[np.ndarray, int]:
    with open_decoder(path) as decoder:
        return np.concatenate(list(read_blocks(decoder))), decoder.samplerate


# The largest error at full scale 1: a step, or for ADPCM what its smallest steps cannot follow.
ENCODINGS = {
    "PCM_U8": 2**-7,
    "PCM_S8": 2**-7,
    "PCM_16": 2**-15,
    "PCM_24": 2**-23,
    "PCM_32": 2**-24,
    "FLOAT": 0.0,
    "DOUBLE": 0.0,
    "ALAW": 2**-5,
    "ULAW": 2**-5,
    "IMA_ADPCM": 0.15,
    "MS_ADPCM": 0.15,
    "GSM610": 0.5,
    "ALAC_16": 2**-15,
    "ALAC_24": 2**-23,
}
CONTAINERS = ("WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "FLAC")
ALL = [
    (form, subtype)
    for form in CONTAINERS
    for subtype in ENCODINGS
    if soundfile.check_format(form, subtype)
]


@pytest.mark.parametrize(("form", "subtype"), ALL)
def test_every_encoding_in_every_container(tmp_path: Path, form: str, subtype: str) -> None:
    sr = 8000 if subtype == "GSM610" else 44100
    y = chord(seconds=0.2, sr=sr)
    path = tmp_path / "a"
    soundfile.write(path, y, sr, format=form, subtype=subtype)
    decoded, found = read(path)
    assert found == sr
    # Codecs with blocks fill the last one up.
    assert len(y) <= len(decoded) < len(y) + (5000 if "A" in subtype or "G" in subtype else 1)
    assert np.abs(decoded[: len(y), 0] - y).max() <= ENCODINGS[subtype] + 2**-24


def test_the_promised_encodings_are_there() -> None:
    forms = dict.fromkeys(form for form, _ in ALL)
    assert tuple(forms) == CONTAINERS
    assert len(ALL) > 45


@pytest.mark.parametrize("sr", [8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 192000])
@pytest.mark.parametrize("form", ["WAV", "FLAC", "CAF"])
def test_rates_and_channels(tmp_path: Path, sr: int, form: str) -> None:
    for channels in range(1, 9):
        y = np.round(noise(0.01 * channels, sr=sr)[: sr // 100 * channels] * 2**15) / 2**15
        y = y.reshape(-1, channels)
        soundfile.write(tmp_path / "a", y, sr, format=form, subtype="PCM_16")
        decoded, found = read(tmp_path / "a")
        assert found == sr
        assert np.array_equal(decoded, y)


@pytest.mark.parametrize("channels", [1, 2, 6, 8])
@pytest.mark.parametrize(("subtype", "sr"), [("VORBIS", 44100), ("OPUS", 48000), ("OPUS", 16000)])
def test_ogg_of_several_channels(tmp_path: Path, subtype: str, sr: int, channels: int) -> None:
    # Louder from channel to channel; in what order they come does not matter to a mean.
    y = chord(seconds=0.5, sr=sr)[:, np.newaxis] * np.linspace(0.5, 1.0, channels)
    soundfile.write(tmp_path / "a", y, sr, format="OGG", subtype=subtype)
    decoded, found = read(tmp_path / "a")
    assert found == sr
    assert decoded.shape == y.shape
    middle = slice(sr // 8, -sr // 8)
    levels = np.sort(np.std(decoded[middle], axis=0))
    assert levels == pytest.approx(np.std(y[middle], axis=0), rel=0.25)


def wave(tag: int, channels: int, sr: int, bits: int, data: bytes, **more: Any) -> bytes:
    align = more.get("align", channels * bits // 8)
    head = struct.pack("<HHIIHH", tag, channels, sr, sr * align, align, bits)
    head += more.get("extra", b"")
    chunks = b"fmt " + struct.pack("<I", len(head)) + head
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def expanded(code: int, *, law: str) -> float:
    """Expand one byte by G.711: a sign, a segment of doubling size, a place in it."""
    if law == "A":
        code ^= 0x55
        segment, place = code >> 4 & 7, code & 15
        size = place * 2 + 1 if segment == 0 else (place * 2 + 33) << (segment - 1)
        return (size if code & 0x80 else -size) * 8 / 2**15
    code ^= 0xFF
    size = ((2 * (code & 15) + 33) << (code >> 4 & 7)) - 33
    return (-size if code & 0x80 else size) * 4 / 2**15


@pytest.mark.parametrize(("law", "tag"), [("A", 6), ("mu", 7)])
def test_every_byte_of_telephony(tmp_path: Path, law: str, tag: int) -> None:
    (tmp_path / "a.wav").write_bytes(wave(tag, 1, 8000, 8, bytes(range(256))))
    decoded, _ = read(tmp_path / "a.wav")
    assert decoded[:, 0].tolist() == [expanded(code, law=law) for code in range(256)]


STEPS = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66,
    73, 80, 88, 97, 107, 118, 130, 143,
    157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876,
    963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026,
    4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289,
    16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767,
]  # fmt: skip


def ima(block: bytes) -> list[int]:
    """Decode a block of IMA ADPCM, mono, by adding parts of the step, as is recommended."""
    value, index = struct.unpack_from("<hB", block)
    found = [value]
    for byte in block[4:]:
        for code in (byte & 15, byte >> 4):
            step = STEPS[index]
            change = (step >> 3) + sum(step >> (2 - bit) for bit in range(3) if code >> bit & 1)
            value = max(-(2**15), min(2**15 - 1, value + (-change if code & 8 else change)))
            index = max(0, min(88, index + (-1, -1, -1, -1, 2, 4, 6, 8)[code & 7]))
            found.append(value)
    return found


def test_ima_adpcm_is_decoded_as_it_is_specified(tmp_path: Path) -> None:
    # ffmpeg rounds otherwise, so this is what tells who is right.
    blocks = [
        struct.pack("<hBB", 1000, 20, 0) + np.random.default_rng(k).bytes(252) for k in (0, 1)
    ]
    extra = struct.pack("<HH", 2, 505)
    data = wave(0x11, 1, 8000, 4, b"".join(blocks), align=256, extra=extra)
    (tmp_path / "a.wav").write_bytes(data)
    decoded, _ = read(tmp_path / "a.wav")
    assert (decoded[:, 0] * 2**15).tolist() == [*ima(blocks[0]), *ima(blocks[1])]


def test_extensible_headers(tmp_path: Path) -> None:
    # 20 bits in 24, and a mask of channels; the rest of the identifier says PCM.
    guid = struct.pack("<H", 1) + bytes.fromhex("000000001000800000aa00389b71")
    extra = struct.pack("<HHI", 22, 20, 3) + guid
    values = np.array([[1 << 22, -(1 << 21)], [16, -(1 << 23)]])
    data = b"".join(int(v).to_bytes(3, "little", signed=True) for v in values.ravel())
    (tmp_path / "a.wav").write_bytes(wave(0xFFFE, 2, 48000, 24, data, extra=extra))
    decoded, sr = read(tmp_path / "a.wav")
    assert sr == 48000
    assert np.array_equal(decoded, values / 2**23)


def test_big_endian_wav(tmp_path: Path) -> None:
    values = np.array([0, 1, -1, 2**14, -(2**15)], dtype=">i2")
    chunks = b"WAVEfmt " + struct.pack(">IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    chunks += b"data" + struct.pack(">I", 10) + values.tobytes()
    (tmp_path / "a.wav").write_bytes(b"RIFX" + struct.pack(">I", len(chunks)) + chunks)
    assert np.array_equal(read(tmp_path / "a.wav")[0][:, 0], values / 2**15)


def test_flac_of_16_and_24_bits(tmp_path: Path) -> None:
    for bits in (16, 24):
        y = np.round(music(0.2).astype(float) * 2 ** (bits - 1)) / 2 ** (bits - 1)
        soundfile.write(tmp_path / "a.flac", y, 22050, subtype=f"PCM_{bits}")
        assert np.array_equal(read(tmp_path / "a.flac")[0][:, 0], y.astype(np.float32))
