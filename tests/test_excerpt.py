"""What is played from a page: the right place, small, and the sound itself."""

from __future__ import annotations

import base64
import dataclasses
import io

import numpy as np
import pytest
import soundfile

from genre_audio.audio import compress
from genre_audio.audio.compress import compressed
from genre_audio.exploration.recording_view import view_recording
from genre_audio.prediction import ContentTimeline, SegmentPrediction, Stretch
from genre_audio.reporting.excerpt import SECONDS, excerpt_place, sound_uri
from sample_predictions import full_prediction, plain_prediction, spread
from signals import SR, music, tone


def decoded(uri):
    kind, _, content = uri.partition(";base64,")
    y, sr = soundfile.read(io.BytesIO(base64.b64decode(content)))
    return kind, y, sr


def test_it_is_the_middle_of_the_segment_that_speaks_most_for_the_label():
    prediction = dataclasses.replace(full_prediction(), content=None)
    start, stop, why = excerpt_place(prediction)
    assert (start, stop) == (92.5, 117.5)
    assert "country & western" in why


def test_a_segment_speaks_as_far_as_it_is_music():
    # The last segment is half speech: 0.9 · 0.5 is less than 0.7.
    assert excerpt_place(full_prediction())[:2] == (62.5, 87.5)
    speech = ContentTimeline((Stretch(0.0, 120.0, "speech", 1.0),))
    nothing = dataclasses.replace(full_prediction(), content=speech)
    assert excerpt_place(nothing)[0] == 2.5


@pytest.mark.parametrize("seconds", [0.5, 24.0, 25.0, 31.0])
def test_a_short_recording_is_played_whole(seconds):
    segments = (SegmentPrediction(0.0, seconds, spread(0.7)),)
    start, stop, _ = excerpt_place(dataclasses.replace(plain_prediction(), segments=segments))
    assert stop - start == pytest.approx(min(seconds, SECONDS))
    assert start + stop == pytest.approx(seconds)


def test_without_segments_it_is_the_beginning():
    prediction = dataclasses.replace(plain_prediction(), segments=())
    assert excerpt_place(prediction) == (0.0, SECONDS, "the beginning")


@pytest.mark.parametrize("sr", [8000, 22050, 44100])
def test_a_tone_comes_out_as_it_went_in(sr):
    t = np.arange(5 * sr) / sr
    y = (0.25 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)
    kind, heard, rate = decoded(sound_uri(y, sr=sr))
    assert (kind, rate) == ("data:audio/mpeg", 22050)
    assert len(heard) == pytest.approx(5 * rate, abs=1)
    middle = heard[rate : 4 * rate]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert spectrum.argmax() * rate / len(middle) == pytest.approx(1000, abs=1)
    # The level stays: MP3 changes a tone's by some hundredths of a dB.
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.25 / np.sqrt(2), rel=0.01)


def test_it_begins_and_ends_softly():
    y = np.full(22050, 0.5, dtype=np.float32)
    faded = compress._faded(y, sr=22050)
    assert (faded[0], faded[-1], faded[11025]) == (0.0, 0.0, 0.5)
    np.testing.assert_array_equal(faded, faded[::-1])


def test_what_is_no_number_or_too_loud_does_no_harm():
    y = np.full(22050, 9.0, dtype=np.float32)
    y[100] = np.nan
    _, heard, _ = decoded(sound_uri(y, sr=22050))
    # Coding overshoots a clipped edge.
    assert np.abs(heard).max() < 1.5


def test_what_cannot_be_heard_or_written_gives_nothing(monkeypatch):
    assert sound_uri(np.zeros(10, dtype=np.float32), sr=22050) is None
    y = tone()
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"OGG": ""})
    assert compressed(y, sr=SR, wanted=SR).kind == "audio/ogg"
    monkeypatch.setattr(soundfile, "available_formats", dict)
    assert sound_uri(y, sr=SR) is None


@pytest.mark.parametrize("keep", [(0.0, 1.0), (1.25, 3.5), (3.0, 99.0), (50.0, 60.0)])
def test_what_is_kept_of_a_view_are_those_samples(tmp_path, keep):
    y = music(5.0).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", y, SR, subtype="FLOAT")
    view = view_recording(tmp_path / "a.wav", keep=keep)
    first, last = (round(time * SR) for time in keep)
    np.testing.assert_array_equal(view.excerpt, y[first:last])


def test_nothing_is_kept_unasked(tmp_path):
    soundfile.write(tmp_path / "a.wav", music(5.0), SR)
    assert view_recording(tmp_path / "a.wav").excerpt.size == 0
