"""Looking at a recording: streams give what the whole gives, and pictures have s and Hz."""

from __future__ import annotations

import dataclasses
import json
import tracemalloc

import librosa
import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from genre_audio.audio import open_recording
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.exploration.binned import BinnedExtremes, BinnedMeans
from genre_audio.exploration.mel_stream import MelStream
from genre_audio.exploration.recording_view import view_recording
from genre_audio.features.filters import mel_edges
from genre_audio.reporting.drawing import drawing
from genre_audio.reporting.recording_page import recording_page
from genre_audio.reporting.recording_text import recording_json, recording_text
from genre_audio.reporting.recording_words import recording_findings
from genre_audio.reporting.sound_figures import outline_figure, spectrogram_figure
from genre_audio.segment import Refused
from pages import check_page, elements, table, words
from sample_pages import ESCAPING, EVIL, recording_sample
from signals import SR, music, noise, silence, tone

# Bins ------------------------------------------------------------------------------------

CHUNKS = st.lists(st.integers(0, 40), min_size=1, max_size=20)


@given(CHUNKS, st.sampled_from([2, 4, 16]))
def test_bins_are_those_of_the_whole_however_it_comes(sizes, most):
    values = np.random.default_rng(sum(sizes)).normal(size=sum(sizes))
    extremes, means = BinnedExtremes(most=most), BinnedMeans(most=most, width=1)
    first = 0
    for size in sizes:
        extremes.add(values[first : first + size])
        means.add(values[first : first + size, None])
        first += size
    size = extremes.size
    parts = [values[k : k + size] for k in range(0, len(values), size)]
    assert means.size == size
    assert len(parts) <= most
    assert size == 1 or 2 * len(parts) > most
    np.testing.assert_array_equal(extremes.low, [part.min() for part in parts])
    np.testing.assert_array_equal(extremes.high, [part.max() for part in parts])
    # Sums in another order differ by rounding.
    np.testing.assert_allclose(
        means.means[:, 0], [part.mean() for part in parts], rtol=1e-12, atol=1e-14
    )


# Mel -------------------------------------------------------------------------------------


@pytest.mark.parametrize("sr", [8000, 22050, 44100])
@pytest.mark.parametrize("block", [100, 7777, 10**6])
def test_the_spectrogram_is_librosas(sr, block):
    y = noise(1.5, sr=sr) + tone(440.0, seconds=1.5, sr=sr)
    stream = MelStream(sr=sr)
    frames = [f for k in range(0, len(y), block) for f in stream.push(y[k : k + block])]
    found = np.concatenate([*frames, *stream.finish()]).T
    expected = librosa.feature.melspectrogram(
        y=y, sr=sr, n_fft=stream.n_fft, hop_length=stream.hop_length,
        n_mels=len(stream.edges) - 2, pad_mode="constant",
    )  # fmt: skip
    assert found.shape == expected.shape
    # Both are float32, transformed by other libraries.
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-6 * expected.max())


@pytest.mark.parametrize(("sr", "n_mels"), [(22050, 128), (8000, 64), (48000, 16)])
def test_edges_of_bands_are_librosas(sr, n_mels):
    expected = librosa.mel_frequencies(n_mels=n_mels + 2, fmin=0.0, fmax=sr / 2)
    np.testing.assert_allclose(mel_edges(sr, n_mels), expected, rtol=1e-12)


@pytest.mark.parametrize("sr", [1000, 4000, 8000, 16000, 22050, 48000, 192000, 768000])
def test_every_rate_has_frames_of_like_length_and_no_empty_band(sr):
    stream = MelStream(sr=sr)
    assert 0.06 < stream.n_fft / sr < 0.14
    (frame, *_) = stream.push(noise(1.0, sr=sr))
    assert (frame[2] > 0).all()


# Recordings ------------------------------------------------------------------------------


def test_what_is_heard_is_the_mix_before_resampling(write_audio):
    left, right = noise(2.0, seed=1, sr=44100), noise(2.0, seed=2, sr=44100)
    path = write_audio(np.column_stack([left, right]), 44100)
    heard = []
    with open_recording(path) as recording:
        assert recording.sr == 44100
        list(recording.segments(sr=SR, segmentation=Segmentation(), listen=heard.append))
    np.testing.assert_array_equal(np.concatenate(heard), ((left + right) / 2).astype(np.float32))


