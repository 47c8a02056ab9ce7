"""One recording in, rows or a reason out; whatever is in the file, nothing is raised."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest

from genre_audio.audio import Source
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.extraction import Extracted, Failure, expected_seconds, extract_recording
from genre_audio.features import GTZAN57, feature_row
from genre_audio.files import fingerprint
from genre_audio.segment import Segment
from signals import SR, music, noise, silence, tone

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    WriteAudio = Callable[..., Path]

ONE_SECOND = Segmentation(1)


def test_a_short_recording_is_one_row_of_features(write_audio: WriteAudio) -> None:
    y = music(1.4)
    path = write_audio(y, name="a.wav")
    found = extract_recording(Source("tape/a.wav", path))
    assert isinstance(found, Extracted)
    (row,) = found.rows
    assert row.values == tuple(feature_row(Segment(y=y, sr=SR), schema=GTZAN57).tolist())
    assert (row.start, row.stop, row.length) == (0.0, 1.4, len(y))
    assert (found.name, found.path, found.refused) == ("tape/a.wav", path, ())
    assert found.file == fingerprint(path)
    assert found.quality["sr"] == SR


def test_a_silent_segment_is_refused_by_itself(
    write_audio: WriteAudio, cheap_features: None
) -> None:
    y = np.concatenate([tone(seconds=1), silence(1), tone(330, seconds=1)])
    found = extract_recording(Source("a", write_audio(y)), segmentation=ONE_SECOND)
    assert isinstance(found, Extracted)
    assert [(row.start, row.stop) for row in found.rows] == [(0, 1), (2, 3)]
    (refused,) = found.refused
    assert (refused.start, refused.stop, refused.kind) == (1, 2, "silent")


def test_segments_that_are_not_finite_are_refused_by_themselves(
    write_audio: WriteAudio, cheap_features: None
) -> None:
    y = tone(seconds=3)
    y[SR + 5] = np.nan
    found = extract_recording(Source("a", write_audio(y)), segmentation=ONE_SECOND)
    assert isinstance(found, Extracted)
    assert [row.start for row in found.rows] == [0, 2]
    assert [refused.kind for refused in found.refused] == ["not_finite"]


def test_a_segment_whose_features_overflow_is_refused(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overflow(segment: Segment, *, schema: object) -> None:
        raise AudioError("the features overflow", kind="not_finite")

    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", overflow)
    found = extract_recording(Source("a", write_audio(tone())))
    assert found == Failure("a", found.path, "not_finite", "the features overflow")


@pytest.mark.parametrize(
    ("y", "kind", "message"),
    [
        (silence(1.2), "silent", "the peak stays below -80 dBFS"),
        (silence(3), "silent", "none of its 3 segments can be described (silent)"),
        (tone(seconds=0.5), "too_short", "the segment lasts 0.500 s"),
        (np.full(SR, np.nan, dtype=np.float32), "not_finite", "NaN or infinite"),
        (silence(0), "empty", "holds no samples"),
    ],
)
def test_a_recording_without_a_row_is_a_failure_with_its_reason(
    write_audio: WriteAudio, y: np.ndarray, kind: str, message: str
) -> None:
    path = write_audio(y)
    found = extract_recording(Source("a", path), segmentation=ONE_SECOND)
    assert isinstance(found, Failure)
    assert (found.name, found.path, found.kind) == ("a", path, kind)
    assert message in found.message


def test_segments_refused_for_several_reasons(write_audio: WriteAudio) -> None:
    y = np.concatenate([silence(1), np.full(SR, np.inf, dtype=np.float32)])
    found = extract_recording(Source("a", write_audio(y)), segmentation=ONE_SECOND)
    assert isinstance(found, Failure)
    assert found.message == "none of its 2 segments can be described (not_finite, silent)"


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"", "empty"), (b"no music here" * 100, "unsupported_format")],
)
def test_what_is_no_recording_is_a_failure(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    found = extract_recording(Source("a.wav", path))
    assert isinstance(found, Failure)
    assert found.kind == kind


def test_a_file_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    nowhere = extract_recording(Source("a.wav", tmp_path / "a.wav"))
    assert isinstance(nowhere, Failure)
    assert nowhere.message == "the file cannot be read: No such file or directory"
    folder = extract_recording(Source("a.wav", tmp_path))
    assert isinstance(folder, Failure)
    assert {nowhere.kind, folder.kind} == {"io"}


def test_a_surprise_is_this_recordings_failure_only(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def surprise(*args: object, **kwargs: object) -> None:
        raise IndexError("out of bounds")

    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", surprise)
    found = extract_recording(Source("a", write_audio(tone())))
    assert found == Failure("a", found.path, "unexpected", "IndexError: out of bounds")


def test_an_interruption_is_no_failure_of_the_recording(
    write_audio: WriteAudio, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", interrupt)
    path = write_audio(tone())
    with pytest.raises(KeyboardInterrupt):
        extract_recording(Source("a", path))


def test_a_result_survives_the_journal_and_the_way_between_processes(
    write_audio: WriteAudio, cheap_features: None
) -> None:
    y = np.concatenate([noise(1), silence(1), noise(1, seed=1)])
    found = extract_recording(Source("a", write_audio(y)), segmentation=ONE_SECOND)
    assert isinstance(found, Extracted)
    assert Extracted.from_dict(json.loads(json.dumps(found.as_dict()))) == found
    assert pickle.loads(pickle.dumps(found)) == found


def test_the_digest_is_that_of_the_numbers(write_audio: WriteAudio, cheap_features: None) -> None:
    sounds = {"a.wav": noise(1), "b.wav": noise(1), "c.wav": noise(1, seed=1), "d.wav": noise(1.1)}
    found = [extract_recording(Source(n, write_audio(y, name=n))) for n, y in sounds.items()]
    a, b, c, d = [entry.digest for entry in found if isinstance(entry, Extracted)]
    assert a == b
    assert len({a, c, d}) == 3


def test_compressed_recordings_are_expected_to_take_longer(tmp_path: Path) -> None:
    sources = []
    for name, size in [("a.wav", 6000), ("b.MP3", 6000), ("c.flac", 6000), ("d.wav", 12000)]:
        (tmp_path / name).write_bytes(bytes(size))
        sources.append(Source(name, tmp_path / name))
    wav, mp3, flac, longer = expected_seconds(sources)
    assert 0 < wav < flac < mp3
    assert longer == 2 * wav


def test_what_cannot_be_seen_is_expected_to_take_no_time(tmp_path: Path) -> None:
    assert expected_seconds([Source("a.wav", tmp_path / "a.wav")]) == [0.0]
