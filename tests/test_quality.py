"""What is measured while decoding, against closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio.quality import Quality, QualityMeter
from signals import music, noise, silence, tone


def measure(y: np.ndarray, *, sr: int = 8000, cuts: tuple[int, ...] = ()) -> Quality:
    samples = y[:, np.newaxis] if y.ndim == 1 else y
    meter = QualityMeter(sr=sr, channels=samples.shape[1])
    for block in np.split(samples, sorted(cuts)):
        meter.update(block)
    return meter.result()


def test_a_sine_has_the_level_of_a_sine() -> None:
    quality = measure(tone(100, seconds=2, amplitude=0.5, sr=8000))
    # 80 samples a period meet the crest; float32 rounds amplitudes to 6e-8, 5e-7 dB.
    assert quality.peak_dbfs == pytest.approx(20 * math.log10(0.5), abs=1e-5)
    assert quality.rms_dbfs == pytest.approx(20 * math.log10(0.5 / math.sqrt(2)), abs=1e-5)
    # Ten periods fill each window: all windows are equally loud.
    assert quality.noise_floor_dbfs == pytest.approx(quality.rms_dbfs, abs=1e-5)
    assert quality.dc_offset == pytest.approx(0, abs=1e-8)
    assert (quality.sr, quality.channels, quality.seconds) == (8000, 1, 2.0)
    assert quality.clipped == 0


def test_the_noise_floor_is_that_of_the_quietest_tenth() -> None:
    y = np.concatenate([noise(8, amplitude=0.5, sr=8000), noise(2, amplitude=1e-3, sr=8000)])
    # Uniform noise of ±a has the level a/sqrt(3); the quantile picks one of 20 windows of
    # 800 samples each, whose levels scatter by about 0.2 dB.
    floor = 20 * math.log10(1e-3 / math.sqrt(3))
    assert measure(y).noise_floor_dbfs == pytest.approx(floor, abs=0.5)


def test_a_partial_window_counts_for_the_level_but_not_for_the_floor() -> None:
    loud, quiet = tone(100, seconds=0.1, sr=8000), silence(0.05, sr=8000)
    quality = measure(np.concatenate([loud, quiet]))
    assert quality.noise_floor_dbfs == pytest.approx(20 * math.log10(0.5 / math.sqrt(2)), abs=1e-5)
    assert quality.rms_dbfs == pytest.approx(20 * math.log10(0.5 / math.sqrt(3)), abs=1e-5)


def test_a_recording_shorter_than_a_window_has_a_floor_all_the_same() -> None:
    quality = measure(np.full(10, 0.1, dtype=np.float32))
    # 0.1 as float32 is off by 1.5e-9.
    assert quality.noise_floor_dbfs == pytest.approx(-20, abs=1e-6)
    assert quality.rms_dbfs == pytest.approx(-20, abs=1e-6)


@pytest.mark.parametrize("y", [silence(1, sr=8000), silence(0)], ids=["silence", "nothing"])
def test_levels_never_fall_below_the_floor(y: np.ndarray) -> None:
    quality = measure(y)
    levels = (quality.peak_dbfs, quality.rms_dbfs, quality.noise_floor_dbfs)
    assert levels == (-120.0, -120.0, -120.0)
    assert quality.clipped == quality.dc_offset == 0


def test_clipping_is_the_share_of_samples_at_full_scale() -> None:
    y = np.array([1.0, -1.0, 0.9995, 32767 / 32768, 1.5, 0.998, 0.5, 0.0, 0, 0], np.float32)
    assert measure(y).clipped == 0.5
    assert measure(y).peak_dbfs == pytest.approx(20 * math.log10(1.5), abs=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
def test_both_signs_count(sign: int) -> None:
    full = np.float32(0.999)
    y = sign * np.array([full, np.nextafter(full, np.float32(0)), -0.5, 0.0], dtype=np.float32)
    assert measure(y).clipped == 0.25
    assert measure(y).peak_dbfs == 20 * math.log10(full)


def test_an_offset_is_the_mean() -> None:
    # Over whole periods the sine's own mean is nothing but rounding.
    y = tone(100, seconds=1, amplitude=0.5, sr=8000) + np.float32(0.25)
    assert measure(y).dc_offset == pytest.approx(0.25, abs=1e-7)


def test_all_channels_are_measured() -> None:
    left = tone(100, seconds=1, amplitude=0.5, sr=8000)
    quality = measure(np.stack([left, np.zeros_like(left), np.zeros_like(left)], axis=1))
    assert quality.channels == 3
    assert quality.seconds == 1.0
    assert quality.peak_dbfs == pytest.approx(20 * math.log10(0.5), abs=1e-5)
    assert quality.rms_dbfs == pytest.approx(20 * math.log10(0.5 / math.sqrt(6)), abs=1e-5)


@given(cuts=st.lists(st.integers(0, 10_000), max_size=8), channels=st.sampled_from([1, 2, 5]))
def test_blocks_of_any_size_give_the_same_figures(cuts: list[int], channels: int) -> None:
    y = music(1.25, sr=8000)[: 10_000 // channels * channels].reshape(-1, channels)
    assert measure(y, cuts=tuple(cuts)) == measure(y)


@given(
    size=st.integers(1, 2000),
    gain=st.sampled_from([0.1, 1.0, 4.0]),
    channels=st.sampled_from([1, 2, 3]),
)
def test_blocks_of_one_size_give_the_same_figures(size: int, gain: float, channels: int) -> None:
    y = np.float32(gain) * noise(0.3 * channels, sr=8000).reshape(-1, channels)
    assert measure(y, cuts=tuple(range(size, len(y), size))) == measure(y)


@pytest.mark.parametrize("sr", [8000, 11_025, 44_100])
@pytest.mark.parametrize("channels", [1, 2, 6])
@pytest.mark.parametrize("gain", [1.0, 4.0, 1e-3])
def test_figures_are_those_of_the_plain_formulas(sr: int, channels: int, gain: float) -> None:
    frames = round(1.23 * sr)
    y = np.float32(gain) * music(1.24 * channels, sr=sr)[: frames * channels]
    y = y.reshape(frames, channels) + np.float32(0.01)
    quality = measure(y, sr=sr, cuts=(1, 500, 7777))
    exact, window = y.astype(np.float64), round(0.1 * sr)
    starts = range(0, len(y) - window + 1, window)
    powers = [np.mean(exact[start : start + window] ** 2) for start in starts]
    assert quality.peak_dbfs == 20 * math.log10(np.abs(exact).max())
    assert quality.clipped == np.mean(np.abs(y) >= np.float32(0.999))
    # Sums of some 1e5 numbers in float64, in another order.
    assert quality.rms_dbfs == pytest.approx(10 * math.log10(np.mean(exact**2)), abs=1e-10)
    assert quality.dc_offset == pytest.approx(np.mean(exact), abs=1e-14 * gain)
    floor = 10 * math.log10(np.quantile(powers, 0.1))
    assert quality.noise_floor_dbfs == pytest.approx(floor, abs=1e-10)


def test_figures_are_plain_numbers() -> None:
    figures = measure(4 * noise(0.25, sr=8000)).as_dict()
    assert {type(value) for value in figures.values()} == {int, float}
    assert figures["clipped"] > 0


def test_figures_are_rounded_where_they_are_written() -> None:
    quality = Quality(44100, 2, 1.23456, -1.23456, -20.5555, -60.0049, 1.23456789e-5, -0.123456789)
    assert quality.as_dict() == {
        "sr": 44100,
        "channels": 2,
        "seconds": 1.23456,
        "peak_dbfs": -1.23,
        "rms_dbfs": -20.56,
        "noise_floor_dbfs": -60.0,
        "clipped": 1.235e-5,
        "dc_offset": -0.12345679,
    }


# Bandwidth and channels ------------------------------------------------------------------


@pytest.mark.parametrize("sr", [8000, 22_050, 44_100, 96_000])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_noise_with_an_upper_limit_is_as_wide_as_that(sr: int, share: float) -> None:
    edge = share * sr / 2
    spectrum = np.fft.rfft(noise(3, sr=sr).astype(float))
    spectrum[round(edge * 3) :] = 0.0
    y = np.fft.irfft(spectrum, 3 * sr).astype(np.float32)
    # Averaging over 200 Hz widens by half of that, the window by three lines.
    step = sr / min(1024, 1 << (round(0.1 * sr).bit_length() - 1))
    found = measure(y, sr=sr).bandwidth_hz
    assert edge - 2 * step <= found <= edge + 100 + 5 * step


def test_a_tone_is_as_wide_as_its_frequency() -> None:
    found = measure(tone(1000, seconds=2, sr=22_050), sr=22_050).bandwidth_hz
    # The window's side lobes are 60 dB down from the sixth line on.
    assert 1000 <= found <= 1000 + 100 + 7 * 22_050 / 1024


@pytest.mark.parametrize(("down", "wide"), [(55, True), (65, False)])
def test_what_lies_sixty_decibels_down_counts_no_more(down: float, wide: bool) -> None:
    # Two tones of one level would have equal peaks in the averaged spectrum.
    y = tone(500, seconds=2, sr=8000) + 10 ** (-down / 20) * tone(3000, seconds=2, sr=8000)
    assert (measure(y.astype(np.float32)).bandwidth_hz > 2000) is wide


def test_white_noise_is_as_wide_as_can_be() -> None:
    assert measure(noise(2, sr=8000)).bandwidth_hz == 4000


@pytest.mark.parametrize("y", [silence(1, sr=8000), np.full(10, 0.1, np.float32), silence(0)])
def test_what_holds_no_sound_or_no_window_has_no_width(y: np.ndarray) -> None:
    assert measure(y).bandwidth_hz is None
    assert "bandwidth_hz" not in measure(y).as_dict()


def channels(*parts: np.ndarray) -> Quality:
    return measure(np.stack(parts, axis=1).astype(np.float32))


LEFT, RIGHT = noise(3, sr=8000, seed=1), noise(3, sr=8000, seed=2)


def test_one_channel_has_no_figures_of_channels() -> None:
    quality = measure(LEFT)
    assert quality.channel_balance_db is quality.mixdown_db is None


@pytest.mark.parametrize("count", [2, 3, 6])
def test_equal_channels_lose_nothing_in_the_mix(count: int) -> None:
    quality = channels(*[LEFT] * count)
    # The mean of equal float64 numbers may be off by one bit.
    assert quality.mixdown_db == pytest.approx(0.0, abs=1e-12)
    assert quality.channel_balance_db == 0.0


def test_channels_out_of_phase_cancel() -> None:
    assert channels(LEFT, -LEFT).mixdown_db == -120.0
    assert channels(LEFT, -LEFT).channel_balance_db == 0.0


def test_a_silent_channel_costs_three_decibels() -> None:
    quality = channels(LEFT, 0 * LEFT)
    assert quality.channel_balance_db == -120.0
    assert quality.mixdown_db == pytest.approx(-10 * math.log10(2), abs=1e-9)


def test_unrelated_channels_lose_three_decibels() -> None:
    # 3 windows of 512 samples: their correlation scatters by 1/40, 0.11 dB.
    assert channels(LEFT, RIGHT).mixdown_db == pytest.approx(-10 * math.log10(2), abs=0.4)


@pytest.mark.parametrize("down", [6.0, 20.0])
def test_the_balance_is_that_of_the_levels(down: float) -> None:
    quality = channels(LEFT, 10 ** (-down / 20) * LEFT)
    assert quality.channel_balance_db == pytest.approx(-down, abs=1e-5)


def test_only_a_part_is_looked_at() -> None:
    # Windows 1 to 9 of each second may hold anything.
    wide = np.where(np.arange(24_000) % 8000 < 800, tone(500, seconds=3, sr=8000), LEFT)
    assert measure(wide.astype(np.float32)).bandwidth_hz < 800
    assert measure(LEFT).bandwidth_hz > 3900


@pytest.mark.parametrize(("second", "seen"), [(0, True), (9, True), (10, True), (11, False)])
def test_later_only_every_fifth_second_is_looked_at(second: int, seen: bool) -> None:
    y = tone(500, seconds=13, sr=8000)
    y[second * 8000 : (second + 1) * 8000] += LEFT[:8000]
    assert (measure(y).bandwidth_hz > 3000) is seen


@given(cuts=st.lists(st.integers(0, 24_000), max_size=8))
def test_width_and_channels_do_not_depend_on_blocks(cuts: list[int]) -> None:
    y = np.stack([LEFT, 0.5 * RIGHT + 0.3 * LEFT], axis=1)
    assert measure(y, cuts=tuple(cuts)) == measure(y)


def test_figures_of_channels_are_plain_and_rounded() -> None:
    figures = channels(LEFT, 0.3 * RIGHT).as_dict()
    assert type(figures["bandwidth_hz"]) is int
    for name in ("channel_balance_db", "mixdown_db"):
        assert figures[name] == round(figures[name], 2)
        assert type(figures[name]) is float


# Silence ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0.0, 0.5, 1.0])
def test_silence_is_the_share_of_windows_without_sound(seconds: float) -> None:
    y = np.concatenate([silence(seconds, sr=8000), LEFT[: round((2 - seconds) * 8000)]])
    assert measure(y).silent == pytest.approx(seconds / 2, abs=1e-12)


@pytest.mark.parametrize(("down", "share"), [(50, 0.0), (70, 0.5)])
def test_what_lies_sixty_decibels_below_the_mean_is_silence(down: float, share: float) -> None:
    y = tone(100, seconds=2, sr=8000)
    y[8000:] *= np.float32(10 ** (-down / 20))
    # The mean is 3 dB below the louder half.
    assert measure(y).silent == share


def test_all_of_a_silent_recording_is_silence() -> None:
    assert measure(silence(1, sr=8000)).silent == 1.0
    assert measure(silence(0)).silent is None
