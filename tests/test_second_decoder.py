"""The samples are those of a second decoder, ffmpeg: of written files, and of odd ones."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import soundfile

from signals import music

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not on the PATH")


@pytest.fixture(scope="module")
def comparison() -> ModuleType:
    """The script that compares whole folders."""
    path = Path(__file__).parents[1] / "scripts" / "compare_decoders.py"
    spec = importlib.util.spec_from_file_location("compare_decoders", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["compare_decoders"] = module
    spec.loader.exec_module(module)
    return module


WRITTEN = {
    "equal": [
        ("WAV", "PCM_24", 2),
        ("FLAC", "PCM_24", 2),
        ("AIFF", "PCM_16", 1),
        ("CAF", "ALAC_16", 2),
    ],
    "agree": [("MP3", "MPEG_LAYER_III", 1), ("OGG", "VORBIS", 2), ("OGG", "OPUS", 1)],
}


@pytest.mark.parametrize(
    ("expected", "how"), [(key, how) for key, hows in WRITTEN.items() for how in hows]
)
def test_written_files(
    tmp_path: Path, comparison: ModuleType, expected: str, how: tuple[str, str, int]
) -> None:
    form, subtype, channels = how
    y = np.stack([music(0.5, seed=k, sr=48000) for k in range(channels)], axis=1)
    path = tmp_path / f"a.{form.lower()}"
    soundfile.write(path, y, 48000, format=form, subtype=subtype)
    assert comparison.outcome(path)[0] == expected


def test_odd_files(comparison: ModuleType, data_folder: Path) -> None:
    """A sample of them; ``scripts/compare_decoders.py`` takes all."""
    folder = data_folder / "torture"
    endings = {".aiff", ".flac", ".mp3", ".ogg", ".wav"}
    files = sorted(path for path in folder.rglob("*") if path.suffix in endings)
    if not files:
        pytest.skip("GENRE_AUDIO_DATA holds no torture/")
    chosen = np.random.default_rng(7).choice(len(files), size=8, replace=False)
    outcomes: dict[Path, Any] = {files[k]: comparison.outcome(files[k])[0] for k in chosen}
    for path, found in outcomes.items():
        known = comparison.known(path.relative_to(folder).as_posix())
        assert known or found not in {"differ", "only ffmpeg"}, path
    assert sum(found in {"equal", "agree"} for found in outcomes.values()) > len(outcomes) / 3


def test_a_difference_is_found(tmp_path: Path, comparison: ModuleType) -> None:
    y = music(0.5)
    assert comparison.apart_db(y[:, None], np.roll(y, 100)[:, None][100:]) < -60
    assert comparison.apart_db(y[:, None], y[:, None] * 1.01) > -60
    # The header of a WAV that ends early: ffmpeg obeys as we do. One of big-endian: it does not.
    assert comparison.known("a/RIFX-16bit.wav")
    assert not comparison.known("a/b.wav")
