"""A recordist's gain knob must not change a genre: from samples to probabilities.

Samples are scaled in single precision and not clipped. Trees cut single columns, so that
rounding may send a row to another leaf: hence bounds for most probabilities and for all.
"""

from __future__ import annotations

import numpy as np
import pytest

from genre_audio.audio import find_recordings, open_recording
from genre_audio.config import Segmentation
from genre_audio.features import GTZAN57, feature_row
from genre_audio.learning import Budget, GenreStack
from genre_audio.learning.plain.copy import plain_stack
from genre_audio.segment import Segment
from genre_audio.training import load_bundle, resolve_model
from signals import SR, chord, clicks, music, noise

GAINS = (-40.0, 12.0)


def rows_at_all_gains(y):
    """The row of a segment as it is, and at each gain."""
    factors = [np.float32(10.0 ** (gain / 20.0)) for gain in (0.0, *GAINS)]
    return np.stack([feature_row(Segment(y=y * factor, sr=SR)) for factor in factors])


def segments_of(folder):
    """The first segment of each recording that has one."""
    for source in find_recordings([folder]):
        with open_recording(source.path) as recording:
            found = recording.segments(sr=SR, segmentation=Segmentation())
            segment = next((part for part in found if isinstance(part, Segment)), None)
        if segment is not None:
            yield segment.y


def changes(model, ys):
    """Probabilities at 0 dB, and at each gain: (clips, 1, genres) and (clips, gains, genres)."""
    rows = np.stack([rows_at_all_gains(y) for y in ys])
    p = model.predict_proba(rows.reshape(-1, rows.shape[2])).reshape(*rows.shape[:2], -1)
    return p[:, :1], p[:, 1:]


def test_gain_changes_nothing_that_was_learned_from_synthesised_audio():
    makers = {
        "music": lambda k: music(3.0, seed=k),
        "clicks": lambda k: clicks(seconds=3.0, bpm=90.0 + 10.0 * k),
        "noise": lambda k: noise(3.0, seed=k),
    }
    # A fifth of full scale: at 12 dB more, samples lie beyond it, and stay as they are.
    ys = [0.5 * maker(k) for maker in makers.values() for k in range(8)]
    y = np.repeat(list(makers), 8)
    X = np.stack([feature_row(Segment(y=part, sr=SR)) for part in ys])
    budget = Budget("tiny", inner_folds=2, stack_folds=2, trees=20)
    model = plain_stack(GenreStack(columns=GTZAN57.columns, budget=budget).fit(X, y))
    strange = [chord(seconds=3.0), 0.1 * music(3.0, seed=99)]
    before, after = changes(model, [*ys, *strange])
    np.testing.assert_array_equal(
        after.argmax(axis=2), np.repeat(before.argmax(axis=2), len(GAINS), axis=1)
    )
    assert (np.abs(after - before) <= 1e-3).mean() >= 0.99
    assert np.abs(after - before).max() <= 1e-2


@pytest.fixture(scope="module")
def published():
    """The shipped model, which learned from the published table."""
    return load_bundle(resolve_model("default").path).classifier


QUIET = ("00050", "00080", "00099")
"""Classical clips with peaks below 0.07: 40 dB less brings them near an absolute floor."""


def test_gain_changes_no_genre_of_real_clips(published, gtzan_data):
    quiet = gtzan_data / "four_genres" / "classical"
    if not quiet.is_dir():
        pytest.skip("GENRE_AUDIO_DATA holds no gtzan/four_genres")
    ys = list(segments_of(gtzan_data / "audio"))
    for number in QUIET:
        (y,) = segments_of(quiet / f"classical.{number}.ogg")
        assert np.abs(y).max() < 0.07
        ys.append(y)
    before, after = changes(published, ys)
    assert len(before) > 40
    np.testing.assert_array_equal(
        after.argmax(axis=2), np.repeat(before.argmax(axis=2), len(GAINS), axis=1)
    )
    assert (np.abs(after - before) <= 1e-3).mean() >= 0.99
    assert np.abs(after - before).max() <= 1e-2


def test_gain_changes_no_genre_of_field_recordings_that_is_not_in_doubt(published, data_folder):
    folder = data_folder / "field" / "nhs_songs"
    if not folder.is_dir():
        pytest.skip("GENRE_AUDIO_DATA holds no field/nhs_songs")
    before, after = changes(published, segments_of(folder))
    second, first = np.sort(before[:, 0], axis=1)[:, -2:].T
    same = (after.argmax(axis=2) == before.argmax(axis=2)).all(axis=1)
    assert len(before) > 40
    assert (same | (first - second < 0.05)).all()
