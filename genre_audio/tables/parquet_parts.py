"""The files that a table in Parquet consists of, and what they say of it.

A table is one file, or a folder ``features.parquet`` of parts side by side. Ours say in the
metadata of each part by which recipe the rows were made, and in ``_common_metadata``, which
other programs pass over, of which parts the table consists: a copy that is not whole is noticed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import TableError
from genre_audio.files import fingerprint, restore_folder
from genre_audio.files.places import is_folder
from genre_audio.tables.format_number import refuse_later
from genre_audio.tables.forms import has_forms, is_text, is_whole, parsed
from genre_audio.tables.parquet_file import ENDINGS, is_parquet, pyarrow_parquet, reading

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COMMON", "HEAD", "PARTS", "RECORDINGS", "Parts", "is_as_written", "parts_of"]

COMMON: Final = "_common_metadata"
"""The file of a folder that speaks of all of it."""
RECORDINGS: Final = "_recordings"
"""The folder in it that says where the rows come from."""
HEAD: Final = b"genre_audio"
"""Under which the metadata say what the rows are."""
PARTS: Final = b"genre_audio_parts"
"""Under which they say which parts there are, with the SHA-256 of each."""

_NUMBERS: Final = re.compile(r"(\d+)")


@dataclasses.dataclass(frozen=True)
class Parts:
    """The files of a table.

    Attributes
    ----------
    files : tuple of pathlib.Path
        Those with rows, in order.
    head : dict or None
        What a manifest says of all rows, where the table is ours.
    written : dict of str to str
        SHA-256 of the parts that `extract` wrote, by name.
    recordings : dict of pathlib.Path to str
        Those that say where the rows come from, each with its SHA-256.

    Examples
    --------
    See `parts_of`.
    """

    files: tuple[Path, ...]
    head: dict[str, Any] | None
    written: dict[str, str]
    recordings: dict[Path, str]


def parts_of(path: Path) -> Parts:
    """Find the files of a table, and what they say of it.

    Raises
    ------
    TableError
        If there are none, a part is missing, or a part is of another recipe.
    ParameterError
        If pyarrow is not installed.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pyarrow as pa, pyarrow.parquet as pq
    >>> from genre_audio.tables.parquet_parts import parts_of
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.parquet")
    ...     pq.write_table(pa.table({"tempo": [120.5]}), file)
    ...     parts = parts_of(file)
    >>> [part.name for part in parts.files], parts.head
    (['a.parquet'], None)
    """
    pyarrow_parquet()
    if not is_folder(restore_folder(path)):
        return Parts((path,), _said(path, HEAD), {}, {})
    files = _files(path)
    common = path / COMMON
    if not common.is_file():
        return Parts(files, _said(files[0], HEAD), {}, {})
    head, listed = _said(common, HEAD), _said(common, PARTS) or {}
    with _ours(common):
        forms = {"rows": _are_texts, "recordings": _are_texts}
        listed = has_forms(listed, forms, what="the list of parts") if head is not None else {}
    written, recordings = listed.get("rows", {}), listed.get("recordings", {})
    for name in (*written, *(f"{RECORDINGS}/{each}" for each in recordings)):
        if not (path / name).is_file():
            raise TableError(
                f"{path} lacks {name}, which it was made with: copy it whole, or extract it again"
            )
    for file in files if head is not None else ():
        if (other := _said(file, HEAD)) is not None and other != head:
            raise TableError(
                f"{file} was made by another recipe, segmentation or version than {common} says: "
                "leave tables apart that were made apart, or extract again with --force"
            )
    told = {path / RECORDINGS / name: content for name, content in recordings.items()}
    return Parts(files, head, written, told)


def is_as_written(path: Path) -> bool:
    """Tell whether a table in Parquet has no other bytes than `extract` gave it.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.parquet_parts import is_as_written
    >>> is_as_written(Path("features.csv"))
    False
    """
    if not is_parquet(path):
        return False
    parts = parts_of(path)
    if [file.name for file in parts.files] != list(parts.written):
        return False
    with reading(path):
        return all(fingerprint(file).sha256 == parts.written[file.name] for file in parts.files)


def _files(folder: Path) -> tuple[Path, ...]:
    with reading(folder):
        found = [file for file in folder.iterdir() if not file.name.startswith(("_", "."))]
    for file in found:
        if is_folder(file):
            raise TableError(
                f"{folder} has the folder {file.name} in it: tables that are parted into folders "
                "are not read; write the parts side by side, with what the folders say as columns"
            )
    files = [file for file in found if file.suffix.lower() in ENDINGS]
    if not files:
        raise TableError(f"{folder} holds no file that ends in {' or '.join(ENDINGS)}")
    return tuple(sorted(files, key=_order))


def _order(file: Path) -> tuple[tuple[int, str], ...]:
    """Have part-10 behind part-2."""
    pieces = _NUMBERS.split(file.name)
    return tuple((int(each), "") if each.isdecimal() else (-1, each) for each in pieces)


def _said(file: Path, key: bytes) -> dict[str, Any] | None:
    with reading(file):
        metadata = pyarrow_parquet().read_schema(file).metadata or {}
    if key not in metadata:
        return None
    with _ours(file):
        value = has_forms(parsed(metadata[key].decode()), {}, what="it")
        if key == HEAD:
            refuse_later(has_forms(value, {"format": is_whole}, what="it"), what=str(file))
    return value


@contextlib.contextmanager
def _ours(file: Path) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise TableError(
            f"{file}: what is said of the table was changed ({error}); make it again with "
            "'genre-audio extract --force'"
        ) from error


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(
        is_text(text) and Path(name).name == name for name, text in value.items()
    )
