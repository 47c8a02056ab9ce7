"""Predictions with all that a page can show, and names that would do harm if they could."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile

from genre_audio.learning.neighbourhood import Neighbourhood
from genre_audio.learning.plane import Plane
from genre_audio.prediction import (
    ContentTimeline,
    Prediction,
    SegmentPrediction,
    Stretch,
    genre_timeline,
)
from genre_audio.prediction.likeness import Neighbour
from genre_audio.prediction.reasons import Reason
from genre_audio.reporting.index_page import IndexRow, index_page
from genre_audio.reporting.report import Reported, recording_report
from genre_audio.segment import Refused
from sample_pages import ESCAPING, EVIL, GENRES
from signals import SR, music, silence

if TYPE_CHECKING:
    from pathlib import Path

LABELS = GENRES[:4]
BREAKING = "a\"b'c\n\u202e&amp;日本/../x.wav"


def spread(*first: float) -> dict[str, float]:
    """Probabilities of the labels: those given, the rest shared by the others."""
    others = (1.0 - sum(first)) / (len(LABELS) - len(first))
    return dict(zip(LABELS, [*first, *[others] * (len(LABELS) - len(first))], strict=True))


def plain_prediction(name: str = EVIL, **more: Any) -> Prediction:
    """One segment of 30 s, and nothing that need not be known."""
    p = spread(0.7)
    return Prediction(name, p, (SegmentPrediction(0.0, 30.0, p),), (), 50.0, unlike=False, **more)


def full_prediction(name: str = EVIL) -> Prediction:
    """Two minutes: music, silence, music of another sort, with all that may be said of it."""
    segments = tuple(
        SegmentPrediction(start, start + 30.0, p)
        for start, p in ((0.0, spread(0.8)), (60.0, spread(0.1, 0.7)), (90.0, spread(0.05, 0.9)))
    )
    stretches = (
        Stretch(0.0, 30.0, "solo_singing", 0.9),
        Stretch(30.0, 60.0, "silence", 1.0),
        Stretch(60.0, 105.0, "instrumental", 0.8),
        Stretch(105.0, 120.0, "speech", 0.7),
    )
    content = ContentTimeline(stretches, {"name": EVIL})
    return dataclasses.replace(
        plain_prediction(name),
        probabilities=spread(0.3, 0.6),
        segments=segments,
        refused=(Refused(30.0, 60.0, "silent", f"nothing {EVIL}"),),
        distance_percentile=99.2,
        unlike=True,
        genres_not_ruled_out=LABELS[:2],
        coverage=0.9,
        timeline=genre_timeline(segments),
        content=content,
        weighting="music",
        neighbours=(
            Neighbour(EVIL, LABELS[0], ESCAPING, BREAKING, 3.25, 40.0),
            Neighbour("b.wav", LABELS[1], None, None, 4.5, 71.0),
        ),
        reasons=(
            Reason("rhythm", 0.7, f"slower than 88 % of the {EVIL} clips"),
            Reason("brightness", -0.35, "brighter than most"),
        ),
        model={"name": "tiny", "digest": "ab12"},
        schema={"name": "gtzan57", "version": 2},
        file={"path": "elsewhere", "size": 12, "sha256": "ff00"},
        parameters={"coverage": 0.9},
    )


def tape(folder: Path) -> Path:
    """The sound of `full_prediction`."""
    path = folder / "tape.wav"
    y = np.concatenate([music(30.0), silence(30.0), music(60.0)])
    soundfile.write(path, np.column_stack([y, y]), SR)
    return path


def prediction_sample(folder: Path) -> str:
    """The page on it."""
    reported = Reported(full_prediction(), path=tape(folder))
    return recording_report(reported, provenance={"Command": ESCAPING}, index="../index.html")


def rows_of(count: int) -> list[IndexRow]:
    """Lines of an index, a third of them with a name that would do harm."""
    rng = np.random.default_rng(0)
    names = [(EVIL, BREAKING, "tape")[k % 3] + f" {k}" for k in range(count)]
    kinds = [plain_prediction, full_prediction]
    return [
        IndexRow.of(
            kinds[k % 2](name),
            link=f"recordings/{k}.html",
            place=tuple(rng.normal(scale=2.0, size=2).tolist()),
        )
        for k, name in enumerate(names)
    ]


def neighbourhood() -> Neighbourhood:
    """Training rows of the labels, apart from each other."""
    rng = np.random.default_rng(1)
    codes = np.arange(80) % len(LABELS)
    X = rng.normal(size=(80, 5)) + 4.0 * rng.normal(size=(len(LABELS), 5))[codes]
    names = np.array([f"r{k}" for k in range(80)])
    labels = np.array(LABELS)[codes]
    return Neighbourhood.fit(X, names=names, labels=labels, groups=names, columns=list("abcde"))


def index_of(rows: list[IndexRow], **more: Any) -> str:
    """The page on such lines."""
    near = neighbourhood()
    plane = Plane.fit(near.rows, labels=near.labels)
    return index_page(rows, labels=LABELS, neighbourhood=near, plane=plane, **more)


def index_sample(folder: Path) -> str:
    """The page on thirty recordings."""
    failures = [(BREAKING, f"the decoder gave up {EVIL}")]
    return index_of(rows_of(30), failures=failures, provenance={"Command": ESCAPING})
