"""Tables of any origin: CSV, JSON or Parquet, in one file or in two that share an id.

What is not understood is refused with file, row and column, and what reading changes is
said: a figure is worth nothing that silently stands on half of the rows. No learner and no
audio may enter here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from genre_audio.errors import ParameterError, TableError
from genre_audio.features import schema_of
from genre_audio.tables.feature_columns import choose_features
from genre_audio.tables.feature_frame import refuse_misnamed
from genre_audio.tables.join import join
from genre_audio.tables.loaded import Loaded, listed, load
from genre_audio.tables.manifest import read_manifest
from genre_audio.tables.metric_table import MetricTable
from genre_audio.tables.parquet_file import is_parquet
from genre_audio.tables.parquet_rows import parquet_names
from genre_audio.tables.table_file import read_raw

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from genre_audio.features import Schema
    from genre_audio.tables.raw_table import RawTable

__all__ = ["read_any_table"]

_LABEL: Final = "label"


def read_any_table(
    path: Path,
    *,
    metrics: Path | None = None,
    on: str | None = None,
    label: str | None = None,
    columns: Sequence[str] | None = None,
) -> MetricTable:
    r"""Read a table of any origin, and join it with its metrics if they are apart.

    Parameters
    ----------
    path : pathlib.Path
        CSV or JSON, packed by gzip or not, or Parquet. CSV may have commas, semicolons or tabs
        between columns, with the last two decimal commas as well. JSON may be a list of
        records, records on lines, columns of rows, rows of columns, or names and rows apart:
        which it is, its structure tells.
    metrics : pathlib.Path, optional
        Another such file, to be joined with the first on an id.
    on : str, optional
        The column of ids, which tells recordings apart. With `metrics` it must be in both
        files; by default it is the only column that both have. ``12``, ``12.0`` and the
        text ``"12"`` are one id.
    label : str, optional
        The column of genres; by default ``label``, if there is one.
    columns : sequence of str, optional
        The features. By default the columns of a known schema if all are there; else those
        of numbers, with `metrics` only its own; without ids and what places rows.

    Returns
    -------
    MetricTable

    Raises
    ------
    TableError
        If a file cannot be read or is ambiguous, a column is missing, or a value is
        infinite, or no number among numbers; the message names file, row and column.
    ParameterError
        If it is open which column is the id, or one is asked for as two things.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from genre_audio.tables import read_any_table
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     tracks, metrics = pathlib.Path(folder, "a.csv"), pathlib.Path(folder, "b.json")
    ...     _ = tracks.write_text("id,genre\n2,Rock\n5,Hip-Hop\n")
    ...     _ = metrics.write_text('{"id": {"0": 5, "1": 7}, "energy": {"0": 0.5, "1": 0.25}}')
    ...     table = read_any_table(tracks, metrics=metrics, on="id", label="genre")
    >>> table.frame.to_dict("records")
    [{'id': 5, 'genre': 'Hip-Hop', 'energy': 0.5}]
    >>> table.notes[0]
    '1 row of a.csv and b.json matches on id'
    """
    if label is not None and label == on:
        raise ParameterError(f"{label!r} cannot be both the id and the label of a row")
    known = {name for name in (on, label, *(columns or ())) if name} or {_LABEL, "filename"}
    files = [file for file in (path, metrics) if file is not None]
    raws = [read_raw(file, known=known, numbers=columns) for file in files]
    on = on or (_only_shared(*raws) if len(raws) > 1 else None)
    label = _label(label, raws=raws, on=on)
    if odd := [name for name in columns or () if name in {label, on}]:
        raise ParameterError(f"{odd[0]!r} is the id or the label, and cannot be learned from")
    sides = [load(raw, on=on, label=label) for raw in raws]
    return _table(sides, on=on, label=label, columns=columns)


def _table(
    sides: list[Loaded], *, on: str | None, label: str | None, columns: Sequence[str] | None
) -> MetricTable:
    table, metrics = sides[0], sides[-1]
    frame, joined, places = table.frame, None, table.raw.places
    renamed: dict[str, str] = {}
    if len(sides) > 1:
        frame, joined, rows = join(table, metrics, on=str(on), label=label)
        places = tuple(places[row] for row in rows)
        renamed = {name.removesuffix(f" ({joined.table.file})"): name for name in joined.renamed}
    found = {renamed.get(name, name): column for name, column in table.columns.items()}
    sources = dict.fromkeys(found, table.raw.path)
    if len(sides) > 1:
        found |= metrics.columns
        sources |= dict.fromkeys(metrics.columns, metrics.raw.path)
    schema = _schema(metrics.raw)
    roles = {on, label}
    features, left_out = choose_features(
        {name: found[str(name)] for name in map(str, frame) if name not in roles},
        sources=sources,
        asked=columns,
        schema=schema,
        metrics=metrics.raw.path if joined else None,
    )
    return MetricTable(
        frame,
        features,
        path=table.raw.path,
        label=label,
        on=on,
        metrics_path=metrics.raw.path if joined else None,
        schema=schema if schema and features == schema.columns else None,
        joined=joined,
        places=places,
        coerced=tuple(
            each for side in sides for column in side.columns.values() for each in column.coerced
        ),
        left_out=left_out,
        reading=tuple(note for side in sides for note in side.raw.notes),
    )


def _schema(raw: RawTable) -> Schema | None:
    # Of Parquet, some columns may not have been read.
    schema = schema_of(parquet_names(raw.path) if is_parquet(raw.path) else raw.columns)
    if schema is not None:
        refuse_misnamed(raw.columns, needed=("filename", "length", "label"), path=raw.path)
    manifest = read_manifest(raw.path, entries=False) if schema is not None else None
    if schema is not None and manifest is not None and manifest.schema_digest != schema.digest:
        raise TableError(
            f"{raw.path} was made by another recipe than this version's {schema}; extract it again"
        )
    return schema


def _only_shared(table: RawTable, metrics: RawTable) -> str:
    shared = [name for name in table.columns if name in metrics.columns]
    if len(shared) == 1:
        return shared[0]
    both = f"both files have {listed(shared)}" if shared else "the files have no column in common"
    raise ParameterError(
        f"{both}; say with --on which column of {table.path.name} and {metrics.path.name} tells "
        "the recordings apart"
    )


def _label(label: str | None, *, raws: list[RawTable], on: str | None) -> str | None:
    if label is None:
        return _LABEL if on != _LABEL and any(_LABEL in raw.columns for raw in raws) else None
    if not any(label in raw.columns for raw in raws):
        has = "; ".join(f"{raw.path} has {listed(raw.columns)}" for raw in raws)
        raise TableError(f"there is no column {label!r} to take labels from: {has}")
    return label
