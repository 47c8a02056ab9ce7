"""The columns beyond the 57: against naive librosa, closed forms and themselves."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from genre_audio.audio import open_recording
from genre_audio.config import Segmentation
from genre_audio.features import EXTENDED, GTZAN57, feature_row
from genre_audio.features.moments import UNSEEN, kurtosis, skew
from genre_audio.features.movement import RATES
from genre_audio.learning.transforms import RowTransform
from genre_audio.segment import Segment
from reference_extended import extended_row
from signals import SR, chord, clicks, music, noise, silence, tone

GOLDEN = Path(__file__).parent / "golden" / "row_extended.json"
ADDED = EXTENDED.columns[len(GTZAN57.columns) :]
RATE_NAMES = ("0.3_1hz", "1_2hz", "2_4hz", "4_8hz", "8_16hz")


def whole_row(y: np.ndarray) -> np.ndarray:
    return feature_row(Segment(y=y, sr=SR), schema=EXTENDED)


def row_of(y: np.ndarray) -> dict[str, float]:
    return dict(zip(ADDED, whole_row(y)[len(GTZAN57.columns) :].tolist(), strict=True))


SIGNALS = {
    "music, one second": music(1.0),
    "music, an odd length": music(3.3)[:-7],
    "music, long": music(12.0),
    "music, far beyond full scale": music(2.0) * np.float32(1e3),
    "music, clipped": np.clip(music(2.0) * 10, -1, 1),
    "music after silence": np.concatenate([silence(1.5), music(1.5)]),
    "noise": noise(2.0),
    "clicks": clicks(140, seconds=4.0),
    "chord": chord(),
}

# Nothing moves in most of these, or there is nothing but one moment.
DEGENERATE = {
    "tone": tone(440),
    "tone, one second": tone(440, seconds=1.0),
    "one click": np.eye(1, SR, 10_000, dtype=np.float32)[0],
    "clicks on every eighth hop": np.tile(np.eye(1, 8 * 512, 100, np.float32)[0], 8),
    "square": np.where(np.arange(2 * SR) // 64 % 2, 0.5, -0.5).astype(np.float32),
    "the highest square": np.where(np.arange(2 * SR) % 2, 0.5, -0.5).astype(np.float32),
    "rumble": tone(30),
    "noise, one second": noise(1.0),
    "hardly anything": noise(1.0) * np.float32(4e-4),
    "silence but for the end": np.concatenate([silence(3.0), noise(0.1)]),
}


# -- the schema ------------------------------------------------------------------------


def test_the_first_57_columns_are_the_57() -> None:
    assert EXTENDED.columns[:57] == GTZAN57.columns
    y = SIGNALS["music, an odd length"]
    assert np.array_equal(whole_row(y)[:57], feature_row(Segment(y=y, sr=SR)))


def test_rows_are_those_of_the_golden_file() -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    signals = {"chord": chord(seconds=3), "clicks": clicks(seconds=6), "music": music(5.0)}
    assert list(golden) == list(signals)
    for name, y in signals.items():
        row = row_of(y)
        assert list(row) == list(golden[name])
        for column, value in golden[name].items():
            # As for the 57; skewness cubes what rounding does to nearly constant frames.
            assert row[column] == pytest.approx(value, rel=1e-5, abs=1e-4), column


def test_every_family_is_in_the_page_of_features_with_as_many_columns() -> None:
    page = (Path(__file__).parent.parent / "docs" / "features.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (\d+) \| .* \| .* \|$", page, re.MULTILINE)
    added = EXTENDED.features[len(GTZAN57.features) :]
    assert rows == [(family.name, str(len(family.columns))) for family in added]
    assert f"the same 57 and {len(ADDED)} more" in page


# -- oracle ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", SIGNALS)
def test_rows_are_those_of_plain_calls(name: str) -> None:
    y = SIGNALS[name]
    row, naive = row_of(y), extended_row(y)
    assert list(row) == list(naive)
    for column, value in naive.items():
        # librosa takes dB and chroma in float32: 1e-5 dB of levels, of which deviations
        # are cubed; skews near zero are differences of such sums.
        nothing = 1e-5 if column.endswith("_skew") else 1e-6
        assert row[column] == pytest.approx(value, rel=1e-5, abs=nothing), column


@given(seed=st.integers(0, 99), scale=st.sampled_from([1e-2, 1.0, 1e3]))
def test_moments_are_scipys(seed: int, scale: float) -> None:
    frames = scale * np.random.default_rng(seed).gamma(1.0, size=50)
    kept = 1 / (1 + UNSEEN / np.var(frames))
    assert skew(frames) == pytest.approx(kept**1.5 * scipy.stats.skew(frames), rel=1e-9)
    excess = kept**2 * scipy.stats.kurtosis(frames)
    assert kurtosis(frames) == pytest.approx(3 + excess, rel=1e-9)


def test_moments_of_noise_added_are_those_of_the_sum(rng: np.random.Generator) -> None:
    frames = rng.choice([0.0, 0.0, 3e-3], size=400)
    added = frames[:, None] + np.sqrt(UNSEEN) * rng.normal(size=(400, 2000))
    # 800,000 numbers: standard errors of 0.003 and 0.006 of a skewness and a kurtosis.
    assert skew(frames) == pytest.approx(scipy.stats.skew(added.ravel()), abs=0.02)
    expected = scipy.stats.kurtosis(added.ravel(), fisher=False)
    assert kurtosis(frames) == pytest.approx(expected, abs=0.03)


# -- closed forms ----------------------------------------------------------------------


def swaying(rate: float, *, depth_db: float, seconds: float = 20.0) -> np.ndarray:
    """Noise whose level sways by a sine of so many dB."""
    t = np.arange(round(seconds * SR)) / SR
    gain = 10 ** (depth_db * np.sin(2 * np.pi * rate * t) / 20)
    return (0.1 * noise(seconds) * gain).astype(np.float32)


@pytest.mark.parametrize("rate", [0.6, 1.5, 3.0, 6.0])
def test_noise_sways_at_the_rate_that_it_was_given(rate: float) -> None:
    row = row_of(swaying(rate, depth_db=6.0))
    place = int(np.searchsorted(RATES, rate)) - 1
    for k in range(1, 5):
        shares = [row[f"mel{k}_sway_{name}"] for name in RATE_NAMES]
        assert sum(shares) == pytest.approx(1, abs=1e-12)
        assert int(np.argmax(shares)) == place
    # Frames of 93 ms smooth a sway of 6 Hz by half, slower ones less.
    steady = row_of(swaying(rate, depth_db=0.0))
    assert row["mel8_sway_var"] > steady["mel8_sway_var"] + 0.2 * 6.0**2 / 2


def test_a_slow_sway_has_the_variance_of_its_sine() -> None:
    # Bands 8 are the widest: noise itself adds the least, and is taken off. The quiet
    # turns of a sine in dB are smoothed by frames; a twentieth is ample.
    found = row_of(swaying(0.9, depth_db=6.0))["mel8_sway_var"]
    noisy = row_of(swaying(0.9, depth_db=0.0))["mel8_sway_var"]
    assert found - noisy == pytest.approx(6.0**2 / 2, rel=0.05)


def test_white_noise_is_flat_and_a_tone_is_not() -> None:
    flat, pure = row_of(noise(5.0)), row_of(tone(440, seconds=5.0))
    # The logarithm of a chi-square of two degrees has the mean of its logarithm less
    # Euler's constant: -2.51 dB. A bin in 1,025 is 0.01 dB.
    assert flat["flatness_mean"] == pytest.approx(-2.507, abs=0.03)
    assert pure["flatness_mean"] < -50


def test_clicks_repeat_at_their_tempo() -> None:
    beats = np.geomspace(40, 240, 14)
    row = row_of(clicks(float(beats[8]), seconds=20.0))
    found = [row[f"tempogram{k}"] for k in range(1, 15)]
    # The strongest but for multiples and parts of the beat.
    others = [k for k in range(14) if 0.6 < beats[k] / beats[8] < 1.7 and k != 8]
    assert found[8] > max(found[k] for k in others)


@pytest.mark.parametrize("steps", [1, 5])
def test_another_key_is_the_same_chord(steps: int) -> None:
    major = np.array([261.63, 329.63, 392.0])
    low, high = (row_of(chord(tuple(major * 2 ** (k / 12)))) for k in (0, steps))
    for k in range(1, 12):
        # Bins are 10.8 Hz wide, and lie otherwise around other notes.
        assert low[f"chroma_rotated{k}"] == pytest.approx(high[f"chroma_rotated{k}"], abs=0.25)


def test_what_stands_still_is_said_to() -> None:
    # This square repeats every other sample: all frames are one.
    still = row_of(DEGENERATE["the highest square"])
    for column in ("flux_mean", "chroma_flux_mean", "mfcc2_delta_var", "mel1_sway_var"):
        assert still[column] == pytest.approx(0, abs=1e-6)
    assert still["onset_skew"] == pytest.approx(0, abs=1e-3)
    assert still["onset_kurtosis"] == pytest.approx(3, abs=1e-3)
    assert max(still[f"tempogram{k}"] for k in range(1, 15)) < 1e-3
    shares = [still[f"mel1_sway_{name}"] for name in RATE_NAMES]
    # White noise's: the widths of the bands of rates.
    assert shares == pytest.approx(np.diff(RATES) / (16 - 0.3), abs=0.02)


# -- metamorphic -----------------------------------------------------------------------


@settings(max_examples=15)
@given(
    decibels=st.floats(-40, 12),
    name=st.sampled_from(["music, one second", "music, an odd length", "noise", "clicks"]),
    quiet=st.sampled_from([1.0, 0.03]),
)
def test_no_gain_moves_anything(decibels: float, name: str, quiet: float) -> None:
    y = SIGNALS[name] * np.float32(quiet)
    row, scaled = row_of(y), row_of(y * np.float32(10 ** (decibels / 20)))
    for column, value in row.items():
        # Samples are rounded to float32 once more: 1e-5 dB, of which skews are made.
        assert scaled[column] == pytest.approx(value, rel=1e-4, abs=1e-4), column


@given(decibels=st.floats(-40, 12))
@settings(max_examples=5)
def test_no_gain_moves_a_row_that_is_learned_from(decibels: float) -> None:
    y = SIGNALS["music, an odd length"]
    form = RowTransform(columns=EXTENDED.columns, level_invariant=True)
    rows = [whole_row(y), whole_row(y * np.float32(10 ** (decibels / 20)))]
    row, scaled = form.fit_transform(np.array(rows))
    names = form.get_feature_names_out()
    # Of the cepstra of the 57 levels are taken off again; they know a floor of -100 dB.
    added = np.isin(names, ADDED)
    assert scaled[added] == pytest.approx(row[added], rel=1e-4, abs=1e-4)


def test_turning_the_polarity_changes_nothing() -> None:
    y = SIGNALS["music, long"]
    assert row_of(-y) == row_of(y)


# -- limits ----------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [*SIGNALS, *DEGENERATE])
def test_rows_and_their_forms_are_finite(name: str) -> None:
    row = whole_row((SIGNALS | DEGENERATE)[name])
    assert np.isfinite(row).all()
    form = RowTransform(columns=EXTENDED.columns, level_invariant=True)
    formed = form.fit_transform(row[None])[0]
    assert np.isfinite(formed).all()
    # Nothing stands so far out that it would drown what is next to it.
    assert np.abs(formed[np.isin(form.get_feature_names_out(), ADDED)]).max() < 110


# -- real recordings -------------------------------------------------------------------


def real_clips(gtzan_data: Path) -> list[np.ndarray]:
    """One clip of each of four genres."""
    genres = ("blues", "classical", "hiphop", "metal")
    clips = []
    for genre in genres:
        with open_recording(min((gtzan_data / "audio" / genre).iterdir())) as recording:
            (segment,) = recording.segments(sr=SR, segmentation=Segmentation())
        clips.append(segment.y)
    return clips


def test_rows_of_real_clips_are_those_of_plain_calls(gtzan_data: Path) -> None:
    for y in real_clips(gtzan_data)[:2]:
        row = row_of(y)
        for column, value in extended_row(y).items():
            nothing = 1e-5 if column.endswith("_skew") else 1e-6
            assert row[column] == pytest.approx(value, rel=2e-5, abs=nothing), column


@pytest.mark.parametrize("decibels", [-40.0, -17.3, 12.0])
def test_no_gain_moves_real_clips(gtzan_data: Path, decibels: float) -> None:
    for y in real_clips(gtzan_data):
        row, scaled = row_of(y), row_of(y * np.float32(10 ** (decibels / 20)))
        for column, value in row.items():
            assert scaled[column] == pytest.approx(value, rel=1e-4, abs=1e-4), column
