"""Write the regression goldens: run it when a number is meant to change, and say why.

``tests/golden/row.json`` holds the rows of three synthetic signals as this machine
computes them; ``tests/golden/schema.json`` the identity of every schema. The signals need
no random generator, so that the goldens do not depend on numpy's version.

    python scripts/make_golden.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from genre_audio.features import GTZAN57, SCHEMAS, feature_row  # noqa: E402
from genre_audio.segment import Segment  # noqa: E402
from signals import SR, chord, clicks, music  # noqa: E402

GOLDEN = ROOT / "tests" / "golden"


def rows() -> dict[str, dict[str, float]]:
    """Return the rows of the three signals by name."""
    signals = {"chord": chord(seconds=3), "clicks": clicks(seconds=6), "music": music(5.0)}
    return {
        name: dict(zip(GTZAN57.columns, feature_row(Segment(y=y, sr=SR)).tolist(), strict=True))
        for name, y in signals.items()
    }


def schemas() -> dict[str, dict[str, Any]]:
    """Return what every schema is, by name."""
    return {name: schema.as_dict() | {"digest": schema.digest} for name, schema in SCHEMAS.items()}


def write(name: str, value: object) -> None:
    """Write one golden file."""
    path = GOLDEN / name
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    write("row.json", rows())
    write("schema.json", schemas())
