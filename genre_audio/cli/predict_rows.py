"""Where the predictions of a run come from: recordings, what is kept of them, or a table."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from genre_audio.cli.any_table import no_table
from genre_audio.cli.extract import OUTPUTS, Columns, say_failure
from genre_audio.cli.output import progress, say
from genre_audio.errors import ParameterError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from genre_audio.audio import Source
    from genre_audio.cli.predict_setting import Setting
    from genre_audio.errors import AudioError
    from genre_audio.extraction import Described, Extracted, Failure
    from genre_audio.extraction.gathered import Gathered
    from genre_audio.files.remote import Place
    from genre_audio.prediction import ContentTimeline, Prediction

__all__ = ["Keeping", "Told", "from_recordings", "from_table"]


@dataclasses.dataclass(frozen=True)
class Keeping:
    """Where to keep what was read; whether at all.

    Attributes
    ----------
    folder : pathlib.Path or None
        The folder asked for.
    never : bool
        Whether nothing is to be kept.
    """

    folder: Path | None = None
    never: bool = False

    def cache(self, sources: Sequence[Source]) -> Path | None:
        """Return the folder of stores, None where nothing is to be kept or can be."""
        from genre_audio.errors import OutputError
        from genre_audio.extraction.cache import cache_folder, is_usable

        if self.never and self.folder is not None:
            raise ParameterError("--cache names where to keep what --no-cache does not keep")
        # One recording is read sooner than a store.
        if self.never or (self.folder is None and len(sources) < 2):
            return None
        folder = self.folder or cache_folder()
        if is_usable(folder):
            return folder
        if self.folder is not None:
            raise OutputError(f"nothing can be kept in {folder}: name another folder with --cache")
        say(f"nothing can be kept in {folder}: name a folder with --cache to go on after a stop")
        return None


@dataclasses.dataclass(frozen=True)
class Told:
    """What a run tells.

    Attributes
    ----------
    predictions : iterable of Prediction
        One after another.
    count : int
        How many.
    failures : mapping
        What could not be read, by name.
    recordings : Gathered or None
        What was read.
    """

    predictions: Iterable[Prediction]
    count: int
    failures: Mapping[str, Mapping[str, str]]
    recordings: Gathered | None = None

    @property
    def paths(self) -> dict[str, Place]:
        """Where recordings lie, by name."""
        known = self.recordings
        return {} if known is None else {name: known.place(name) for name in known.names}

    def rows(self, name: str) -> NDArray[np.float64] | None:
        """Return the features of a recording's segments, where they are known."""
        import numpy as np

        if self.recordings is None or name not in self.recordings.names:
            return None
        return np.array([row.values for row in self.recordings.named(name).rows])


def from_recordings(
    sources: Sequence[Source], setting: Setting, *, keeping: Keeping, jobs: int | None
) -> Told:
    """Describe recordings, as far as that is not done yet, and ask the model."""
    from genre_audio.extraction import describe
    from genre_audio.prediction import schema_for
    from genre_audio.prediction.batches import predict_batches

    cache = keeping.cache(sources)
    schema = schema_for(setting.bundle)
    with progress("reading") as (start, advance):

        def report(result: Extracted | Failure) -> None:
            """Say what was left out, and go on."""
            say_failure(result)
            advance()

        described = describe(
            sources,
            schema=schema,
            segmentation=setting.segmentation,
            cache=cache,
            tables=_tables(sources, schema.name) if cache else (),
            n_jobs=jobs,
            on_start=start,
            on_result=report,
            on_message=say,
        )
    if cache is not None:
        _say_kept(described, cache)
    contents = _contents(described, setting, cache=cache, jobs=jobs)
    predictions = predict_batches(
        described.recordings,
        setting.bundle,
        coverage=setting.parameters.coverage,
        contents=contents,
        whole=setting.parameters.whole,
        explain=setting.parameters.explain,
    )
    failures = {
        failure.name: {"kind": failure.kind, "message": failure.message}
        for failure in described.failures
    }
    return Told(predictions, len(described.recordings), failures, described.recordings)


def _tables(sources: Sequence[Source], schema: str) -> list[Path]:
    """List where 'extract' may have left a table: here, and in or beside the folders."""
    from genre_audio.extraction.cache import root_of
    from genre_audio.files.places import real_path
    from genre_audio.files.remote import Remote

    name = OUTPUTS[Columns(schema)]
    roots = dict.fromkeys(root_of(source) for source in sources)
    here = [root for root in roots if not isinstance(root, Remote)]
    places = [Path(), *(place for root in here for place in (root, root.parent))]
    found = {real_path(place / name): place / name for place in places}
    return [path for path in found.values() if path.is_file()]


def _say_kept(described: Described, cache: Path) -> None:
    borrowed = ", ".join(map(str, described.borrowed))
    say(
        f"{described.read} recordings read, {described.known} known already"
        + (f" (of {borrowed})" if borrowed else "")
        + f"; what was read is kept in {cache}"
    )


def _contents(
    described: Described, setting: Setting, *, cache: Path | None, jobs: int | None
) -> Mapping[str, ContentTimeline] | None:
    if setting.content is None:
        return None
    from genre_audio.errors import AudioError
    from genre_audio.prediction.hearing import hear_recordings

    with progress("listening") as (start, advance):

        def report(name: str, result: ContentTimeline | AudioError) -> None:
            """Say whose content cannot be told, and go on."""
            if isinstance(result, AudioError):
                say(f"{name}: what it holds cannot be told: {result} [{result.kind}]")
            advance()

        return hear_recordings(
            described.recordings,
            setting.content,
            cache=cache,
            n_jobs=jobs,
            on_start=start,
            on_result=report,
        )


def from_table(path: Path, setting: Setting) -> tuple[Told, Setting]:
    """Take rows of a table; what was asked is then asked of its segmentation."""
    from genre_audio.prediction import predict_table
    from genre_audio.tables import read_table
    from genre_audio.tables.parquet_file import is_table

    if not (is_table(path) or path.exists()):  # a pipe is no file
        raise no_table(path)
    table = read_table(path)
    if table.frame.empty:
        raise TableError(f"{path} names columns and has no rows: no recording could be read")
    cut = table.segmentation
    if setting.parameters.hop is not None and cut != setting.segmentation:
        raise ParameterError(
            f"{path} has segments of {cut.words}, and {setting.segmentation.words} were asked "
            "for: leave --hop out, or extract again"
        )
    for note in table.notes:
        say(note)
    if table.segmentation_inferred:
        say(f"{path} has no manifest; its segments seem to last {cut.seconds:g} s")
    asked = setting.parameters
    predictions = predict_table(
        table, setting.bundle, coverage=asked.coverage, explain=asked.explain
    )
    parameters = dataclasses.replace(asked, segmentation=cut.as_dict() | {"digest": cut.digest})
    setting = dataclasses.replace(setting, parameters=parameters)
    return Told(predictions, len(predictions), {}), setting