def test_a_tone_has_its_outline_its_band_and_its_quality(write_audio):
    view = view_recording(write_audio(tone(1000.0, seconds=5.0, amplitude=0.5)))
    assert view.name == "take.wav"
    assert view.segments == ((0.0, 5.0),)
    assert view.refused == ()
    assert len(view.low) * view.seconds_per_point == pytest.approx(5.0, abs=view.seconds_per_point)
    # Each stretch of 79 samples or more holds three periods of 22.
    np.testing.assert_allclose(view.high, 0.5, atol=0.01)
    np.testing.assert_allclose(view.low, -0.5, atol=0.01)
    band = int(view.power.mean(axis=0).argmax())
    assert view.edges[band] < 1000.0 < view.edges[band + 2]
    assert view.db.max() == 0.0
    assert view.db.min() >= -80.0
    assert view.quality.rms_dbfs == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.01)


def test_silence_has_a_picture_too(write_audio):
    view = view_recording(write_audio(silence(3.0)))
    assert [each.kind for each in view.refused] == ["silent"]
    assert (view.db == -80.0).all()
    assert "There is no sound in it." in recording_page(view)
    assert "It is one segment, refused (silent)." in recording_findings(view)
    # Silence is neither dense nor noisy.
    assert "Nothing in it is louder than \u221280.0 dBFS." in recording_findings(view)
    assert not any("noisy" in said for said in recording_findings(view))


def test_little_is_said_of_a_few_samples(write_audio):
    y = np.full(10, 0.1, dtype=np.float32)
    said = recording_findings(view_recording(write_audio(y, SR)))
    assert not any("noisy" in each or "offset" in each for each in said)
    assert "It is one segment, refused (too short)." in said


def test_a_long_recording_takes_no_more_memory_than_a_short_one(tmp_path):
    peaks = []
    for minutes in (1, 4):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", 48000, 2) as file:
            for k in range(2 * minutes):
                file.write(np.column_stack([noise(30.0, seed=k, sr=48000)] * 2))
        view_recording(path)  # what is loaded once is not counted
        tracemalloc.start()
        view = view_recording(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert 700 <= len(view.low) <= 1400
        assert 700 <= len(view.power) <= 1400
    assert peaks[1] < 1.2 * peaks[0]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("largest", [3e38, 1e-40])
def test_samples_of_any_size_have_a_picture(write_audio, largest):
    y = (tone(seconds=2.0, amplitude=1.0) * np.float64(largest)).astype(np.float32)
    view = view_recording(write_audio(y))
    assert np.isfinite(view.db).all()
    check_page(recording_page(view))


def test_where_the_decoder_gave_up_is_said(write_audio):
    view = view_recording(write_audio(tone(seconds=2.0)))
    end = Refused(2.0, 2.0, "decode", "the decoder gave up")
    view = dataclasses.replace(view, refused=(end,))
    said = recording_findings(view)
    assert said[-2:] == [
        "It is one segment, fit to be described.",
        "After 2.0 s nothing could be read.",
    ]
    check_page(recording_page(view))


def test_of_many_segments_no_borders_are_drawn_and_none_are_explained(write_audio):
    view = view_recording(write_audio(noise(70.0)), segmentation=Segmentation(seconds=1.0))
    assert len(view.segments) == 70
    assert "Broken lines" not in recording_page(view)
    few = view_recording(write_audio(noise(5.0)), segmentation=Segmentation(seconds=1.0))
    assert "Broken lines" in recording_page(few)


def test_what_cannot_be_read_is_refused_in_words(tmp_path):
    path = tmp_path / "notes.wav"
    path.write_text("not audio")
    with pytest.raises(AudioError):
        view_recording(path)


# Figures ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "last"), [(0.5, "0.5"), (7.0, "7"), (30.1, "30"), (600.0, "600"), (3600.0, "3,600")]
)
def test_time_is_in_seconds(seconds, last):
    with drawing():
        (axes,) = outline_figure([-1, -1], [1, 1], step=seconds / 2, seconds=seconds).axes
        labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels[0] in {"0", "0.0"}
    assert labels[-1] == last
    assert len(labels) <= 11
    assert axes.get_xlim() == (0, seconds)
    assert axes.get_xlabel() == "time (s)"


