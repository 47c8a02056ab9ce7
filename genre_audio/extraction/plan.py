"""What a run has to do, given the recordings asked for and what is known already.

Nobody's work is lost unasked: recordings that the table holds and this run was not asked
for stay in it while their files exist, with their rows as they are or, where these do
not hold any more, computed again. Nor are rows lost, and labels with them, while a recording
cannot be read. Rows that nobody can compute are refused.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from genre_audio.audio import Source
from genre_audio.errors import ParameterError, TableError
from genre_audio.files.fingerprints import outline
from genre_audio.files.places import gone_of, is_gone, same_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from genre_audio.extraction.recording import Extracted, Failure
    from genre_audio.extraction.store import Known
    from genre_audio.files.remote import Place

__all__ = ["Plan", "make_plan"]


@dataclasses.dataclass(frozen=True)
class Plan:
    """Which recordings the table will hold, and where their rows come from.

    Attributes
    ----------
    reused : tuple of Extracted
        Asked for, and known already.
    kept : tuple of Extracted
        Not asked for, known already.
    wanted : tuple of Source
        To be read.
    removed : tuple of str
        Recordings of the table whose files are gone.
    changed : tuple of str
        Recordings whose rows were changed by hand.
    earlier : dict of str to Extracted
        All that was known.

    Examples
    --------
    See `make_plan`.
    """

    reused: tuple[Extracted, ...]
    kept: tuple[Extracted, ...]
    wanted: tuple[Source, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    earlier: Mapping[str, Extracted] = dataclasses.field(default_factory=dict)

    def unread(self, failures: Iterable[Failure]) -> list[Extracted]:
        """Return what is known of recordings that are there and could not be read."""
        known = [
            (self.earlier[failure.name], failure.path)
            for failure in failures
            if failure.kind == "io" and failure.name in self.earlier
        ]
        return [recording for recording, path in known if recording.file.may_match(path)]

    @property
    def paths(self) -> dict[str, Place]:
        """Where all recordings of the new table lie, by name."""
        known = {recording.name: recording.path for recording in (*self.reused, *self.kept)}
        return known | {source.name: source.path for source in self.wanted}


def make_plan(
    sources: Sequence[Source],
    *,
    known: Known,
    finished: Mapping[str, Extracted],
    force: bool,
) -> Plan:
    """Decide what to read, what to reuse and what to keep.

    Parameters
    ----------
    sources : sequence of Source
        The recordings asked for.
    known : Known
        What the table holds.
    finished : dict of str to Extracted
        What a killed run had finished, by name.
    force : bool
        Read all that was asked for, whatever is known.

    Raises
    ------
    TableError
        If the table has rows of unknown recordings, which would be lost.
    ParameterError
        If the table holds another recording by the name of one that was asked for.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.audio import Source
    >>> from genre_audio.extraction.plan import make_plan
    >>> from genre_audio.extraction.store import Known
    >>> source = Source("a.wav", Path("a.wav"))
    >>> make_plan([source], known=Known(), finished={}, force=False).wanted == (source,)
    True
    """
    asked = {source.name: source.path for source in sources}
    # A run killed after it had written the table leaves rows that only the journal explains.
    holding = known.recordings | {name: finished[name] for name in known.added if name in finished}
    held = {name: recording.path for name, recording in holding.items()} | known.stale
    _refuse_namesakes(asked, held)
    _refuse_own_rows(set(known.added) - holding.keys() - asked.keys(), force=force)
    others = {name: path for name, path in held.items() if name not in asked}
    gone = gone_of(others.values())
    there = {name: path for name, path in others.items() if path not in gone}
    again = [Source(name, path) for name, path in there.items() if name not in holding]
    reusable = {} if force else {**holding, **finished}
    reused, wanted = _part([*sources, *again], reusable)
    return Plan(
        reused=tuple(reused),
        kept=tuple(holding[name] for name in there if name in holding),
        wanted=tuple(wanted),
        removed=tuple(name for name in others if name not in there),
        changed=tuple(name for name in known.changed if name not in finished),
        earlier=reusable,
    )


def _refuse_namesakes(asked: Mapping[str, Place], held: Mapping[str, Place]) -> None:
    for name in asked.keys() & held.keys():
        new, old = asked[name], held[name]
        # In this order: what is the same need not be asked for, which may take a network.
        if not (same_file(old, new) or is_gone(new) or is_gone(old)):
            raise ParameterError(
                f"the table holds another recording called {name!r} ({old}); "
                "choose another output with -o, or give the folder that holds both"
            )


def _refuse_own_rows(names: set[str], *, force: bool) -> None:
    if names and not force:
        raise TableError(
            f"the table has rows of its own that would be lost ({', '.join(sorted(names))}); "
            "choose another output with -o, or --force to replace it"
        )


def _part(
    sources: Sequence[Source], reusable: Mapping[str, Extracted]
) -> tuple[list[Extracted], list[Source]]:
    """Part recordings into those whose rows still hold and those to be read."""
    reused, wanted = [], []
    for source in sources:
        earlier = reusable.get(source.name)
        if earlier is None or not earlier.file.matches(source.path):
            wanted.append(source)
            continue
        try:
            now = outline(source.path)
        except OSError:  # it went away since
            wanted.append(source)
            continue
        # A file that was only touched must not be hashed again in every later run.
        file = dataclasses.replace(now, sha256=earlier.file.sha256)
        reused.append(dataclasses.replace(earlier, path=source.path, file=file))
    return reused, wanted
