"""Recordings as streams of segments: mix, resample and cut, whatever the blocks."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import hypothesis
import librosa
import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio import Quality, decode, open_recording
from genre_audio.audio.resampling import resample
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.segment import Refused, Segment
from signals import SR, chord, clicks, music, noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    WriteAudio = Callable[..., Path]

RATES = [8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000, 192000]


def segments(path: Path, *, seconds: float = 30, sr: int = SR) -> list[Segment | Refused]:
    with open_recording(path) as recording:
        return list(recording.segments(sr=sr, segmentation=Segmentation(seconds)))


def quality(path: Path) -> Quality:
    with open_recording(path) as recording:
        assert list(recording.segments(sr=SR, segmentation=Segmentation()))
        return recording.quality


def divided(y: np.ndarray, cuts: list[int]) -> Iterator[np.ndarray]:
    yield from np.split(y, sorted(cuts))


def kinds(found: list[Segment | Refused]) -> list[str]:
    return ["row" if isinstance(one, Segment) else one.kind for one in found]


# -- resampling ------------------------------------------------------------------------


@pytest.mark.parametrize("sr_in", RATES)
@hypothesis.settings(max_examples=15)
@given(cuts=st.lists(st.integers(0, 40_000), max_size=10))
def test_a_resampled_stream_is_the_resampled_whole(sr_in: int, cuts: list[int]) -> None:
    y = music(1.0, sr=sr_in) if sr_in < 50_000 else music(0.4, sr=sr_in)
    streamed = np.concatenate(list(resample(divided(y, cuts), sr_in=sr_in, sr=SR)))
    whole = y if sr_in == SR else soxr.resample(y, sr_in, SR, quality="HQ")
    assert streamed.dtype == np.float32
    assert np.array_equal(streamed, whole)


# librosa.load imports audioread, which imports what Python 3.13 no longer has.
@pytest.mark.filterwarnings("ignore:'(aifc|audioop|sunau)' is deprecated:DeprecationWarning")
@pytest.mark.parametrize("sr_in", RATES)
def test_librosa_loads_the_same_samples(write_audio: WriteAudio, sr_in: int) -> None:
    y = np.stack([music(1.5, sr=sr_in), noise(1.5, sr=sr_in)], axis=1)
    path = write_audio(y, sr_in)
    theirs, _ = librosa.load(path, sr=SR, res_type="soxr_hq")
    (ours,) = segments(path)
    assert isinstance(ours, Segment)
    # librosa rounds the length up and fills with zeros where soxr rounds it down.
    assert 0 <= len(theirs) - len(ours.y) <= 1
    assert np.array_equal(ours.y, theirs[: len(ours.y)])
    assert not theirs[len(ours.y) :].any()


def test_a_tone_is_still_that_tone() -> None:
    (*blocks,) = resample([tone(1000, seconds=2, sr=48000)], sr_in=48000, sr=SR)
    y = np.concatenate(blocks)
    middle = slice(2000, -2000)  # at the edges the filter meets the silence around
    # soxr HQ promises 20 bits: 1e-6 of full scale, a few times that at its worst sample.
    assert np.abs(y - tone(1000, seconds=2))[middle].max() < 5e-6


# -- recordings ------------------------------------------------------------------------


@pytest.mark.parametrize("block_samples", [997, 30_000, 1 << 18])
@pytest.mark.parametrize(
    ("name", "sr", "channels"),
    [("a.wav", 22050, 1), ("a.flac", 44100, 2), ("a.mp3", 44100, 2), ("a.ogg", 48000, 1)],
)
def test_block_size_never_changes_a_segment(
    write_audio: WriteAudio,
    monkeypatch: pytest.MonkeyPatch,
    block_samples: int,
    name: str,
    sr: int,
    channels: int,
) -> None:
    y = np.stack([music(3.4, sr=sr), clicks(90, seconds=3.4, sr=sr)][:channels], axis=1)
    path = write_audio(y, sr, name=name)
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 1 << 20)
    whole, figures = segments(path, seconds=1), quality(path)
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", block_samples)
    parts = segments(path, seconds=1)
    assert [len(part.y) for part in parts] == [len(part.y) for part in whole]
    for part, expected in zip(parts, whole, strict=True):
        assert np.array_equal(part.y, expected.y)
    assert quality(path) == figures


@hypothesis.settings(
    max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@given(
    block_samples=st.integers(1, 20_000),
    channels=st.integers(1, 4),
    sr=st.sampled_from([8000, 22050, 48000]),
    subtype=st.sampled_from(["PCM_16", "FLOAT"]),
)
def test_any_block_size_gives_the_plain_formula(
    write_audio: WriteAudio,
    monkeypatch: pytest.MonkeyPatch,
    block_samples: int,
    channels: int,
    sr: int,
    subtype: str,
) -> None:
    y = music(2.4 * channels, sr=sr)[: round(2.3 * sr) * channels].reshape(-1, channels)
    path = write_audio(y, sr, subtype=subtype)
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", max(200, block_samples))
    found = np.concatenate([one.y for one in segments(path, seconds=1)])
    whole, _ = soundfile.read(path, dtype="float32", always_2d=True)
    mono = whole.mean(axis=1, dtype=np.float64).astype(np.float32)
    expected = mono if sr == SR else soxr.resample(mono, sr, SR, quality="HQ")
    assert np.array_equal(found.view(np.int32), expected.view(np.int32))


def peak_memory(path: Path) -> int:
    with open_recording(path) as recording:
        tracemalloc.start()
        try:
            for _ in recording.segments(sr=SR, segmentation=Segmentation(1)):
                pass
            assert recording.quality
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("bad", [0.0, np.nan])
def test_memory_does_not_grow_with_length(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch, bad: float
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 10_000)
    y = np.stack([music(5.0, sr=8000)] * 2, axis=1)
    y[::1000] = bad
    peaks = [
        peak_memory(write_audio(np.tile(y, (times, 1)), 8000, name=f"{times}.wav"))
        for times in (1, 1, 24)
    ]
    # Four numbers for each tenth of a second are kept: 40 kB here.
    assert peaks[2] < peaks[1] + 60_000


@pytest.mark.parametrize("sr", [8000, 22050, 44100])
@pytest.mark.parametrize("length", [1.0, 2.5])
def test_segments_tile_the_recording(write_audio: WriteAudio, sr: int, length: float) -> None:
    path = write_audio(music(8.2, sr=sr), sr)
    parts = segments(path, seconds=length)
    assert [part.start for part in parts] == [0.0, *(part.stop for part in parts[:-1])]
    # Half a sample at most is lost where the rates do not divide each other.
    assert parts[-1].stop == pytest.approx(8.2, abs=0.5 / SR)
    (whole,) = segments(path, seconds=8)
    assert np.array_equal(np.concatenate([part.y for part in parts]), whole.y)


@pytest.mark.parametrize("channels", [2, 3, 6])
@pytest.mark.parametrize("sr", [22050, 44100])
def test_equal_channels_are_mono(write_audio: WriteAudio, channels: int, sr: int) -> None:
    y = music(1.5, sr=sr)
    (mono,) = segments(write_audio(y, sr, name="mono.wav"))
    many = np.repeat(y[:, np.newaxis], channels, axis=1)
    (mixed,) = segments(write_audio(many, sr, name="many.wav"))
    assert np.array_equal(mixed.y, mono.y)


def test_channels_are_averaged(write_audio: WriteAudio) -> None:
    left, right = tone(220), tone(330)
    (mixed,) = segments(write_audio(np.stack([left, right], axis=1)))
    assert np.array_equal(mixed.y, (left + right) / 2)


def test_opposite_channels_cancel_and_are_refused(write_audio: WriteAudio) -> None:
    y = np.stack([tone(220), -tone(220)], axis=1)
    (refused,) = segments(write_audio(y))
    assert refused == Refused(0.0, 2.0, "silent", "the peak stays below -80 dBFS")


def test_segments_carry_the_name(write_audio: WriteAudio) -> None:
    path = write_audio(music(1.0), name="song.wav")
    assert segments(path)[0].recording == "song.wav"
    with open_recording(path, name="village/song.wav") as recording:
        (segment,) = recording.segments(sr=SR, segmentation=Segmentation())
    assert recording.name == segment.recording == "village/song.wav"


def test_silence_and_short_remainders_are_refused_in_place(write_audio: WriteAudio) -> None:
    y = np.concatenate([music(1.0), silence(1.0), music(1.0), music(0.6)])
    found = segments(write_audio(y), seconds=1)
    assert kinds(found) == ["row", "silent", "row", "too_short"]
    assert [(one.start, one.stop) for one in found] == [(0, 1), (1, 2), (2, 3), (3, 3.6)]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(("sr", "channels"), [(22050, 1), (44100, 2), (11025, 2)])
def test_a_bad_sample_refuses_its_segment_and_leaves_the_others(
    write_audio: WriteAudio, bad: float, sr: int, channels: int
) -> None:
    y = np.repeat(music(4.0, sr=sr)[:, np.newaxis], channels, axis=1)
    clean = segments(write_audio(y, sr, name="clean.wav"), seconds=1)
    y[round(1.5 * sr), -1] = bad
    found = segments(write_audio(y, sr, name="bad.wav"), seconds=1)
    assert kinds(found) == ["row", "not_finite", "row", "row"]
    assert (found[1].start, found[1].stop) == (1.0, 2.0)
    for number in (0, 2, 3):
        assert np.array_equal(found[number].y, clean[number].y)


@given(place=st.integers(0, 4 * 44100 - 1))
@hypothesis.settings(
    max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
def test_a_bad_sample_anywhere_is_found(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 5000)
    y = music(4.0, sr=44100)
    y[place] = np.nan
    found = kinds(segments(write_audio(y, 44100), seconds=1))
    assert found.count("not_finite") == 1
    assert found[place // 44100] == "not_finite"


def test_a_bad_window_on_a_border_refuses_both_its_segments(write_audio: WriteAudio) -> None:
    y = music(4.0, sr=11025)
    y[11025 + 500] = np.nan  # windows of 1102 samples: this one begins at 11020
    found = segments(write_audio(y, 11025), seconds=1)
    assert kinds(found) == ["not_finite", "not_finite", "row", "row"]


def test_quality_is_measured_before_the_mix(write_audio: WriteAudio) -> None:
    loud = tone(100, seconds=1, amplitude=1.0, sr=44100)
    figures = quality(write_audio(np.stack([loud, silence(1, sr=44100)], axis=1), 44100))
    assert (figures.sr, figures.channels, figures.seconds) == (44100, 2, 1.0)
    # Of the full-scale channel alone; mixed down it would be 6 dB less.
    assert figures.peak_dbfs == pytest.approx(0.0, abs=1e-3)


def test_bad_samples_count_as_silence_in_the_quality(write_audio: WriteAudio) -> None:
    y = tone(100, amplitude=0.5)
    y[1000:1100] = np.inf
    assert quality(write_audio(y)).peak_dbfs == pytest.approx(20 * np.log10(0.5), abs=0.01)


def test_huge_samples_do_not_overflow_in_the_mix(write_audio: WriteAudio) -> None:
    y = np.sign(tone(100.5)) * np.float32(3e38)
    (segment,) = segments(write_audio(np.stack([y, y], axis=1)))
    assert isinstance(segment, Segment)
    assert np.array_equal(segment.y, y)


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.au", "a.w64"])
def test_a_recording_without_samples_is_empty(write_audio: WriteAudio, name: str) -> None:
    with pytest.raises(AudioError, match="the file holds no samples") as caught:
        segments(write_audio(np.zeros(0), name=name))
    assert caught.value.kind == "empty"


@pytest.mark.parametrize(("samples", "sr"), [(1, 8000), (1, 22050), (100, 22050), (9, 192000)])
def test_a_few_samples_are_too_short(write_audio: WriteAudio, samples: int, sr: int) -> None:
    assert kinds(segments(write_audio(np.full(samples, 0.5), sr))) == ["too_short"]


def damaged_mp3(write_audio: WriteAudio, *, at: float) -> Path:
    path = write_audio(chord(seconds=10.0, sr=44100), 44100, name="a.mp3")
    data = bytearray(path.read_bytes())
    place = round(at * len(data))
    data[place : place + 5000] = bytes(5000)
    path.write_bytes(data)
    return path


def test_what_came_before_a_fault_stands(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decode, "_BLOCK_SAMPLES", 4096)
    (clean,) = segments(write_audio(chord(seconds=10.0, sr=44100), 44100, name="clean.mp3"))
    found = segments(damaged_mp3(write_audio, at=0.5), seconds=1)
    *rows, rest, fault = found
    assert kinds(rows) == ["row"] * 4
    assert fault.kind == "decode"
    assert fault.start == fault.stop == rest.stop
    assert fault.message.startswith("the decoder gave up: ")
    assert fault.message.endswith("What follows could not be read.")
    # Until shortly before the fault, where the decoder's last frame and the filter's end
    # differ.
    before = np.concatenate([row.y for row in rows])[: -SR // 4]
    assert len(before) > 3 * SR
    assert np.array_equal(before, clean.y[: len(before)])


def test_a_fault_before_the_first_sample_is_an_error(write_audio: WriteAudio) -> None:
    path = write_audio(music(1.0), name="a.flac")
    data = bytearray(path.read_bytes())
    data[90:] = bytes(len(data) - 90)
    path.write_bytes(data)
    with pytest.raises(AudioError) as caught:
        segments(path)
    assert caught.value.kind == "decode"


def test_the_decoder_is_closed_at_the_end(write_audio: WriteAudio) -> None:
    with open_recording(write_audio(music(1.0))) as recording:
        decoder = recording._decoder._stream
        assert not decoder.closed
    assert decoder.closed
