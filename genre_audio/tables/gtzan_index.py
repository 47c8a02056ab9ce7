"""The index of the GTZAN collection: artists, and the parts of two published splits.

A CSV with one row for each clip and the columns ``filename, genre, artist, title,
kereliuk2015_split, foleis2020_test_fold, exact_duplicates, md5_wav``. It is made from
lists that are not ours to ship; what is read of it here is checked, because a shifted
column would pass for an honest split.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Final

from genre_audio.errors import TableError
from genre_audio.tables.annotations import Annotations, annotations_of
from genre_audio.tables.csv_file import read_csv

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from genre_audio.tables.raw_table import RawTable

__all__ = ["GtzanIndex", "read_gtzan_index"]

_GENRE: Final = "genre"
_ARTIST: Final = "artist"
_PART: Final = "kereliuk2015_split"
_FOLD: Final = "foleis2020_test_fold"
_COLUMNS: Final = ("filename", _GENRE, _ARTIST, _PART, _FOLD)
_NUMBER: Final = re.compile(r"(\d+)(?:\.0)?", re.ASCII)
"""A fold; other programs write whole numbers as 1.0."""
_PARTS: Final = frozenset({"train", "valid", "test"})


@dataclasses.dataclass(frozen=True)
class GtzanIndex:
    """Who plays on each clip of GTZAN, and where published splits put it.

    Attributes
    ----------
    genres : Annotations
        Of every clip.
    artists : Annotations
        Of the clips whose artist is known.
    parts : Annotations
        ``train``, ``valid`` or ``test`` in the fault-filtered split of Kereliuk, Sturm
        and Larsen (2015), for the clips that it keeps.
    folds : Annotations
        Number of the artist-filtered fold of Foleis and Tavares (2020) that holds the
        clip out, for the clips that they keep.

    Examples
    --------
    See `read_gtzan_index`.
    """

    genres: Annotations
    artists: Annotations
    parts: Annotations
    folds: Annotations

    def refuse_strangers(self, names: Iterable[str]) -> None:
        """Refuse recordings that the index does not know.

        Raises
        ------
        TableError
            If there is one, or it is open which clip a name means.
        """
        asked = sorted(set(names))
        found = self.genres.lookup(asked)
        if strangers := [name for name, genre in zip(asked, found, strict=True) if genre is None]:
            raise TableError(
                f"{len(strangers)} of {len(asked)} recordings of the table are not in the index of "
                f"GTZAN, such as {strangers[0]!r}; the index has names like "
                f"{next(iter(self.genres.values), '')!r}. Is this a table of GTZAN?"
            )


def read_gtzan_index(path: Path) -> GtzanIndex:
    r"""Read the index, and check what is needed of it.

    Parameters
    ----------
    path : pathlib.Path
        A CSV file with the columns that the module describes.

    Returns
    -------
    GtzanIndex

    Raises
    ------
    TableError
        If it cannot be read, lacks a column, or holds another word than a split has.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables import read_gtzan_index
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "index.csv")
    ...     columns = "filename,genre,artist,kereliuk2015_split,foleis2020_test_fold"
    ...     _ = file.write_text(f"{columns}\na.wav,jazz,Ali,train,1.0\nb.wav,jazz,Bo,,2.0\n")
    ...     index = read_gtzan_index(file)
    >>> index.parts.values, index.folds.values
    ({'a.wav': 'train'}, {'a.wav': '1', 'b.wav': '2'})
    """
    table = read_csv(path)
    if missing := [column for column in _COLUMNS if column not in table.columns]:
        raise TableError(
            f"{path} is no index of GTZAN: it lacks {', '.join(missing)}; docs/evaluation.md says "
            "what an index holds and where its lists are published"
        )
    genres, artists, parts, folds = (
        annotations_of(table, column=column) for column in (_GENRE, _ARTIST, _PART, _FOLD)
    )
    for place, name, part in _values(table, _PART):
        if part not in _PARTS:
            raise TableError(
                f"{path}, {place}: {_PART} of {name!r} is {part!r}; it must be train, valid, test "
                "or empty"
            )
    numbers = {}
    for place, name, fold in _values(table, _FOLD):
        number = _NUMBER.fullmatch(fold)
        if number is None:
            raise TableError(
                f"{path}, {place}: {_FOLD} of {name!r} is {fold!r}; it must be the number of a "
                "fold, or empty"
            )
        numbers[name] = number[1]
    return GtzanIndex(genres, artists, parts, dataclasses.replace(folds, values=numbers))


def _values(table: RawTable, column: str) -> Iterator[tuple[str, str, str]]:
    """Yield where a value stands, whose it is, and what it says, where it says anything."""
    rows = zip(table.places, table.columns["filename"], table.columns[column], strict=True)
    return ((place, str(name), str(value)) for place, name, value in rows if value != "")
