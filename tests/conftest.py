"""Fixtures that all tests share; the signals themselves are functions in ``signals``."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import librosa
import numpy as np
import pytest
import soundfile

from genre_audio.config import digest
from genre_audio.extraction import prepare_kernels
from genre_audio.kernels.folder import kernel_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from genre_audio.features import Schema
    from genre_audio.segment import Segment
    from genre_audio.training import ModelBundle

# Collecting makes nothing but what stays: looking for garbage in it takes a quarter of the time.
gc.disable()

# No deadline: much is loaded at first use. Derandomised: a failure must repeat.
hypothesis.settings.register_profile("genre_audio", deadline=None, derandomize=True)
hypothesis.settings.load_profile("genre_audio")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the examples of tables in Parquet where pyarrow is not installed."""
    if importlib.util.find_spec("pyarrow") is None:
        skip = pytest.mark.skip(reason="pyarrow is not installed")
        for item in items:
            if isinstance(item, pytest.DoctestItem) and "tables/parquet_" in item.nodeid:
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """Look for garbage again, but never in what collecting made."""
    gc.freeze()
    gc.enable()


WARM_LIBROSA = """
import numpy as np
from reference import reference_row
reference_row(np.random.default_rng(0).normal(size=22050).astype(np.float32))
"""


def pytest_configure(config: pytest.Config) -> None:
    # Before any worker starts: librosa's functions have several signatures, and workers
    # that compile them at once spoil each other's cache, which then crashes all of them.
    prepare_kernels()
    place = kernel_folder() or Path(tempfile.gettempdir())
    done = place / f"librosa-{digest([librosa.__version__, librosa.__file__])}"
    if hasattr(config, "workerinput") or done.exists():
        return
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run([sys.executable, "-c", WARM_LIBROSA], env=environment, check=True)
    done.touch()


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have little work done in this process, as where it cannot be copied: spies see it."""
    monkeypatch.setattr("genre_audio.execution.starting._threads", lambda: 2)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20010417)


@pytest.fixture
def write_audio(tmp_path: Path) -> Callable[..., Path]:
    """``write_audio(y, sr, name="a.flac", **how)``; y has the shape (n,) or (n, channels)."""

    def write(y: np.ndarray, sr: int = 22050, *, name: str = "take.wav", **how: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".wav":  # samples survive as they are
            how = {"subtype": "FLOAT"} | how
        soundfile.write(os.fsencode(path), y, sr, **how)
        return path

    return write


def first_samples(segment: Segment, *, schema: Schema) -> np.ndarray:
    """Stand in for ``feature_row``: as many numbers, and other ones for other sound."""
    return np.array(segment.y[100 : 100 + len(schema.columns)], dtype=np.float64)


@pytest.fixture
def cheap_features(monkeypatch: pytest.MonkeyPatch) -> None:
    """Describe segments by their first samples, where only the book-keeping is tested."""
    monkeypatch.setattr("genre_audio.extraction.recording.feature_row", first_samples)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real recordings, which are never part of the project."""
    folder = os.environ.get("GENRE_AUDIO_DATA")
    if not folder:
        pytest.skip("GENRE_AUDIO_DATA names no folder of real recordings")
    return Path(folder)


@pytest.fixture(scope="session")
def gtzan_data(data_folder: Path) -> Path:
    """The folder that holds GTZAN's ``features_30_sec.csv`` and ``audio/GENRE/``."""
    folder = data_folder / "gtzan"
    if not (folder / "features_30_sec.csv").is_file():
        pytest.skip("GENRE_AUDIO_DATA holds no gtzan/features_30_sec.csv")
    return folder


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """Where an S3 server answers that is started for the tests, a process on loopback."""
    pytest.importorskip("moto.server", reason="moto, whose S3 server is asked, is not installed")
    pytest.importorskip("s3fs", reason="s3fs is not installed")
    from object_store import s3_server

    with s3_server() as address:
        yield address


@pytest.fixture(scope="session")
def tiny() -> ModelBundle:
    """A bundle of three synthetic genres, as it comes out of training, with its scores."""
    from genre_audio.tables import dataset_of
    from genre_audio.training import train
    from sample_tables import TINY, feature_table

    table = feature_table()
    return train(table, dataset_of(table), name="tiny", budget=TINY)[0]


@pytest.fixture(scope="session")
def tiny_folder(tiny: ModelBundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk. Only to be read: copy it before you change it."""
    from genre_audio.training import save_bundle

    folder = tmp_path_factory.mktemp("models") / "tiny"
    save_bundle(tiny, folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder of the test's own, where models are stored and activated.

    And a cache of its own, where rows of recordings are kept.
    """
    folder = tmp_path / "home"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    monkeypatch.setattr("platformdirs.user_data_path", lambda name: folder / name)
    cache = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setattr("platformdirs.user_cache_path", lambda name: cache / name)
    monkeypatch.delenv("GENRE_AUDIO_MODEL", raising=False)
    return folder / "genre-audio"


@pytest.fixture
def shipped(tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shipped model of the test's own."""
    folder = tmp_path / "shipped"
    shutil.copytree(tiny_folder, folder / "gtzan57")
    monkeypatch.setattr("genre_audio.training.store.shipped_models", lambda: folder)
    return folder / "gtzan57"