def test_frequencies_stand_at_their_bands():
    edges = mel_edges(22050, 128)
    with drawing():
        figure = spectrogram_figure(np.zeros((128, 9)), edges=edges, span=(0, 3), seconds=3.0)
    axes, key = figure.axes
    assert axes.get_ylabel() == "frequency (Hz)"
    ticks = dict(
        zip([t.get_text() for t in axes.get_yticklabels()], axes.get_yticks(), strict=True)
    )
    assert list(ticks) == ["0", "250", "500", "1,000", "2,000", "4,000", "8,000"]
    for text, height in ticks.items():
        frequency = float(text.replace(",", ""))
        below, above = int(np.floor(height)), int(np.ceil(height))
        assert edges[below + 1] - 1e-9 <= frequency <= edges[above + 1] + 1e-9
    assert key.get_ylabel() == "dB below the loudest"
    assert axes.images[0].get_array().shape == (128, 9, 4)
    assert axes.images[0].get_extent() == [0, 3, -0.5, 127.5]


def test_what_is_refused_is_shaded_and_borders_are_drawn():
    with drawing():
        figure = outline_figure(
            [-1] * 4, [1] * 4, step=30, seconds=120, borders=[30, 60, 90], refused=[(30, 90)]
        )
    (axes,) = figure.axes
    assert [line.get_xdata()[0] for line in axes.lines] == [30, 60, 90]
    (shade,) = axes.patches
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (30, 90)


# Page and text ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return recording_sample(tmp_path_factory.mktemp("sample"))


def test_the_page_is_whole_and_alone(sample):
    page = check_page(sample)
    assert "".join(elements(page, "h1")[0].itertext()) == EVIL
    assert ESCAPING in words(page)
    titles = [words(elements(svg, "title")[0]) for svg in elements(page, "svg")]
    assert titles == [f"Waveform of {EVIL}", f"Mel spectrogram of {EVIL}"]
    assert len(sample.encode()) < 2_000_000
    assert table(page, "refused segments")[1:] == [
        ["30.0", "60.0", "silent", "the peak stays below -80 dBFS"],
        ["60.0", "90.0", "silent", "the peak stays below -80 dBFS"],
    ]
    quality = dict(table(page, "quality")[1:])
    assert quality["length"] == "120.00 s"
    assert quality["channels"] == "2"
    assert "Cut every 30 s it gives 4 segments; 2 of them are fit" in words(page)


def test_text_and_json_say_the_same(write_audio):
    y = np.concatenate([music(30.0), silence(30.0)])
    view = view_recording(write_audio(np.clip(4 * y, -1, 1)))
    text, said = recording_text(view), json.loads(recording_json(view))
    assert text.startswith("take.wav\n60.0 s, 1 channel, 22,050 Hz")
    assert "of the samples stand at full scale" in text
    assert "Refused\nfrom (s)  to (s)  reason  found\n    30.0    60.0  silent" in text
    assert said["quality"] == view.quality.as_dict()
    assert said["segments"] == [{"start": 0.0, "stop": 30.0}]
    assert said["refused"][0]["kind"] == "silent"
    assert said["findings"] == recording_findings(view)


@pytest.mark.parametrize(
    ("y", "sr", "said"),
    [
        (tone(seconds=2.0, sr=8000), 8000, "above 4,000 Hz they meet nothing"),
        (tone(seconds=2.0, amplitude=0.001), SR, "It is quiet"),
        (tone(seconds=2.0) * 0.1 + 0.1, SR, "off zero by 0.100"),
        (noise(2.0), SR, "it is dense, or noisy"),
    ],
)
def test_what_is_worth_a_word_is_said(write_audio, y, sr, said):
    findings = recording_findings(view_recording(write_audio(y.astype(np.float32), sr)))
    assert any(said in finding for finding in findings)
