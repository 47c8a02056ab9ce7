"""One page of every sort, with names that would do harm if they could."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import soundfile

from genre_audio.evaluation import Comparison, Evaluation
from genre_audio.exploration import explore
from genre_audio.exploration.recording_view import view_recording
from genre_audio.reporting.evaluation_page import evaluation_page
from genre_audio.reporting.exploration_page import exploration_page
from genre_audio.reporting.recording_page import recording_page
from genre_audio.reporting.study_page import study_page
from sample_studies import study
from signals import music, silence

if TYPE_CHECKING:
    from pathlib import Path

EVIL = "<script>alert(1)</script>"
ESCAPING = "</title><img src=x onerror=alert(1)>"
GENRES = ("blues", "country & western", EVIL, "日本", "e", "f", "g", "h", "i", "j")


def sample_frame(
    *, rows: int = 200, columns: int = 8, genres: tuple[str, ...] = GENRES, seed: int = 0
) -> pd.DataFrame:
    """Columns of numbers that go together by twos, gaps, copies, and genres that differ."""
    rng = np.random.default_rng(seed)
    label = np.arange(rows) % len(genres)
    X = rng.normal(size=(rows, columns)) + rng.normal(size=(len(genres), columns))[label]
    X[:, 1::2] = X[:, : 2 * (columns // 2) : 2] + 0.1 * X[:, 1::2]
    X[3] = X[2]
    names = [f"column {k}" for k in range(columns)]
    names[0] = ESCAPING
    frame = pd.DataFrame(X, columns=names)
    frame.iloc[5, min(2, columns - 1)] = np.nan
    frame["genre"] = np.array(genres, dtype=object)[label]
    frame["name"] = [f"{EVIL} {k}" for k in range(rows)]
    return frame


def exploration_sample() -> str:
    """The page on such a table."""
    frame = sample_frame()
    columns = [name for name in frame if name not in {"genre", "name"}]
    found = explore(frame, columns=columns, label="genre", names="name")
    return exploration_page(found, notes=[f"read {EVIL}"], title=EVIL, provenance={"n": EVIL})


def recording_sample(folder: Path) -> str:
    """The page on a recording of which the middle is silent."""
    y = np.concatenate([music(30.0), silence(60.0), music(30.0)])
    path = folder / "tape.wav"
    soundfile.write(path, np.column_stack([y, y]), 22050)
    view = view_recording(path, name=EVIL)
    return recording_page(view, provenance={"file": ESCAPING})


def evaluation_sample() -> str:
    """The page on two learners."""
    one, two = _evaluation(2.0, "stack"), _evaluation(0.5, EVIL)
    leaking = dataclasses.replace(one, protocol="random", leaks=True)
    return evaluation_page([one, two, leaking], comparison=Comparison((one, two)))


def study_sample() -> str:
    """The page on a study of learners and balancing."""
    return study_page(study(), provenance={"Command": ESCAPING})


def _evaluation(skill: float, learner: str) -> Evaluation:
    rng = np.random.default_rng(0)
    labels = GENRES[:3]
    truth = np.arange(60) % 3
    logits = rng.normal(size=(60, 3))
    logits[np.arange(60), truth] += skill
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = np.array([f"{k}.wav" for k in range(60)])
    return Evaluation(labels, truth, p, names, names, "artists kept apart", learner=learner)
