"""What surrounds a process must change no number: threads, environment, restarts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits
from typer.testing import CliRunner

from genre_audio.audio import find_recordings
from genre_audio.cli import app
from genre_audio.config import Segmentation
from genre_audio.extraction import extract
from genre_audio.features import EXTENDED, feature_row
from genre_audio.prediction import predict_recording
from genre_audio.segment import Segment
from genre_audio.training import load_bundle, resolve_model
from signals import SR, music, noise, tone

two_threads = pytest.mark.skipif(
    os.cpu_count() == 1, reason="one core: BLAS runs one thread, whatever it is told"
)


@pytest.fixture
def tapes(write_audio):
    write_audio(np.concatenate([music(2.0), noise(1.0)]), name="tapes/a.wav")
    write_audio(np.stack([music(1.0, sr=44100)] * 2, axis=1), 44100, name="tapes/b.flac")
    return write_audio(tone(seconds=1.0), name="tapes/c/ü.wav").parent.parent


# Threads ------------------------------------------------------------------------------


@two_threads
@pytest.mark.parametrize("y", [music(3.0), noise(2.0)], ids=["music", "noise"])
def test_a_row_described_under_two_threads_is_the_same_within_rounding(y):
    """Asked for directly, a row is computed under as many threads as its caller runs."""
    segment = Segment(y=y, sr=SR)
    rows = []
    for count in (1, 2):
        with threadpool_limits(count):
            assert {pool["num_threads"] for pool in threadpool_info()} >= {count}
            rows.append(feature_row(segment, schema=EXTENDED))
    # Sums of single precision, divided among threads: 1e-6 of the value, as is promised;
    # means of tonnetz lie around zero, where rounding of 1e-8 counts for more.
    np.testing.assert_allclose(*rows, rtol=1e-6, atol=1e-8)


@two_threads
def test_tables_are_the_same_to_the_byte_whatever_threads_their_caller_runs(tapes, tmp_path):
    sources = find_recordings([tapes])
    for count in (1, 2):
        with threadpool_limits(count):
            extract(sources, output=tmp_path / f"{count}.csv", segmentation=Segmentation(1))
    for end in (".csv", ".csv.json"):
        assert (tmp_path / f"1{end}").read_bytes() == (tmp_path / f"2{end}").read_bytes()


@two_threads
def test_answers_are_the_same_to_the_bit_whatever_threads_their_caller_runs(tapes):
    model = load_bundle(resolve_model("default").path)
    content = load_bundle(resolve_model("content57", task="content").path)
    said = []
    for count in (1, 2):
        with threadpool_limits(count):
            found = predict_recording(tapes / "a.wav", model, content=content, explain=True)
            said.append(json.dumps(found.as_dict()))
    assert said[0] == said[1]


# The environment ----------------------------------------------------------------------

RUN = """
import contextlib, locale, os, sys
with contextlib.suppress(locale.Error):  # not every machine has one with decimal commas
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
os.umask(0o077)
from genre_audio.cli import main
for line in sys.argv[1:]:
    sys.argv = ["genre-audio", *line.split("|")]
    with contextlib.suppress(SystemExit):
        main()
"""


@pytest.mark.usefixtures("home")
def test_another_process_in_other_surroundings_writes_the_same_bytes(tapes, tmp_path):
    """Hash seed, threads, workers, locale, time zone, umask and current folder."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()

    def lines(out, jobs):
        common = ["--segment-seconds", "1", "-o"]
        yield ["extract", str(tapes), *common, str(out / "t.csv"), "-j", jobs]
        yield ["predict", str(tapes), "-o", str(out / "p.jsonl"), "-j", jobs]

    for line in lines(here, "1"):
        assert CliRunner().invoke(app, line).exit_code == 0
    other = os.environ | {
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "PYTHONHASHSEED": "4711",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Asia/Kathmandu",
        "XDG_CACHE_HOME": str(there),
        "XDG_DATA_HOME": str(there),
    }
    command = [sys.executable, "-P", "-c", RUN, *map("|".join, lines(there, "2"))]
    subprocess.run(command, env=other, cwd="/", check=True, capture_output=True, timeout=300)
    for name in ("t.csv", "t.csv.json", "p.jsonl"):
        assert (there / name).read_bytes() == (here / name).read_bytes(), name
    assert (there / "t.csv").stat().st_mode & 0o777 == 0o600
