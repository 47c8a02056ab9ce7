"""What a table was made from: the file beside it, ``features.csv.json``.

Numbers alone do not say by which recipe, from which files, or what was left out. The
manifest does, and it holds nothing that differs between two runs over the same files:
no date, no host, no order of finishing.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final

from genre_audio.config import Segmentation, digest
from genre_audio.errors import ParameterError, TableError
from genre_audio.files import Fingerprint, read_description
from genre_audio.segment import Refused

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "FORMAT",
    "Manifest",
    "RecordingEntry",
    "manifest_path",
    "package_versions",
    "read_manifest",
]

FORMAT: Final = 1
"""Raised when a reader of the older format would misunderstand the newer one."""

_PACKAGES: Final = ("genre-audio", "numba", "numpy", "scipy", "soundfile", "soxr")


@dataclasses.dataclass(frozen=True)
class RecordingEntry:
    """What is known of one recording of the table.

    Attributes
    ----------
    path : str
        Where the file lies, relative to the table's folder.
    file : Fingerprint
        Its size, time and hash when it was read.
    quality : dict
        The figures of `genre_audio.audio.Quality`.
    segments : tuple of (start, stop)
        In seconds, one for each row.
    refused : tuple of Refused
        Segments that gave no row, with the reason.
    digest : str
        Of the recording's rows, to see whether somebody changed them.

    Examples
    --------
    >>> from genre_audio.files import Fingerprint
    >>> from genre_audio.tables import RecordingEntry
    >>> file = Fingerprint(size=1, mtime_ns=1, sha256="")
    >>> entry = RecordingEntry("a.wav", file, {}, ((0.0, 30.0),), (), "")
    >>> RecordingEntry.from_dict(entry.as_dict()) == entry
    True
    """

    path: str
    file: Fingerprint
    quality: dict[str, Any]
    segments: tuple[tuple[float, float], ...]
    refused: tuple[Refused, ...]
    digest: str

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RecordingEntry:
        """Make an entry from what `as_dict` gave."""
        return cls(
            path=values["path"],
            file=Fingerprint(**values["file"]),
            quality=values["quality"],
            segments=tuple((start, stop) for start, stop in values["segments"]),
            refused=tuple(Refused(**refused) for refused in values["refused"]),
            digest=values["digest"],
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as JSON can say it."""
        return dataclasses.asdict(self) | {"segments": [list(span) for span in self.segments]}


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
        Recordings without a row: ``kind`` and ``message`` by name.
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
    failures: dict[str, dict[str, str]]
    versions: dict[str, str]

    @property
    def schema_digest(self) -> str:
        """The identity of the schema."""
        return digest(self.schema)

    def to_json(self) -> str:
        """Return the file's text."""
        value = {
            "format": FORMAT,
            "schema": {**self.schema, "digest": self.schema_digest},
            "segmentation": {
                **self.segmentation.as_dict(),
                "digest": self.segmentation.digest,
            },
            "recordings": {name: entry.as_dict() for name, entry in self.recordings.items()},
            "failures": self.failures,
            "versions": self.versions,
        }
        text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
        # A path may hold bytes that are not UTF-8; spelt out, they are JSON's own escapes.
        return text.encode(errors="backslashreplace").decode()

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read the file's text.

        Raises
        ------
        TableError
            If it is no manifest, or one of a later format.
        """
        try:
            value = json.loads(text)
            if value["format"] > FORMAT:
                raise TableError(
                    f"the manifest has format {value['format']}, this version reads up to "
                    f"{FORMAT}: update genre-audio"
                )
            schema = {name: part for name, part in value["schema"].items() if name != "digest"}
            return cls(
                schema=schema,
                segmentation=Segmentation(
                    seconds=value["segmentation"]["seconds"], hop=value["segmentation"].get("hop")
                ),
                recordings={
                    name: RecordingEntry.from_dict(entry)
                    for name, entry in value["recordings"].items()
                },
                failures=value["failures"],
                versions=value["versions"],
            )
        except (ValueError, KeyError, TypeError, AttributeError, ParameterError) as error:
            raise TableError(f"this is no manifest of genre-audio ({error!r})") from error


def manifest_path(table: Path) -> Path:
    """Return where the manifest of a table lies: beside it, with ``.json`` added.

    Examples
    --------
    >>> from pathlib import Path
    >>> from genre_audio.tables.manifest import manifest_path
    >>> manifest_path(Path("features.csv")).name
    'features.csv.json'
    """
    return table.with_name(f"{table.name}.json")


def read_manifest(table: Path) -> Manifest | None:
    """Return the manifest beside a table, or None where there is none.

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
