"""A prediction becomes the genre tag of its file.

Nothing is lost: other tags stay, a genre that somebody gave stays readable under another
name, and where the sound that comes out of the file would not be the same to the last
sample, the file is left as it was.
"""

from __future__ import annotations

import dataclasses
import shutil
from typing import TYPE_CHECKING, Final

from genre_audio.audio.samples import samples_digest
from genre_audio.errors import OutputError
from genre_audio.files import replacing
from genre_audio.files.places import real_path
from genre_audio.reporting.tag_file import open_tags, require_mutagen

if TYPE_CHECKING:
    from pathlib import Path

    from genre_audio.prediction import Prediction

__all__ = ["BEFORE", "NOTE", "GenreTag", "genre_before", "require_mutagen", "write_tag"]

NOTE: Final = "GENRE_AUDIO"
"""Name of the tag that says where the genre comes from."""

BEFORE: Final = "GENRE_BEFORE"
"""Name of the tag that holds what the genre was before."""


@dataclasses.dataclass(frozen=True)
class GenreTag:
    """What is written into a file.

    Attributes
    ----------
    genre : str
        The genre.
    note : str
        Where it comes from: the verdict, its probability, and the model.

    Examples
    --------
    >>> from genre_audio.prediction import Prediction
    >>> from genre_audio.reporting.tags import GenreTag
    >>> model = {"name": "mine", "digest": "0123"}
    >>> prediction = Prediction("a.wav", {"jazz": 1.0}, (), (), 50.0, unlike=False, model=model)
    >>> GenreTag.of(prediction)
    GenreTag(genre='jazz', note='resembles most jazz (1.00); model mine 0123')
    """

    genre: str
    note: str

    @classmethod
    def of(cls, prediction: Prediction) -> GenreTag:
        """Return what a prediction comes to."""
        model = prediction.model
        note = (
            f"{prediction.verdict.words} ({prediction.probability:.2f}); "
            f"model {model.get('name')} {model.get('digest')}"
        )
        return cls(prediction.label, note)


def genre_before(path: Path) -> str:
    """Return the genre that a file's tags name, empty where they name none.

    Raises
    ------
    OutputError
        If its tags cannot be read, or it can have none.

    Examples
    --------
    See `write_tag`.
    """
    return "; ".join(open_tags(path).get("GENRE"))


def write_tag(tag: GenreTag, *, source: Path, target: Path) -> None:
    """Write a genre into the tags of a recording, or of a copy.

    Parameters
    ----------
    tag : GenreTag
        What to write.
    source : pathlib.Path
        The recording.
    target : pathlib.Path
        Where the result goes: another name, which must be free, or the same file.

    Raises
    ------
    OutputError
        If the copy is there already, if tags cannot be written, or if the sound would
        change. Nothing is changed then.
    AudioError
        If the recording cannot be decoded.

    Examples
    --------
    >>> import tempfile, numpy as np, soundfile
    >>> from pathlib import Path
    >>> from genre_audio.reporting.tags import GenreTag, genre_before, write_tag
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source, copy = Path(folder, "a.flac"), Path(folder, "b.flac")
    ...     soundfile.write(source, np.zeros(100), 8000)
    ...     write_tag(GenreTag("polka", "said in jest"), source=source, target=copy)
    ...     genre_before(source), genre_before(copy)
    ('', 'polka')
    """
    place = real_path(target)  # a link stays one
    if place.exists() and not place.samefile(source):
        raise OutputError(f"{target} is there already")
    tags = open_tags(source)
    values = {"GENRE": tag.genre, NOTE: tag.note}
    before = "; ".join(tags.get("GENRE"))
    # What an earlier run wrote is not what somebody meant.
    if before and not tags.get(NOTE):
        values[BEFORE] = before
    with replacing(place) as file:
        shutil.copyfile(source, file)
        tags.set(values)
        tags.save(file)
        if samples_digest(file) != samples_digest(source):
            raise OutputError(f"{source}: with tags its sound would not be the same: left alone")
