"""Measure what starting costs, in seconds of processor time (user and system).

Each line is the median of some runs of a whole process, least and most in brackets:

bare         the interpreter and nothing else
help         genre-audio --help
learning     import sklearn.ensemble, xgboost, pandas: what answering need not wait for
numba        import numba, which describing a recording needs
model        load the shipped model
answer       all that 'predict' does for one recording, but for describing it
predict      'predict' for RECORDING, where one is given
table        'predict --table' for 1,000 rows made from the shipped model's probe

Below it, measured inside one process: loading the shipped model again, one row, and
1,000 rows from the table to the text.

    python scripts/measure_startup.py [RECORDING] [--runs 5]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from genre_audio.config import Segmentation
from genre_audio.features import GTZAN57
from genre_audio.prediction import predict_table
from genre_audio.reporting import predictions_text
from genre_audio.tables import FeatureTable
from genre_audio.training import ModelBundle, load_bundle, resolve_model

if TYPE_CHECKING:
    from collections.abc import Callable

LOAD = "from genre_audio import load_bundle, resolve_model; "
LOAD += "bundle = load_bundle(resolve_model('default').path)"
ANSWER = f"""
import os
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the program does
from pathlib import Path
import genre_audio.cli, genre_audio.audio, genre_audio.extraction
from genre_audio.extraction import Extracted, Row
from genre_audio.files import Fingerprint
from genre_audio.prediction import predict_extracted, schema_for
from genre_audio.reporting import predictions_text
{LOAD}
schema_for(bundle)
row = Row(0.0, 30.0, 661500, tuple(bundle.probe.rows[0].tolist()))
one = Extracted("a.wav", Path("a.wav"), Fingerprint(1, 1, ""), {{}}, (row,), ())
print(predictions_text(predict_extracted([one], bundle)))
"""


def processor_seconds(command: list[str]) -> float:
    """Run a command and return its processor time."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def inside(function: Callable[[], object]) -> float:
    """Return the least processor time of five calls."""
    times = []
    for _ in range(5):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def thousand_rows(bundle: ModelBundle) -> FeatureTable:
    """Return rows like the probe's, each a little different."""
    rng = np.random.default_rng(0)
    rows = bundle.probe.rows[rng.integers(0, len(bundle.probe.rows), 1000)]
    frame = pd.DataFrame(rows * rng.uniform(0.9, 1.1, rows.shape), columns=list(GTZAN57.columns))
    frame.insert(0, "filename", [f"{number}.wav" for number in range(1000)])
    frame.insert(1, "length", 30 * GTZAN57.config.sr)
    return FeatureTable(frame, GTZAN57, Segmentation())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("recording", nargs="?")
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    bundle = load_bundle(resolve_model("default").path)
    table = thousand_rows(bundle)
    program, code = [sys.executable, "-m", "genre_audio"], [sys.executable, "-c"]
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder, "rows.csv")
        table.frame.to_csv(rows, index=False)
        commands = {
            "bare": [*code, "pass"],
            "help": [*program, "--help"],
            "learning": [*code, "import sklearn.ensemble, xgboost, pandas"],
            "numba": [*code, "import numba"],
            "model": [*code, LOAD],
            "answer": [*code, ANSWER],
            "table": [*program, "predict", "-m", "default", "--table", str(rows)],
        }
        if arguments.recording:
            commands["predict"] = [*program, "predict", "-m", "default", arguments.recording]
        for name, command in commands.items():
            times = [processor_seconds(command) for _ in range(arguments.runs)]
            spread = f"({min(times):.3f} to {max(times):.3f})"
            print(f"{name:10s} {statistics.median(times):.3f} s {spread}", flush=True)
    path = resolve_model("default").path
    one = bundle.probe.rows[:1]
    print(f"load again {inside(lambda: load_bundle(path)):.4f} s")
    print(f"one row    {inside(lambda: bundle.predict_proba(one)):.4f} s")
    text = inside(lambda: predictions_text(predict_table(table, bundle)))
    print(f"1,000 rows {text:.4f} s")


if __name__ == "__main__":
    main()
