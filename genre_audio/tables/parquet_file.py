"""Parquet: which paths hold it, and whether it can be read here.

pyarrow is imported only where a table is Parquet; other rooms ask here and need not know it.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from genre_audio.errors import ParameterError, TableError
from genre_audio.files import restore_folder
from genre_audio.files.places import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["ENDINGS", "is_parquet", "is_table", "pyarrow_parquet", "reading"]

ENDINGS: Final = (".parquet", ".pq")
"""How names of files and folders in Parquet end."""
_BEGINNINGS: Final = (b"PAR1", b"PARE")


def is_parquet(path: Path) -> bool:
    """Tell whether a table is Parquet: by its name, else by how the file begins.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.parquet_file import is_parquet
    >>> is_parquet(Path("features.parquet")), is_parquet(Path("features.csv"))
    (True, False)
    """
    return path.suffix.lower() in ENDINGS or _begins(path) in _BEGINNINGS


def is_table(path: Path) -> bool:
    """Tell whether there is a table at a path: a file, or a folder named as Parquet.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.parquet_file import is_table
    >>> is_table(Path("nowhere.parquet")), is_table(Path())
    (False, False)
    """
    if path.suffix.lower() in ENDINGS:
        restore_folder(path)
    return is_parquet(path) if is_folder(path) else path.is_file()


def pyarrow_parquet() -> Any:  # noqa: ANN401 - a module that may not be installed
    """Return the module that reads and writes Parquet.

    Raises
    ------
    ParameterError
        If it is not installed.

    Examples
    --------
    >>> from genre_audio.tables.parquet_file import pyarrow_parquet
    >>> pyarrow_parquet().__name__
    'pyarrow.parquet'
    """
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise ParameterError(
            "a table in Parquet was named, but pyarrow is not installed: "
            "pip install 'genre-audio[parquet]'"
        ) from error
    return pyarrow.parquet


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Have whatever goes wrong in a block that reads a file say which file it is.

    Raises
    ------
    TableError
        Instead of what pyarrow raises.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.parquet_file import reading
    >>> with reading(Path("a.parquet")):
    ...     pass
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, TypeError, MemoryError, OverflowError) as error:
        said = str(error).strip().partition("\n")[0] or type(error).__name__
        hint = "is the file whole?"
        if "crypt" in said.lower() or _begins(path) == b"PARE":
            hint = "it is encrypted: write it without encryption"
        raise TableError(f"{path} cannot be read as Parquet: {said}; {hint}") from error


def _begins(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4)
    except OSError:
        return b""
