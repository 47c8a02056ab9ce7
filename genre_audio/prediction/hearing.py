"""What many recordings hold: each is listened to once, and what was heard is kept.

What was heard depends on the samples and on how they are described, not on the model that
is asked about it. So it is kept under the hash of the file, one file for each recording,
which stands whole or not at all: a run that is killed goes on where it stopped.

Workers listen; this process keeps what they heard and asks the model, which takes a 200th
of the time.
"""

from __future__ import annotations

import dataclasses
import functools
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from genre_audio import __version__
from genre_audio.audio import Source
from genre_audio.config import Segmentation, digest
from genre_audio.errors import AudioError, GenreAudioError, ModelError
from genre_audio.execution import map_unordered
from genre_audio.extraction import expected_seconds
from genre_audio.extraction.compiled import warm_for_copies
from genre_audio.extraction.lost import bounds_for, words_of
from genre_audio.files import Spool, replacing
from genre_audio.files.reading import reading
from genre_audio.files.scratch import clearing_up
from genre_audio.prediction.listening import HOP, Heard, listen
from genre_audio.prediction.schema import schema_for
from genre_audio.prediction.stretches import timeline_of
from genre_audio.training import ModelBundle, load_bundle
from genre_audio.training.arrays import read_arrays
from genre_audio.training.reading import read_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from genre_audio.execution import Lost
    from genre_audio.extraction import Extracted
    from genre_audio.prediction.content import ContentTimeline

__all__ = ["hear_recordings"]

_TIMES: float = 6.0
"""Windows overlap, so that listening takes so many times as long as describing."""


@dataclasses.dataclass(frozen=True)
class _Task:
    source: Source
    sha256: str


def hear_recordings(
    recordings: Sequence[Extracted],
    model: Path,
    *,
    cache: Path | None = None,
    n_jobs: int | None = 1,
    on_start: Callable[[int], None] = lambda _: None,
    on_result: Callable[[str, ContentTimeline | AudioError], None] = lambda *_: None,
) -> Mapping[str, ContentTimeline]:
    """Tell what recordings hold, stretch by stretch.

    Parameters
    ----------
    recordings : sequence of Extracted
        Recordings that were described, and so could be read.
    model : pathlib.Path
        Folder of a model of the task ``"content"``.
    cache : pathlib.Path, optional
        Where to keep what was heard.
    n_jobs : int, optional
        Number of worker processes; None is as many as are worth it.
    on_start : callable, optional
        Called with the number of recordings.
    on_result : callable, optional
        Called with each name, and its timeline or why there is none.

    Returns
    -------
    mapping of str to ContentTimeline
        By name, on disk; without those that could not be listened to.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.prediction.hearing import hear_recordings
    >>> dict(hear_recordings([], Path("nowhere")))
    {}
    """
    on_start(len(recordings))
    tasks = [
        _Task(Source(each.name, each.path.absolute()), each.file.sha256) for each in recordings
    ]
    found: Spool[ContentTimeline] = Spool()
    if not tasks:
        return found
    bundle = load_bundle(model)
    for task, heard in _heard(tasks, bundle, cache=cache, n_jobs=n_jobs):
        if isinstance(heard, AudioError):
            on_result(task.source.name, heard)
        else:
            timeline = _told(heard, bundle)
            found.add(task.source.name, timeline)
            on_result(task.source.name, timeline)
    return found


def _heard(
    tasks: Sequence[_Task], bundle: ModelBundle, *, cache: Path | None, n_jobs: int | None
) -> Iterator[tuple[_Task, Heard | AudioError]]:
    """Yield what each recording sounds like: what was kept first, then what workers hear.

    Workers may be on other machines, which have neither the model nor the cache.
    """
    left = []
    for task in tasks:
        kept = None if cache is None else _known(_place(cache, task, bundle))
        if kept is None:
            left.append(task)
        else:
            yield task, kept
    if not left:
        return
    warm_for_copies()
    costs = [_TIMES * cost for cost in expected_seconds([task.source for task in left])]
    work = functools.partial(_listen, bundle=_as_ears_need_it(bundle))
    bounds = bounds_for(Segmentation())
    results = map_unordered(work, left, n_jobs=n_jobs, costs=costs, on_lost=_lost, bounds=bounds)
    for task, heard in clearing_up(results):
        if cache is not None and not isinstance(heard, AudioError):
            _keep(_place(cache, task, bundle), heard)
        yield task, heard


def _as_ears_need_it(bundle: ModelBundle) -> ModelBundle:
    """Return what of a model is needed to listen for it: what it says of itself."""
    nothing: Any = None
    return ModelBundle(nothing, nothing, info=bundle.info, probe=nothing)


def _told(heard: Heard, bundle: ModelBundle) -> ContentTimeline:
    """Ask the model, with sums as one thread makes them."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return timeline_of(heard, bundle)


def _lost(task: _Task, lost: Lost) -> tuple[_Task, Heard | AudioError]:
    kind, message = words_of(lost)
    return task, AudioError(message, kind=kind)


def _listen(task: _Task, *, bundle: ModelBundle) -> tuple[_Task, Heard | AudioError]:
    """Listen to a recording: what runs in a worker."""
    try:
        return task, _checked(task, bundle)
    except AudioError as error:
        return task, error
    except (GenreAudioError, MemoryError):  # of the model, or of the worker
        raise
    except Exception as error:  # noqa: BLE001 - a decoder's surprise is this file's failure only
        return task, AudioError(f"{type(error).__name__}: {error}", kind="unexpected")


def _checked(task: _Task, bundle: ModelBundle) -> Heard:
    """Listen to a file that must still be what was described."""
    try:
        with reading(task.source.path) as (path, file):
            if file.sha256 != task.sha256:
                raise AudioError("the file changed since it was described", kind="io")
            return listen(path, bundle)
    except OSError as error:
        message = f"the file cannot be read: {error.strerror or error}"
        raise AudioError(message, kind="io") from error


def _place(cache: Path, task: _Task, bundle: ModelBundle) -> Path:
    how = digest([__version__, schema_for(bundle).digest, bundle.segmentation.seconds, HOP])
    return cache / f"heard-{how}" / task.sha256[:2] / f"{task.sha256}.npz"


def _known(place: Path) -> Heard | None:
    """Return what was kept; a file that is not as it was written is as good as none."""
    names = [field.name for field in dataclasses.fields(Heard)]
    try:
        # As careful as with a stranger's: numpy alone lets other errors pass, and changed bits.
        kept = read_arrays(read_whole(place), path=place, names=names)
        return Heard(float(kept["seconds"]), kept["sounds"], kept["windows"], kept["X"])
    except (ModelError, OSError, TypeError, ValueError):
        return None


def _keep(place: Path, heard: Heard) -> None:
    packed = io.BytesIO()
    np.savez_compressed(packed, **dataclasses.asdict(heard))
    with replacing(place) as file:
        file.write_bytes(packed.getvalue())
