"""``genre-audio predict --write-tags``: which genre goes into which file, and whether."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

from genre_audio.cli.faults import error_text
from genre_audio.cli.output import say
from genre_audio.cli.predict_exports import inside
from genre_audio.errors import GenreAudioError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from genre_audio.files.remote import Place
    from genre_audio.prediction import Prediction
    from genre_audio.reporting.tags import GenreTag

__all__ = ["Tagging"]


@dataclasses.dataclass(frozen=True)
class Tagging:
    """What is to be done about tags, and for which recordings.

    Attributes
    ----------
    wanted : bool
        Whether anything is.
    copies : pathlib.Path or None
        Folder of copies to be written into.
    in_place : bool
        Whether files themselves are written into. Without either nothing is written.
    undecided : bool
        Whether recordings are written into whose verdict does not come to one genre.
    planned : dict of str to GenreTag
        By the name of the recording.
    passed_over : list of str
        Recordings whose verdict does not.
    """

    wanted: bool = False
    copies: Path | None = None
    in_place: bool = False
    undecided: bool = False
    planned: dict[str, GenreTag] = dataclasses.field(default_factory=dict)
    passed_over: list[str] = dataclasses.field(default_factory=list)

    def check(self, *, table: Path | None, paths: Sequence[Place] = ()) -> None:
        """Refuse before the work what cannot be done after it."""
        if not self.wanted and (self.copies is not None or self.in_place or self.undecided):
            raise ParameterError("--tag-copies, --tag-in-place and --tag-all need --write-tags")
        if self.copies is not None and self.in_place:
            raise ParameterError("choose --tag-copies or --tag-in-place")
        if not self.wanted:
            return
        if table is not None:
            raise ParameterError(
                "--write-tags needs recordings: a table does not say where they lie"
            )
        from genre_audio.files.remote import Remote
        from genre_audio.reporting.tags import require_mutagen

        remote = next((path for path in paths if isinstance(path, Remote)), None)
        if remote is not None:
            raise ParameterError(
                f"--write-tags needs recordings of this machine: {remote} lies in a store, "
                "which is only read; download them first"
            )
        require_mutagen()

    def plan(self, prediction: Prediction) -> None:
        """Take note of a prediction."""
        if not self.wanted:
            return
        from genre_audio.reporting.tags import GenreTag

        if prediction.verdict.kind == "label" or self.undecided:
            self.planned[prediction.recording] = GenreTag.of(prediction)
        else:
            self.passed_over.append(prediction.recording)

    def write(self, paths: Mapping[str, Place]) -> int:
        """Write what was planned, or say what would be; return how many could not be."""
        if not self.wanted:
            return 0
        failed = 0
        for name in sorted(self.planned):
            try:
                # `check` refused all others.
                self._one(name, cast("Path", paths[name]))
            except GenreAudioError as error:
                say(f"not tagged: {error_text(error)}")
                failed += 1
        if self.passed_over:
            say(
                f"{len(self.passed_over)} recordings get no tag: their verdict does not come to "
                "one genre (--tag-all tags them too)"
            )
        if self.planned and not (self.copies or self.in_place):
            say(
                "nothing was written: --tag-copies FOLDER writes copies, --tag-in-place the "
                "files themselves"
            )
        return failed

    def _one(self, name: str, path: Path) -> None:
        from genre_audio.reporting.tags import genre_before, write_tag

        tag = self.planned[name]
        before = genre_before(path)
        target = path if self.copies is None else inside(self.copies, name)
        words = f"{path}: genre {before!r} -> {tag.genre!r}" if before else f"{path}: {tag.genre!r}"
        if self.copies is None and not self.in_place:
            say(f"would write {words}")
            return
        write_tag(tag, source=path, target=target)
        say(f"wrote {words}" + ("" if self.copies is None else f" in {target}"))
