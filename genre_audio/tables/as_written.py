"""Whether a table still holds the rows that its manifest describes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from genre_audio.config import digest
from genre_audio.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from genre_audio.tables.feature_table import FeatureTable
    from genre_audio.tables.manifest import Manifest

__all__ = ["differences", "numbers_digest"]


def numbers_digest(rows: Iterable[tuple[int, Sequence[float]]]) -> str:
    """Return the digest of a recording's rows: their lengths and numbers.

    Examples
    --------
    >>> from genre_audio.tables.as_written import numbers_digest
    >>> numbers_digest([(661500, [0.5])]) == numbers_digest([(661500, [0.25])])
    False
    """
    return digest([[length, *values] for length, values in rows])


def differences(table: FeatureTable, manifest: Manifest) -> tuple[str, ...]:
    """Say which rows of a table are not those that its manifest describes.

    Parameters
    ----------
    table : FeatureTable
        As it was read.
    manifest : Manifest
        From beside it. One that names no recordings says nothing of rows.

    Raises
    ------
    TableError
        If they have no recording in common.

    Examples
    --------
    See `genre_audio.tables.read_table`, which asks this.
    """
    frame, entries = table.frame, manifest.recordings
    if not entries or frame.empty:
        return ()
    X, lengths = table.X, frame.get("length")
    changed, unknown = [], []
    for name, places in frame.groupby(table.recordings, sort=False).indices.items():
        entry = entries.get(str(name))
        if entry is None:
            unknown.append(str(name))
        elif lengths is None or entry.digest != numbers_digest(
            (int(length), row)
            for length, row in zip(lengths.iloc[places], X[places].tolist(), strict=True)
        ):
            changed.append(str(name))
    if len(unknown) == len(set(table.recordings)):
        raise TableError(
            f"the manifest beside {table.path} describes another table, of recordings such as "
            f"{next(iter(entries))!r}, and none of this one ({unknown[0]!r}); put its own manifest "
            "beside it, or extract it again"
        )
    said = {
        "not as extracted (edited, or rounded by a spreadsheet); extract makes them again": changed,
        "not known to the table's manifest": unknown,
    }
    return tuple(_note(table, names, what) for what, names in said.items() if names)


def _note(table: FeatureTable, names: list[str], what: str) -> str:
    many = f"{len(names)} recordings" if len(names) > 1 else repr(names[0])
    first = f" (the first is {names[0]!r})" if len(names) > 1 else ""
    name = table.path.name if table.path else "the table"
    return f"{name}: the rows of {many} are {what}{first}"
