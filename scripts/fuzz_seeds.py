"""Valid recordings of many formats for `fuzz` to spoil, the same bytes in every run."""

from __future__ import annotations

import dataclasses
import functools
import io
import struct
from typing import Any

import numpy as np
import soundfile
from fuzz_headers import with_serial

__all__ = ["SEEDS", "Seed", "seed_bytes"]


@dataclasses.dataclass(frozen=True)
class Seed:
    """A recording as libsndfile writes it."""

    format: str
    subtype: str
    suffix: str
    sr: int = 22050
    channels: int = 1
    seconds: float = 1.2
    how: tuple[tuple[str, Any], ...] = ()

    @property
    def family(self) -> str:
        """Name for tables: the container, or the codec where it is one's own."""
        return {"VORBIS": "Vorbis", "OPUS": "Opus"}.get(self.subtype, self.format)


_VARIABLE = (("bitrate_mode", "VARIABLE"), ("compression_level", 0.7))

SEEDS: tuple[Seed, ...] = (
    *(Seed("WAV", subtype, ".wav") for subtype in ("PCM_U8", "PCM_24", "PCM_32", "DOUBLE")),
    Seed("WAV", "PCM_16", ".wav", seconds=3.0),
    Seed("WAV", "PCM_16", ".wav", sr=8000, channels=2),
    Seed("WAV", "PCM_16", ".wav", sr=96000, seconds=0.3),
    Seed("WAV", "FLOAT", ".wav", channels=2),
    *(Seed("WAV", subtype, ".wav", sr=8000) for subtype in ("ULAW", "ALAW", "GSM610", "G721_32")),
    *(Seed("WAV", subtype, ".wav", channels=2) for subtype in ("IMA_ADPCM", "MS_ADPCM")),
    Seed("WAV", "MPEG_LAYER_III", ".wav", sr=44100, seconds=2.0),
    Seed("WAVEX", "PCM_16", ".wav", channels=6),
    Seed("WAVEX", "FLOAT", ".wav", sr=48000),
    *(Seed("RF64", subtype, ".rf64") for subtype in ("PCM_16", "FLOAT")),
    *(Seed("W64", subtype, ".w64") for subtype in ("PCM_16", "ULAW", "FLOAT")),
    Seed("AIFF", "PCM_16", ".aiff", channels=2),
    *(Seed("AIFF", subtype, ".aif") for subtype in ("PCM_24", "FLOAT", "ULAW", "IMA_ADPCM")),
    *(Seed("AU", subtype, ".au", sr=8000) for subtype in ("ULAW", "PCM_16", "FLOAT", "G721_32")),
    *(Seed("CAF", subtype, ".caf") for subtype in ("PCM_16", "ALAW", "DOUBLE", "ALAC_16")),
    Seed("FLAC", "PCM_16", ".flac", seconds=2.5),
    Seed("FLAC", "PCM_16", ".flac", sr=44100, channels=2),
    Seed("FLAC", "PCM_24", ".flac", sr=96000, seconds=1.1),
    Seed("FLAC", "PCM_S8", ".flac", sr=8000, channels=6),
    Seed("MP3", "MPEG_LAYER_III", ".mp3", seconds=3.0),
    Seed("MP3", "MPEG_LAYER_III", ".mp3", sr=44100, channels=2, seconds=2.0),
    Seed("MP3", "MPEG_LAYER_III", ".mp3", sr=48000, seconds=2.0, how=_VARIABLE),
    Seed("MP3", "MPEG_LAYER_III", ".mp3", sr=8000, seconds=2.0),
    Seed("OGG", "VORBIS", ".ogg", seconds=2.0),
    Seed("OGG", "VORBIS", ".ogg", sr=44100, channels=2),
    Seed("OGG", "OPUS", ".opus", sr=48000, channels=2),
    Seed("OGG", "OPUS", ".opus", sr=16000, seconds=2.0),
)


@functools.cache
def seed_bytes(seed: Seed) -> bytes:
    """Return the file: a chord with some noise, another in each channel."""
    count = int(seed.seconds * seed.sr)
    t = np.arange(count)[:, np.newaxis] / seed.sr
    base = 220.0 * 1.25 ** np.arange(seed.channels)
    y = sum(np.sin(2 * np.pi * base * k * t) / k for k in (1, 2, 5)) * 0.2
    y = y * (1.0 + 0.5 * np.sin(2 * np.pi * 3.0 * t))
    y += np.random.default_rng(count).normal(size=y.shape) * 0.01
    wrapped = seed.format == "WAV" and seed.subtype == "MPEG_LAYER_III"
    container = "MP3" if wrapped else seed.format
    file = io.BytesIO()
    soundfile.write(file, y, seed.sr, format=container, subtype=seed.subtype, **dict(seed.how))
    data = _without_chance(file.getvalue())
    return _in_wav(data, seed.sr) if wrapped else data


def _in_wav(mp3: bytes, sr: int) -> bytes:
    """Wrap an MP3 stream, as libsndfile does not for one channel."""
    how = struct.pack("<HHIIHHHHIHHH", 0x55, 1, sr, 8000, 1, 0, 12, 1, 2, 417, 1, 0)
    inside = b"WAVEfmt " + struct.pack("<I", len(how)) + how
    inside += b"data" + struct.pack("<I", len(mp3)) + mp3
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def _without_chance(data: bytes) -> bytes:
    """Take out the time of writing, and the number that an Ogg stream gets by chance."""
    if data.startswith(b"OggS"):
        return with_serial(data, 57)
    place = data[:4096].find(b"PEAK")
    if place < 0:
        return data
    return data[: place + 12] + bytes(4) + data[place + 16 :]
