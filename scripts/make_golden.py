"""Write the regression goldens: run it when a number is meant to change, and say why.

``tests/golden/row.json`` holds the rows of three synthetic signals as this machine
computes them, ``tests/golden/row_extended.json`` what the schema `extended` adds to them;
``tests/golden/schema.json`` the identity of every schema. The signals need
no random generator, so that the goldens do not depend on numpy's version.

    python scripts/make_golden.py
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from genre_audio.features import EXTENDED, GTZAN57, SCHEMAS, Schema, feature_row  # noqa: E402
from genre_audio.segment import Segment  # noqa: E402
from signals import SR, chord, clicks, music  # noqa: E402

GOLDEN = ROOT / "tests" / "golden"


def rows(schema: Schema) -> dict[str, dict[str, float]]:
    """Return the rows of the three signals by name."""
    signals = {"chord": chord(seconds=3), "clicks": clicks(seconds=6), "music": music(5.0)}
    segments = {name: Segment(y=y, sr=SR) for name, y in signals.items()}
    return {
        name: dict(zip(schema.columns, feature_row(segment, schema=schema).tolist(), strict=True))
        for name, segment in segments.items()
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
    write("row.json", rows(GTZAN57))
    added = dataclasses.replace(EXTENDED, features=EXTENDED.features[len(GTZAN57.features) :])
    write("row_extended.json", rows(added))
    write("schema.json", schemas())
