"""What a table was made from: the file beside it, ``features.csv.json``, or parts of Parquet.

Numbers alone do not say by which recipe, from which files, or what was left out. The
manifest does, and it holds nothing that differs between two runs over the same files:
no date, no host, no order of finishing.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from genre_audio.config import Segmentation, digest
from genre_audio.errors import ParameterError, TableError
from genre_audio.files import read_description
from genre_audio.files.places import led_to
from genre_audio.tables.format_number import FORMAT, refuse_later
from genre_audio.tables.forms import MANIFEST, SCHEMA, has_forms, is_number, is_whole, parsed
from genre_audio.tables.json_pieces import indented, object_pieces
from genre_audio.tables.parquet_file import is_parquet
from genre_audio.tables.parquet_recordings import parquet_manifest
from genre_audio.tables.recording_entry import RecordingEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "FORMAT",
    "Manifest",
    "RecordingEntry",
    "manifest_path",
    "package_versions",
    "read_manifest",
]

_END: Final = "\n}"
_PACKAGES: Final = ("genre-audio", "numba", "numpy", "scipy", "soundfile", "soxr")


@dataclasses.dataclass(frozen=True)
class Manifest:
    """Identities, provenance and failures of one table.

    Attributes
    ----------
    schema : dict
        Name, version, columns and configuration of the schema.
    segmentation : Segmentation
        How recordings were cut.
    recordings : dict of str to RecordingEntry
        By name.
    failures : dict of str to dict
        Recordings without a row: ``kind`` and ``message`` by name; and the ``file`` and
        its ``path``, where it is not to be read again.
    versions : dict of str to str
        Packages that made the numbers.

    Examples
    --------
    >>> from genre_audio import GTZAN57, Segmentation
    >>> from genre_audio.tables.manifest import Manifest
    >>> manifest = Manifest(GTZAN57.as_dict(), Segmentation(), {}, {}, {})
    >>> Manifest.from_json(manifest.to_json()) == manifest
    True
    """

    schema: dict[str, Any]
    segmentation: Segmentation
    recordings: dict[str, RecordingEntry]
    failures: dict[str, dict[str, Any]]
    versions: dict[str, str]

    @property
    def schema_digest(self) -> str:
        """The identity of the schema."""
        return digest(self.schema)

    def head(self) -> dict[str, Any]:
        """Return what is the same for all rows, as JSON can say it."""
        return {
            "format": FORMAT,
            "schema": {**self.schema, "digest": self.schema_digest},
            "segmentation": {
                **self.segmentation.as_dict(),
                "digest": self.segmentation.digest,
            },
            "versions": self.versions,
        }

    def to_json(self) -> str:
        """Return the file's text."""
        return "".join(self.pieces(self.recordings.items()))

    def pieces(self, entries: Iterable[tuple[str, RecordingEntry]]) -> Iterator[str]:
        """Yield the file's text, one recording at a time, with these instead of its own."""
        head = self.head()
        versions = head.pop("versions")
        yield f'{indented(head, 0).removesuffix(_END)},\n "recordings": '
        yield from object_pieces((name, entry.as_dict()) for name, entry in entries)
        yield ',\n "failures": '
        yield from object_pieces(self.failures.items())
        yield f',\n "versions": {indented(versions, 1)}{_END}\n'

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read the file's text.

        Raises
        ------
        TableError
            If it is no manifest, or one of a later format.
        """
        try:
            return cls.from_dict(parsed(text))
        except ValueError as error:
            raise _changed(error) from error

    @classmethod
    def from_dict(cls, given: object) -> Manifest:
        """Make it from what the file says, as `from_json` does."""
        try:
            value = has_forms(given, {"format": is_whole}, what="it")
            refuse_later(value, what="the manifest")
            has_forms(value, MANIFEST, what="it")
            schema = {name: part for name, part in value["schema"].items() if name != "digest"}
            has_forms(schema, SCHEMA, what="the schema")
            has_forms(value["segmentation"], {"seconds": is_number}, what="the segmentation")
            cut = value["segmentation"]
            manifest = cls(
                schema=schema,
                segmentation=Segmentation(seconds=cut["seconds"], hop=_hop(cut)),
                recordings={name: _entry(name, each) for name, each in value["recordings"].items()},
                failures=value["failures"],
                versions=value["versions"],
            )
            _check_digests(manifest, value)
        except (ValueError, ParameterError) as error:
            raise _changed(error) from error
        return manifest


def _changed(error: Exception) -> TableError:
    return TableError(
        f"this is no manifest of genre-audio, or was changed ({error}); make the table "
        "again with 'genre-audio extract --force'"
    )


def _hop(segmentation: dict[str, Any]) -> float | None:
    hop = segmentation.get("hop")
    if hop is not None and not is_number(hop):
        raise ValueError(f"'hop' of the segmentation is {hop!r}")
    return None if hop is None else float(hop)


def _entry(name: str, values: dict[str, Any]) -> RecordingEntry:
    try:
        return RecordingEntry.from_dict(values)
    except ValueError as error:
        raise ValueError(f"recording {name!r}: {error}") from error


def _check_digests(manifest: Manifest, value: dict[str, Any]) -> None:
    """Refuse a recipe or segmentation that is not the one whose digest stands beside it."""
    for what, found in (
        ("schema", manifest.schema_digest),
        ("segmentation", manifest.segmentation.digest),
    ):
        said = value[what].get("digest", found)
        if said != found:
            raise ValueError(
                f"the digest of the {what} is {said!r}, and that of what it says {found}"
            )


def manifest_path(table: Path) -> Path:
    """Return where the manifest of a table lies: beside it, with ``.json`` added.

    Of a link, beside what it leads to; but where files are kept apart, each under a name of
    its own, and only the links to them lie side by side, beside the link.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.manifest import manifest_path
    >>> manifest_path(Path("features.csv")).name
    'features.csv.json'
    """
    own, real = table.with_name(f"{table.name}.json"), led_to(table)
    beside = real.with_name(f"{real.name}.json")
    return own if real is not table and own.exists() and not beside.exists() else beside


def read_manifest(table: Path, *, entries: bool = True) -> Manifest | None:
    """Return the manifest of a table, or None where there is none.

    Parameters
    ----------
    table : pathlib.Path
        The table. The manifest of a CSV file lies beside it, that of Parquet is part of it.
    entries : bool
        Whether it is asked what is known of single recordings. Without that, nothing is said
        of any where finding it would take long: in Parquet.

    Raises
    ------
    TableError
        If there is one that cannot be read, or one of which nobody can tell whether it
        describes the table, because a run was killed.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables import read_manifest
    >>> read_manifest(Path("nowhere.csv")) is None
    True
    """
    if is_parquet(table):
        value = parquet_manifest(table, entries=entries)
        try:
            return None if value is None else Manifest.from_dict(value)
        except TableError as error:
            raise TableError(f"{table}: {error}") from error
    path = manifest_path(table)
    try:
        text = read_description(table, beside=path)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path} cannot be read: {error}") from error
    try:
        return Manifest.from_json(text)
    except TableError as error:
        raise TableError(f"{path}: {error}") from error


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that make the numbers.

    Examples
    --------
    >>> from genre_audio.tables.manifest import package_versions
    >>> "numba" in package_versions()
    True
    """
    from importlib import metadata

    return {name: metadata.version(name) for name in _PACKAGES}
