"""Predictions become pages: one file for a recording, a folder with an index for many.

Recordings are taken one by one, as they come: each is read once more for its pictures,
its page is written, and nothing of it is kept but its line in the index. An older report
stands until all pages are made; they then take their places, the index last. What lies in
the folder already and is not of this report stays.
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from genre_audio.errors import AudioError, OutputError, ParameterError
from genre_audio.exploration.recording_view import view_recording
from genre_audio.files import add_to_folder, replace_text
from genre_audio.files.reading import at_hand
from genre_audio.learning.plane import Plane
from genre_audio.reporting.excerpt import Excerpt, excerpt_place, sound_uri
from genre_audio.reporting.file_names import page_name
from genre_audio.reporting.index_page import IndexRow, index_page
from genre_audio.reporting.prediction_page import prediction_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from genre_audio.exploration.recording_view import RecordingView
    from genre_audio.files.remote import Place
    from genre_audio.prediction import Prediction
    from genre_audio.training import ModelBundle

__all__ = ["Reported", "is_page", "prediction_report", "recording_report"]

_FOLDER: Final = "recordings"
_INDEX: Final = "index.html"
_PAGES: Final = frozenset({".html", ".htm"})


@dataclasses.dataclass(frozen=True, eq=False)
class Reported:
    """What a report is to say of one recording.

    Attributes
    ----------
    prediction : Prediction
        What was said of it.
    path : pathlib.Path or Remote, optional
        Where it can be read once more for its pictures; without it there are none.
    rows : ndarray of float64, shape (segments, columns), optional
        Its features, in the model's schema and in the order of the prediction's segments:
        for its place on the map.

    Examples
    --------
    See `prediction_report`.
    """

    prediction: Prediction
    path: Place | None = None
    rows: NDArray[np.float64] | None = None


def is_page(target: Path) -> bool:
    """Tell whether a report goes to one file: its name ends as that of a page.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.reporting.report import is_page
    >>> is_page(Path("tape.html")), is_page(Path("tapes"))
    (True, False)
    """
    return target.suffix.lower() in _PAGES


def prediction_report(
    recordings: Iterable[Reported],
    *,
    target: Path,
    bundle: ModelBundle,
    failures: Sequence[tuple[str, str]] = (),
    provenance: Mapping[str, object] | None = None,
    sound: bool = True,
) -> Path:
    """Write the report on predictions.

    Parameters
    ----------
    recordings : iterable of Reported
        In the order in which they are to stand; each is done with before the next is taken.
    target : pathlib.Path
        A file that ends in ``.html``, for one recording; or a folder, for any number: the
        index goes to ``index.html`` in it, the pages of the recordings to ``recordings``.
    bundle : ModelBundle
        The model that was asked.
    failures : sequence of (str, str)
        Recordings that could not be read, and why; listed in the index.
    provenance : mapping of str to object, optional
        What to say of where it comes from: the command, its date, versions.
    sound : bool
        Whether pages hold an excerpt to be played.

    Returns
    -------
    pathlib.Path
        The page to be opened.

    Raises
    ------
    ParameterError
        If there is no recording, or more than one for one file.
    OutputError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from genre_audio import load_bundle, resolve_model
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.report import Reported, prediction_report
    >>> prediction = Prediction("a.wav", {"jazz": 0.7, "rock": 0.3}, (), (), 50.0, unlike=False)
    >>> bundle = load_bundle(resolve_model("default").path)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = prediction_report([Reported(prediction)], target=Path(folder), bundle=bundle)
    ...     report.name, [path.name for path in sorted(report.parent.iterdir())]
    ('index.html', ['index.html', 'recordings'])
    """
    said: dict[str, Any] = {"provenance": provenance, "sound": sound}
    if not is_page(target):
        return _folder(recordings, target, bundle, failures, said)
    if target.is_dir():
        raise OutputError(f"{target} is a folder; give another name for the page")
    found = list(itertools.islice(recordings, 2))
    if len(found) != 1:
        count = "several recordings" if found else "no recording"
        raise ParameterError(
            f"{target} is to be the page on one recording, and there is {count}; for many, give "
            "the name of a folder, without .html"
        )
    replace_text(target, recording_report(found[0], **said))
    return target


def recording_report(
    recording: Reported,
    *,
    provenance: Mapping[str, object] | None = None,
    sound: bool = True,
    index: str | None = None,
) -> str:
    """Return the page on one recording, which is read once more for its pictures.

    Parameters
    ----------
    recording : Reported
        What is to be said of it.
    provenance, sound
        As in `prediction_report`.
    index : str, optional
        Where the page on all recordings lies, as seen from this one.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.report import Reported, recording_report
    >>> prediction = Prediction("a.wav", {"jazz": 0.7, "rock": 0.3}, (), (), 50.0, unlike=False)
    >>> recording_report(Reported(prediction)).splitlines()[0]
    '<!DOCTYPE html>'
    """
    prediction = recording.prediction
    view = excerpt = None
    file: dict[str, object] = {"name": prediction.recording}
    file |= {key: prediction.file[key] for key in ("size", "sha256") if key in prediction.file}
    if recording.path is not None:
        start, stop, why = excerpt_place(prediction)
        keep = (start, stop) if sound else None
        try:
            with at_hand(recording.path) as path:
                view = view_recording(path, name=prediction.recording, keep=keep)
        except AudioError as error:
            # It was readable when it was predicted; what was said of it then still stands.
            file["no longer readable"] = str(error)
        else:
            excerpt = _excerpt(view, start=start, why=why)
    return prediction_page(
        prediction,
        view=view,
        excerpt=excerpt,
        provenance={"Recording": file, **(provenance or {})},
        index=index,
    )


def _excerpt(view: RecordingView, *, start: float, why: str) -> Excerpt | None:
    uri = sound_uri(view.excerpt, sr=view.quality.sr)
    if uri is None:
        return None
    return Excerpt(start, start + len(view.excerpt) / view.quality.sr, why, uri)


def _folder(
    recordings: Iterable[Reported],
    target: Path,
    bundle: ModelBundle,
    failures: Sequence[tuple[str, str]],
    said: dict[str, Any],
) -> Path:
    near = bundle.neighbourhood
    plane = Plane.fit(near.rows, labels=near.labels)
    lines = []
    with add_to_folder(target, last=_INDEX) as new:
        for recording in recordings:
            link = f"{_FOLDER}/{page_name(recording.prediction.recording)}"
            page = recording_report(recording, index=f"../{_INDEX}", **said)
            replace_text(new / link, page)
            place = _place(recording, bundle, plane)
            lines.append(IndexRow.of(recording.prediction, link=link, place=place))
        if not lines and not failures:
            raise ParameterError(f"there is no recording to be reported on in {target}")
        model = {"name": bundle.info.name, "digest": bundle.digest, "schema": bundle.info.schema}
        page = index_page(
            lines,
            labels=bundle.labels,
            task=bundle.info.task,
            neighbourhood=near,
            plane=plane,
            failures=failures,
            provenance={"Model": model, **(said["provenance"] or {})},
        )
        replace_text(new / _INDEX, page)
    return target / _INDEX


def _place(recording: Reported, bundle: ModelBundle, plane: Plane) -> tuple[float, float] | None:
    """Return where a recording lies on the plane: the mean over its segments, by length."""
    segments = recording.prediction.segments
    if recording.rows is None or not segments:
        return None
    seconds = np.array([segment.stop - segment.start for segment in segments])
    with np.errstate(all="ignore"):
        places = plane.place(bundle.neighbourhood.space.transform(recording.rows))
    x, y = (np.average(places, axis=0, weights=seconds)).tolist()
    return (x, y) if np.isfinite([x, y]).all() else None
