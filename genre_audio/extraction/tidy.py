"""What a run keeps beside its table while it lives, and what becomes of it when it is killed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from genre_audio.errors import BusyError, OutputError
from genre_audio.extraction.journaled import each_finished, lost_before
from genre_audio.files import finish_pair, lock, lock_path, note_path, restore_folder
from genre_audio.files.places import led_to
from genre_audio.journal import Journal
from genre_audio.tables.manifest import manifest_path, package_versions
from genre_audio.tables.parquet_file import is_parquet, pyarrow_parquet

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from genre_audio.config import Segmentation
    from genre_audio.extraction.recording import Extracted
    from genre_audio.features import Schema

__all__ = ["journal_of", "tidy", "writing"]


@contextlib.contextmanager
def writing(output: Path, *, held: bool = False) -> Generator[None, None, None]:
    """Hold the right to write a table, and finish what a killed run began to write.

    Parameters
    ----------
    output : pathlib.Path
        The table.
    held : bool
        Whether the caller holds the lock.

    Raises
    ------
    BusyError, OutputError
        As `genre_audio.files.lock` does.
    ParameterError
        If it is Parquet and pyarrow is not installed, which is said before work is spent.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.extraction.tidy import writing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with writing(pathlib.Path(folder, "features.csv")):
    ...         pass
    """
    if is_parquet(output):
        pyarrow_parquet()
    with contextlib.nullcontext() if held else lock(output):
        if is_parquet(output):
            restore_folder(output)
        finish_pair(output, beside=manifest_path(output))
        yield


def journal_of(output: Path, *, schema: Schema, segmentation: Segmentation) -> Journal:
    """Return the journal of a table, which another recipe or version does not believe.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio import GTZAN57, Segmentation
    >>> from genre_audio.extraction.tidy import journal_of
    >>> how = {"schema": GTZAN57, "segmentation": Segmentation()}
    >>> journal_of(Path("features.csv"), **how).path.name
    '.features.csv.journal'
    """
    header = {
        "schema": schema.digest,
        "segmentation": segmentation.digest,
        "versions": package_versions(),
    }
    real = led_to(output)
    return Journal(real.with_name(f".{real.name}.journal"), header=header)


def tidy(
    output: Path,
    *,
    known: Mapping[str, Extracted],
    schema: Schema,
    segmentation: Segmentation,
) -> None:
    """Finish what a killed run began, where a table needs nothing else.

    Does nothing while another run writes the table. A journal stays that holds recordings
    which the table does not have.

    Parameters
    ----------
    output : pathlib.Path
        The table.
    known : dict of str to Extracted
        The recordings of the table by name.
    schema, segmentation
        What its rows are.

    Examples
    --------
    See `genre_audio.extraction.describe`, of whose stores nobody else takes care.
    """
    journal = journal_of(output, schema=schema, segmentation=segmentation)
    left = (journal.path, note_path(output), lock_path(output))
    if not any(path.exists() for path in left):
        return
    with contextlib.suppress(BusyError, OutputError), writing(output):
        done = {each.name: each.digest for each in each_finished(journal.each(), schema=schema)}
        held = all(name in known and known[name].digest == done[name] for name in done)
        # What could not be read is noted in the table as well, or will be by the run that asks.
        if held and not lost_before(journal.each()):
            journal.remove()
