"""Flip every byte of a model folder, one after another, and count what becomes of it.

    python scripts/flip_bundle.py [FOLDER] [--sample 500] [--seed 0]

Of each file, one bit of one byte at a time is changed (which bit is drawn), and the folder is
loaded. It must be refused as `ModelError`, or say exactly what it said before: an answer
under a changed byte is a fault, and so is any other error. Without ``--sample`` every byte is
flipped, which takes hours for the shipped model, and minutes for a small one. Prints one line
for each file: bytes flipped, refused, the same as before; ends with 1 where there was a fault.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

from genre_audio.errors import ModelError
from genre_audio.training import ModelBundle, load_bundle, resolve_model

SAME, REFUSED = "the same as before", "refused"


def outcome(folder: Path, *, before: ModelBundle) -> str:
    """Load a folder, and say what came of it: one word for what may be, else what went wrong."""
    try:
        bundle = load_bundle(folder)
    except ModelError as error:
        return (
            REFUSED if str(folder) in str(error) or before.info.name in str(error) else str(error)
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
        return repr(error)
    rows = before.probe.rows
    same = bundle.info == before.info and np.array_equal(
        bundle.predict_proba(rows), before.predict_proba(rows)
    )
    return SAME if same else "another answer"


def flips(content: bytes, *, sample: int | None, rng: random.Random) -> list[tuple[int, int]]:
    """Return places of bytes and bits of theirs: of all bytes, or of as many as are asked for."""
    places = range(len(content))
    chosen = places if sample is None else sorted(rng.sample(places, min(sample, len(places))))
    return [(place, 1 << rng.randrange(8)) for place in chosen]


def flip_file(
    path: Path, *, before: ModelBundle, sample: int | None, rng: random.Random
) -> Counter[str]:
    """Flip bytes of one file of a folder, which is as it was afterwards."""
    content = path.read_bytes()
    counts: Counter[str] = Counter()
    try:
        for place, bit in flips(content, sample=sample, rng=rng):
            changed = bytearray(content)
            changed[place] ^= bit
            path.write_bytes(changed)
            counts[outcome(path.parent, before=before)] += 1
    finally:
        path.write_bytes(content)
    return counts


def main() -> None:
    """Flip, count, and say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=resolve_model("default").path)
    parser.add_argument("--sample", type=int, help="so many bytes of each file")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    faults = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(shutil.copytree(arguments.folder, Path(place, "flipped")))
        before = load_bundle(folder)
        for path in sorted(folder.iterdir()):
            counts = flip_file(path, before=before, sample=arguments.sample, rng=rng)
            said = ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))
            print(f"{path.name}: {counts.total()} bytes flipped: {said}")
            faults += counts.total() - counts[SAME] - counts[REFUSED]
    sys.exit(faults > 0)


if __name__ == "__main__":
    main()
