"""What a run was asked and what became of it: the file beside a result, and its reading.

JSON carries a run's parameters in every object. Beside a CSV or a table for people stands
``results.csv.json``. Either can be asked again. Like manifests, it holds nothing that
differs between two equal runs: no date, no host.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from genre_audio.audio import Source
from genre_audio.errors import ParameterError
from genre_audio.files import fingerprint
from genre_audio.files.remote import kept_place, place_of
from genre_audio.prediction.parameters import Parameters
from genre_audio.tables.forms import is_path, parsed
from genre_audio.tables.manifest import manifest_path, package_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from genre_audio.files.remote import Place

__all__ = ["FORMAT", "Run", "read_run", "run_text"]

FORMAT: Final = 1
"""Raised when an older reader would misunderstand a newer file."""


@dataclasses.dataclass(frozen=True)
class Run:
    """A run that may be repeated.

    Attributes
    ----------
    parameters : Parameters
        What changes an answer.
    paths : tuple of pathlib.Path or Remote
        Files and folders that were given.
    sources : tuple of Source
        Where these are not known, the recordings of the result.
    table : pathlib.Path or None
        The feature table that was given instead.
    notes : tuple of str
        What is odd about where this was read.

    Examples
    --------
    See `read_run`.
    """

    parameters: Parameters
    paths: tuple[Place, ...] = ()
    sources: tuple[Source, ...] = ()
    table: Path | None = None
    notes: tuple[str, ...] = ()


def run_text(
    result: Path,
    *,
    parameters: Parameters,
    paths: Sequence[Place] = (),
    table: Path | None = None,
    recordings: int = 0,
    failures: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Return the text of the file beside a result.

    Parameters
    ----------
    result : pathlib.Path
        The result, whose hash is taken.
    parameters : Parameters
        What was asked.
    paths : sequence of pathlib.Path or Remote
        Files and folders that were given.
    table : pathlib.Path, optional
        The feature table that was given.
    recordings : int
        How many have an answer.
    failures : mapping of str to mapping, optional
        ``kind`` and ``message`` of the others, by name.

    Examples
    --------
    See `read_run`.
    """
    value = {
        "format": FORMAT,
        "result": {"name": result.name, "sha256": fingerprint(result).sha256},
        "recordings": recordings,
        "failures": {} if failures is None else dict(failures),
        "paths": [str(path) for path in paths],
        "table": None if table is None else str(table),
        "parameters": parameters.as_dict(),
        "versions": package_versions(),
    }
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    return text.encode(errors="backslashreplace").decode()


def read_run(path: Path) -> Run:
    """Read what a run was asked, from its result or the file beside it.

    Parameters
    ----------
    path : pathlib.Path
        A result in JSON or JSON lines; the file beside another result, or that result.

    Raises
    ------
    ParameterError
        If there are no parameters in it, or those of several runs, or if this version
        does not know them.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from genre_audio.prediction.parameters import Parameters
    >>> from genre_audio.reporting.runs import read_run, run_text
    >>> asked = Parameters("0.1.0", {"name": "mine", "digest": "0" * 16}, {}, {}, 0.9)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = Path(folder, "results.csv")
    ...     _ = result.write_text("recording")
    ...     text = run_text(result, parameters=asked, paths=[Path("tapes")])
    ...     _ = Path(folder, "results.csv.json").write_text(text)
    ...     run = read_run(result)
    >>> run.parameters == asked, run.paths[0].name
    (True, 'tapes')
    """
    beside = manifest_path(path) if path.name else path
    source = beside if path.suffix != ".json" and beside.exists() else path
    values = _values(source)
    if not values or not all(isinstance(value, dict) for value in values):
        raise ParameterError(f"{path} holds no parameters of a run")
    if any("parameters" not in value for value in values):
        # A file of somebody's own may hold parameters and nothing else.
        values = [{"parameters": value} for value in values]
    first = values[0]
    if any(value["parameters"] != first["parameters"] for value in values):
        raise ParameterError(f"{path} holds results of several runs: give that of one")
    try:
        return Run(
            Parameters.from_dict(first["parameters"]),
            paths=tuple(place_of(_text(each)) for each in first.get("paths") or ()),
            sources=_sources(values),
            table=Path(_text(first["table"])) if first.get("table") else None,
            notes=_notes(first, path) if source == beside else (),
        )
    except (ParameterError, TypeError, ValueError, AttributeError) as error:
        raise ParameterError(f"{path}: {error}") from error


def _text(value: object) -> str:
    if not is_path(value):
        raise ParameterError(f"{value!r} is no path of a run's files")
    return str(value)


def _notes(value: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """Say whether a result is another one than the file beside it was written for.

    Its parameters may be asked again all the same: results are edited, and sorted.
    """
    said = value.get("result")
    if not isinstance(said, dict) or not path.is_file():
        return ()
    if said.get("sha256") == fingerprint(path).sha256:
        return ()
    return (
        f"{path.name} was changed since {manifest_path(path).name} was written beside it; its "
        "parameters are taken from there",
    )


def _values(path: Path) -> list[Any]:
    """Return the objects of a file: one, a list of them, or one on every line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path} cannot be read: {error}") from error
    try:
        value = parsed(text)
    except ValueError:
        try:
            # Names may hold other signs that end lines, which JSON takes as they are.
            return [parsed(line) for line in text.split("\n") if line.strip()]
        except ValueError as error:
            raise ParameterError(
                f"{path} holds no parameters: it is no JSON ({error}), and no "
                f"{manifest_path(path).name} stands beside it"
            ) from error
    return value if isinstance(value, list) else [value]


def _sources(values: Sequence[Mapping[str, Any]]) -> tuple[Source, ...]:
    """Return the recordings of a result, if it says where all of them lie."""
    paths = [(value.get("file") or {}).get("path") for value in values]
    if not all(paths):
        return ()
    return tuple(
        Source(str(value.get("recording", path)), kept_place(_text(path)))
        for value, path in zip(values, paths, strict=True)
    )
