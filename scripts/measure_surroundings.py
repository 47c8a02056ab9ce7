"""How much a processor, a number of threads and a cold cache change a row and an answer.

Describes synthetic signals by both schemas and asks the shipped model, once in each of
several surroundings, every time in a process of its own, and compares with the first:

    python scripts/measure_surroundings.py

`feature_row` is called directly here, without the limit to one thread that every table
and prediction is made under. A cold cache compiles: half a minute.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

ONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
SURROUNDINGS = {
    "one thread": ONE,
    "two threads": {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    "OpenBLAS as for Haswell": ONE | {"OPENBLAS_CORETYPE": "Haswell"},
    "OpenBLAS as for Prescott (2004)": ONE | {"OPENBLAS_CORETYPE": "Prescott"},
    "numpy without AVX-512": ONE | {"NPY_DISABLE_CPU_FEATURES": "AVX512F AVX512CD AVX512_SKX"},
    "numba, compiled anew": ONE,
    "numba, compiled anew for any x86-64": ONE
    | {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""},
}


def measure(path: str) -> None:
    """Write rows of both schemas and probabilities to a file."""
    import numpy as np

    from genre_audio.features import EXTENDED, GTZAN57, feature_row
    from genre_audio.segment import Segment
    from genre_audio.training import load_bundle, resolve_model
    from signals import SR, chord, clicks, music, noise

    ys = [*(music(5.0, seed=k) for k in range(4)), chord(seconds=3.0), clicks(seconds=6.0)]
    segments = [Segment(y=y, sr=SR) for y in [*ys, noise(3.0)]]
    rows = np.stack([feature_row(segment, schema=EXTENDED) for segment in segments])
    model = load_bundle(resolve_model("default").path)
    np.savez(path, rows=rows, p=model.predict_proba(rows[:, : len(GTZAN57.columns)]))


def main() -> None:
    """Print a table of the largest differences."""
    import numpy as np

    from genre_audio.features import GTZAN57

    count = len(GTZAN57.columns)
    print(f"{'':36} {'gtzan57':>9} {'extended':>9} {'probability':>11}")
    first = None
    with tempfile.TemporaryDirectory() as folder:
        for name, said in SURROUNDINGS.items():
            environment = os.environ | said
            if "anew" in name:
                environment["NUMBA_CACHE_DIR"] = f"{folder}/{name}"
                Path(environment["NUMBA_CACHE_DIR"]).mkdir()
            path = f"{folder}/found.npz"
            subprocess.run([sys.executable, __file__, path], env=environment, check=True)
            with np.load(path) as found:
                rows, p = found["rows"], found["p"]
            first = (rows, p) if first is None else first
            # Relative, where a number is not one of 1e-6 around zero.
            change = np.abs(rows - first[0]) / np.maximum(np.abs(first[0]), 1e-6)
            worst = change[:, :count].max(), change.max(), np.abs(p - first[1]).max()
            print(f"{name:36} {worst[0]:9.1e} {worst[1]:9.1e} {worst[2]:11.1e}", flush=True)


if __name__ == "__main__":
    measure(sys.argv[1]) if sys.argv[1:] else main()
