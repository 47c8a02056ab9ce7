"""The text of a file, packed by gzip or not, and whether it is JSON."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING, Final

from genre_audio.errors import TableError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["UNREADABLE", "file_text", "holds_json", "is_json"]

UNREADABLE: Final = (OSError, EOFError, zlib.error, UnicodeDecodeError)
"""What goes wrong where a file is missing, cut short, or no text in UTF-8."""
_GZIP: Final = b"\x1f\x8b"
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
"""How Excel's "Unicode text" begins; no text in UTF-8 does."""
_PIECE: Final = 1 << 20
_SMALL: Final = 64 << 20
"""So many bytes may come out of anything."""
_MOST: Final = 4 << 30
_RATIO: Final = 100
"""Rows of numbers become three times as many bytes when they are unpacked, ten at most."""
_JSON: Final = (".json", ".jsonl", ".ndjson")


def file_text(path: Path) -> str:
    r"""Return the text of a file, without a byte order mark.

    Parameters
    ----------
    path : pathlib.Path
        A file in UTF-8, or in UTF-16 with its byte order mark, as it is or packed by gzip,
        whatever it is called.

    Raises
    ------
    TableError
        If it cannot be read, is no such text, holds zero bytes, or becomes far larger than a
        table can when it is unpacked.

    Examples
    --------
    >>> import gzip, pathlib, tempfile
    >>> from genre_audio.tables.text_file import file_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "a.csv.gz")
    ...     _ = file.write_bytes(gzip.compress(b"id,tempo\n"))
    ...     file_text(file)
    'id,tempo\n'
    """
    try:
        packed = path.read_bytes()
        content = _unpacked(packed, path=path) if packed.startswith(_GZIP) else packed
        encoding = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"{path}, line {line}: this is no text in UTF-8 ({error.reason}); save the table "
            "as UTF-8 (in Excel: 'CSV UTF-8')"
        ) from error
    except UNREADABLE as error:
        raise TableError(f"{path} cannot be read as a table: {error}") from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TableError(
            f"{path}, line {line}: there are zero bytes, which no text has; the file is "
            "damaged, or in UTF-16 without its mark: save the table as UTF-8"
        )
    return text.lstrip("\ufeff")  # where two programs put a mark, the second is left


def _unpacked(packed: bytes, *, path: Path) -> bytearray:
    """Unpack piece by piece: a small file may hold more than any machine has memory for."""
    most = min(max(_SMALL, _RATIO * len(packed)), _MOST)
    content = bytearray()
    with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
        while piece := file.read(_PIECE):
            content += piece
            if len(content) > most:
                raise TableError(
                    f"{path} has {len(packed)} bytes, and more than {most} when it is unpacked, "
                    "which no table of this size has; unpack it, or take fewer rows into a table"
                )
    return content


def is_json(path: Path, *, text: str) -> bool:
    """Tell whether a table is written as JSON: by its name, else by its first character.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    text : str
        What is in it, or how it begins.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.text_file import is_json
    >>> is_json(Path("a.json.gz"), text=""), is_json(Path("a.csv"), text="[1]")
    (True, False)
    """
    endings = [ending.lower() for ending in path.suffixes if ending.lower() != ".gz"]
    if endings and endings[-1] in _JSON:
        return True
    return (not endings or endings[-1] != ".csv") and text.lstrip()[:1] in {"[", "{"}


def holds_json(path: Path) -> bool:
    r"""Tell the same of a file, of which only the beginning is read.

    Raises
    ------
    TableError
        If it cannot be read.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables.text_file import holds_json
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "metrics")
    ...     _ = file.write_text('[{"energy": 0.5}]')
    ...     holds_json(file)
    True
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            beginning = file.read(1000)
    except UNREADABLE as error:
        raise TableError(f"{path} cannot be read as a table: {error}") from error
    encoding = "utf-16" if beginning.startswith(_UTF_16) else "utf-8-sig"
    return is_json(path, text=beginning.decode(encoding, errors="replace"))
