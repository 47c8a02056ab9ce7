"""The 57 columns: against the naive reference, closed forms, other code and themselves."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
import scipy.fft
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.config import AnalysisConfig
from genre_audio.errors import AudioError, ParameterError
from genre_audio.features import GTZAN57, families, feature_row
from genre_audio.features.spectra import Spectra
from genre_audio.segment import Segment
from reference import reference_row
from signals import SR, chord, clicks, music, noise, silence, tone

GOLDEN = Path(__file__).parent / "golden" / "row.json"
NYQUIST = SR / 2
BIN = SR / 2048


def row_of(y: np.ndarray) -> dict[str, float]:
    row = feature_row(Segment(y=y, sr=SR))
    return dict(zip(GTZAN57.columns, row.tolist(), strict=True))


def spectra_of(y: np.ndarray) -> Spectra:
    return Spectra(Segment(y=y, sr=SR), config=AnalysisConfig())


# -- oracle ----------------------------------------------------------------------------

SIGNALS = {
    "music, one second": music(1.0),
    "music, an odd length": music(3.3)[:-7],
    "music, long": music(12.0),
    "music, quiet": music(2.0) * np.float32(1e-3),
    "music, far beyond full scale": music(2.0) * np.float32(1e3),
    "music, clipped": np.clip(music(2.0) * 10, -1, 1),
    "music after silence": np.concatenate([silence(1.5), music(1.5)]),
    "noise": noise(2.0),
    "clicks": clicks(140, seconds=4.0),
    "a few clicks": clicks(20, seconds=4.0),
    "chord": chord(seconds=2.0),
    "detuned chord": chord((226.4, 285.2, 339.2), seconds=2.0),
    "tone": tone(440),
    "tone on an offset": tone(440) + np.float32(0.5),
    "rumble": tone(30),
    "next to the Nyquist frequency": tone(11_000),
}


def tolerance(column: str, value: float) -> float:
    """What kernels that sum in another order may differ by; near-zero means absolutely."""
    if column.startswith("rolloff"):
        return 5e-5 * abs(value)
    near_zero = column.endswith("_mean") and column.startswith(("harmony", "perceptr", "mfcc"))
    return max(1e-5 * abs(value), 1e-6 if near_zero else 0.0)


# librosa says so where a signal has no pitch; the columns are defined all the same.
@pytest.mark.filterwarnings("ignore:Trying to estimate tuning from empty:UserWarning")
@pytest.mark.parametrize("name", SIGNALS)
def test_rows_are_those_of_the_naive_reference(name: str) -> None:
    y = SIGNALS[name]
    row, naive = row_of(y), reference_row(y)
    assert list(row) == list(naive)
    for column, value in naive.items():
        assert abs(row[column] - value) <= tolerance(column, value), (column, row[column], value)


# Of what hardly varies, and of a part that is hardly there, float32 leaves rounding only:
# some 1e-5 dB of a level of -100 dB, which averages out to 5e-6 of a coefficient.
NEARLY_CONSTANT = {
    "clicks on every eighth hop": np.tile(np.eye(1, 8 * 512, 100, np.float32)[0], 8),
    "quiet tone on an offset": np.float32(1e-3) * tone(440) + np.float32(0.3),
    "square": np.where(np.arange(2 * SR) // 64 % 2, 0.5, -0.5).astype(np.float32),
}


@pytest.mark.filterwarnings("ignore:Trying to estimate tuning from empty:UserWarning")
@pytest.mark.parametrize("name", NEARLY_CONSTANT)
def test_rows_of_what_hardly_varies(name: str) -> None:
    y = NEARLY_CONSTANT[name]
    row, naive = row_of(y), reference_row(y)
    power = float(np.mean(y.astype(np.float64) ** 2))
    for column, value in naive.items():
        rounding = {"mfcc": 5e-6, "harmony": 1e-9 * power, "perceptr": 1e-9 * power}
        nothing = next((r for name, r in rounding.items() if column.startswith(name)), 0.0)
        allowed = max(tolerance(column, value), nothing)
        assert abs(row[column] - value) <= allowed, (column, row[column], value)


LENGTHS = (SR, SR + 1, 64 * 512 - 1, 64 * 512, 64 * 512 + 1, 45 * SR)


@pytest.mark.parametrize("n", LENGTHS)
def test_rows_of_every_length_are_those_of_the_naive_reference(n: int) -> None:
    y = music(46.0)[:n]
    row, naive = row_of(y), reference_row(y)
    for column, value in naive.items():
        assert abs(row[column] - value) <= tolerance(column, value), (column, row[column], value)


@pytest.mark.parametrize("name", ["chord", "clicks", "music"])
def test_rows_are_those_of_the_golden_file(name: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    y = {"chord": chord(seconds=3), "clicks": clicks(seconds=6), "music": music(5.0)}[name]
    row = row_of(y)
    assert list(row) == list(golden)
    for column, value in golden.items():
        # Other processors and FFTs round otherwise: float32 sums agree to 1e-6, the means
        # near zero to 1e-8 of full scale or to 1e-6 dB.
        nothing = 1e-6 if column.startswith("mfcc") else 1e-8
        assert row[column] == pytest.approx(value, rel=1e-6, abs=nothing), column


# -- closed forms ----------------------------------------------------------------------


@pytest.mark.parametrize("frequency", [220.0, 1000.0, 3000.5, 8000.0])
def test_a_tone_has_the_centroid_and_rolloff_of_its_frequency(frequency: float) -> None:
    spectra = spectra_of(tone(frequency, seconds=2))
    inner = slice(3, -3)  # frames that do not see the mirrored edges
    centroid = families.spectral_centroid.function(spectra)[inner]
    rolloff = families.rolloff.function(spectra)[inner]
    # A Hann window's main lobe is four bins wide and symmetric about the tone; its side
    # lobes, cut off at 0 Hz and at the Nyquist frequency, pull by less than a bin.
    assert np.abs(centroid - frequency).max() < BIN
    assert np.abs(rolloff - frequency).max() <= 2 * BIN


@pytest.mark.parametrize("frequency", [100.0, 440.0, 5000.0])
def test_a_tone_crosses_zero_twice_a_period(frequency: float) -> None:
    row = row_of(tone(frequency))
    # Two crossings in a frame of 2,048 more or less; frames at the edges are padded with
    # the first and last sample, which never cross: 4 half frames of 87 frames.
    assert row["zero_crossing_rate_mean"] == pytest.approx(2 * frequency / SR, rel=0.02, abs=1e-3)


@pytest.mark.parametrize("amplitude", [0.25, 1.0, 3.0])
def test_the_rms_of_a_square_is_its_amplitude(amplitude: float) -> None:
    y = np.where(np.arange(2 * SR) // 50 % 2, amplitude, -amplitude).astype(np.float32)
    row = row_of(y)
    # Mirrored or not, every sample has this size; these amplitudes' squares are exact.
    assert row["rms_mean"] == amplitude
    assert row["rms_var"] == 0


def test_the_rms_of_a_tone_is_its_amplitude_over_root_two() -> None:
    # 2,048 samples are not whole periods of 1 kHz: off by 1/(2π·93 periods), 0.2 %.
    assert row_of(tone(1000))["rms_mean"] == pytest.approx(0.5 / math.sqrt(2), rel=2e-3)


@pytest.mark.parametrize("bpm", [100, 120, 140])
def test_the_tempo_of_clicks(bpm: int) -> None:
    tempo = row_of(clicks(bpm, seconds=10))["tempo"]
    # Tempi are whole numbers of frames from beat to beat: the right number, or the next
    # to it where a beat falls between two.
    frames_per_minute = 60 * SR / 512
    assert abs(frames_per_minute / tempo - frames_per_minute / bpm) <= 1


def test_where_nothing_ever_starts_there_is_no_tempo() -> None:
    y = np.where(np.arange(2 * SR) % 2, 0.5, -0.5).astype(np.float32)
    assert row_of(y)["tempo"] == 0


def test_white_noise_is_flat() -> None:
    row = row_of(noise(10.0))
    # Means over 431 frames of 1,025 bins each, neighbours overlapping by three quarters:
    # 1 % is ten standard errors and more.
    assert row["spectral_centroid_mean"] == pytest.approx(NYQUIST / 2, rel=0.01)
    assert row["spectral_bandwidth_mean"] == pytest.approx(NYQUIST / math.sqrt(12), rel=0.01)
    assert row["rolloff_mean"] == pytest.approx(0.85 * NYQUIST, rel=0.01)
    assert row["zero_crossing_rate_mean"] == pytest.approx(0.5, rel=0.01)
    assert row["rms_mean"] == pytest.approx(0.5 / math.sqrt(3), rel=0.01)


def test_a_tone_is_harmonic_and_clicks_are_percussive() -> None:
    steady, struck = row_of(tone(440, seconds=4)), row_of(clicks(120, seconds=4))
    # A sine of amplitude a has the variance a²/2; where it is switched on and off it is
    # percussive, for a frame of 172.
    assert steady["harmony_var"] == pytest.approx(0.125, rel=0.02)
    assert steady["perceptr_var"] < 0.01 * steady["harmony_var"]
    assert struck["harmony_var"] < 0.01 * struck["perceptr_var"]
    assert struck["perceptr_var"] == pytest.approx(np.var(clicks(120, seconds=4)), rel=0.02)


@pytest.mark.parametrize(("frequency", "pitch_class"), [(261.63, 0), (440.0, 9), (987.77, 11)])
def test_a_tone_has_the_chroma_of_its_pitch(frequency: float, pitch_class: int) -> None:
    chroma = families.chroma_stft.function(spectra_of(tone(frequency)))
    inner = slice(3, -3)  # frames that do not see the mirrored edges
    assert (chroma[:, inner].argmax(axis=0) == pitch_class).all()


# -- the same formulas, written down independently --------------------------------------


@pytest.mark.parametrize("name", ["music, long", "noise", "music after silence"])
def test_spectral_shapes_by_their_formulas(name: str) -> None:
    y = SIGNALS[name].astype(np.float64)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2048) / 2048)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(y, 1024, mode="reflect"), 2048)[::512]
    S = np.abs(np.fft.rfft(frames * window))
    sounding = S.sum(axis=1) > 1e-3
    S = S[sounding]
    frequencies = np.arange(1025) * SR / 2048
    weights = S / S.sum(axis=1, keepdims=True)
    centroid = weights @ frequencies
    bandwidth = np.sqrt((weights * (frequencies - centroid[:, None]) ** 2).sum(axis=1))
    rolloff = frequencies[(np.cumsum(weights, axis=1) >= 0.85).argmax(axis=1)]
    spectra = spectra_of(SIGNALS[name])
    found = {
        function.name: function.function(spectra)[sounding]
        for function in (families.spectral_centroid, families.spectral_bandwidth, families.rolloff)
    }
    # float32 transforms against float64: 1e-6, and where the sum meets the 85 % within
    # rounding, the neighbouring bin.
    assert found["spectral_centroid"] == pytest.approx(centroid, rel=1e-5)
    assert found["spectral_bandwidth"] == pytest.approx(bandwidth, rel=1e-5)
    assert np.mean(found["rolloff"] == rolloff) > 0.98
    assert np.abs(found["rolloff"] - rolloff).max() <= BIN * 1.001


def test_crossings_by_counting() -> None:
    y = SIGNALS["music, long"]
    padded = np.pad(y, 1024, mode="edge")
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::512]
    crossings = np.diff(np.signbit(frames), axis=1).sum(axis=1) / 2048
    assert np.array_equal(families.zero_crossing_rate.function(spectra_of(y)), crossings)


def test_cepstra_by_scipys_cosine_transform() -> None:
    spectra = spectra_of(SIGNALS["music, long"])
    expected = scipy.fft.dct(spectra.mel_db.astype(np.float64), axis=0, norm="ortho")[:20]
    # dB of up to 100 times root 128, in float32: 1e-7 of about 1,000.
    assert families.mfcc.function(spectra) == pytest.approx(expected, abs=1e-3, rel=1e-6)


def test_parts_of_other_lengths_are_refused() -> None:
    segment = Segment(y=SIGNALS["noise"], sr=SR)
    for changed in ({"hop_length": 1024}, {"hpss_kernel": 17}, {"hpss_power": 1.0}):
        with pytest.raises(ParameterError, match="four hops, medians of 31 and power 2"):
            Spectra(segment, config=AnalysisConfig(**changed))


# -- metamorphic -----------------------------------------------------------------------

UNMOVED = ("spectral_centroid", "spectral_bandwidth", "rolloff", "chroma", "zero_crossing", "tempo")


@settings(max_examples=10)
@given(exponent=st.integers(-11, 8), seed=st.integers(0, 1000))
def test_a_gain_moves_levels_and_nothing_else(exponent: int, seed: int) -> None:
    # Powers of two are exact in every step.
    y, gain = music(1.5, seed=seed), 2.0**exponent
    row, scaled = row_of(y), row_of(y * np.float32(gain))
    for column, value in row.items():
        if column.startswith(UNMOVED):
            assert scaled[column] == value, column
        elif column.startswith("mfcc"):
            # The first cepstrum holds the level in dB; logarithms are rounded to 1e-5 dB.
            level = 20 * math.log10(gain) * math.sqrt(128) if column == "mfcc1_mean" else 0.0
            assert scaled[column] == pytest.approx(value + level, rel=1e-5, abs=1e-3), column
        else:
            power = gain if column.endswith("mean") else gain**2
            # The masks raise magnitudes to a power, whose rounding differs.
            assert scaled[column] == pytest.approx(value * power, rel=1e-5, abs=1e-9), column


# None of these has a sample of exactly zero, which counts as positive either way.
@pytest.mark.parametrize("name", ["music, long", "noise", "music, clipped"])
def test_turning_the_polarity_turns_two_means(name: str) -> None:
    row, turned = row_of(SIGNALS[name]), row_of(-SIGNALS[name])
    for column, value in row.items():
        sign = -1 if column in {"harmony_mean", "perceptr_mean"} else 1
        assert turned[column] == sign * value, column


def test_a_row_is_a_function_of_the_samples_alone() -> None:
    y = SIGNALS["music, an odd length"]
    first = feature_row(Segment(y=y, sr=SR, first=0, recording="a"))
    second = feature_row(Segment(y=y.copy(), sr=SR, first=12345, recording="b"))
    assert np.array_equal(first, second)


def test_samples_are_left_as_they_were() -> None:
    y = SIGNALS["noise"].copy()
    row_of(y)
    assert np.array_equal(y, SIGNALS["noise"])


# -- limits ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNALS)
def test_rows_are_finite_and_variances_not_negative(name: str) -> None:
    row = row_of(SIGNALS[name])
    assert np.isfinite(list(row.values())).all()
    assert min(value for column, value in row.items() if column.endswith("_var")) >= 0


@pytest.mark.parametrize("gain", [1e17, 1e18, 1e19, 1e30, 1e38])
def test_samples_that_overflow_are_refused(gain: float) -> None:
    with pytest.raises(AudioError, match="so large that the features overflow") as caught:
        row_of(music(1.0) * np.float32(gain))
    assert caught.value.kind == "not_finite"


@pytest.mark.parametrize("gain", [1e10, 1e15])
def test_samples_that_almost_overflow_are_described(gain: float) -> None:
    row, loud = row_of(music(1.0)), row_of(music(1.0) * np.float32(gain))
    assert loud["spectral_centroid_mean"] == pytest.approx(row["spectral_centroid_mean"], rel=1e-5)


def test_another_sampling_rate_is_refused() -> None:
    with pytest.raises(ParameterError, match="has 44100 Hz, gtzan57 is defined at 22050 Hz"):
        feature_row(Segment(y=music(1.0, sr=44100), sr=44100))
