"""Synthetic metadata and metrics, as collections come that were never heard: two genres."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pathlib import Path

METRICS: Final = ("danceability", "energy", "valence")


def metadata(rows: int = 40) -> pd.DataFrame:
    """Ids from 1, titles that look like numbers, two artists of each genre, and genres."""
    ids = np.arange(1, rows + 1)
    genres = np.where(ids % 4 == 0, "Hip-Hop", "Rock")
    return pd.DataFrame(
        {
            "track_id": ids,
            "title": [f"{k}" if k % 2 else f"Song {k}" for k in ids],
            "artist": [f"{genre} artist {k % 10}" for k, genre in zip(ids, genres, strict=True)],
            "genre_top": genres,
            "listens": 10 * ids,
        }
    )


def metrics(rows: int = 40, *, seed: int = 0) -> pd.DataFrame:
    """Metrics of the same ids, in another order, by which the genres are told apart."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation(np.arange(1, rows + 1))
    X = rng.normal(size=(rows, len(METRICS))) + 3.0 * (ids % 4 == 0)[:, None]
    frame = pd.DataFrame(X, columns=list(METRICS))
    frame.insert(0, "track_id", ids)
    return frame


def json_text(frame: pd.DataFrame, *, orientation: str) -> str:
    """A table as JSON, written by hand: pandas rounds numbers to fifteen digits."""
    columns = {str(name): list(map(_plain, frame[name])) for name in frame}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    match orientation:
        case "records":
            return json.dumps(rows)
        case "lines":
            return "".join(f"{json.dumps(row)}\n" for row in rows)
        case "columns":
            return json.dumps({n: {str(k): v for k, v in enumerate(c)} for n, c in columns.items()})
        case "index":
            return json.dumps({str(k): row for k, row in enumerate(rows)})
    data = [list(row.values()) for row in rows]
    return json.dumps({"columns": list(columns), "index": list(range(len(rows))), "data": data})


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    return None if value is None or value != value else value


def write_pair(folder: Path) -> tuple[Path, Path]:
    """Metadata of 40 tracks as CSV, and metrics of the same as JSON by columns."""
    tracks, measured = folder / "tracks.csv", folder / "metrics.json"
    tracks.write_text(metadata().to_csv(index=False))
    measured.write_text(json_text(metrics(), orientation="columns"))
    return tracks, measured
