"""What a run has to do, given the recordings asked for and what is known already.

Nobody's work is lost unasked: recordings that the table holds and this run was not asked
for stay in it while their files exist, with their rows as they are or, where these do
not hold any more, computed again. Nor are rows lost, and labels with them, while a recording
cannot be read. Rows that nobody can compute are refused.
"""

from __future__ import annotations

import collections
import dataclasses
from typing import TYPE_CHECKING, Any

from genre_audio.audio import Source
from genre_audio.errors import ParameterError, TableError
from genre_audio.extraction.gathered import Gathered, Held
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
    reused : dict of str to Held
        Asked for, and known already, by name.
    kept : dict of str to Held
        Not asked for, known already.
    wanted : tuple of Source
        To be read.
    removed : tuple of str
        Recordings of the table whose files are gone.
    changed : tuple of str
        Recordings whose rows were changed by hand.
    earlier : mapping of str to Extracted
        All that was known.

    Examples
    --------
    See `make_plan`.
    """

    reused: Mapping[str, Held]
    kept: Mapping[str, Held]
    wanted: tuple[Source, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    earlier: Mapping[str, Extracted] = dataclasses.field(default_factory=dict)

    def unread(self, failures: Iterable[Failure]) -> dict[str, Held]:
        """Return what is known of recordings that are there and could not be read."""
        found = {}
        for failure in failures:
            if failure.kind == "io" and failure.name in self.earlier:
                earlier = self.earlier[failure.name]
                if earlier.file.may_match(failure.path):
                    found[failure.name] = Held.of(earlier, self.earlier)
        return found

    @property
    def paths(self) -> dict[str, Place]:
        """Where all recordings of the new table lie, by name."""
        known = Gathered({**self.reused, **self.kept})
        places = {name: known.place(name) for name in known.names}
        return places | {source.name: source.path for source in self.wanted}


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
    finished : mapping of str to Extracted
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
    added = {name: finished[name] for name in known.added if name in finished}
    holding = _over(added, known.recordings)
    held = {name: recording.path for name, recording in holding.items()} | known.stale
    _refuse_namesakes(asked, held)
    _refuse_own_rows(set(known.added) - holding.keys() - asked.keys(), force=force)
    others = {name: path for name, path in held.items() if name not in asked}
    gone = gone_of(others.values())
    there = {name: path for name, path in others.items() if path not in gone}
    again = [Source(name, path) for name, path in there.items() if name not in holding]
    earlier = _over(finished, holding)
    reused, wanted = _part([*sources, *again], {} if force else earlier)
    return Plan(
        reused=reused,
        kept={name: Held.of(holding[name], holding) for name in there if name in holding},
        wanted=tuple(wanted),
        removed=tuple(name for name in others if name not in there),
        changed=tuple(name for name in known.changed if name not in finished),
        earlier=earlier,
    )


def _over(
    first: Mapping[str, Extracted], second: Mapping[str, Extracted]
) -> Mapping[str, Extracted]:
    """Return both as one, without reading what is in them."""
    layers: Any = (first, second)
    return collections.ChainMap(*layers)


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
) -> tuple[dict[str, Held], list[Source]]:
    """Part recordings into those whose rows still hold and those to be read."""
    reused, wanted = {}, []
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
        reused[source.name] = Held.of(earlier, reusable, path=source.path, file=file)
    return reused, wanted
