"""Listening through a recording: where it sounds, and how each moment of that sounds.

A recording is read twice, and never held: once for the level of each half second, which
says where it sounds, and once to describe windows of the model's length inside each
stretch that sounds, one every second. No window reaches into silence, because the clips
that the model learned from do not: a second of it moves features further than most music
does. `stretches` then asks a model what they are.

What was heard (`Heard`) depends on the recording and the schema, not on the model, and
can be asked again.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final

import numpy as np

from genre_audio.audio import Source, open_recording
from genre_audio.config import Segmentation
from genre_audio.errors import AudioError
from genre_audio.extraction import prepare_kernels
from genre_audio.features import feature_row
from genre_audio.files.reading import at_hand
from genre_audio.files.remote import place_of
from genre_audio.prediction.levels import CELL_SECONDS, cell_levels, sounding
from genre_audio.prediction.schema import schema_for
from genre_audio.prediction.smoothing import runs
from genre_audio.prediction.stretches import timeline_of
from genre_audio.segment import Segment

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from genre_audio.features import Schema
    from genre_audio.prediction.content import ContentTimeline
    from genre_audio.training import ModelBundle

__all__ = ["Heard", "content_timeline", "listen"]

HOP: Final = 2
"""Cells between windows."""

# Of two seconds, so that a remainder too short to be a segment joins the one before.
_PIECE: Final = Segmentation(seconds=2.0)


@dataclasses.dataclass(frozen=True, eq=False)
class Heard:
    """What was heard of a recording.

    Attributes
    ----------
    seconds : float
        Its length.
    sounds : ndarray of bool, shape (cells,)
        Which cells sound.
    windows : ndarray of int, shape (windows, 2)
        First cell of each window, and the first one after it.
    X : ndarray of float64, shape (windows, columns)
        Their features.

    Examples
    --------
    See `listen`.
    """

    seconds: float
    sounds: NDArray[np.bool_]
    windows: NDArray[np.intp]
    X: NDArray[np.float64]


def content_timeline(
    recording: str | os.PathLike[str] | Source, bundle: ModelBundle
) -> ContentTimeline:
    """Tell what a recording holds, stretch by stretch.

    Parameters
    ----------
    recording : path-like or Source
        A file that can be decoded, or its URL.
    bundle : ModelBundle
        A model of the task ``"content"``.

    Returns
    -------
    ContentTimeline

    Raises
    ------
    AudioError
        If it cannot be read, or is shorter than a second.
    ModelError
        If the model takes rows that this version does not make.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction import content_timeline
    >>> model = load_bundle(resolve_model(task="content").path)
    >>> y = np.append(np.sin(np.arange(22050 * 4) / 10), np.zeros(22050 * 3))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(f"{folder}/tone.wav", 0.1 * y, 22050)
    ...     timeline = content_timeline(f"{folder}/tone.wav", model)
    >>> [(stretch.start, stretch.stop) for stretch in timeline.stretches]
    [(0.0, 4.0), (4.0, 7.0)]
    >>> timeline.stretches[1].content
    'silence'
    """
    return timeline_of(listen(recording, bundle), bundle)


def listen(recording: str | os.PathLike[str] | Source, bundle: ModelBundle) -> Heard:
    """Measure and describe a recording as a content model needs it.

    Parameters
    ----------
    recording, bundle
        As in `content_timeline`; of the model, only the schema and the length of its
        segments matter.

    Returns
    -------
    Heard

    Raises
    ------
    AudioError, ModelError
        As `content_timeline`.

    Examples
    --------
    See `content_timeline`, which asks the model as well.
    """
    path = recording.path if isinstance(recording, Source) else place_of(recording)
    with at_hand(path) as file:
        return _listen(file, bundle)


def _listen(path: Path, bundle: ModelBundle) -> Heard:
    schema = schema_for(bundle)
    cell = round(CELL_SECONDS * schema.config.sr)
    levels, n_samples = _levels(path, schema=schema, cell=cell)
    sounds = sounding(levels)
    length = round(bundle.segmentation.seconds / CELL_SECONDS)
    planned = _plan(sounds, length=length)
    prepare_kernels()
    from threadpoolctl import threadpool_limits

    # As in every table: sums over several threads differ in their last digits.
    with threadpool_limits(1):
        described = list(_describe(path, planned, schema=schema, cell=cell))
    windows = np.array([window for window, _ in described], dtype=np.intp).reshape(-1, 2)
    X = np.array([row for _, row in described]).reshape(-1, len(schema.columns))
    return Heard(n_samples / schema.config.sr, sounds, windows, X)


def _pieces(path: Path, *, schema: Schema) -> Iterator[NDArray[np.float32]]:
    """Yield a recording's samples in short pieces; what is refused becomes zeros."""
    sr = schema.config.sr
    with open_recording(path) as opened:
        for piece in opened.segments(sr=sr, segmentation=_PIECE):
            if isinstance(piece, Segment):
                yield piece.y
            elif piece.kind == "too_short":
                raise AudioError(piece.message, kind=piece.kind)
            else:
                yield np.zeros(round((piece.stop - piece.start) * sr), dtype=np.float32)


def _levels(path: Path, *, schema: Schema, cell: int) -> tuple[NDArray[np.float64], int]:
    found, n_samples = [np.empty(0)], 0
    for y in _pieces(path, schema=schema):
        found.append(cell_levels(y, cell=cell))
        n_samples += len(y)
    return np.concatenate(found), n_samples


def _plan(sounds: NDArray[np.bool_], *, length: int) -> list[tuple[int, int]]:
    """Return the windows: within each stretch that sounds, one every `HOP` cells."""
    windows = []
    for start, stop in runs(sounds.astype(np.intp)):
        if not sounds[start]:
            continue
        last = max(start, stop - length)
        firsts = [*range(start, last, HOP), last]
        windows += [(first, min(stop, first + length)) for first in firsts]
    return windows


def _describe(
    path: Path, windows: list[tuple[int, int]], *, schema: Schema, cell: int
) -> Iterator[tuple[tuple[int, int], NDArray[np.float64]]]:
    """Yield each window that can be described, with its features; holds one at a time."""
    left = list(reversed(windows))
    held, first = np.empty(0, dtype=np.float32), 0
    for y in _pieces(path, schema=schema):
        held = np.concatenate([held, y])
        while left and first + len(held) >= left[-1][1] * cell:
            yield from _row(left.pop(), held, first=first, schema=schema, cell=cell)
        keep = left[-1][0] * cell if left else first + len(held)
        drop = min(max(0, keep - first), len(held))
        held, first = held[drop:], first + drop
    # The last cell may be a part of one.
    while left:
        yield from _row(left.pop(), held, first=first, schema=schema, cell=cell)


def _row(
    window: tuple[int, int], held: NDArray[np.float32], *, first: int, schema: Schema, cell: int
) -> Iterator[tuple[tuple[int, int], NDArray[np.float64]]]:
    y = held[window[0] * cell - first : window[1] * cell - first]
    try:
        yield window, feature_row(Segment(y=y, sr=schema.config.sr), schema=schema)
    except AudioError:
        return  # nothing can be said of it; its neighbours are asked instead
