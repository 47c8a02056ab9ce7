"""Odd, rare and broken files of other libraries' test suites: segments or an `AudioError`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from genre_audio.audio import open_recording
from genre_audio.config import Segmentation
from genre_audio.errors import AUDIO_KINDS, AudioError
from genre_audio.segment import Segment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def odd_files(data_folder: Path) -> list[Path]:
    files = [path for path in sorted((data_folder / "torture").rglob("*")) if path.is_file()]
    if not files:
        pytest.skip("GENRE_AUDIO_DATA holds no torture/")
    return files


def test_every_odd_file_gives_segments_or_a_clean_error(
    odd_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Starting it for a hundred files takes long; scripts/compare_decoders.py does.
    monkeypatch.setattr("genre_audio.audio.decode.find_ffmpeg", lambda: None)
    readable, refusals = 0, []
    for path in odd_files:
        try:
            with open_recording(path) as recording:
                found = list(recording.segments(sr=22050, segmentation=Segmentation()))
                quality = recording.quality
        except AudioError as error:
            refusals.append(error)
            continue
        readable += 1
        assert found, path
        # However many samples the header declares, the tiles end where the samples end.
        assert found[-1].stop == pytest.approx(quality.seconds, abs=1 / 22050), path
        assert [one.start for one in found[1:]] == [one.stop for one in found[:-1]], path
        for one in found:
            assert not isinstance(one, Segment) or np.isfinite(one.y).all(), path
    assert readable > len(odd_files) / 2
    assert {error.kind for error in refusals} <= AUDIO_KINDS
    assert not [error for error in refusals if "\n" in str(error)]
