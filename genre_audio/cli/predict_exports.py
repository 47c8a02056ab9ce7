"""``genre-audio predict --export``: genres and contents over time, for other tools."""

from __future__ import annotations

import dataclasses
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from genre_audio.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from genre_audio.prediction import Prediction, Span

__all__ = ["Export", "export_prediction", "read_exports"]


@dataclasses.dataclass(frozen=True)
class Export:
    """A form, and where its files go.

    Attributes
    ----------
    form : str
        Its name.
    place : pathlib.Path
        A folder, or a file for one recording.
    is_file : bool
        Which of the two.
    written : dict of str to pathlib.Path
        What this run wrote, by the name without its case.
    """

    form: str
    place: Path
    is_file: bool = False
    written: dict[str, Path] = dataclasses.field(default_factory=dict)


def read_exports(options: Sequence[str], *, single: bool) -> list[Export]:
    """Read ``FORM`` or ``FORM:PLACE``; without a place files go to the current folder.

    A place is a file where one recording was given and its name has an ending, unless a
    folder of that name is there.
    """
    from genre_audio.files.places import check_writable, is_folder
    from genre_audio.reporting.exports import FORMS

    exports = []
    for option in options:
        form, _, place = option.partition(":")
        if form not in FORMS:
            raise ParameterError(f"there is no form {form!r} to export; choose {', '.join(FORMS)}")
        path = Path(place)
        is_file = single and bool(path.suffix) and not is_folder(path)
        check_writable(path)
        exports.append(Export(form, path, is_file))
    return exports


def export_prediction(prediction: Prediction, exports: Sequence[Export]) -> None:
    """Write the files of one recording, one for each tier and form."""
    from genre_audio.files import replace_text
    from genre_audio.reporting.exports import export, export_name

    for wanted in exports:
        for tier, spans in _tiers(prediction):
            text = export(
                spans,
                form=wanted.form,
                tier=tier,
                recording=prediction.recording,
                duration=prediction.quality.get("seconds"),
                sr=prediction.quality.get("sr"),
            )
            name = export_name(prediction.recording, form=wanted.form, tier=tier)
            place = _place(wanted, name, tier=tier)
            _refuse_written(wanted, place)
            replace_text(place, text)


def _place(wanted: Export, name: str, *, tier: str) -> Path:
    if not wanted.is_file:
        return inside(wanted.place, name)
    if tier == "genre":
        return wanted.place
    return wanted.place.with_name(f"{wanted.place.stem}.{tier}{wanted.place.suffix}")


def _refuse_written(wanted: Export, place: Path) -> None:
    """Refuse to write one recording's file over another's, where a disk knows no case."""
    from genre_audio.files.places import same_file

    name = unicodedata.normalize("NFC", str(place)).casefold()
    earlier = wanted.written.setdefault(name, place)
    if earlier != place and same_file(earlier, place):
        raise ParameterError(
            f"{earlier} and {place} are one file there, which does not tell capital and small "
            "letters apart: name a place on another disk"
        )


def inside(folder: Path, name: str) -> Path:
    """Return the place of a name in a folder; a name that leads out of it is refused."""
    place = Path(name)
    if place.is_absolute() or ".." in place.parts:
        raise ParameterError(f"the recording's name {name!r} leads out of the folder {folder}")
    return folder / place


def _tiers(prediction: Prediction) -> Iterator[tuple[str, tuple[Span, ...]]]:
    from genre_audio.prediction import Span

    if prediction.timeline is not None:
        yield "genre", prediction.timeline.spans
    if prediction.content is not None:
        yield (
            "content",
            tuple(
                Span(each.start, each.stop, each.content, each.probability)
                for each in prediction.content.stretches
            ),
        )
